import * as path from "node:path";
import { projectRoot } from "../journal/project-root.ts";
import type { Journal } from "../journal/journal.ts";
import { keptIn, type JournalRef } from "../model/journal-ref.ts";
import { lookupOf, type Recovery } from "../model/recovery.ts";
import type { SiteId } from "../model/site.ts";
import { Refused, type Io, type Point } from "./act.ts";
import { resolveSecret } from "./secrets.ts";

/** What an `Io` is made of. */
export interface IoArgs {
  readonly known: Pick<Recovery, "hosts" | "parts">;
  readonly journal: Journal;
  readonly journalRef: JournalRef;
  readonly to: SiteId;
  readonly say: (line: string) => void;
  readonly limitSec: number;
  readonly activation?: NonNullable<Io["activation"]>;
  readonly drill?: NonNullable<Io["drill"]>;
  readonly point?: (part: string) => Promise<Point>;
  /** Absent where no journal guards the work: it only looks. */
  readonly mayStillAct?: () => Promise<void>;
  /** Absent where nobody is asked. */
  readonly waits?: Io["waits"];
  /** Ends whatever runs, beside the time limit. */
  readonly signal?: AbortSignal;
}

/** How long closing may take, for everything that a step opened together. A server that is gone answers no good-bye. */
const closeLimitMs = 5_000;

/** Runs work with an `Io`, and closes what the work opened, however it ends. */
export async function withIo<T>(args: IoArgs, work: (io: Io) => Promise<T>): Promise<T> {
  const closers: (() => Promise<void> | void)[] = [];
  const lookup = lookupOf(args.known);
  // Not AbortSignal.timeout: that one lets the process end without a verdict when nothing else keeps it alive.
  const over = new AbortController();
  const limit = setTimeout(() => over.abort(), Math.ceil(args.limitSec * 1000));
  const io: Io = {
    lookup,
    host: (id) => lookup.host(id) ?? refuseHost(id),
    say: args.say,
    signal: args.signal ? AbortSignal.any([over.signal, args.signal]) : over.signal,
    point:
      args.point ??
      ((part) =>
        Promise.reject(new Refused(`no point was chosen for ${part}: provisioning and observing know none`))),
    mayStillAct: () => answeredNow(args.mayStillAct ?? (() => Promise.resolve())),
    waits:
      args.waits ?? (() => Promise.reject(new Refused("people are asked only by a step of an activation"))),
    secret: (ref) => resolveSecret(ref, projectRoot()),
    to: args.to,
    journal: args.journal,
    keep: path.resolve(projectRoot(), keptIn(args.journalRef)),
    ...(args.activation ? { activation: args.activation } : {}),
    ...(args.drill ? { drill: args.drill } : {}),
    onEnd: (close) => void closers.push(close),
  };
  try {
    return await work(io);
  } finally {
    clearTimeout(limit);
    await closeAll(closers);
  }
}

/** An answer that took longer is asked for again: the process may have stood still over it. Milliseconds. */
const answerFreshMs = 2_000;
/** How often it is asked at most: a slow journal answers late each time. */
const asksAtMost = 3;

/** Asks so that the answer is of this moment, whatever the machine slept through meanwhile. */
async function answeredNow(ask: () => Promise<void>): Promise<void> {
  for (let asked = 0; asked < asksAtMost; asked++) {
    const since = Date.now();
    await ask();
    if (Date.now() - since < answerFreshMs) return;
  }
}

/** Closes in reverse order. What fails is ignored, and what hangs is left behind: the verdict must not wait for it. */
async function closeAll(closers: readonly (() => Promise<void> | void)[]): Promise<void> {
  const inTurn = async (): Promise<void> => {
    for (const close of closers.toReversed())
      try {
        await close();
      } catch {
        continue;
      }
  };
  let limit: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    limit = setTimeout(resolve, closeLimitMs);
  });
  await Promise.race([inTurn(), late]);
  clearTimeout(limit);
}

function refuseHost(id: string): never {
  throw new Refused(
    `the facts know no host ${id}. Run "pulumi up" of the stack of the passive site ("-s standby" while primary is active), which writes the newest facts to the journal`,
  );
}
