import { labZone } from "../../world/places.ts";
import type { Shape, SystemShape } from "./shape.ts";

/** A server of the simulator at each site, by its name. */
export interface Pair {
  readonly primary: string;
  readonly dr: string;
}

/** A system of the simulator, with what it stands on. */
export interface SimSystem {
  readonly id: string;
  readonly shape: SystemShape;
  readonly databases: readonly [string, ...string[]];
  readonly service: string;
  readonly port: number;
  /** Where its service runs, and where its databases are. */
  readonly app: Pair;
  readonly sql: Pair;
  readonly names: { readonly dependency: string; readonly client: string };
}

/** Where each minute of work leaves a row: how far a database has come. */
export interface WorkTable {
  readonly schema: string;
  readonly table: string;
  readonly at: string;
}
export const workTable = (database: string): WorkTable =>
  database === "K2"
    ? { schema: "ServerLog", table: "ProcInst", at: "StartedAt" }
    : { schema: "dbo", table: "Work", at: "DoneAt" };

/** Statements that do a minute of a system's work in all of its databases. */
export const minuteOf = ({ databases }: SimSystem): string =>
  databases
    .map((d) =>
      d === "K2"
        ? "INSERT INTO [K2].[ServerLog].[ProcInst] ([StartedAt], [Folio]) VALUES (GETDATE(), N'claim');"
        : `INSERT INTO [${d}].[dbo].[Work] ([DoneAt]) VALUES (GETDATE());`,
    )
    .join("\n");

/** The systems of an estate of that shape. The ids of the first are those of the lab's own. */
export const systemsOf = ({ systems }: Shape): readonly SimSystem[] =>
  systems.map((shape, i): SimSystem => {
    const id = shape.kind === "k2" ? "k2" : `sys${String(i + 1)}`;
    const number = String(shape.alone ? i + 1 : 1).padStart(2, "0");
    const [first, ...others] =
      shape.kind === "k2"
        ? (["K2", "Claims", "Forms"] as const)
        : ([`Sys${String(i + 1)}`, `Docs${String(i + 1)}`, `Logs${String(i + 1)}`] as const);
    return {
      id,
      shape,
      databases: [first, ...others.slice(0, shape.databases - 1)],
      service: shape.kind === "k2" ? "K2 Server" : `Service ${String(i + 1)}`,
      port: 5555 + i,
      app: { primary: `K2PRD${number}`, dr: `K2DR${number}` },
      sql: { primary: `SQLPRD${number}`, dr: `SQLDR${number}` },
      names: { dependency: `${id}-sql.${labZone}`, client: `${id}.${labZone}` },
    };
  });
