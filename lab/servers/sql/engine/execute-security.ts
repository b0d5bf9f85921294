import { randomBytes } from "node:crypto";
import type { Frame } from "./batch.ts";
import { refuse } from "./errors.ts";
import { executeLogin } from "./execute-logins.ts";
import type { Done } from "./execute.ts";
import { findTable } from "./sources.ts";
import { hasDatabasePermission } from "./permissions.ts";
import type { StoredSchema, User } from "./principals.ts";
import type {
  AuthorizationStatement,
  LoginStatement,
  PermissionStatement,
  RoleStatement,
  UserStatement,
} from "./statements.ts";

/** Logins, users, roles, permissions and owners. */
export function executeSecurity(
  statement: LoginStatement | UserStatement | RoleStatement | PermissionStatement | AuthorizationStatement,
  frame: Frame,
): Done {
  switch (statement.kind) {
    case "login":
      executeLogin(statement, frame);
      return {};
    case "user":
      executeUser(statement, frame);
      return {};
    case "role":
      executeRole(statement, frame);
      return {};
    case "permission":
      executePermission(statement, frame);
      return {};
    case "authorization":
      executeAuthorization(statement, frame);
      return {};
  }
}

function executeUser(statement: UserStatement, frame: Frame): void {
  const { database, session, instance, transaction } = frame;
  session.mustWrite(database);
  if (!hasDatabasePermission(session, database, "ALTER ANY USER")) throw refuse(15247);
  const users = database.store.collection("users");
  const user = users.get(statement.name.toLowerCase()) as User | undefined;
  const put = (value: User): void => transaction.put(database, "users", value.name.toLowerCase(), value);
  const option = (name: string): string | undefined => statement.options.find((o) => o.name === name)?.word;
  if (statement.action === "create") {
    if (user) throw refuse(15023, statement.name);
    const loginName = statement.login ?? statement.name;
    const login = statement.withoutLogin ? undefined : instance.principals.login(loginName);
    if (!statement.withoutLogin && !login) throw refuse(15007, loginName);
    const isKnown = login && ([...users.values()] as User[]).some((other) => other.sid?.equals(login.sid));
    if (isKnown) throw refuse(15063);
    const id = ((database.store.collection("counters").get("user") as number | undefined) ?? 4) + 1;
    transaction.put(database, "counters", "user", id);
    const sid =
      login?.sid ?? Buffer.concat([Buffer.from("010500000000000903000000", "hex"), randomBytes(16)]);
    put({
      id,
      name: statement.name,
      type: login?.type === "U" ? "U" : "S",
      sid,
      defaultSchema: option("DEFAULT_SCHEMA") ?? "dbo",
      createdMs: instance.now(),
      isFixedRole: false,
    });
    return;
  }
  if (!user || user.type === "R") {
    if (statement.ifExists) return;
    throw refuse(15151, statement.action, "user", statement.name);
  }
  if (statement.action === "drop") {
    const owns = ([...database.store.collection("schemas").values()] as StoredSchema[]).some(
      (schema) => schema.owner.toLowerCase() === user.name.toLowerCase(),
    );
    if (owns) throw refuse(15138, "schema");
    transaction.put(database, "users", user.name.toLowerCase(), undefined);
    for (const [key, member] of [...database.store.collection("members")] as [string, { member: string }][])
      if (member.member.toLowerCase() === user.name.toLowerCase())
        transaction.put(database, "members", key, undefined);
    return;
  }
  if (user.id <= 4 && user.name !== "guest") throw refuse(15405, user.name);
  const login = statement.login === undefined ? undefined : instance.principals.login(statement.login);
  if (statement.login !== undefined && !login) throw refuse(15007, statement.login);
  if (
    login &&
    ([...users.values()] as User[]).some((other) => other !== user && other.sid?.equals(login.sid))
  )
    throw refuse(15063);
  const name = option("NAME") ?? user.name;
  if (name !== user.name) transaction.put(database, "users", user.name.toLowerCase(), undefined);
  put({
    ...user,
    name,
    ...(login ? { sid: login.sid } : {}),
    ...(option("DEFAULT_SCHEMA") === undefined ? {} : { defaultSchema: option("DEFAULT_SCHEMA") ?? "dbo" }),
  });
}

function executeRole(statement: RoleStatement, frame: Frame): void {
  const { database, session, instance, transaction } = frame;
  const { name, member } = statement;
  if (statement.isServer) {
    if (!session.isSysadmin) throw refuse(15151, "alter", "server role", name);
    if (instance.principals.find(name)?.type !== "R") throw refuse(15151, "alter", "server role", name);
    const login = instance.principals.login(member ?? "");
    if (!login) throw refuse(15151, statement.action === "add" ? "add" : "drop", "principal", member ?? "");
    if (statement.action === "add") instance.principals.addMember(name, login.name);
    else instance.principals.removeMember(name, login.name);
    return;
  }
  session.mustWrite(database);
  if (!hasDatabasePermission(session, database, "ALTER ANY ROLE")) throw refuse(15151, "alter", "role", name);
  const users = database.store.collection("users");
  const role = users.get(name.toLowerCase()) as User | undefined;
  if (statement.action === "create") {
    if (role) throw refuse(15023, name);
    const id = ((database.store.collection("counters").get("user") as number | undefined) ?? 4) + 1;
    transaction.put(database, "counters", "user", id);
    transaction.put(database, "users", name.toLowerCase(), {
      id,
      name,
      type: "R",
      sid: null,
      defaultSchema: null,
      createdMs: instance.now(),
      isFixedRole: false,
    } satisfies User);
    return;
  }
  if (role?.type !== "R") {
    if (statement.ifExists) return;
    throw refuse(15151, statement.action === "drop" ? "drop" : "alter", "role", name);
  }
  if (statement.action === "drop") {
    if (
      ([...database.store.collection("members").values()] as { role: string }[]).some(
        (m) => m.role.toLowerCase() === name.toLowerCase(),
      )
    )
      throw refuse(15144);
    transaction.put(database, "users", name.toLowerCase(), undefined);
    return;
  }
  const user = users.get((member ?? "").toLowerCase()) as User | undefined;
  if (!user) throw refuse(15151, statement.action === "add" ? "add" : "drop", "principal", member ?? "");
  const key = `${name.toLowerCase()}\u0000${user.name.toLowerCase()}`;
  transaction.put(
    database,
    "members",
    key,
    statement.action === "add" ? { role: role.name, member: user.name } : undefined,
  );
}

const serverPermissions =
  /^(CONTROL SERVER|CONNECT SQL|VIEW SERVER STATE|VIEW ANY DATABASE|VIEW ANY DEFINITION|ALTER ANY DATABASE|CREATE ANY DATABASE|ALTER ANY LOGIN|ALTER SETTINGS|ALTER TRACE|ALTER ANY CONNECTION|ADMINISTER BULK OPERATIONS|SHUTDOWN|ALTER SERVER STATE|ALTER ANY SERVER ROLE|VIEW SERVER PERFORMANCE STATE|UNSAFE ASSEMBLY|EXTERNAL ACCESS ASSEMBLY|IMPERSONATE ANY LOGIN|CONNECT ANY DATABASE|SELECT ALL USER SECURABLES)$/;

function executePermission(statement: PermissionStatement, frame: Frame): void {
  const { database, session, instance, transaction } = frame;
  for (const name of statement.to)
    for (const permission of statement.permissions) {
      if (serverPermissions.test(permission) && !statement.on) {
        if (!session.isSysadmin) throw refuse(15247);
        const login = instance.principals.find(name);
        if (!login) throw refuse(15151, "find", "login", name);
        const key = `${login.name.toLowerCase()}/${permission}`;
        if (statement.action === "REVOKE") instance.principals.grants.delete(key);
        else instance.principals.grants.set(key, statement.action);
        continue;
      }
      if (!session.isOwner(database) && !hasDatabasePermission(session, database, "CONTROL"))
        throw refuse(15247);
      const user = database.store.collection("users").get(name.toLowerCase()) as User | undefined;
      if (!user) throw refuse(15151, "find", "user", name);
      if (
        statement.on?.kind === "OBJECT" &&
        !findTable(statement.on.name, frame) &&
        !isProcedure(statement.on.name.at(-1) ?? "", frame)
      )
        throw refuse(15151, "find", "object", statement.on.name.join("."));
      const on = statement.on && statement.on.kind !== "DATABASE" ? (statement.on.name.at(-1) ?? "") : "";
      transaction.put(
        database,
        "grants",
        `${user.name.toLowerCase()}/${permission}/${on.toLowerCase()}`,
        statement.action === "REVOKE" ? undefined : statement.action,
      );
    }
}
const isProcedure = (name: string, { instance, database }: Frame): boolean =>
  instance.procedures.has(name.toLowerCase()) ||
  [...database.store.collection("procedures").values()].some(
    (p) => (p as { name: string }).name.toLowerCase() === name.toLowerCase(),
  );

function executeAuthorization(statement: AuthorizationStatement, frame: Frame): void {
  const { database, instance, session, transaction } = frame;
  const name = statement.name.at(-1) ?? "";
  if (statement.of === "DATABASE") {
    const target = instance.database(name);
    if (!target) throw refuse(15151, "find", "database", name);
    if (!session.isOwner(target)) throw refuse(15151, "alter", "database", name);
    const login = instance.principals.login(statement.to);
    if (!login) throw refuse(15151, "find", "principal", statement.to);
    session.mustOpen(target);
    session.mustWrite(target);
    const users = [...target.store.collection("users").values()] as User[];
    if (users.some((user) => user.name !== "dbo" && user.sid?.equals(login.sid))) throw refuse(15110);
    target.ownerSid = login.sid;
    const dbo = users.find((user) => user.name === "dbo");
    transaction.put(target, "settings", "settings", {
      ...target.settings,
      ownerSid: login.sid.toString("hex"),
    });
    if (dbo) transaction.put(target, "users", "dbo", { ...dbo, sid: login.sid });
    return;
  }
  if (!database.store.collection("users").has(statement.to.toLowerCase()))
    throw refuse(15151, "find", "principal", statement.to);
  if (statement.of !== "SCHEMA") return;
  const schema = database.store.collection("schemas").get(name.toLowerCase()) as StoredSchema | undefined;
  if (!schema) throw refuse(15151, "find", "schema", name);
  transaction.put(database, "schemas", name.toLowerCase(), { ...schema, owner: statement.to });
}
