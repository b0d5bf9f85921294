import { describe } from "../../model/describe.ts";
import { situation } from "../../journal/situation.ts";
import { isFinding, risk, type Finding } from "../../model/finding.ts";
import type { Parts } from "../../model/part.ts";
import type { Recovery } from "../../model/recovery.ts";
import { otherSite, stackOf } from "../../model/site.ts";
import { isHalfWritten, stackNames } from "../../steps/pulumi-stacks.ts";
import { noGuardFindings } from "../../readiness/no-guard.ts";
import { noObserverFindings } from "../../readiness/no-observer.ts";
import { emptyFileTodo } from "../doctor/pending.ts";
import { journalFindings } from "../doctor/journal.ts";
import { estateFindings } from "../doctor/run.ts";
import { secretFindings } from "../doctor/secrets.ts";
import { clockFinding, stackFinding } from "../doctor/settings.ts";
import { lastRan } from "../probe/ran.ts";
import { probeFindings, whyProbe } from "../probe/silent.ts";
import type { Project } from "../project.ts";
import type { Terminal } from "../terminal.ts";

/** Listing stacks of a file backend takes a second; on a share that is gone it takes for ever. */
const stacksLimitMs = 15_000;

/**
 * What `doctor` finds on the runner that would stop a move, and the facts as estate.ts has them now. What depends on the
 * shell that somebody will type in is left to `doctor`: a scheduler's environment is another one.
 */
export async function runnerLook(
  project: Project,
  parts: Parts,
  terminal: Terminal,
): Promise<{ readonly findings: readonly Finding[]; readonly estate?: Recovery }> {
  const [journal, secrets, stacks, papers, ran] = await Promise.all([
    journalFindings(project),
    secretFindings([project.estate.systems, project.estate.journal], project.root),
    stackFindings(),
    paperFindings(project),
    lastRan(project.folder),
  ]);
  const seen = [
    ...estateFindings(project.estate, parts),
    ...journal.findings,
    clockFinding(terminal.now(), journal.entries.at(-1)?.at),
    ...secrets,
    ...stacks,
    ...papers,
  ];
  const now = estateNow(project, parts);
  const s = journal.entries.length === 0 ? undefined : situation(journal.entries);
  return {
    findings: [
      ...seen.filter(isFinding),
      ...(s ? probeFindings(ran, whyProbe(s), terminal.now()) : []),
      ...(s && now.estate
        ? [
            ...noGuardFindings(project.estate, now.estate, parts, s.active),
            ...noObserverFindings(project.estate, now.estate, s.active),
          ]
        : []),
    ],
    ...now,
  };
}

/** Without an engine in the scheduler's path nobody can be asked; at night somebody has one. */
async function stackFindings(): Promise<readonly ReturnType<typeof stackFinding>[]> {
  try {
    return [stackFinding(await stackNames(AbortSignal.timeout(stacksLimitMs)))];
  } catch (error) {
    return [
      risk(
        "stacks",
        `they can't be listed: ${error instanceof Error ? error.message : String(error)}`,
        isHalfWritten(error)
          ? emptyFileTodo
          : 'run "parallel-standby doctor" in the shell that a move would be typed in; give the scheduler the same PATH',
      ),
    ];
  }
}

/** Runbook and card beside the journal, as the facts that a move would go by have them. */
async function paperFindings({ journal, folder }: Project): Promise<readonly Finding[]> {
  const s = await journal.entries().then(
    (entries) => (entries.length === 0 ? undefined : situation(entries)),
    () => undefined,
  );
  if (!s?.declared) return [];
  const { lyingOf } = await import("../../runbook/renew.ts");
  const to = otherSite(s.active);
  const lying = await lyingOf(to, s.declared.recovery, folder);
  if ("why" in lying)
    return [
      risk(
        "runbooks",
        `they can't be written: ${lying.why}`,
        "write down by hand how that step is done; the tool itself is not concerned",
      ),
    ];
  return lying.stale.length === 0
    ? []
    : [
        risk(
          "runbooks",
          `${lying.stale.join(", ")} beside the journal: missing, or not what a move to ${to} would do now`,
          `run "pulumi up -s ${stackOf[to]}", then print them again`,
        ),
      ];
}

/** Mistakes in estate.ts are findings of their own; then there is nothing to compare. */
function estateNow({ estate }: Project, parts: Parts): { readonly estate?: Recovery } {
  try {
    return { estate: describe(estate, parts) };
  } catch {
    return {};
  }
}
