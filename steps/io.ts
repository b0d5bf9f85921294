import * as path from "node:path";
import { projectRoot } from "../journal/open.ts";
import type { Journal } from "../journal/journal.ts";
import { lookupOf, type JournalRef, type Recovery } from "../model/recovery.ts";
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
  readonly point?: (part: string) => Promise<Point>;
  /** Ends whatever runs, beside the time limit. */
  readonly signal?: AbortSignal;
}

/** Runs work with an `Io`, and closes what the work opened, however it ends. */
export async function withIo<T>(args: IoArgs, work: (io: Io) => Promise<T>): Promise<T> {
  const closers: (() => Promise<void> | void)[] = [];
  const lookup = lookupOf(args.known);
  const limit = AbortSignal.timeout(Math.ceil(args.limitSec * 1000));
  const io: Io = {
    lookup,
    host: (id) => lookup.host(id) ?? refuseHost(id),
    say: args.say,
    signal: args.signal ? AbortSignal.any([limit, args.signal]) : limit,
    point:
      args.point ??
      ((part) =>
        Promise.reject(new Refused(`no point was chosen for ${part}: provisioning and observing know none`))),
    secret: (ref) => resolveSecret(ref, projectRoot()),
    to: args.to,
    journal: args.journal,
    keep: path.resolve(projectRoot(), args.journalRef.folder),
    ...(args.activation ? { activation: args.activation } : {}),
    onEnd: (close) => void closers.push(close),
  };
  try {
    return await work(io);
  } finally {
    for (const close of closers.reverse()) await Promise.resolve(close()).catch(() => undefined);
  }
}

function refuseHost(id: string): never {
  throw new Refused(
    `the facts know no host ${id}. Run "pulumi up -s standby" so that the journal holds the newest facts`,
  );
}
