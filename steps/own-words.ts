import { isFromFuture, parseWords, type WordsFile } from "../journal/words-text.ts";
import type { Word } from "../journal/words.ts";
import { guardFolder, wordsFileName } from "../model/guard.ts";
import { moment } from "../model/time.ts";
import type { Io } from "./act.ts";
import { FileError, sshTo } from "./transports/ssh.ts";

/** A lease that ends within this part of its time is worth a word: the runner has not renewed it for long. */
const soonPart = 0.5;

/** What is wrong with what a server knows: nothing, another word than the journal's, or a lease that nobody renews. */
export function wordFindings(
  word: Word,
  own: WordsFile | undefined,
  host: string,
  leaseHours: number,
  nowSec: number,
): readonly string[] {
  const knows = own?.hosts.get(host);
  if (!own || !knows) return ["no word has reached it: it would start nothing"];
  if (isFromFuture(own, nowSec))
    return [
      `its words were published at ${moment(own.publishedSec)}, which is in the future: a clock was ahead, of a runner then or is behind here now, and until then it may start nothing. Set the runner's clock right, then run "parallel-standby guard publish"`,
    ];
  if (knows !== word)
    return [`it goes by "${knows}", and the journal says "${word}". Run "parallel-standby guard publish"`];
  if (knows !== "run") return [];
  const left = own.untilSec - nowSec;
  if (left < 0)
    return [
      `its lease ended at ${moment(own.untilSec)}: after a restart it would start nothing. Run "parallel-standby guard publish", and schedule "parallel-standby probe"`,
    ];
  return left < soonPart * leaseHours * 3600
    ? [
        `its lease is not renewed as it should be, and ends at ${moment(own.untilSec)}. Does the scheduled "parallel-standby probe" run?`,
      ]
    : [];
}

/** The words that a guarded server keeps itself; undefined where none has ever reached it. */
export async function ownWords(host: string, estate: string, io: Io): Promise<WordsFile | undefined> {
  const ssh = await sshTo(host, io);
  try {
    return parseWords((await ssh.readFile(`${guardFolder}\\${wordsFileName(estate)}`)).toString("latin1"));
  } catch (error) {
    if (error instanceof FileError && error.missing) return undefined;
    throw error;
  }
}
