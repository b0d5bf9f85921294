import * as fs from "node:fs/promises";
import * as path from "node:path";
import type { Entry } from "../journal/entries.ts";
import { projectRoot } from "../journal/project-root.ts";
import { situation } from "../journal/situation.ts";
import type { WordsFile } from "../journal/words-text.ts";
import { withinLimit } from "../journal/within-limit.ts";
import { wordAt, type Word } from "../journal/words.ts";
import { guardFolder, wordsFileName, type GuardFacts, type Witness } from "../model/guard.ts";
import type { Parts } from "../model/part.ts";
import type { Recovery } from "../model/recovery.ts";
import { guardedHosts } from "../planning/guarded.ts";
import type { Io } from "./act.ts";
import type { World } from "./find.ts";
import { bring, heldAt, type Place } from "./words-place.ts";

/** How bringing the words to one place went. */
export interface Brought {
  /** The share of a witness, or the id of a guarded server. */
  readonly place: string;
  readonly kind: "witness" | "server";
  readonly ok: boolean;
  /** What was done, or why not; without a full stop. */
  readonly says: string;
}

/** How long one place may take. Seconds. */
const placeLimitSec = 8;

/** The words of an estate as its journal has them now, good from now on for as long as its guard's lease. */
export function wordsNow(
  entries: readonly Entry[],
  recovery: Recovery,
  guard: GuardFacts,
  parts: Parts,
  nowSec: number,
): WordsFile {
  const s = situation(entries);
  const publishedSec = Math.floor(nowSec);
  return {
    estate: recovery.estate,
    seq: entries.at(-1)?.seq ?? 0,
    epoch: s.epoch,
    publishedSec,
    untilSec: publishedSec + guard.leaseHours * 3600,
    hosts: new Map(guardedHosts(recovery, parts).map((g) => [g.host.id, wordAt(s, g.host.site, g.parts)])),
  };
}

/**
 * Brings the words to every witness and to every guarded server that is reached; nothing where the estate has no guard.
 * It never throws and never waits long: that a place has fallen behind is made safe by the lease, and proof that the old
 * site cannot write is the fence's affair. A place that holds newer words is left as it is; where they are newer than the
 * journal itself, that is a failure.
 */
export async function publishWords(
  entries: readonly Entry[],
  recovery: Recovery,
  parts: Parts,
  io: Io,
  nowSec: number = Date.now() / 1000,
): Promise<readonly Brought[]> {
  const { guard } = recovery;
  if (!guard) return [];
  const words = wordsNow(entries, recovery, guard, parts, nowSec);
  const name = wordsFileName(recovery.estate);
  const witnesses = guard.witnesses.map((w) =>
    bounded({ place: w.share, kind: "witness" }, () => bring(witnessPlace(w, name), words, io)),
  );
  const servers = guardedHosts(recovery, parts).map(({ host }) =>
    bounded({ place: host.id, kind: "server" }, () => bring(serverPlace(host.id, name), words, io)),
  );
  return Promise.all([...witnesses, ...servers]);
}

function witnessPlace({ folder, host }: Witness, name: string): Place {
  if (host !== undefined) return { host, file: `${folder.replace(/\\+$/, "")}\\${name}` };
  if (process.platform !== "win32" && folder.startsWith("\\\\"))
    throw new Error(
      "this runner is no Windows machine and cannot write to a share by its name. Write folder: where this runner mounts it, at this witness in estate.ts",
    );
  return { file: path.join(path.resolve(projectRoot(), folder), name) };
}
const serverPlace = (host: string, name: string): Place => ({ host, file: `${guardFolder}\\${name}` });

/**
 * The highest number of an activation in the words that witnesses hold; 0 where none is reached. A journal that begins
 * anew goes beyond it: servers go by the words of the latest activation.
 */
export async function epochAtWitnesses(
  { guard, estate }: Pick<Recovery, "guard" | "estate">,
  io: Io,
): Promise<number> {
  const epochs = (guard?.witnesses ?? []).map(async (w) => {
    let epoch = 0;
    await bounded({ place: w.share, kind: "witness" }, async () => {
      const held = await heldAt(witnessPlace(w, wordsFileName(estate)), io);
      if (held?.estate === estate) ({ epoch } = held);
      return "";
    });
    return epoch;
  });
  return Math.max(0, ...(await Promise.all(epochs)));
}

async function bounded(
  place: Pick<Brought, "place" | "kind">,
  work: () => Promise<string>,
): Promise<Brought> {
  try {
    return { ...place, ok: true, says: await withinLimit(work(), placeLimitSec) };
  } catch (error) {
    return { ...place, ok: false, says: error instanceof Error ? error.message : String(error) };
  }
}

/**
 * Brings one server of the site that is looked at its own word as the journal has it now, and gives the word: a guard that
 * is new knows one before a witness does. Throws where the server is not reached.
 */
export async function bringWord(
  {
    host,
    estate,
    leaseHours,
  }: { readonly host: string; readonly estate: string; readonly leaseHours: number },
  io: Io,
): Promise<Word> {
  const entries = await io.journal.entries();
  const s = situation(entries);
  const word = wordAt(s, io.to);
  const publishedSec = Math.floor(Date.now() / 1000);
  const words: WordsFile = {
    estate,
    seq: entries.at(-1)?.seq ?? 0,
    epoch: s.epoch,
    publishedSec,
    untilSec: publishedSec + leaseHours * 3600,
    hosts: new Map([[host, word]]),
  };
  await bring(serverPlace(host, wordsFileName(estate)), words, io);
  return word;
}

/** The places that were not reached, as one sentence; undefined where all were. */
export const notBrought = (brought: readonly Brought[]): string | undefined => {
  const missed = brought.filter((b) => !b.ok);
  return missed.length === 0
    ? undefined
    : `the guard's words did not reach ${missed.map((b) => `${b.place} (${b.says})`).join(", ")}`;
};

/** How long what was published last need not be published again while it says the same. Milliseconds. */
const freshMs = 60_000;

type Announce = (world: Pick<World, "journal" | "parts">, recovery: Recovery, io: Io) => Promise<void>;

/**
 * Publishes the words unless the same ones were a moment ago: steps of a cutover do so side by side. Says what was not
 * reached; never throws.
 */
export const announce: Announce = (world, recovery, io) =>
  publishUnless(({ isSame, ageMs }) => isSame && ageMs >= 0 && ageMs < freshMs, world, recovery, io);

/**
 * Publishes the words where this runner has published others last, however long ago, or where a server that may start its
 * services was not reached: one that was just booting. Says what was not reached; never throws.
 */
export const announceChanges: Announce = (world, recovery, io) =>
  publishUnless(({ isSame, isWhole }) => isSame && isWhole, world, recovery, io);

/** What this runner has published last. */
interface Published {
  /** The same words. */
  readonly isSame: boolean;
  /** All servers were reached that may start their services. */
  readonly isWhole: boolean;
  readonly ageMs: number;
}

async function publishUnless(
  isEnough: (before: Published) => boolean,
  { journal, parts }: Pick<World, "journal" | "parts">,
  recovery: Recovery,
  io: Io,
): Promise<void> {
  const { guard } = recovery;
  if (!guard) return;
  try {
    const entries = await journal.entries();
    const now = Date.now();
    const { epoch, hosts } = wordsNow(entries, recovery, guard, parts, now / 1000);
    const mark = path.join(io.keep, "words-published");
    const same = JSON.stringify([epoch, [...hosts]]);
    const [before, missedBefore] = (await fs.readFile(mark, "utf8").catch(() => "")).split("\n");
    const ageMs = now - ((await fs.stat(mark).catch(() => undefined))?.mtimeMs ?? 0);
    if (isEnough({ isSame: before === same, isWhole: missedBefore === undefined, ageMs })) return;
    // Before it is done: of several steps side by side one is enough.
    await fs.writeFile(mark, same);
    const brought = await publishWords(entries, recovery, parts, io);
    if (brought.some((b) => !b.ok && b.kind === "server" && hosts.get(b.place) === "run"))
      await fs.writeFile(mark, `${same}\nmissed`);
    const missed = notBrought(brought);
    if (missed !== undefined) io.say(missed);
  } catch (error) {
    io.say(`the guard's words were not published: ${error instanceof Error ? error.message : String(error)}`);
  }
}
