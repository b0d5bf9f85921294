import { plain } from "./types.ts";
import { randomBytes } from "node:crypto";
import type { Frame } from "./batch.ts";
import { refuse } from "./errors.ts";
import { evaluate } from "./evaluate.ts";
import { hasServerPermission } from "./permissions.ts";
import { hashPassword, type ServerPrincipal } from "./principals.ts";
import type { LoginStatement } from "./statements.ts";

function passwordOf(statement: LoginStatement, frame: Frame): Buffer | undefined {
  const option = statement.options.find((o) => o.name === "PASSWORD")?.value;
  if (!option) return undefined;
  const value = evaluate(option, frame);
  if (statement.isHashed) {
    if (!Buffer.isBuffer(value)) throw refuse(15021, "PASSWORD");
    return value;
  }
  return hashPassword(plain(value ?? ""));
}
/** CREATE, ALTER and DROP LOGIN. */
export function executeLogin(statement: LoginStatement, frame: Frame): void {
  const { instance, session } = frame;
  const { principals } = instance;
  const { name } = statement;
  if (
    !hasServerPermission(session, "ALTER ANY LOGIN") &&
    !(statement.action === "alter" && name.toLowerCase() === session.principal.name.toLowerCase())
  )
    throw statement.action === "create" ? refuse(15247) : refuse(15151, statement.action, "login", name);
  const word = (option: string): string | undefined => statement.options.find((o) => o.name === option)?.word;
  const hash = passwordOf(statement, frame);
  if (statement.action === "create") {
    if (principals.find(name)) throw refuse(15025, name);
    const sidOption = statement.options.find((o) => o.name === "SID")?.value;
    const sid = sidOption ? evaluate(sidOption, frame) : randomBytes(16);
    if (!Buffer.isBuffer(sid)) throw refuse(15021, "SID");
    if (principals.bySid(sid)) throw refuse(15433);
    const defaultDatabase = word("DEFAULT_DATABASE") ?? "master";
    if (!instance.database(defaultDatabase)) throw refuse(15010, defaultDatabase);
    const isPolicy = (word("CHECK_POLICY") ?? "ON").toUpperCase() === "ON" && !statement.fromWindows;
    if (!statement.fromWindows && !hash) throw refuse(102, name);
    const now = instance.now();
    principals.put({
      id: principals.newId(),
      name,
      sid: statement.fromWindows ? windowsSid(name) : sid,
      type: statement.fromWindows ? "U" : "S",
      isDisabled: false,
      createdMs: now,
      modifiedMs: now,
      defaultDatabase,
      defaultLanguage: word("DEFAULT_LANGUAGE") ?? "us_english",
      isPolicyChecked: isPolicy,
      isExpirationChecked: word("CHECK_EXPIRATION")?.toUpperCase() === "ON",
      ...(hash && !statement.fromWindows ? { hash } : {}),
    });
    return;
  }
  const login = principals.login(name);
  if (!login) throw refuse(15151, statement.action, "login", name);
  if (statement.action === "drop") {
    dropLogin(login, frame);
    return;
  }
  const policy = word("CHECK_POLICY")?.toUpperCase();
  if (statement.isHashed && login.isPolicyChecked && policy !== "OFF") throw refuse(33020);
  const renamed = word("NAME");
  if (renamed !== undefined && principals.find(renamed)) throw refuse(15025, renamed);
  const changed: ServerPrincipal = {
    ...login,
    modifiedMs: instance.now(),
    isDisabled: statement.isEnabled === undefined ? login.isDisabled : !statement.isEnabled,
    ...(hash ? { hash } : {}),
    ...(policy === undefined ? {} : { isPolicyChecked: policy === "ON" }),
    ...(word("CHECK_EXPIRATION") === undefined
      ? {}
      : { isExpirationChecked: word("CHECK_EXPIRATION")?.toUpperCase() === "ON" }),
    ...(word("DEFAULT_DATABASE") === undefined
      ? {}
      : { defaultDatabase: word("DEFAULT_DATABASE") ?? "master" }),
    ...(word("DEFAULT_LANGUAGE") === undefined
      ? {}
      : { defaultLanguage: word("DEFAULT_LANGUAGE") ?? "us_english" }),
    ...(renamed === undefined ? {} : { name: renamed }),
  };
  if (renamed !== undefined) {
    const roles = principals.memberships().filter(({ member }) => member.name === login.name);
    principals.remove(login.name);
    for (const { role } of roles) principals.addMember(role.name, renamed);
  }
  principals.put(changed);
}
/** A sid for a Windows account: the same on every server of the lab. */
function windowsSid(name: string): Buffer {
  const hash = hashPassword(name.toLowerCase(), Buffer.from("ntsd")).subarray(6, 22);
  return Buffer.concat([Buffer.from("010500000000000515000000", "hex"), hash]);
}
function dropLogin(login: ServerPrincipal, { instance }: Frame): void {
  if ([...instance.sessions.values()].some((session) => session.principal.name === login.name))
    throw refuse(15434, login.name);
  if (instance.databases().some((database) => database.ownerSid.equals(login.sid)))
    throw refuse(15174, login.name);
  instance.principals.remove(login.name);
}
