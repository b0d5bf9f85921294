import type { Context } from "./context.ts";
import type { Database } from "./database.ts";
import type { EngineSession } from "./session.ts";
import { type V, plain } from "./types.ts";

/** Whether the session's user is in a role of the database, directly. */
export function inRole(session: EngineSession, database: Database, role: string): boolean {
  if (session.isOwner(database)) return true;
  const user = session.userIn(database);
  return (
    user !== undefined &&
    database.store.collection("members").has(`${role.toLowerCase()}\u0000${user.name.toLowerCase()}`)
  );
}
/** IS_MEMBER: NULL for a role that is not there. */
export function isRoleMember(role: string, { session, database }: Context): number | null {
  if (role.toLowerCase() === "public") return 1;
  if (!database.store.collection("users").has(role.toLowerCase())) return null;
  return inRole(session, database, role) ? 1 : 0;
}

/** Server permissions that a server role brings with it. */
const fromRoles: Readonly<Record<string, readonly string[]>> = {
  dbcreator: ["CREATE ANY DATABASE", "ALTER ANY DATABASE"],
  securityadmin: ["ALTER ANY LOGIN"],
  serveradmin: ["ALTER SETTINGS", "VIEW SERVER STATE", "SHUTDOWN"],
  processadmin: ["ALTER ANY CONNECTION", "VIEW SERVER STATE"],
};
export function hasServerPermission(session: EngineSession, permission: string): boolean {
  if (session.isSysadmin) return true;
  const { principals } = session.instance;
  const name = session.principal.name;
  const wanted = permission.toUpperCase();
  if (principals.grants.get(`${name.toLowerCase()}/${wanted}`) === "DENY") return false;
  if (wanted === "CONNECT SQL" || wanted === "VIEW ANY DATABASE") return true;
  return (
    principals.grants.get(`${name.toLowerCase()}/${wanted}`) === "GRANT" ||
    principals.grants.get(`${name.toLowerCase()}/CONTROL SERVER`) === "GRANT" ||
    Object.entries(fromRoles).some(
      ([role, brings]) => principals.isMember(role, name) && brings.includes(wanted),
    )
  );
}
/** Database permissions: of owners all, of others what their roles or GRANT brings. */
export function hasDatabasePermission(
  session: EngineSession,
  database: Database,
  permission: string,
  on = "",
): boolean {
  if (session.isOwner(database) || inRole(session, database, "db_owner")) return true;
  const user = session.userIn(database);
  if (!user) return false;
  const wanted = permission.toUpperCase();
  const roleOf: Readonly<Record<string, string>> = {
    "BACKUP DATABASE": "db_backupoperator",
    "BACKUP LOG": "db_backupoperator",
    SELECT: "db_datareader",
    INSERT: "db_datawriter",
    UPDATE: "db_datawriter",
    DELETE: "db_datawriter",
    "CREATE TABLE": "db_ddladmin",
    "ALTER ANY SCHEMA": "db_ddladmin",
    "ALTER ANY USER": "db_accessadmin",
  };
  const grants = database.store.collection("grants");
  const roles = [
    "public",
    user.name.toLowerCase(),
    ...([...database.store.collection("members").values()] as { role: string; member: string }[])
      .filter((m) => m.member.toLowerCase() === user.name.toLowerCase())
      .map((m) => m.role.toLowerCase()),
  ];
  const found = roles.flatMap((name) => [
    grants.get(`${name}/${wanted}/`),
    grants.get(`${name}/${wanted}/${on.toLowerCase()}`),
    grants.get(`${name}/CONTROL/`),
  ]);
  if (found.includes("DENY")) return false;
  return (
    found.includes("GRANT") ||
    (roleOf[wanted] !== undefined && inRole(session, database, roleOf[wanted])) ||
    wanted === "CONNECT"
  );
}

/** Rights of which each shows whoever has it that the object is there. */
const showing = [
  "SELECT",
  "INSERT",
  "UPDATE",
  "DELETE",
  "REFERENCES",
  "ALTER",
  "ALTER ANY SCHEMA",
  "CONTROL",
  "VIEW DEFINITION",
];
/** Whether the session may know of a table: whoever has any right on it may. Of databases that come with the server everybody. */
export const seesTable = (session: EngineSession, database: Database, name: string): boolean =>
  database.id <= 4 ||
  hasServerPermission(session, "VIEW ANY DEFINITION") ||
  showing.some((p) => hasDatabasePermission(session, database, p, name));

/** HAS_PERMS_BY_NAME for servers, databases and objects. */
export function hasPermission(securable: V, kind: V, permission: string, context: Context): number | null {
  const { session, instance, database } = context;
  const of = kind === null ? "SERVER" : plain(kind).toUpperCase();
  if (of === "SERVER") return hasServerPermission(session, permission) ? 1 : 0;
  if (of === "DATABASE") {
    const found = securable === null ? database : instance.database(plain(securable).replace(/^\[|\]$/g, ""));
    if (!found) return null;
    return session.isSysadmin ||
      (found.isReadable &&
        session.canEnter(found) &&
        hasDatabasePermission(session, found, permission === "ANY" ? "CONNECT" : permission))
      ? 1
      : 0;
  }
  return session.isSysadmin || hasDatabasePermission(session, database, permission, plain(securable ?? ""))
    ? 1
    : 0;
}
