import * as z from "zod";
import type { Entry } from "../../../journal/entries.ts";
import { situation, type Situation } from "../../../journal/situation.ts";
import { stateOf } from "../../../journal/state.ts";
import { termsOf } from "../../../journal/systems.ts";
import type { Now } from "../../../planning/rule.ts";
import type { Request } from "../../../model/part.ts";
import type { Step } from "../../../model/verb.ts";
import { requestFor } from "../../../planning/chains.ts";
import type { Chain, Graph } from "../../../planning/graph.ts";
import type { SiteId } from "../../../model/site.ts";
import type { SimLab } from "./lab.ts";
import type { SimSystem } from "./systems.ts";
import { leftAt } from "./only.ts";
import { lastWork, workUntil } from "./work.ts";

const Args = z.object({
  database: z.string().optional(),
  host: z.string().optional(),
  service: z.string().optional(),
  port: z.number().optional(),
});

/** What of a system can write at a site now, seen from inside: whoever can reach it or not. */
export function writersAt(lab: SimLab, site: SiteId, system: SimSystem): readonly string[] {
  const { sql, app, service: name, databases } = system;
  const instance = lab.sql(sql[site]);
  const open = databases.filter((d) => instance?.database(d)?.isWritable === true);
  const service = lab.host(app[site])?.services.find(name);
  const runs = lab.network.isUp(app[site]) && service?.state === "running";
  return [...open.map((d) => `${d} on ${sql[site]}`), ...(runs ? [`${name} on ${app[site]}`] : [])];
}

/** What has been seen of a move so far, beside what is so now. */
export interface Seen {
  /** Something has come back, and nobody has looked since. */
  readonly unseen: boolean;
}

/** How things are in the lab, as rules ask. */
export function nowIn(lab: SimLab, entries: readonly Entry[], graph: Graph, { unseen }: Seen): Now {
  const s = situation(entries);
  const last = s.last;
  const ended = last ? s.ended.get(last.epoch) : undefined;
  const doubt = stateOf(s) === "in doubt";
  const { from, to } = graph.request;
  const of = (chain: Chain | undefined): SimSystem | undefined =>
    lab.systems.find((system) => system.id === chain?.name);
  const isLive = (step: Step): boolean | undefined => {
    const system = of(graph.chainOf(step.id));
    const {
      database = "",
      host = "",
      service = "",
      port = system?.port,
    } = Args.safeParse(step.args).data ?? {};
    const at = () => lab.host(host)?.services.find(service);
    switch (step.verb) {
      case "windows/start-service":
        return at()?.state === "running";
      case "windows/stop-service":
        return lab.network.isUp(host) ? at()?.state === "stopped" : undefined;
      case "sql/log-shipping/open":
        return system && lab.instance(system.sql[to]).database(database)?.state === "ONLINE";
      case "k2/reapply-licences":
        return system && licensed(lab, system, to);
      case "windows/wait-port":
      case "k2/listens":
        return port === undefined
          ? undefined
          : lab.network.knock(lab.host(host)?.identity.address ?? "", port) === "open";
      default:
        return undefined;
    }
  };
  return {
    epoch: s.epoch,
    state: last === undefined ? "none" : (ended ?? (doubt ? "abandoning" : "moving")),
    mode: last?.mode ?? "planned",
    noReturn: (chain) => s.opened.has(chain.name),
    owed: [...s.owed],
    verdict: (id) => {
      const v = s.verdicts.get(id);
      return v && { verdict: v.verdict, critical: v.critical };
    },
    stands: (id) => {
      const step = graph.step(id);
      return step && isLive(step);
    },
    writers: (site, chain) => {
      const system = of(chain);
      if (!system || (site === from && unseen)) return [];
      const terms = last && termsOf(last, chain.name);
      if (site === from && lab.network.isCut(site) && terms?.waiveFence !== undefined) return [];
      return writersAt(lab, site, system);
    },
    rolledTo: (id) => {
      const step = graph.step(id);
      const system = of(graph.chainOf(id));
      const database = step && Args.safeParse(step.args).data?.database;
      const point = system && pointOf(s, system.id);
      if (!system || database === undefined || point === undefined) return undefined;
      const asked = requestFor(graph.request, system.id);
      return standsAt(lab, system, database, asked, point)
        ? point
        : (lastWork(lab, system, to, database) ?? 0);
    },
    point: (chain) => pointOf(s, chain.name),
    untold: (chain) => {
      const system = of(chain);
      return system && untoldOf(lab, system, s, graph);
    },
    lostByReturn: (chain, toldSec) => {
      const system = of(chain);
      if (!system) return undefined;
      const left = Math.max(...system.databases.map((d) => leftAt(lab, system, to, d).length));
      return left > (toldSec === 0 ? 0 : Math.ceil(toldSec / 60) + 1)
        ? `${String(left)} minutes of work of ${system.id} are at ${to} alone, and ${String(toldSec)} s were told`
        : undefined;
    },
    taken: () =>
      lab.systems.flatMap((system) => {
        const { databases, sql, app, service } = system;
        const lacks = databases.filter((d) => lab.instance(sql[from]).database(d)?.state !== "ONLINE");
        const state = lab.host(app[from])?.services.find(service)?.state;
        return [
          ...lacks.map((d) => `${d} on ${sql[from]} is not open again`),
          ...(state === "running" ? [] : [`${service} on ${app[from]} is ${String(state)}`]),
        ];
      }),
  };
}

const pointOf = (s: Situation, group: string): number | "end" | undefined => {
  const point = s.points.get(group);
  return point && (point.to === "end" ? "end" : point.atSec);
};

/** Whether a database holds the work until a point and no more. What only the old site has is no part of the end of the logs that came over. */
function standsAt(
  lab: SimLab,
  system: SimSystem,
  database: string,
  { from, to, mode }: Request,
  point: number | "end",
): boolean {
  const held = workUntil(lab, system, to, database);
  if (held === undefined) return true;
  const all = workUntil(lab, system, from, database) ?? 0;
  if (point === "end") return mode === "planned" ? held === all : held <= all;
  // A row's own time is a moment before that of its commit.
  const [least, most] = [point - 2, point + 2].map((sec) => workUntil(lab, system, from, database, sec) ?? 0);
  return held >= (least ?? 0) && held <= (most ?? 0);
}

/** What a system has lost beyond what its point says. */
function untoldOf(
  lab: SimLab,
  system: SimSystem,
  s: Situation,
  { request: { from, to } }: Graph,
): string | undefined {
  const held = system.databases.map((d) => workUntil(lab, system, to, d) ?? 0);
  if (new Set(held).size > 1)
    return `the databases of ${system.id} were opened at different points: ${held.join(" and ")} minutes of work`;
  const point = s.points.get(system.id);
  const had = Math.max(...system.databases.map((d) => workUntil(lab, system, from, d) ?? 0));
  const lost = had - (held[0] ?? 0);
  const told = Math.ceil((point?.lossSec ?? 0) / 60) + 1;
  const terms = s.last && termsOf(s.last, system.id);
  // What a site does that nobody could reach is lost as well, and lies after the disaster.
  const after = point && terms?.disasterAt !== undefined;
  return lost > (point?.lossSec === 0 ? 0 : told) && !(after && point.to === "time")
    ? `${String(lost)} minutes of work of ${system.id} are lost, and ${String(point?.lossSec ?? 0)} s were told`
    : undefined;
}

function licensed(lab: SimLab, { sql, app }: SimSystem, site: SiteId): boolean {
  const database = lab.instance(sql[site]).database("K2");
  const table = database?.table("HostServer", "LicenseKey");
  return (
    database !== undefined &&
    table !== undefined &&
    [...database.rows(table).values()].some((row) => row.includes(app[site]))
  );
}
