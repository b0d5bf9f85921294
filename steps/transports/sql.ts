import type { Io } from "../act.ts";
import { onePerStep } from "./one-per-step.ts";
import { openPool } from "./sql-connect.ts";
import { sqlOver, type Sql } from "./sql-statements.ts";
import { wires } from "./wires.ts";

export { SqlError } from "./sql-error.ts";
export type { Sql, SqlMessage, SqlParams } from "./sql-statements.ts";
export { Unreachable } from "./unreachable.ts";

/** The connection of this step to SQL Server on a host: opened once, closed when the step ends, within 10 s or an `Unreachable`. */
export const sqlOn: (hostId: string, io: Io) => Promise<Sql> = onePerStep(open);

async function open(hostId: string, io: Io, broken: () => void): Promise<Sql> {
  const simulated = wires.getStore();
  if (simulated) return simulated.sql(hostId, io);
  const { address, sql } = io.host(hostId);
  if (!sql)
    throw new Error(
      `${hostId} has no sql in the estate. Write sql: { user, password: secret.env("…") } at its server.`,
    );
  const pool = await openPool({
    host: hostId,
    address,
    access: sql,
    password: await io.secret(sql.password),
    signal: io.signal,
  });
  // A pool reports broken idle connections here; without a listener that would end the process.
  pool.on("error", () => {
    broken();
  });
  io.onEnd(() => pool.close());
  return sqlOver(pool, { host: hostId, address, port: sql.port }, io.signal, broken);
}
