import * as fs from "node:fs/promises";
import * as path from "node:path";
import { parts } from "../../components/registry/parts.ts";
import { breakGlass } from "../../cli/journal/break-glass.ts";
import type { Entry } from "../../journal/entries.ts";
import type { Runs, Sign } from "../../steps/act.ts";
import { tempProject, writtenTerminal } from "./cli-fixture.ts";
import { exampleEstate } from "./example-estate.ts";
import { completed, declared, genesis, moveTo, noReturn, started } from "./journal-facts.ts";
import { toyParts } from "./toy.ts";

/** The new site works, the old one does not. */
export const dr: readonly Sign[] = [
  { site: "dr", shows: "active", says: "db is ONLINE" },
  { site: "primary", shows: "passive", says: "db is RESTORING" },
];

type Temp = Awaited<ReturnType<typeof tempProject>>;
/** A project whose journal was damaged. */
export interface Damaged {
  readonly project: Temp;
  /** All that was written before the damage. */
  readonly entries: readonly Entry[];
  file(place: "journal" | "mirror"): string;
  text(place: "journal" | "mirror"): Promise<string>;
}

/** What the journal held before the damage. */
export const facts = [
  genesis,
  declared,
  moveTo("dr"),
  started(1),
  noReturn(1),
  completed(1),
  moveTo("primary"),
  started(2, "primary", 6),
];
/** A project whose journal held eight entries, and what was then done to it and to its mirror. */
export async function damaged(
  change: (text: string) => string | undefined,
  mirror: "same" | "none" | ((text: string) => string | undefined) = "same",
): Promise<Damaged> {
  const project = await tempProject(mirror === "none" ? {} : { mirror: "mirror" });
  const file = (place: "journal" | "mirror"): string => path.join(project.root, place, "journal.jsonl");
  for (const f of facts) await project.journal.append(f);
  const entries = await project.journal.entries();
  const damage = async (
    place: "journal" | "mirror",
    how: (text: string) => string | undefined,
  ): Promise<void> => {
    const made = how(await fs.readFile(file(place), "utf8"));
    if (made === undefined) await fs.rm(file(place));
    else await fs.writeFile(file(place), made);
  };
  await damage("journal", change);
  if (mirror !== "none") await damage("mirror", mirror === "same" ? change : mirror);
  return { project, entries, file, text: (place) => fs.readFile(file(place), "utf8").catch(() => "") };
}
/** Breaks the glass, with these signs at the sites; gives what is said. */
export const breaking = async (
  { project }: Damaged,
  more: Partial<Parameters<typeof breakGlass>[0]> = {},
  signs: readonly Sign[] = dr,
): Promise<readonly string[]> => {
  const runs: Runs = {
    "toy-data": () => Promise.resolve({ runnables: [], signs: () => Promise.resolve(signs) }),
  };
  const terminal = writtenTerminal();
  const options = { active: "dr", as: "ann", reason: "a bad disk", preview: false, ...more };
  await breakGlass(
    options,
    { ...project, estate: { ...project.estate, systems: exampleEstate().systems } },
    { parts: { ...parts, ...toyParts }, runs },
    terminal,
  );
  return terminal.lines;
};
/** Damage: one line says another name; or the text ends in the middle of it. */
export const lineChanged =
  (n: number): ((text: string) => string) =>
  (text) =>
    text
      .split("\n")
      .map((l, i) => (i === n ? l.replace('"ann"', '"eve"') : l))
      .join("\n");
export const cutIn =
  (n: number): ((text: string) => string) =>
  (text) => {
    const lines = text.split("\n");
    return [...lines.slice(0, n), (lines[n] ?? "").slice(0, 60)].join("\n");
  };
