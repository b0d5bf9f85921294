import { randomBytes } from "node:crypto";
import { isLockMode, type LockOwner } from "./app-locks.ts";
import { executeSecurity } from "./execute-security.ts";
import { refuse } from "./errors.ts";
import { pause } from "./pause.ts";
import type { Call, ProcedureTable } from "./procedures.ts";
import { hashPassword, type User } from "./principals.ts";

/** The option of sp_configure that the beginning of a name means. */
function option(
  call: Call,
  name: string,
): [string, ReturnType<Call["frame"]["instance"]["configuration"]["get"]> & object] {
  const { configuration } = call.frame.instance;
  const showsAll = configuration.get("show advanced options")?.inUse === 1;
  const exact = [...configuration].filter(
    ([key, o]) => key.toLowerCase() === name.toLowerCase() && (showsAll || !o.isAdvanced),
  );
  const found =
    exact.length > 0
      ? exact
      : [...configuration].filter(
          ([key, o]) => key.toLowerCase().startsWith(name.toLowerCase()) && (showsAll || !o.isAdvanced),
        );
  if (found.length > 1) throw refuse(15124, name);
  const first = found[0];
  if (!first) throw refuse(15123, name);
  return first;
}

const ownerOf = (call: Call): LockOwner | undefined => {
  const owner = call.text("LockOwner")?.toLowerCase();
  return owner === "transaction" || owner === "session" ? owner : undefined;
};
const resourceOf = (call: Call): string =>
  `${call.frame.database.id}:${call.text("DbPrincipal") ?? ""}:${call.mustText("Resource").slice(0, 255)}`;

/** Procedures of the instance: locks, configuration, roles, sessions. */
export const serverProcedures: ProcedureTable = {
  sp_getapplock: {
    parameters:
      "@Resource nvarchar(255), @LockMode varchar(32), @LockOwner varchar(32) = 'Transaction', @LockTimeout int = NULL, @DbPrincipal sysname = 'public'",
    run: async (call) => {
      const { frame } = call;
      const owner = ownerOf(call);
      const mode = call.text("LockMode")?.toLowerCase() ?? "";
      if (owner === undefined || !isLockMode(mode)) return -999;
      if (owner === "transaction" && frame.session.transactionDepth === 0) return -999;
      const { locks } = frame.instance;
      const asked = { resource: resourceOf(call), session: frame.session, owner, mode };
      const place = {};
      const limit = call.number("LockTimeout");
      const until = limit === undefined || limit < 0 ? Number.POSITIVE_INFINITY : performance.now() + limit;
      if (locks.take(asked, place)) return 0;
      try {
        while (performance.now() < until) {
          await pause(5, frame.signal);
          if (locks.take(asked, place)) return 1;
        }
        return -1;
      } finally {
        locks.leave(asked.resource, place);
      }
    },
  },
  sp_releaseapplock: {
    parameters:
      "@Resource nvarchar(255), @LockOwner varchar(32) = 'Transaction', @DbPrincipal sysname = 'public'",
    run: (call) => {
      const owner = ownerOf(call);
      if (owner === undefined) return -999;
      if (call.frame.instance.locks.release(resourceOf(call), call.frame.session, owner)) return 0;
      throw refuse(1223, call.mustText("Resource"));
    },
  },
  sp_configure: {
    parameters: "@configname varchar(35) = NULL, @configvalue int = NULL",
    run: (call) => {
      const name = call.text("configname");
      const value = call.number("configvalue");
      const columns = "name nvarchar(35), minimum int, maximum int, config_value int, run_value int";
      if (name === undefined) {
        const showsAll = call.frame.instance.configuration.get("show advanced options")?.inUse === 1;
        call.result(
          columns,
          [...call.frame.instance.configuration]
            .filter(([, o]) => showsAll || !o.isAdvanced)
            .map(([n, o]) => ({
              name: n,
              minimum: o.minimum,
              maximum: o.maximum,
              config_value: o.value,
              run_value: o.inUse,
            })),
        );
        return;
      }
      const [full, found] = option(call, name);
      if (value === undefined) {
        call.result(columns, [
          {
            name: full,
            minimum: found.minimum,
            maximum: found.maximum,
            config_value: found.value,
            run_value: found.inUse,
          },
        ]);
        return;
      }
      if (!call.frame.session.isSysadmin) throw refuse(15247);
      if (value < found.minimum || value > found.maximum) throw refuse(15129, value, full);
      const old = found.value;
      found.value = value;
      found.inUse = value;
      call.frame.emit({ kind: "message", message: refuse(15457, full, old, value).last });
    },
  },
  sp_addrolemember: {
    parameters: "@rolename sysname, @membername sysname",
    run: (call) =>
      void executeSecurity(
        {
          kind: "role",
          line: 1,
          action: "add",
          name: call.mustText("rolename"),
          member: call.mustText("membername"),
          isServer: false,
          ifExists: false,
        },
        call.frame,
      ),
  },
  sp_droprolemember: {
    parameters: "@rolename sysname, @membername sysname",
    run: (call) =>
      void executeSecurity(
        {
          kind: "role",
          line: 1,
          action: "remove",
          name: call.mustText("rolename"),
          member: call.mustText("membername"),
          isServer: false,
          ifExists: false,
        },
        call.frame,
      ),
  },
  sp_addsrvrolemember: {
    parameters: "@loginame sysname, @rolename sysname",
    run: (call) =>
      void executeSecurity(
        {
          kind: "role",
          line: 1,
          action: "add",
          name: call.mustText("rolename"),
          member: call.mustText("loginame"),
          isServer: true,
          ifExists: false,
        },
        call.frame,
      ),
  },
  sp_changedbowner: {
    parameters: "@loginame sysname, @map varchar(5) = NULL",
    run: (call) =>
      void executeSecurity(
        {
          kind: "authorization",
          line: 1,
          of: "DATABASE",
          name: [call.frame.database.name],
          to: call.mustText("loginame"),
        },
        call.frame,
      ),
  },
  sp_change_users_login: {
    parameters:
      "@Action varchar(10), @UserNamePattern sysname = NULL, @LoginName sysname = NULL, @Password sysname = NULL",
    run: (call) => {
      const { database, instance, session } = call.frame;
      const users = [...database.store.collection("users").values()] as User[];
      if (call.mustText("Action").toLowerCase() === "report") {
        const orphans = users.filter(
          (u) =>
            u.type === "S" &&
            u.id > 4 &&
            u.sid !== null &&
            u.sid.length === 16 &&
            !instance.principals.bySid(u.sid),
        );
        call.result(
          "UserName sysname, UserSID varbinary(85)",
          orphans.map((u) => ({ UserName: u.name, UserSID: u.sid })),
        );
        return;
      }
      const name = call.mustText("UserNamePattern");
      const login = call.text("LoginName") ?? name;
      const password = call.text("Password");
      if (!instance.principals.login(login) && password !== undefined && session.isSysadmin)
        instance.principals.put({
          id: instance.principals.newId(),
          name: login,
          sid: randomBytes(16),
          type: "S",
          isDisabled: false,
          createdMs: instance.now(),
          modifiedMs: instance.now(),
          defaultDatabase: "master",
          defaultLanguage: "us_english",
          hash: hashPassword(password),
          isPolicyChecked: true,
          isExpirationChecked: false,
        });
      executeSecurity(
        { kind: "user", line: 1, action: "alter", name, login, options: [], ifExists: false },
        call.frame,
      );
    },
  },
};
