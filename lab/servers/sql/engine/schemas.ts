import type { Context } from "./context.ts";
import { message, refuse, refuseWith } from "./errors.ts";
import type { StoredSchema, User } from "./principals.ts";

/** CREATE SCHEMA. */
export function createSchema(name: string, owner: string | undefined, context: Context): void {
  const { database, transaction, session } = context;
  session.mustWrite(database);
  if (
    database.store.collection("schemas").has(name.toLowerCase()) ||
    /^(sys|information_schema)$/i.test(name)
  )
    throw refuseWith(message(2714, name), message(2759));
  const id = ((database.store.collection("counters").get("schema") as number | undefined) ?? 4) + 1;
  transaction.put(database, "counters", "schema", id);
  const found =
    owner === undefined
      ? undefined
      : (database.store.collection("users").get(owner.toLowerCase()) as User | undefined);
  if (owner !== undefined && !found) throw refuse(15151, "find", "user", owner);
  transaction.put(database, "schemas", name.toLowerCase(), {
    id,
    name,
    owner: found?.name ?? session.userIn(database)?.name ?? "dbo",
  } satisfies StoredSchema);
}

/** DROP SCHEMA: only an empty one. */
export function dropSchema(name: string, ifExists: boolean, context: Context): void {
  const { database, transaction } = context;
  if (!database.store.collection("schemas").has(name.toLowerCase())) {
    if (!ifExists) throw refuse(15151, "drop", "schema", name);
    return;
  }
  const inside = database.tables().find((table) => table.schema.toLowerCase() === name.toLowerCase());
  if (inside) throw refuse(3729, "drop schema", name, inside.name);
  transaction.put(database, "schemas", name.toLowerCase(), undefined);
}
