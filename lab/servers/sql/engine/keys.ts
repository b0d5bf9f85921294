import { createCipheriv, createDecipheriv, createHash, randomBytes, randomUUID } from "node:crypto";
import type { Context } from "./context.ts";
import { guidBytes } from "./convert.ts";
import type { Database } from "./database.ts";
import { refuse } from "./errors.ts";
import type { EngineSession } from "./session.ts";

/** A database master key: the passwords and the service master keys that it is encrypted by. */
export interface MasterKey {
  readonly guid: string;
  readonly passwords: readonly string[];
  /** Service master keys (by id) that open it: of the instance it was made on, not of the one it was restored to. */
  readonly serviceKeys: readonly string[];
  readonly createdMs: number;
}
export interface Certificate {
  readonly id: number;
  readonly name: string;
  readonly subject: string;
  readonly thumbprint: Buffer;
  /** Undefined: encrypted by the database master key. */
  readonly password?: string;
  readonly createdMs: number;
}
export interface SymmetricKey {
  readonly id: number;
  readonly name: string;
  readonly guid: string;
  readonly algorithm: string;
  readonly material: Buffer;
  readonly certificate?: string;
  readonly password?: string;
  readonly createdMs: number;
}

/** Only a digest of a password is kept. */
export const secretDigest = (password: string): string => createHash("sha256").update(password).digest("hex");

export const masterKey = (database: Database): MasterKey | undefined =>
  database.store.collection("master key").get("key") as MasterKey | undefined;
export const certificateOf = (database: Database, name: string): Certificate | undefined =>
  database.store.collection("certificates").get(name.toLowerCase()) as Certificate | undefined;
export const symmetricKeyOf = (database: Database, name: string): SymmetricKey | undefined =>
  database.store.collection("symmetric keys").get(name.toLowerCase()) as SymmetricKey | undefined;
export const keyGuid = (database: Database, name: string): string | null =>
  symmetricKeyOf(database, name)?.guid ?? null;

/** Whether the instance opens the database's master key by itself. */
export function opensByItself(database: Database, session: EngineSession): boolean {
  return masterKey(database)?.serviceKeys.includes(session.instance.serviceMasterKey) ?? false;
}
/** The master key must be there and open: by the service master key, or in the session. Otherwise 15581. */
export function mustOpenMaster(database: Database, session: EngineSession): void {
  const key = masterKey(database);
  if (!key || !(opensByItself(database, session) || session.openMasterKeys.has(key.guid)))
    throw refuse(15581);
}

/** Opens a symmetric key by its certificate (which the master key protects) or its password. */
export function openSymmetric(
  database: Database,
  session: EngineSession,
  name: string,
  by: { readonly certificate?: string | undefined; readonly password?: string | undefined },
): void {
  const key = symmetricKeyOf(database, name);
  if (!key) throw refuse(15151, "open", "symmetric key", name);
  if (by.certificate === undefined) {
    if (key.password === undefined || by.password === undefined || key.password !== secretDigest(by.password))
      throw refuse(15313);
  } else {
    const certificate = certificateOf(database, by.certificate);
    if (!certificate) throw refuse(15151, "find", "certificate", by.certificate);
    if (key.certificate?.toLowerCase() !== certificate.name.toLowerCase()) throw refuse(15313);
    if (certificate.password === undefined) mustOpenMaster(database, session);
    else if (by.password === undefined || secretDigest(by.password) !== certificate.password)
      throw refuse(15466);
  }
  session.openKeys.set(key.guid, { name: key.name, database: database.id, material: key.material });
}

/** EncryptByKey: NULL unless the key is open in the session. */
export function encryptValue(guid: string, plain: Buffer, { session }: Context): Buffer | null {
  const key = session.openKeys.get(guid.toUpperCase());
  if (!key) return null;
  const iv = randomBytes(16);
  const cipher = createCipheriv("aes-256-cbc", key.material, iv);
  return Buffer.concat([
    guidBytes(guid),
    Buffer.from([1, 0, 0, 0]),
    iv,
    cipher.update(plain),
    cipher.final(),
  ]);
}
/** DecryptByKey: finds the key by the GUID in front of the value; NULL unless it is open. */
export function decryptValue(value: Buffer, { session }: Context): Buffer | null {
  for (const [guid, key] of session.openKeys) {
    if (value.length < 52 || !guidBytes(guid).equals(value.subarray(0, 16))) continue;
    try {
      const decipher = createDecipheriv("aes-256-cbc", key.material, value.subarray(20, 36));
      return Buffer.concat([decipher.update(value.subarray(36)), decipher.final()]);
    } catch {
      return null;
    }
  }
  return null;
}

/** A new symmetric key; with KEY_SOURCE and IDENTITY_VALUE the same one every time. */
export function newSymmetricKey(
  id: number,
  name: string,
  algorithm: string,
  nowMs: number,
  from: { readonly source?: string | undefined; readonly identity?: string | undefined },
): SymmetricKey {
  const material =
    from.source === undefined ? randomBytes(32) : createHash("sha256").update(from.source).digest();
  const hex = from.identity === undefined ? undefined : createHash("md5").update(from.identity).digest("hex");
  const guid =
    hex === undefined ? randomUUID() : hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
  return {
    id,
    name,
    guid: guid.toUpperCase(),
    algorithm: algorithm.toUpperCase(),
    material,
    createdMs: nowMs,
  };
}
