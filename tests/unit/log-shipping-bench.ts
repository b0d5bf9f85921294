import { mkdtemp, rm } from "node:fs/promises";
import * as os from "node:os";
import * as path from "node:path";
import { logShipping, type LogShippingArgs } from "../../components/sql/log-shipping/index.ts";
import { LogShippingFacts } from "../../components/sql/log-shipping/facts.ts";
import { logShipping as part } from "../../components/sql/log-shipping/part.ts";
import * as logShippingRun from "../../components/sql/log-shipping/run.ts";
import type { SqlInstance } from "../../lab/servers/sql/engine/instance.ts";
import type { Release } from "../../lab/servers/sql/engine/releases.ts";
import type { Entry } from "../../journal/entries.ts";
import { site } from "../../model/estate.ts";
import type { Host } from "../../model/host.ts";
import type { Mode } from "../../model/part.ts";
import { lookupOf, type Recovery } from "../../model/recovery.ts";
import { otherSite, type SiteId } from "../../model/site.ts";
import type { Step } from "../../model/verb.ts";
import { plan } from "../../planning/plan.ts";
import { pointFor } from "../../planning/point.ts";
import type { Io, Point } from "../../steps/act.ts";
import { checkActCheck, type Ended } from "../../steps/check-act-check.ts";
import { ManualClock, type MemoryDisk } from "./lab-sql-engine-support.ts";
import { makeCopiesRun, password, serverNames, startServers } from "./log-shipping-servers.ts";
import { registered } from "./recorder.ts";

const minute = 60_000;
const folders = { backupFolder: "S:\\LogShip", copyTo: "D:\\LogShip" };

/** What is asked of a move. */
export interface MoveWish {
  readonly to?: SiteId;
  readonly mode: Mode;
  /** Minutes before now; unplanned moves. */
  readonly disasterMinutesAgo?: number;
  readonly acceptLossSec?: number;
  /** To the latest point that there is. */
  readonly latest?: true;
  /** Ends the move before that phase. */
  readonly until?: Step["phase"];
  /** Called before each step. */
  readonly before?: (step: Step) => Promise<void> | void;
}

/** How each step of a move ended: `done: …`, `already: …`, or what it threw. */
export type Ends = ReadonlyMap<string, string>;

/** Two SQL Servers, log shipping between them, and a journal. The clock moves only when it is told. */
export interface Bench {
  readonly clock: ManualClock;
  readonly facts: LogShippingFacts;
  readonly hosts: readonly Host[];
  readonly said: string[];
  readonly entries: Entry[];
  at(site: SiteId): SqlInstance;
  disk(site: SiteId): MemoryDisk;
  /** Runs T-SQL at a site; throws its first error. */
  run(site: SiteId, sql: string, database?: string): Promise<readonly Readonly<Record<string, unknown>>[]>;
  /** What the component provisions at a site, run in its order. */
  provision(at: SiteId, active: SiteId, change?: Partial<LogShippingArgs>): Promise<Ends>;
  /** One verb, as a step runs it. */
  verb(name: string, args: unknown, more?: Partial<Io>): Promise<Ended>;
  /** Production for so many quarters of an hour: a row each, the clock moved on. */
  work(quarters: number, at?: SiteId): Promise<void>;
  /** A whole move, step by step; a step that is not critical may fail. */
  move(wish: MoveWish): Promise<Ends>;
  /** The point of the last move. */
  point(): Point;
  io(to: SiteId, more?: Partial<Io>): { readonly io: Io; end(): Promise<void> };
  /** SQL Server of a site answers no more; or does again. */
  cut(at: SiteId): Promise<void>;
  mend(at: SiteId): Promise<void>;
  close(): Promise<void>;
}

/** Starts the bench; `databases` exist at the primary site, with a table, a user and a full backup each. */
export async function logShippingBench(
  args: Partial<LogShippingArgs> = {},
  { version = "2019", timeZone = "UTC" }: { version?: Release; timeZone?: string } = {},
): Promise<Bench> {
  const root = await mkdtemp(path.join(os.tmpdir(), "log-shipping-"));
  const clock = new ManualClock();
  const servers = await startServers({ clock, version, timeZone, folders: Object.values(folders) });
  const { run } = servers;
  const access = (id: SiteId) => ({
    address: "127.0.0.1",
    timeZone,
    sql: { user: "runner", password: { env: "SQL" }, port: servers.at(id).port },
  });
  const from = site("primary", { place: "London", timeZone }).server(serverNames.primary, access("primary"));
  const to = site("dr", { place: "Leeds", timeZone }).server(serverNames.dr, access("dr"));
  const declared = (change: Partial<LogShippingArgs> = {}) =>
    logShipping("data", {
      databases: ["K2"],
      from,
      to,
      ...folders,
      backupShare: "\\\\SQLPRD01\\LogShip",
      ...args,
      ...change,
    });
  const factsOf = (change: Partial<LogShippingArgs> = {}): LogShippingFacts =>
    LogShippingFacts.parse(declared(change).facts);
  const facts = factsOf();
  const hosts = [from.host, to.host];
  const recovery: Recovery = {
    format: 1,
    estate: "bench",
    sites: { primary: { place: "London", timeZone }, dr: { place: "Leeds", timeZone } },
    hosts,
    targets: { rtoMin: 60, rpoMin: 240 },
    parts: [{ id: "data", kind: part.kind, version: 1, facts }],
  };
  const said: string[] = [];
  const entries: Entry[] = [];
  let chosen: Point | undefined;

  const io: Bench["io"] = (site, more = {}) => {
    const closers: (() => Promise<void> | void)[] = [];
    const lookup = lookupOf(recovery);
    const made: Io = {
      lookup,
      host: (id) => {
        const found = lookup.host(id);
        if (!found) throw new Error(`no host ${id}`);
        return found;
      },
      say: (line) => void said.push(line),
      signal: AbortSignal.timeout(60_000),
      point: () => (chosen ? Promise.resolve(chosen) : Promise.reject(new Error("no point was chosen"))),
      mayStillAct: () => Promise.resolve(),
      waits: () => Promise.reject(new Error("the test asks nobody")),
      secret: () => Promise.resolve(password),
      to: site,
      journal: { entries: () => Promise.resolve(entries) },
      keep: root,
      onEnd: (close) => void closers.push(close),
      ...more,
    };
    return {
      io: made,
      end: async () => {
        for (const close of closers.reverse()) await close();
      },
    };
  };
  const { runnables } = logShippingRun;
  const step = async (
    verb: string,
    stepArgs: unknown,
    site: SiteId,
    more: Partial<Io> = {},
  ): Promise<Ended> => {
    const runnable = runnables.find((r) => r.name === verb);
    if (!runnable) throw new Error(`no code for ${verb}`);
    const bench = io(site, more);
    try {
      return await checkActCheck(runnable.bind(stepArgs), bench.io, () => Promise.resolve());
    } finally {
      await bench.end();
    }
  };
  for (const database of facts.databases) {
    const name = `[${database.replaceAll("]", "]]")}]`;
    await run("primary", `CREATE DATABASE ${name}`);
    await run(
      "primary",
      `CREATE TABLE dbo.Work (id int IDENTITY PRIMARY KEY, doneAt datetime NOT NULL)`,
      database,
    );
    await run("primary", `BACKUP DATABASE ${name} TO DISK = N'D:\\backup\\first.bak' WITH INIT`);
  }

  return {
    clock,
    facts,
    hosts,
    said,
    entries,
    run,
    io,
    at: (id) => servers.at(id).instance,
    disk: (id) => servers.at(id).disk,
    verb: (name, stepArgs, more) => step(name, stepArgs, more?.to ?? "dr", more),
    provision: async (at, active, change) => {
      const { LogShipping } = await import("../../components/sql/log-shipping/provision.ts");
      const provisioned = factsOf(change);
      const made = await registered(() => {
        new LogShipping("data", {
          facts: provisioned,
          at: { journal: { folder: "j" }, recovery: { ...recovery, parts: [] }, site: at, active, epoch: 0 },
        });
      });
      const ends = new Map<string, string>();
      for (const { name, inputs } of made) {
        if (typeof inputs["stdin"] !== "string") continue;
        const { provision } = JSON.parse(inputs["stdin"]) as { provision: { verb: string; args: unknown } };
        // Its own tests are elsewhere; this bench's clock is not that of the machine.
        if (provision.verb.startsWith("sql/instance/")) continue;
        const go = (): Promise<unknown> => step(provision.verb, provision.args, at).catch((e: unknown) => e);
        let ended = await go();
        if (ended instanceof Error && /Process Exit Code|does not find it/.test(ended.message)) {
          await makeCopiesRun(servers, at, facts.databases, provisioned.way[otherSite(at)].copyTo);
          ended = await go();
        }
        ends.set(
          name,
          ended instanceof Error ? ended.message : `${(ended as Ended).verdict}: ${(ended as Ended).says}`,
        );
        if (ended instanceof Error) break;
      }
      return ends;
    },
    work: async (quarters, at = "primary") => {
      for (let i = 0; i < quarters; i++) {
        for (const database of facts.databases)
          await run(at, "INSERT dbo.Work (doneAt) VALUES (GETUTCDATE())", database);
        await clock.advance(15 * minute);
      }
    },
    move: async ({
      to: target = "dr",
      mode,
      disasterMinutesAgo,
      acceptLossSec = 86_400,
      latest,
      until,
      before,
    }) => {
      const ends = new Map<string, string>();
      const disasterSec =
        disasterMinutesAgo === undefined ? undefined : clock.now() / 1000 - 60 * disasterMinutesAgo;
      const activation = { epoch: 1, mode, ...(disasterSec === undefined ? {} : { disasterSec }) };
      const steps = plan(
        recovery,
        { from: otherSite(target), to: target, mode },
        { [part.kind]: part },
      ).steps;
      for (const s of steps) {
        if (s.phase === until) break;
        await before?.(s);
        if (s.verb === "machinery/choose-point") {
          const bench = io(target, { activation });
          const reaches = part.reach(facts, await logShippingRun.observe(facts, bench.io));
          await bench.end();
          const found = pointFor({
            mode,
            reaches,
            disasterSec,
            acceptLossSec,
            wanted: latest && { latest },
            minutesBefore: facts.pointMinutesBefore,
            timeZone,
            clocks: [timeZone],
          });
          if ("refused" in found) throw new Error(found.refused);
          chosen = { atSec: found.atSec, to: found.to };
          ends.set(s.id, `${found.to} ${String(found.atSec)}, lost ${String(found.lossSec)} s`);
        }
        if (s.verb.startsWith("machinery/") || s.verb.startsWith("sql/instance/")) continue;
        const ended = await step(s.verb, s.args, target, { activation }).catch((e: unknown) => e);
        if (ended instanceof Error && s.critical)
          throw new Error(`${s.id}: ${ended.message}`, { cause: ended });
        ends.set(
          s.id,
          ended instanceof Error ? ended.message : `${(ended as Ended).verdict}: ${(ended as Ended).says}`,
        );
      }
      return ends;
    },
    point: () => {
      if (!chosen) throw new Error("no point");
      return chosen;
    },
    cut: (id) => servers.cut(id),
    mend: (id) => servers.mend(id),
    close: async () => {
      await servers.close();
      clock.close();
      await rm(root, { recursive: true, force: true });
    },
  };
}

/** A bench whose log shipping is provisioned and has run for so many quarters of an hour. */
export async function shippingBench(
  quarters: number,
  args: Partial<LogShippingArgs> = {},
  options: { version?: Release; timeZone?: string } = {},
): Promise<Bench> {
  const bench = await logShippingBench(args, options);
  try {
    await bench.provision("primary", "primary");
    await bench.provision("dr", "primary");
    await bench.work(quarters);
    return bench;
  } catch (error) {
    await bench.close();
    throw error;
  }
}
