import { createHash } from "node:crypto";
import type { HeldLease, LeaseTable } from "../../../journal/leases.ts";
import type { SqlParams } from "../../transports/sql-statements.ts";
import type { JournalStatements } from "./tsql.ts";

/** How leases are read and changed. */
export interface LeaseRows {
  rows<T>(text: string, params?: SqlParams): Promise<readonly T[]>;
  change<T>(text: string, params: SqlParams): Promise<readonly T[]>;
}

interface Row {
  readonly name: string;
  readonly who: string;
  readonly host: string;
  readonly pid: number;
  readonly token: string;
  readonly beats: number;
  readonly beatMs: number;
  readonly since: string;
  readonly isOver: number;
}

/** Names compare as a collation sees fit, and an index takes 900 bytes: their hash is neither's affair. */
const hashOf = (name: string): string => createHash("sha256").update(name).digest("hex");

/** Leases as rows of a table; SQL Server's own clock says whether one is over. */
export function sqlLeases(t: JournalStatements, { rows, change }: LeaseRows): LeaseTable {
  const signOf = ({ token, beats }: Pick<Row, "token" | "beats">): string => `${token} ${String(beats)}`;
  const heldIn = ({ name, who, host, pid, beatMs, since, isOver, ...row }: Row): HeldLease => ({
    name,
    who,
    since,
    host,
    pid,
    sign: signOf(row),
    beatMs,
    isOver: isOver === 1,
  });
  const partsOf = (sign: string): readonly [token: string, beats: number] => {
    const [token = "", beats = "-1"] = sign.split(" ");
    return [token, Number(beats)];
  };
  return {
    hasOwnClock: true,
    look: async (name) => (await rows<Row>(t.lease, { hash: hashOf(name) })).map(heldIn)[0],
    all: async () => (await rows<Row>(t.leases)).map(heldIn),
    take: async ({ name, who, host, pid, token, ttlMs, beatMs }, ended) => {
      const [endedToken, endedBeats] = partsOf(ended?.sign ?? "");
      const [answer] = await change<{ done: number }>(t.takeLease, {
        hash: hashOf(name),
        name,
        who,
        host,
        pid,
        token,
        ttl: Math.round(ttlMs),
        beat: Math.round(beatMs),
        endedToken,
        endedBeats,
      });
      return answer?.done === 1;
    },
    renew: async ({ name, token, ttlMs }) => {
      const [answer] = await change<{ done: number }>(t.renewLease, {
        hash: hashOf(name),
        token,
        ttl: Math.round(ttlMs),
      });
      return answer?.done === 1;
    },
    remove: async ({ name, token }) => {
      await change(t.removeLease, { hash: hashOf(name), token });
    },
    clear: async ({ name, sign }) => {
      const [token, beats] = partsOf(sign);
      await change(t.clearLease, { hash: hashOf(name), token, beats });
    },
  };
}
