import type { Parts } from "../../model/part.ts";
import { describe, EstateError } from "../../model/describe.ts";
import type { Estate } from "../../model/estate.ts";
import { isHalfWritten, stackNames } from "../../steps/pulumi-stacks.ts";
import { CliError } from "../failure.ts";
import { count } from "../layout.ts";
import type { Project } from "../project.ts";
import type { Terminal } from "../terminal.ts";
import { engineFindings } from "./engine.ts";
import { type Finding, type Well, isFinding, stops, well } from "../../model/finding.ts";
import { seenText } from "./text.ts";
import { journalFindings } from "./journal.ts";
import { emptyFileTodo, pendingFindings } from "./pending.ts";
import { secretFindings } from "./secrets.ts";
import { clockFinding, neededStacks, nodeFinding, settingFindings, stackFinding } from "./settings.ts";

/** Listing stacks of a file backend, and reading their states, takes seconds; on a share that is gone it takes for ever. */
const stacksLimitMs = 20_000;

/** Looks at the runner and prints what was found. Throws where a cutover from here would fail. */
export async function doctor(
  project: Project,
  { parts }: { readonly parts: Parts },
  terminal: Terminal,
): Promise<void> {
  const { env, platform } = terminal;
  const journal = await journalFindings(project);
  const engine = await engineFindings(env, platform);
  const findings: readonly (Finding | Well)[] = [
    nodeFinding(process.versions.node),
    ...engine,
    ...settingFindings(env, platform),
    ...(await stacks(engine)),
    ...estateFindings(project.estate, parts),
    ...journal.findings,
    clockFinding(terminal.now(), journal.entries.at(-1)?.at),
    ...(await secretFindings([project.estate.systems, project.estate.journal], project.root)),
  ];
  terminal.out(seenText(findings));
  const wrong = findings.filter((f) => isFinding(f) && f.severity === "stops").length;
  if (wrong > 0) throw new CliError(`${count(wrong, "thing")} to mend before a cutover can run from here`);
}

export function estateFindings(estate: Estate, parts: Parts): readonly (Finding | Well)[] {
  try {
    const { parts: described, hosts } = describe(estate, parts);
    return [
      well(
        "estate",
        `${estate.name}: ${count(described.length, "part")} on ${count(hosts.length, "server")}`,
      ),
    ];
  } catch (error) {
    return error instanceof EstateError
      ? error.problems.map((p) => stops("estate", `${p.at}: ${p.says}`, `write ${p.write}`, `estate:${p.at}`))
      : [
          stops(
            "estate",
            error instanceof Error ? error.message : String(error),
            '"npm run check" shows the place',
          ),
        ];
  }
}

/** Which stacks there are, and what they remember. Without an engine there is nobody to ask. */
export async function stacks(engine: readonly (Finding | Well)[]): Promise<readonly (Finding | Well)[]> {
  if (engine.some((f) => f.at === "engine" && isFinding(f) && f.severity === "stops"))
    return [stops("stacks", "can't be listed without an engine", "see above")];
  const signal = AbortSignal.timeout(stacksLimitMs);
  try {
    const names = await stackNames(signal);
    const own = neededStacks.filter((name) => names.includes(name));
    return [stackFinding(names), ...(await pendingFindings(own, signal))];
  } catch (error) {
    return [
      stops(
        "stacks",
        `can't be listed: ${error instanceof Error ? error.message : String(error)}`,
        isHalfWritten(error) ? emptyFileTodo : 'run "pulumi stack ls" in this folder',
      ),
    ];
  }
}
