import type { Io } from "../../../../steps/act.ts";
import { SqlError, type Sql } from "../../../../steps/transports/sql.ts";
import { singleUser } from "../tsql/changes.ts";

/** How often a backup is tried before whoever is in the database has won. */
const attempts = 5;

/**
 * Takes a backup that needs a database for itself, which it gets first. A session that comes in between keeps the backup
 * out, having the one place that there is (924) or being in its way (3101): it is ended, and the backup tried again.
 */
export async function alone(
  sql: Pick<Sql, "long">,
  database: string,
  backup: string,
  io: Pick<Io, "say">,
): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      await sql.long(`${singleUser(database)}\n${backup}`);
      return;
    } catch (error) {
      const isTaken = error instanceof SqlError && error.has(924, 3101);
      if (!isTaken || attempt >= attempts) throw error;
      io.say(`somebody is in ${database}; trying again`);
    }
  }
}
