import * as fs from "node:fs/promises";
import * as path from "node:path";

/** What a probe found that somebody should hear of. */
export interface News {
  /** What it is about: the same thing is told once, until it is another one or over. Empty: there is nothing. */
  readonly about: string;
  readonly text: string;
}

/** Where it is kept beside the journal what was told last. */
const fileIn = (folder: string): string => path.join(folder, "probe-told");

/** Whether that was told already by the probe before. */
export const isTold = async (folder: string, { about }: News): Promise<boolean> =>
  (await fs.readFile(fileIn(folder), "utf8").catch(() => "")) === about;

/** Remembers what was told, after it was. */
export const told = (folder: string, { about }: News): Promise<void> => fs.writeFile(fileIn(folder), about);
