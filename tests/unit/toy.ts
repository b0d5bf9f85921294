import * as z from "zod";
import { Approvals } from "../../model/approvals.ts";
import type { DataPart, Part, Parts, Reach, NoReach } from "../../model/part.ts";
import type { Host } from "../../model/host.ts";
import type { Recovery } from "../../model/recovery.ts";
import { inOrder, verb } from "../../model/verb.ts";
import { runs, type Runs } from "../../steps/act.ts";

/** Parts without any technology, for tests of the machinery: data, a system on it, and a world in memory behind both. */
export const stop = verb("toy/stop", z.strictObject({ host: z.string(), service: z.string() }), 5, "passive");
export const start = verb("toy/start", z.strictObject({ host: z.string(), service: z.string() }), 5);
export const answers = verb("toy/answers", z.strictObject({ host: z.string(), service: z.string() }), 2);
export const copy = verb("toy/copy", z.strictObject({ database: z.string() }), 5);
export const reopen = verb("toy/reopen", z.strictObject({ database: z.string() }), 5);
export const roll = verb("toy/roll", z.strictObject({ part: z.string(), database: z.string() }), 5);
export const open = verb("toy/open", z.strictObject({ database: z.string() }), 5);
export const close = verb("toy/close", z.strictObject({ database: z.string() }), 5);
export const returnable = verb("toy/returnable", z.strictObject({ database: z.string() }), 1);
export const backup = verb("toy/backup", z.strictObject({ database: z.string() }), 5, "either");

const DataFacts = z.strictObject({ databases: z.array(z.string()), from: z.string(), to: z.string() });
export const data: DataPart<"toy-data", z.infer<typeof DataFacts>, Record<string, Reach | NoReach>> = {
  kind: "toy-data",
  version: 1,
  facts: DataFacts,
  opensOnlyLatest: false,
  seen: z.custom<Record<string, Reach | NoReach>>(),
  uses: () => [],
  problems: () => [],
  pointMinutesBefore: () => 0,
  reach: (_, seen) => new Map(Object.entries(seen)),
  plan: (id, f, r) => ({
    "final-sync": f.databases.map((database) =>
      copy.step(`${id}/copy/${database}`, { database }, { fences: r.from === "primary" ? f.from : f.to }),
    ),
    "roll-forward": f.databases.map((database) =>
      roll.step(`${id}/roll/${database}`, { part: id, database }),
    ),
    open: f.databases.map((database) => open.step(`${id}/open/${database}`, { database })),
    protect: f.databases.map((database) => backup.step(`${id}/backup/${database}`, { database })),
  }),
  back: (id, f) => ({
    "may-go-back": f.databases.map((database) =>
      returnable.step(`${id}/returnable/${database}`, { database }),
    ),
    "close-target": f.databases.map((database) => close.step(`${id}/back/close/${database}`, { database })),
  }),
  inverse: (id, f) => ({
    reopen: f.databases.map((database) => reopen.step(`${id}/reopen/${database}`, { database })),
  }),
};

const SystemFacts = z.strictObject({
  host: z.strictObject({ primary: z.string(), dr: z.string() }),
  services: z.array(z.string()),
  data: z.array(z.string()),
  /** Other parts that it stands on. */
  uses: z.array(z.string()).optional(),
  approve: Approvals.optional(),
});
export const system: Part<"toy", z.infer<typeof SystemFacts>> = {
  kind: "toy",
  version: 1,
  facts: SystemFacts,
  uses: (f) => [...f.data, ...(f.uses ?? [])],
  approvals: (f) => f.approve,
  problems: (id, f, lookup) =>
    f.data
      .filter((d) => !lookup.part(d))
      .map((d) => ({ at: `${id}.data`, says: `unknown data ${d}`, write: "the id of a data part" })),
  plan: (id, f, r) => ({
    "fence-apps": inOrder(f.services.toReversed(), (service, needs) =>
      stop.step(
        `${id}/stop/${service}`,
        { host: f.host[r.from], service },
        { needs, fences: f.host[r.from] },
      ),
    ),
    "start-services": inOrder(f.services, (service, needs) =>
      start.step(`${id}/start/${service}`, { host: f.host[r.to], service }, { needs }),
    ),
    "verify-services": f.services.map((service) =>
      answers.step(`${id}/answers/${service}`, { host: f.host[r.to], service }),
    ),
  }),
  back: (id, f, r) => ({
    "stop-target": inOrder(f.services.toReversed(), (service, needs) =>
      stop.step(`${id}/back/stop/${service}`, { host: f.host[r.to], service }, { needs }),
    ),
  }),
  inverse: (id, f, r) => ({
    "restart-services": inOrder(f.services, (service, needs) =>
      start.step(`${id}/again/${service}`, { host: f.host[r.from], service }, { needs }),
    ),
    "verify-again": f.services.map((service) =>
      answers.step(`${id}/answers-again/${service}`, { host: f.host[r.from], service }),
    ),
  }),
};

export const toyParts: Parts = { "toy-data": data, toy: system };

/** What the toy steps act on. */
export interface ToyWorld {
  running: Set<string>;
  rolled: Map<string, number>;
  open: Set<string>;
  copied: Set<string>;
  reach: Record<string, Reach | NoReach>;
  /** Verbs that fail, with what they say. */
  fails: Map<string, string>;
  /** Verbs that act and change nothing. */
  lies: Set<string>;
  acts: string[];
}

export const toyWorld = (): ToyWorld => ({
  running: new Set(["P:web"]),
  rolled: new Map(),
  open: new Set(),
  copied: new Set(),
  reach: {},
  fails: new Map(),
  lies: new Set(),
  acts: [],
});

/** The code behind the toy verbs, over that world. */
export function toyRuns(world: ToyWorld): Runs {
  const acting = (name: string, change: () => void): Promise<void> => {
    world.acts.push(name);
    const fails = world.fails.get(name.split(" ")[0] ?? "");
    if (fails !== undefined) return Promise.reject(new Error(fails));
    if (!world.lies.has(name.split(" ")[0] ?? "")) change();
    return Promise.resolve();
  };
  const found = (
    there: boolean,
    expected: string,
  ): Promise<{ there: boolean; says: string; expected: string }> =>
    Promise.resolve({ there, says: there ? `it is ${expected}` : `it is not ${expected}`, expected });
  const runnables = [
    runs(stop, {
      check: ({ host, service }) => found(!world.running.has(`${host}:${service}`), "stopped"),
      act: ({ host, service }) =>
        acting(`stop ${host}:${service}`, () => world.running.delete(`${host}:${service}`)),
    }),
    runs(start, {
      check: ({ host, service }) => found(world.running.has(`${host}:${service}`), "running"),
      act: async ({ host, service }, io) => {
        await io.mayStillAct();
        await acting(`start ${host}:${service}`, () => world.running.add(`${host}:${service}`));
      },
    }),
    runs(answers, {
      check: ({ host, service }) => found(world.running.has(`${host}:${service}`), "answering"),
    }),
    runs(copy, {
      check: ({ database }) => found(world.copied.has(database), "copied"),
      act: ({ database }) => acting(`copy ${database}`, () => world.copied.add(database)),
    }),
    runs(reopen, {
      check: ({ database }) => found(!world.copied.has(database), "open again"),
      act: async ({ database }, io) => {
        await io.mayStillAct();
        await acting(`reopen ${database}`, () => world.copied.delete(database));
      },
    }),
    runs(roll, {
      check: async ({ part, database }, io) =>
        found(world.rolled.get(database) === (await io.point(part)).atSec, "at the point"),
      act: async ({ part, database }, io) => {
        const { atSec } = await io.point(part);
        await acting(`roll ${database}`, () => world.rolled.set(database, atSec));
      },
    }),
    runs(open, {
      check: ({ database }) => found(world.open.has(database), "open"),
      act: ({ database }) => acting(`open ${database}`, () => world.open.add(database)),
    }),
    runs(close, {
      check: ({ database }) => found(!world.open.has(database), "closed"),
      act: ({ database }) => acting(`close ${database}`, () => world.open.delete(database)),
    }),
    runs(returnable, {
      check: ({ database }) => {
        const lost = world.fails.get(`returnable ${database}`);
        if (lost !== undefined) return Promise.reject(new Error(lost));
        return found(true, "as its tail left it");
      },
    }),
    runs(backup, {
      check: ({ database }) => found(world.copied.has(`backup ${database}`), "backed up"),
      act: ({ database }) => acting(`backup ${database}`, () => world.copied.add(`backup ${database}`)),
    }),
  ];
  return {
    toy: () =>
      Promise.resolve({
        runnables,
        alive: (_facts, site) =>
          Promise.resolve(
            world.running.has(site === "primary" ? "P:web" : "D:web") ? "web answers" : undefined,
          ),
      }),
    "toy-data": () =>
      Promise.resolve({
        runnables: [],
        observe: (facts) => {
          const { databases } = DataFacts.parse(facts);
          return Promise.resolve(
            Object.fromEntries(
              Object.entries(world.reach).filter(([d]) => databases.includes(d) || !/^db\d+-\d+$/.test(d)),
            ),
          );
        },
      }),
  };
}

const host = (id: string, site: "primary" | "dr"): Host => ({
  id,
  site,
  address: "127.0.0.1",
  timeZone: "Europe/London",
  whilePassive: "parked",
});

/** Facts of so many systems, each with so many databases. */
export const toyRecovery = (systems = 1, databases = 2): Recovery => ({
  format: 1,
  estate: "toys",
  sites: {
    primary: { place: "London", timeZone: "Europe/London" },
    dr: { place: "Leeds", timeZone: "Europe/London" },
  },
  hosts: [host("P", "primary"), host("D", "dr")],
  targets: { rtoMin: 60, rpoMin: 240 },
  parts: Array.from({ length: systems }, (_, i) => [
    {
      id: `data${String(i)}`,
      kind: "toy-data",
      version: 1,
      facts: {
        databases: Array.from({ length: databases }, (_d, d) => `db${String(i)}-${String(d)}`),
        from: "P",
        to: "D",
      },
    },
    {
      id: `web${String(i)}`,
      kind: "toy",
      version: 1,
      facts: { host: { primary: "P", dr: "D" }, services: ["db", "web"], data: [`data${String(i)}`] },
    },
  ]).flat(),
});
