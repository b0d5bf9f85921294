import { mkdirSync, writeFileSync } from "node:fs";
import * as path from "node:path";
import { openJournal } from "../../steps/open-journal.ts";
import type { Recovery } from "../../model/recovery.ts";
import type { SiteId } from "../../model/site.ts";
import type { Io } from "../../steps/act.ts";
import { withIo } from "../../steps/io.ts";
import { newFolder } from "./running.ts";

/** What a step of a test knows and how long it may take. */
export interface StepArgs {
  readonly hosts?: Recovery["hosts"];
  readonly parts?: Recovery["parts"];
  /** Files of the project's folder, by name: what `{ file: name }` refers to as a secret. */
  readonly files?: Readonly<Record<string, string>>;
  readonly to?: SiteId;
  /** Default: 8. */
  readonly limitSec?: number;
  readonly say?: (line: string) => void;
  readonly signal?: AbortSignal;
}

/** Runs work as a step does: in a project's folder, with an `Io`, which closes what was opened. */
export async function inStep<T>(step: StepArgs, work: (io: Io) => Promise<T>): Promise<T> {
  const folder = newFolder();
  writeFileSync(path.join(folder, "Pulumi.yaml"), "name: servers\n");
  mkdirSync(path.join(folder, "journal"));
  for (const [name, text] of Object.entries(step.files ?? {}))
    writeFileSync(path.join(folder, name), text, { mode: 0o600 });
  const before = process.cwd();
  process.chdir(folder);
  try {
    const { hosts = [], parts = [], to = "dr", limitSec = 8, say = () => undefined, signal } = step;
    const journalRef = { folder: "journal" };
    return await withIo(
      {
        known: { hosts, parts },
        journal: openJournal(journalRef),
        journalRef,
        to,
        say,
        limitSec,
        ...(signal ? { signal } : {}),
      },
      work,
    );
  } finally {
    process.chdir(before);
  }
}
