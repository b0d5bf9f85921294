import { randomUUID } from "node:crypto";
import { cp, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { entriesOf } from "../../journal/chain.ts";
import type { Entry } from "../../journal/entries.ts";
import { ensureEngine } from "../../tools/engine/ensure.ts";
import { offlineEnv } from "../../tools/engine/env.ts";
import { engineShell } from "../world/lab-file.ts";
import { machine, type Machine } from "./machine.ts";
import type { LabOptions } from "../world/options.ts";
import { startLab, type Lab } from "../world/start.ts";

const repository = resolve(import.meta.dirname, "../..");

/** A lab with an owner's project of its own, and the commands an owner would type there. */
export interface Rig extends Machine {
  readonly lab: Lab;
  entries(): Promise<readonly Entry[]>;
  /** The file that holds the journal, or its mirror where it lies in no folder. */
  readonly journalFile: string;
  /** Another operator's machine of that name, with a copy of the project and a state of its own; its clock may be ahead. */
  secondMachine(name: string, aheadMs?: number): Promise<Machine>;
  /** Ends every process that was started, then the lab; removes the folder unless it is to be kept. */
  close(keep?: boolean): Promise<void>;
}

/** Options of a rig; the lab's own, and whether a stop was asked for. */
export interface RigOptions extends Partial<LabOptions> {
  readonly signal?: AbortSignal;
  /** Hears one line for each thing that happens. */
  readonly say?: (line: string) => void;
  /** Folder below lab/.lab for the run's own folder. Default: runs. */
  readonly below?: string;
}

/** Makes a folder with the lab's project, starts the lab for it, and makes sure of the engine. */
export async function rig({
  signal,
  say = () => undefined,
  below = "runs",
  ...options
}: RigOptions = {}): Promise<Rig> {
  const engine = await ensureEngine({ say, ...(signal ? { signal } : {}) });
  const folder = join(repository, "lab", ".lab", below, randomUUID().slice(0, 8));
  await mkdir(join(folder, ".state"), { recursive: true });
  for (const file of projectFiles) await cp(join(repository, "lab", "project", file), join(folder, file));
  await pointAtPlugin(folder);
  const lab = await startLab({
    ...options,
    folder,
    shell: engineShell(engine.env),
  });
  const env = offlineEnv(
    engine.env["PULUMI_HOME"] ?? "",
    {
      ...lab.env,
      PATH: `${join(folder, ".lab", "bin")}:${dirname(process.execPath)}:${engine.env["PATH"] ?? ""}`,
    },
    dirname(engine.pulumi),
  );
  const own = machine({ folder, env, signal });
  const others: Machine[] = [];
  return {
    ...own,
    lab,
    entries: async () => entriesOf(await journalText(lab, folder)),
    journalFile: join(folder, ".lab", options.journal === "sql" ? "journal-mirror" : "journal", fileName),
    secondMachine: async (name, aheadMs = 0) => {
      const there = `${folder}-${String(others.length + 2)}`;
      await mkdir(join(there, ".state"), { recursive: true });
      for (const file of [...projectFiles, ".lab/lab.json", ".lab/keys"])
        await cp(join(folder, file), join(there, file), { recursive: true });
      const made = machine({
        folder: there,
        env: { ...env, LAB_HOST: name, LAB_AHEAD_MS: String(aheadMs) },
        signal,
      });
      others.push(made);
      return made;
    },
    close: async (keep = false) => {
      try {
        await Promise.all([own, ...others].map((m) => m.powerCut()));
      } finally {
        await lab.close();
        for (const { folder: there } of keep ? others : [own, ...others])
          await rm(there, { recursive: true, force: true });
      }
    },
  };
}

const projectFiles = ["Pulumi.yaml", "main.js", "main.ts", "estate.ts"];
const fileName = "journal.jsonl";

/** The journal as it lies in its place, read by nobody of the product. */
async function journalText(lab: Lab, folder: string): Promise<string> {
  if (lab.journal === "folder")
    return readFile(join(folder, ".lab", "journal", fileName), "utf8").catch(() => "");
  const { rows } = await lab
    .sql(lab.sqlServerAt("dr"))
    .run(
      "IF OBJECT_ID(N'[ParallelStandby].[dbo].[JournalLines]') IS NOT NULL SELECT [Text] AS [text] FROM [ParallelStandby].[dbo].[JournalLines] WHERE [Chain] = (SELECT MAX([Chain]) FROM [ParallelStandby].[dbo].[JournalLines]) ORDER BY [Line]",
    );
  return rows.map((row) => `${String(row["text"])}\n`).join("");
}

/** The plugin's path in Pulumi.yaml is relative to it, and a run's folder lies deeper than the project's. */
async function pointAtPlugin(folder: string): Promise<void> {
  const file = join(folder, "Pulumi.yaml");
  await writeFile(
    file,
    (await readFile(file, "utf8")).replace("path: ../servers/", "path: ../../../servers/"),
  );
}
