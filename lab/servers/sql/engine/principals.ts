import { createHash, randomBytes } from "node:crypto";
import { markFields, markMap, markSet, rewindAll, type Rewind } from "../../rewind.ts";

/** A login or server role. `hash` is what LOGINPROPERTY(name, 'PasswordHash') gives. */
export interface ServerPrincipal {
  readonly id: number;
  readonly name: string;
  readonly sid: Buffer;
  readonly type: "S" | "U" | "R";
  readonly isDisabled: boolean;
  readonly createdMs: number;
  readonly modifiedMs: number;
  readonly defaultDatabase: string;
  readonly defaultLanguage: string;
  readonly hash?: Buffer;
  readonly isPolicyChecked: boolean;
  readonly isExpirationChecked: boolean;
}

export const serverRoles = [
  "sysadmin",
  "securityadmin",
  "serveradmin",
  "setupadmin",
  "processadmin",
  "diskadmin",
  "dbcreator",
  "bulkadmin",
] as const;

/** The hash of a password: version 2, four bytes of salt, SHA-512 over password (UTF-16) and salt. */
export function hashPassword(password: string, salt: Buffer = randomBytes(4)): Buffer {
  const digest = createHash("sha512").update(Buffer.from(password, "utf16le")).update(salt).digest();
  return Buffer.concat([Buffer.from([2, 0]), salt, digest]);
}
/** By hash, the password that was found to be the right one. */
const known = new WeakMap<Buffer, string>();
export function isPassword(password: string, hash: Buffer): boolean {
  if (known.get(hash) === password) return true;
  const isRight = hash.length === 70 && hashPassword(password, hash.subarray(2, 6)).equals(hash);
  if (isRight) known.set(hash, password);
  return isRight;
}

/** The logins, server roles, memberships and permissions of an instance. */
export class Principals {
  private readonly byName = new Map<string, ServerPrincipal>();
  private readonly members = new Map<string, Set<string>>();
  /** Server permissions granted: `name/permission`, in lower and upper case. */
  public readonly grants = new Map<string, "GRANT" | "DENY">();
  private nextId = 265;

  constructor(nowMs: number, saPassword: string) {
    const common = {
      createdMs: nowMs,
      modifiedMs: nowMs,
      defaultDatabase: "master",
      defaultLanguage: "us_english",
      isDisabled: false,
      isExpirationChecked: false,
    };
    this.put({
      ...common,
      id: 1,
      name: "sa",
      sid: Buffer.from([1]),
      type: "S",
      hash: hashPassword(saPassword),
      isPolicyChecked: true,
    });
    this.put({ ...common, id: 2, name: "public", sid: Buffer.from([2]), type: "R", isPolicyChecked: false });
    serverRoles.forEach((name, i) =>
      this.put({ ...common, id: 3 + i, name, sid: Buffer.from([3 + i]), type: "R", isPolicyChecked: false }),
    );
    this.addMember("sysadmin", "sa");
  }

  mark(): Rewind {
    return rewindAll([
      markFields(this),
      markMap(this.byName),
      markMap(this.members),
      ...[...this.members.values()].map(markSet),
      markMap(this.grants),
    ]);
  }

  all(): ServerPrincipal[] {
    return [...this.byName.values()];
  }
  find(name: string): ServerPrincipal | undefined {
    return this.byName.get(name.toLowerCase());
  }
  login(name: string): ServerPrincipal | undefined {
    const found = this.find(name);
    return found?.type === "R" ? undefined : found;
  }
  bySid(sid: Buffer): ServerPrincipal | undefined {
    return this.all().find((principal) => principal.sid.equals(sid));
  }
  put(principal: ServerPrincipal): void {
    this.byName.set(principal.name.toLowerCase(), principal);
  }
  remove(name: string): void {
    this.byName.delete(name.toLowerCase());
    for (const set of this.members.values()) set.delete(name.toLowerCase());
  }
  newId(): number {
    return this.nextId++;
  }
  addMember(role: string, member: string): void {
    const set = this.members.get(role.toLowerCase()) ?? new Set<string>();
    set.add(member.toLowerCase());
    this.members.set(role.toLowerCase(), set);
  }
  removeMember(role: string, member: string): void {
    this.members.get(role.toLowerCase())?.delete(member.toLowerCase());
  }
  isMember(role: string, member: string): boolean {
    return this.members.get(role.toLowerCase())?.has(member.toLowerCase()) ?? false;
  }
  memberships(): { readonly role: ServerPrincipal; readonly member: ServerPrincipal }[] {
    return [...this.members].flatMap(([role, names]) =>
      [...names].flatMap((name) => {
        const [r, m] = [this.find(role), this.find(name)];
        return r && m ? [{ role: r, member: m }] : [];
      }),
    );
  }
}

/** A user or role inside a database; kept in its collection `users`, so that it travels with backups. */
export interface User {
  readonly id: number;
  readonly name: string;
  readonly type: "S" | "U" | "R";
  readonly sid: Buffer | null;
  readonly defaultSchema: string | null;
  readonly createdMs: number;
  readonly isFixedRole: boolean;
}
export const databaseRoles = [
  "db_owner",
  "db_accessadmin",
  "db_securityadmin",
  "db_ddladmin",
  "db_backupoperator",
  "db_datareader",
  "db_datawriter",
  "db_denydatareader",
  "db_denydatawriter",
] as const;

type Put = (collection: string, key: string | number, value: unknown) => void;
/** The users and roles of a new database. */
export function createUsers(put: Put, ownerSid: Buffer, nowMs: number): void {
  const add = (user: Omit<User, "createdMs">): void =>
    put("users", user.name.toLowerCase(), { ...user, createdMs: nowMs });
  add({ id: 0, name: "public", type: "R", sid: null, defaultSchema: null, isFixedRole: false });
  add({ id: 1, name: "dbo", type: "S", sid: ownerSid, defaultSchema: "dbo", isFixedRole: false });
  add({ id: 2, name: "guest", type: "S", sid: Buffer.from([0]), defaultSchema: "guest", isFixedRole: false });
  add({ id: 3, name: "INFORMATION_SCHEMA", type: "S", sid: null, defaultSchema: null, isFixedRole: false });
  add({ id: 4, name: "sys", type: "S", sid: null, defaultSchema: null, isFixedRole: false });
  databaseRoles.forEach((name, i) =>
    add({ id: 16384 + i, name, type: "R", sid: null, defaultSchema: null, isFixedRole: true }),
  );
  put("schemas", "dbo", { id: 1, name: "dbo", owner: "dbo" });
  put("schemas", "guest", { id: 2, name: "guest", owner: "guest" });
  databaseRoles.forEach((name, i) => put("schemas", name, { id: 16384 + i, name, owner: name }));
  put("members", "db_owner\u0000dbo", { role: "db_owner", member: "dbo" });
  put("counters", "user", 4);
  put("counters", "schema", 4);
}
export interface StoredSchema {
  readonly id: number;
  readonly name: string;
  readonly owner: string;
}
