import * as fs from "node:fs/promises";
import * as path from "node:path";
import * as z from "zod";
import { writeWhole } from "../../report/whole.ts";

const Ran = z.object({
  /** ISO 8601, UTC. */
  at: z.iso.datetime(),
  exitCode: z.int(),
  /** What it found, or why it could not probe. */
  text: z.string(),
});
/** How a probe ended: kept in a small file beside the journal, since every five minutes are no entries. */
export type ProbeRan = z.infer<typeof Ran>;

const fileIn = (folder: string): string => path.join(folder, "probe-ran.json");

/** Keeps how a probe ended, in place of the one before. */
export const keepRan = (folder: string, ran: ProbeRan): Promise<void> =>
  writeWhole(fileIn(folder), `${JSON.stringify(ran)}\n`);

/** How the last probe ended; undefined where none has, or where what it left cannot be read. */
export async function lastRan(folder: string): Promise<ProbeRan | undefined> {
  try {
    return Ran.safeParse(JSON.parse(await fs.readFile(fileIn(folder), "utf8"))).data;
  } catch {
    return undefined;
  }
}
