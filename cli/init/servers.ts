import { listOf, type Given } from "./keys.ts";

/** A server as it is typed: `K2PRD01=10.10.1.4`. */
export interface NamedServer {
  /** Computer name. */
  readonly id: string;
  readonly address: string;
}

/** The servers of an answer, in order. */
export const serversIn = (answer = ""): readonly NamedServer[] =>
  listOf(answer).map((one) => {
    const at = one.indexOf("=");
    return at < 0 ? { id: one, address: "" } : { id: one.slice(0, at), address: one.slice(at + 1) };
  });

/** Windows compares computer names without regard to case. */
export const sameName = (one: string, other: string): boolean => one.toUpperCase() === other.toUpperCase();

/** The servers that were named so far, with the site that each stands at. */
export const serversBefore = (
  before: Given,
): readonly (NamedServer & { readonly site: "primary" | "dr"; readonly sql: boolean })[] => [
  ...serversIn(before.k2Primary).map((s) => ({ ...s, site: "primary" as const, sql: false })),
  ...serversIn(before.k2Dr).map((s) => ({ ...s, site: "dr" as const, sql: false })),
  ...serversIn(before.sqlPrimary).map((s) => ({ ...s, site: "primary" as const, sql: true })),
  ...serversIn(before.sqlDr).map((s) => ({ ...s, site: "dr" as const, sql: true })),
];

/** One port of an answer: of the server that is named, or of all others. */
export interface NamedPort {
  readonly id?: string;
  readonly port: string;
}

/** The ports of an answer: `1433`, or `SQLPRD01=50123, SQLDR01=50124`, or both. */
export const portsIn = (answer: string): readonly NamedPort[] =>
  listOf(answer).map((one) => {
    const at = one.indexOf("=");
    return at < 0 ? { port: one } : { id: one.slice(0, at), port: one.slice(at + 1) };
  });

/** The port of one server by such an answer; `usual` where it says nothing of it. */
export function portOf(answer: string, id: string, usual: number): number {
  const ports = portsIn(answer);
  const own = ports.find((p) => p.id !== undefined && sameName(p.id, id));
  return Number((own ?? ports.find((p) => p.id === undefined))?.port ?? usual);
}
