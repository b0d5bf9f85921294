import type { FunctionTable, ScalarFunction } from "./functions.ts";
import { decryptValue, encryptValue, keyGuid } from "./keys.ts";
import { hasPermission, isRoleMember } from "./permissions.ts";
import type { User } from "./principals.ts";
import { textOf, variantType } from "./convert.ts";
import { guid, int, sysname, type V, varbinary, plain } from "./types.ts";
import { isPassword } from "./principals.ts";

const me: ScalarFunction = {
  args: ["bytes"],
  min: 0,
  type: sysname,
  run: ([sid], { instance, session }) =>
    sid === undefined
      ? session.principal.name
      : Buffer.isBuffer(sid)
        ? (instance.principals.bySid(sid)?.name ?? null)
        : null,
};
const user: ScalarFunction = {
  args: ["int"],
  min: 0,
  type: sysname,
  run: ([id], { database, session }) => {
    if (id === undefined) return session.userIn(database)?.name ?? "guest";
    return (
      ([...database.store.collection("users").values()] as User[]).find((u) => u.id === id)?.name ?? null
    );
  },
};

export const securityFunctions: FunctionTable = {
  SUSER_SNAME: me,
  SUSER_NAME: {
    args: ["int"],
    min: 0,
    type: sysname,
    run: ([id], { instance, session }) =>
      id === undefined
        ? session.principal.name
        : (instance.principals.all().find((p) => p.id === id)?.name ?? null),
  },
  SYSTEM_USER: me,
  ORIGINAL_LOGIN: { ...me, args: [], run: (_, { session }) => session.original.name },
  SUSER_SID: {
    args: ["text", "int"],
    min: 0,
    type: varbinary(85),
    run: ([name], { instance, session }) =>
      name === undefined ? session.principal.sid : (instance.principals.find(plain(name))?.sid ?? null),
  },
  SUSER_ID: {
    args: ["text"],
    min: 0,
    type: int,
    run: ([name], { instance, session }) =>
      name === undefined ? session.principal.id : (instance.principals.find(plain(name))?.id ?? null),
  },
  USER_NAME: user,
  USER: { ...user, args: [] },
  CURRENT_USER: { ...user, args: [] },
  SESSION_USER: { ...user, args: [] },
  USER_ID: {
    args: ["text"],
    min: 0,
    type: int,
    run: ([name], { database, session }) =>
      (name === undefined
        ? session.userIn(database)?.id
        : (database.store.collection("users").get(plain(name).toLowerCase()) as User | undefined)?.id) ??
      null,
  },
  DATABASE_PRINCIPAL_ID: {
    args: ["text"],
    min: 0,
    type: int,
    run: ([name], { database, session }) =>
      (name === undefined
        ? session.userIn(database)?.id
        : (database.store.collection("users").get(plain(name).toLowerCase()) as User | undefined)?.id) ??
      null,
  },
  IS_SRVROLEMEMBER: {
    args: ["text", "text"],
    min: 1,
    type: int,
    run: ([role, name], { instance, session }) => {
      const found = instance.principals.find(plain(role));
      const login = instance.principals.login(name === undefined ? session.principal.name : plain(name));
      if (found?.type !== "R" || !login) return null;
      return plain(role).toLowerCase() === "public" ||
        instance.principals.isMember("sysadmin", login.name) ||
        instance.principals.isMember(plain(role), login.name)
        ? 1
        : 0;
    },
  },
  IS_MEMBER: { args: ["text"], type: int, run: ([role], context) => isRoleMember(plain(role), context) },
  IS_ROLEMEMBER: {
    args: ["text", "text"],
    min: 1,
    type: int,
    run: ([role], context) => isRoleMember(plain(role), context),
  },
  HAS_DBACCESS: {
    args: ["text"],
    type: int,
    run: ([name], { instance, session }) => {
      const database = instance.database(plain(name));
      return database ? (database.isReadable && session.canEnter(database) ? 1 : 0) : null;
    },
  },
  HAS_PERMS_BY_NAME: {
    args: ["text"],
    isOpen: true,
    min: 3,
    type: int,
    nulls: true,
    run: ([securable, kind, permission], context) =>
      hasPermission(securable ?? null, kind ?? null, plain(permission ?? ""), context),
  },
  LOGINPROPERTY: {
    args: ["text", "text"],
    type: (args) => (plain(args[1]?.constant).toUpperCase() === "PASSWORDHASH" ? varbinary(256) : int),
    run: ([name, property], { instance, session }) => {
      const login = instance.principals.login(plain(name));
      if (login?.type !== "S") return null;
      switch (plain(property).toUpperCase()) {
        case "PASSWORDHASH":
          return session.isSysadmin ? (login.hash ?? null) : null;
        case "PASSWORDHASHALGORITHM":
          return 2;
        case "ISLOCKED":
        case "ISEXPIRED":
        case "ISMUSTCHANGE":
        case "BADPASSWORDCOUNT":
          return 0;
        default:
          return null;
      }
    },
  },
  PWDCOMPARE: {
    args: ["text", "bytes"],
    type: int,
    run: ([password, hash]) => (Buffer.isBuffer(hash) && isPassword(plain(password), hash) ? 1 : 0),
  },
  KEY_GUID: { args: ["text"], type: guid, run: ([name], { database }) => keyGuid(database, plain(name)) },
  CERT_ID: {
    args: ["text"],
    type: int,
    run: ([name], { database }) =>
      (database.store.collection("certificates").get(plain(name).toLowerCase()) as { id: number } | undefined)
        ?.id ?? null,
  },
  KEY_ID: {
    args: ["text"],
    type: int,
    run: ([name], { database }) =>
      (
        database.store.collection("symmetric keys").get(plain(name).toLowerCase()) as
          { id: number } | undefined
      )?.id ?? null,
  },
  ENCRYPTBYKEY: {
    args: ["text", "any"],
    isOpen: true,
    min: 2,
    type: varbinary(8000),
    run: ([key, value], context, args) =>
      encryptValue(plain(key), bytesOf(value ?? null, args[1]?.type.name.startsWith("n") ?? false), context),
  },
  DECRYPTBYKEY: {
    args: ["bytes"],
    isOpen: true,
    type: varbinary(8000),
    run: ([value], context) => (Buffer.isBuffer(value) ? decryptValue(value, context) : null),
  },
};
function bytesOf(value: V, isWide: boolean): Buffer {
  if (Buffer.isBuffer(value)) return value;
  return Buffer.from(textOf(value, variantType(value)), isWide ? "utf16le" : "latin1");
}
