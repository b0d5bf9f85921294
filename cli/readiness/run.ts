import * as path from "node:path";
import { isWorthWriting, lastReadiness } from "../../journal/readiness.ts";
import type { EntryOf } from "../../journal/entries.ts";
import { situation } from "../../journal/situation.ts";
import { movementOf } from "../../journal/state.ts";
import { didYouMean } from "../../model/nearest.ts";
import { otherSite, siteIds, stackOf, type SiteId } from "../../model/site.ts";
import { upgraded } from "../../model/upgrade.ts";
import type { Readiness } from "../../readiness/readiness.ts";
import { readinessText } from "../../readiness/text.ts";
import { countsText, type Verdict } from "../../readiness/verdict.ts";
import { writeWhole } from "../../report/whole.ts";
import { lacksSecrets } from "../../stacks/secrets.ts";
import { readinessNow } from "../../stacks/readiness.ts";
import type { World } from "../../steps/find.ts";
import { CliError, UsageError } from "../failure.ts";
import { ownJournal } from "../own-journal.ts";
import { openProject, registries, type Project } from "../project.ts";
import type { Terminal } from "../terminal.ts";
import { junitText } from "./junit.ts";
import { notify } from "../notify.ts";
import { runnerLook } from "./runner.ts";

/** How the command was typed. */
export interface ReadinessOptions {
  readonly to?: string;
  readonly json?: true;
  readonly junit?: string;
  readonly notify?: readonly string[];
}

/** The exit codes of this verb: a scheduler branches on them. */
const codes: Readonly<Record<Verdict, number>> = { ready: 0, warnings: 1, "not ready": 2 };
const couldNotLook = 3;

/** The whole look ends after so long. Seconds. */
const limitSec = 60;

/** Looks, prints, keeps the result in the journal and tells whoever is to be told. Throws with the verdict's exit code unless all is ready. */
export async function readiness(
  more: readonly string[],
  options: ReadinessOptions,
  terminal: Terminal,
): Promise<void> {
  const whom = [...(options.notify ?? []), ...more];
  const [command, ...args] = whom;
  if (more.length > 0 && options.notify === undefined)
    throw new UsageError(
      `readiness takes no arguments: ${JSON.stringify(more[0])} is none. What follows -- belongs to --notify`,
    );
  const tell = async (text: string): Promise<void> => {
    if (command === undefined) return;
    try {
      await notify([command, ...args], `${text}\n`, { env: terminal.env });
    } catch (error) {
      terminal.note(error instanceof Error ? error.message : String(error));
    }
  };
  try {
    const project = await openProject(terminal);
    const { found, text, isNews } = await lookAndKeep(project, await registries(), options, terminal);
    if (found.verdict === "not ready" || isNews) await tell(text);
    if (found.verdict !== "ready")
      throw new CliError(
        `${found.verdict === "warnings" ? "ready, with warnings" : "not ready"}: ${countsText(found.findings)}`,
        codes[found.verdict],
      );
  } catch (error) {
    if (error instanceof CliError && (error instanceof UsageError || isVerdict(error))) throw error;
    const says = `could not look at readiness: ${error instanceof Error ? error.message : String(error)}`;
    await tell(says);
    throw new CliError(says, couldNotLook);
  }
}

const isVerdict = (error: CliError): boolean => /^(ready, with warnings|not ready): /.test(error.message);

/** What a look over a project gives: the result and its text. */
interface Kept {
  readonly found: Readiness;
  readonly text: string;
  /** It is another verdict than before, or other things stop a move or make it a risk. */
  readonly isNews: boolean;
}

/** Looks at a project and keeps the result in its journal. */
export async function lookAndKeep(
  project: Project,
  known: Pick<World, "parts" | "runs">,
  options: ReadinessOptions,
  terminal: Terminal,
): Promise<Kept> {
  const { estate, journal } = project;
  const entries = await ownJournal(journal, estate.name);
  const s = situation(entries);
  const to = siteFrom(options.to, s.active);
  const moves = movementOf(s);
  if (moves) throw new Error(`${moves.says}, and readiness is told of an estate at rest. ${moves.ways}`);
  if (!s.declared) throw new Error(`the journal holds no facts yet. Run "pulumi up -s ${stackOf[to]}" first`);
  const recovery = upgraded(s.declared.recovery, known.parts);
  // Without them every look fails in its own words, and none of those is about the estate.
  const lacks = await lacksSecrets(recovery, s.active);
  if (lacks !== undefined) throw new Error(lacks);
  const runner = await runnerLook(project, known.parts, terminal);
  const found = await readinessNow(
    {
      world: { ...known, journal },
      recovery,
      request: { from: s.active, to, mode: "planned" },
      journalRef: estate.journal,
      epoch: s.epoch + 1,
      disasterSec: Math.floor(terminal.now().getTime() / 1000),
    },
    {
      wanted: { mode: "unplanned", acceptLossSec: Number.POSITIVE_INFINITY },
      limitSec,
      entries,
      now: terminal.now(),
      estate: runner.estate,
      more: runner.findings,
    },
  );
  const text = readinessText(found, recovery);
  terminal.out(options.json ? JSON.stringify(asJson(found, terminal.now()), undefined, 2) : text);
  if (options.junit !== undefined) await writeWhole(path.resolve(options.junit), junitText(found));
  // What was found counts, whether it can be kept or not.
  await journal
    .append((now) => {
      const fact = factOf(found);
      return isWorthWriting(now, fact, terminal.now()) ? fact : undefined;
    })
    .catch((error: unknown) => {
      terminal.note(
        `this result is not kept in the journal: ${error instanceof Error ? error.message : String(error)}`,
      );
    });
  const isNews = gravely(found) !== gravely(lastReadiness(entries, to) ?? { verdict: "ready", findings: [] });
  return { found, text, isNews };
}

/** What somebody is told of: the verdict, and what stops a move or makes it a risk. */
const gravely = ({
  verdict,
  findings,
}: {
  readonly verdict: Verdict;
  readonly findings: readonly Pick<Readiness["findings"][number], "id" | "severity">[];
}): string =>
  JSON.stringify([
    verdict,
    findings
      .filter((f) => f.severity !== "note")
      .map((f) => f.id)
      .sort(),
  ]);

/** The site that would become active. */
function siteFrom(wanted: string | undefined, active: SiteId): SiteId {
  if (wanted === undefined) return otherSite(active);
  const found = siteIds.find((id) => id === wanted);
  if (!found)
    throw new UsageError(
      `--to ${JSON.stringify(wanted)}: there is no such site. Write ${siteIds.join(" or ")}.${didYouMean(wanted, siteIds)}`,
    );
  if (found === active)
    throw new UsageError(`--to ${found}: ${found} is active already. Write ${otherSite(active)}, or nothing`);
  return found;
}

/** The result as the journal keeps it. */
function factOf(r: Readiness): Omit<EntryOf<"readiness">, "seq" | "prev" | "at" | "by" | "hash"> {
  const losses = r.loss.map((l) => l.lossSec);
  const lossSec = losses.some((l) => l === undefined)
    ? undefined
    : Math.max(0, ...losses.flatMap((l) => l ?? []));
  return {
    kind: "readiness",
    to: r.to,
    verdict: r.verdict,
    findings: r.findings.map(({ id, severity, at, says }) => ({ id, severity, at, says })),
    ...(lossSec === undefined ? {} : { lossSec }),
    predictedSec: r.predicted.totalSec,
    noted: r.noted,
  };
}

const iso = (atSec: number | undefined): string | undefined =>
  atSec === undefined ? undefined : new Date(atSec * 1000).toISOString();

/** The result for machines: times in ISO 8601, UTC. */
const asJson = (r: Readiness, now: Date): unknown => ({
  at: now.toISOString(),
  from: r.from,
  to: r.to,
  verdict: r.verdict,
  findings: r.findings,
  loss: r.loss.map(({ pointSec, untilSec, ...l }) => ({ ...l, point: iso(pointSec), until: iso(untilSec) })),
  predicted: r.predicted,
  looks: r.asked.length,
  unanswered: r.asked.filter((a) => !a.isAnswered).map((a) => a.id),
  tookSec: r.tookSec,
});
