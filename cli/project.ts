import * as fs from "node:fs";
import * as path from "node:path";
import { pathToFileURL } from "node:url";
import type { Journal } from "../journal/journal.ts";
import { openJournal } from "../steps/open-journal.ts";
import { projectRoot } from "../journal/project-root.ts";
import type { Estate } from "../model/estate.ts";
import { EstateError } from "../model/describe.ts";
import { journalProblems, keptIn } from "../model/journal-ref.ts";
import type { World } from "../steps/find.ts";
import { CliError } from "./failure.ts";
import type { Terminal } from "./terminal.ts";

/** An owner's project, as the verbs use it. */
export interface Project {
  /** The folder of Pulumi.yaml. */
  readonly root: string;
  readonly estate: Estate;
  readonly journal: Journal;
  /** Folder of the journal, or the one in which files are kept beside it, absolute: reports are kept below it. */
  readonly folder: string;
}

/** The project that the current folder belongs to: Pulumi.yaml found upwards, `estate.ts` (or `estate.js`) beside it. */
export async function openProject(terminal: Pick<Terminal, "note">): Promise<Project> {
  const root = projectRoot();
  const estate = await loadEstate(root);
  const problems = journalProblems(estate.journal);
  if (problems.length > 0) throw new EstateError(problems);
  return {
    root,
    estate,
    journal: openJournal(estate.journal, (line) => terminal.note(line)),
    folder: path.resolve(root, keptIn(estate.journal)),
  };
}

/** Reads the estate of a project. Throws a sentence where there is none, or where it cannot be loaded. */
export async function loadEstate(root: string): Promise<Estate> {
  const file = ["estate.ts", "estate.js"].map((name) => path.join(root, name)).find((f) => fs.existsSync(f));
  if (file === undefined)
    throw new CliError(
      `no estate.ts beside ${path.join(root, "Pulumi.yaml")}. Is this the right folder? "parallel-standby init" makes a project with one`,
    );
  const module = await load(file);
  const found = module["estate"];
  if (!isEstate(found))
    throw new CliError(
      `${file} exports ${"estate" in module ? "an estate that is none" : `no "estate" (it exports ${Object.keys(module).join(", ") || "nothing"})`}. Write: export const estate = defineEstate({ … })`,
    );
  return found;
}

async function load(file: string): Promise<Readonly<Record<string, unknown>>> {
  try {
    return (await import(pathToFileURL(file).href)) as Readonly<Record<string, unknown>>;
  } catch (error) {
    const says = error instanceof Error ? error.message : String(error);
    const missing =
      error instanceof Error &&
      "code" in error &&
      error.code === "ERR_MODULE_NOT_FOUND" &&
      /package '/.test(says);
    throw new CliError(
      missing
        ? `${file}: ${says.split("\n")[0] ?? says}. Run "npm install" in ${path.dirname(file)}`
        : `${file} cannot be loaded: ${says}. "npm run check" in ${path.dirname(file)} shows the place`,
    );
  }
}

function isEstate(value: unknown): value is Estate {
  if (value === null || typeof value !== "object") return false;
  const { name, journal, systems } = value as Partial<Record<keyof Estate, unknown>>;
  return (
    typeof name === "string" && Array.isArray(systems) && journal !== null && typeof journal === "object"
  );
}

/** The registries of this version; loaded only by verbs that look at parts or run their code. */
export async function registries(): Promise<Pick<World, "parts" | "runs">> {
  const [{ parts }, { runs }] = await Promise.all([
    import("../components/registry/parts.ts"),
    import("../components/registry/runs.ts"),
  ]);
  return { parts, runs };
}
