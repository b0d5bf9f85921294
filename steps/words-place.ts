import * as fs from "node:fs/promises";
import * as path from "node:path";
import { breakingGlass } from "../journal/put-back.ts";
import { situation } from "../journal/situation.ts";
import { isAhead, parseWords, standingOf, wordsText, type WordsFile } from "../journal/words-text.ts";
import type { Io } from "./act.ts";
import { FileError, sshTo } from "./transports/ssh.ts";
import { portAnswers } from "./transports/tcp.ts";

/** Where a file of words lies. */
export interface Place {
  /** The server on whose drive it is; absent where the runner reads and writes it itself. */
  readonly host?: string;
  /** Its whole path. */
  readonly file: string;
}

/** How long a server may take to accept a connection, before more is tried. Seconds. */
const acceptLimitSec = 3;

/** How a file of words is read and written. */
interface Access {
  /** Undefined where there is none. */
  read(): Promise<string | undefined>;
  write(text: string): Promise<void>;
}

/**
 * Brings words to one place, unless it holds newer ones, and says which of both. Throws where it is not reached, holds
 * words of another estate, or of a later state than this journal is in: then the journal has lost entries, and servers
 * go on by what they were told before.
 */
export async function bring(place: Place, words: WordsFile, io: Io): Promise<string> {
  const access = await accessTo(place, io);
  const there = await held(access);
  switch (standingOf(there, words)) {
    case "foreign":
      throw new Error(
        `its file ${path.win32.basename(place.file)} is of the estate ${JSON.stringify(there?.estate ?? "")}, and both would write the same one. Give this estate's guard another folder`,
      );
    case "ahead":
      if (there) await refuseLostEntries(there, io);
      return "it holds newer words";
    case "same":
      return "it holds the same words, published no earlier";
    case "older":
      await access.write(wordsText(words));
      return "written";
  }
}

/** The words at a place; undefined where there are none. Throws where it is not reached. */
export const heldAt = async (place: Place, io: Io): Promise<WordsFile | undefined> =>
  held(await accessTo(place, io));

async function held(access: Access): Promise<WordsFile | undefined> {
  const text = await access.read();
  return text === undefined ? undefined : parseWords(text);
}

/** Somebody may have written to the journal since it was read, and published that: only what lies ahead of it now is wrong. */
async function refuseLostEntries(there: WordsFile, io: Io): Promise<void> {
  const entries = await io.journal.entries();
  const now = { epoch: situation(entries).epoch, seq: entries.at(-1)?.seq ?? 0 };
  if (!isAhead(there, now)) return;
  throw new Error(
    `it holds words of activation ${String(there.epoch)}, entry ${String(there.seq)}, and the journal ends with activation ${String(now.epoch)}, entry ${String(now.seq)}: it has lost entries, and servers go on by the words from before. Bring the whole journal back ("parallel-standby journal verify"), or give up what is lost: ${breakingGlass} --last-activation ${String(there.epoch)}`,
  );
}

async function accessTo({ host, file }: Place, io: Io): Promise<Access> {
  if (host === undefined) return byRunner(file);
  const { address, ssh } = io.host(host);
  // A server that is gone is known to be after three seconds; logging on to it would take ten.
  if (ssh && !(await portAnswers(address, ssh.port, { signal: io.signal, limitSec: acceptLimitSec })))
    throw new Error(`${host} does not answer`);
  const server = await sshTo(host, io);
  return {
    read: async () => {
      try {
        return (await server.readFile(file)).toString("latin1");
      } catch (error) {
        if (error instanceof FileError && error.missing) return undefined;
        throw error;
      }
    },
    write: async (text) => {
      try {
        await server.writeFile(file, text);
      } catch (error) {
        if (error instanceof FileError && error.missing)
          throw new Error(`${host} has no such folder: ${file}`, { cause: error });
        throw error;
      }
    },
  };
}

/** A file on a drive or share that the runner writes by itself. */
const byRunner = (file: string): Access => ({
  read: () => fs.readFile(file, "latin1").catch(() => undefined),
  write: async (text) => {
    const next = `${file}.${crypto.randomUUID()}`;
    try {
      await fs.writeFile(next, text, "latin1");
      await fs.rename(next, file);
    } finally {
      await fs.rm(next, { force: true }).catch(() => undefined);
    }
  },
});
