import * as z from "zod";
import type { Entry } from "../../../journal/entries.ts";
import { situation } from "../../../journal/situation.ts";
import { stateOf } from "../../../journal/state.ts";
import type { Now } from "../../../planning/rule.ts";
import { proveFence } from "../../../planning/verbs.ts";
import type { Step } from "../../../model/verb.ts";
import type { Graph } from "../../../planning/graph.ts";
import type { SiteId } from "../../../model/site.ts";
import type { SimLab } from "./lab.ts";

const sqlAt = { primary: "SQLPRD01", dr: "SQLDR01" } as const;
const k2At = { primary: "K2PRD01", dr: "K2DR01" } as const;
/** Where each minute of work leaves a row, in both databases at once: how far a database has come. */
const work = { K2: ["ServerLog", "ProcInst"], Claims: ["dbo", "Claim"] } as const;
type Worked = keyof typeof work;

const Args = z.object({
  database: z.string().optional(),
  host: z.string().optional(),
  service: z.string().optional(),
});

/** How many minutes of work a database holds; undefined where it is not there. */
export function minutesIn(lab: SimLab, site: SiteId, database: string): number | undefined {
  const found = lab.instance(sqlAt[site]).database(database);
  const [schema, name] = work[database as Worked];
  const table = found?.table(schema, name);
  return found && table ? found.rows(table).size : undefined;
}

/** What of the lab can write at a site now, seen from inside: whoever can reach it or not. */
export function writersAt(lab: SimLab, site: SiteId, databases: readonly string[]): readonly string[] {
  const instance = lab.sql(sqlAt[site]);
  const open = databases.filter((d) => instance?.database(d)?.isWritable === true);
  const service = lab.host(k2At[site])?.services.find("K2 Server");
  const runs = lab.network.isUp(k2At[site]) && service?.state === "running";
  return [...open.map((d) => `${d} on ${sqlAt[site]}`), ...(runs ? [`K2 Server on ${k2At[site]}`] : [])];
}

/** How things are in the lab, as rules ask. `unseen` where something has come back since anybody looked. */
export function nowIn(
  lab: SimLab,
  entries: readonly Entry[],
  graph: Graph,
  { databases, unseen }: { readonly databases: readonly string[]; readonly unseen: boolean },
): Now {
  const s = situation(entries);
  const last = s.last;
  const ended = last ? s.ended.get(last.epoch) : undefined;
  const doubt = stateOf(s) === "in doubt";
  const to = graph.request.to;
  const from = graph.request.from;
  const isLive = (step: Step): boolean | undefined => {
    const { database, host, service } = Args.safeParse(step.args).data ?? {};
    const at = (name: string | undefined) => lab.host(name ?? "")?.services.find(service ?? "");
    switch (step.verb) {
      case "windows/start-service":
        return at(host)?.state === "running";
      case "windows/stop-service":
        return lab.network.isUp(host ?? "") ? at(host)?.state === "stopped" : undefined;
      case "sql/log-shipping/open":
        return lab.instance(sqlAt[to]).database(database ?? "")?.state === "ONLINE";
      case "k2/reapply-licences":
        return licensed(lab, to);
      case "windows/wait-port":
      case "k2/listens":
        return lab.network.knock(lab.host(host ?? "")?.identity.address ?? "", lab.k2Port) === "open";
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
    writers: (site) => {
      if (site === from && unseen) return [];
      if (site === from && lab.network.isCut(site) && last?.waiveFence !== undefined) return [];
      return writersAt(lab, site, databases);
    },
    rolledTo: () => undefined,
    point: () => undefined,
    untold: (chain) => {
      const held = databases.map((d) => minutesIn(lab, to, d) ?? 0);
      if (new Set(held).size > 1)
        return `the databases of ${chain.name} were opened at different points: ${held.join(" and ")} minutes of work`;
      const point = s.points.get(chain.name);
      const had = Math.max(...databases.map((d) => minutesIn(lab, from, d) ?? 0));
      const lost = had - (held[0] ?? 0);
      const told = Math.ceil((point?.lossSec ?? 0) / 60) + 1;
      // What a site does that nobody could reach is lost as well, and lies after the disaster.
      const after = point && last?.disasterAt !== undefined;
      return lost > (point?.lossSec === 0 ? 0 : told) && !(after && point.to === "time")
        ? `${String(lost)} minutes of work are lost, and ${String(point?.lossSec ?? 0)} s were told`
        : undefined;
    },
    taken: () => {
      const lacks = databases.filter((d) => lab.instance(sqlAt[from]).database(d)?.state !== "ONLINE");
      const k2 = lab.host(k2At[from])?.services.find("K2 Server")?.state;
      return [
        ...lacks.map((d) => `${d} on ${sqlAt[from]} is not open again`),
        ...(k2 === "running" ? [] : [`K2 Server on ${k2At[from]} is ${String(k2)}`]),
      ];
    },
  };
}

function licensed(lab: SimLab, site: SiteId): boolean {
  const database = lab.instance(sqlAt[site]).database("K2");
  const table = database?.table("HostServer", "LicenseKey");
  return (
    database !== undefined &&
    table !== undefined &&
    [...database.rows(table).values()].some((row) => row.includes(k2At[site]))
  );
}

/** The hosts of a proof, for whoever looks at the fence from inside. */
export const provenHosts = (graph: Graph): readonly string[] =>
  graph.steps
    .filter((s) => s.verb === proveFence.name)
    .flatMap((s) => Object.keys(proveFence.args.parse(s.args).hosts));
