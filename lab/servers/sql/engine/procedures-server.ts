import { randomBytes } from "node:crypto";
import { executeSecurity } from "./execute-security.ts";
import { refuse } from "./errors.ts";
import { pause } from "./pause.ts";
import type { Call, ProcedureTable } from "./procedures.ts";
import { hashPassword, type User } from "./principals.ts";
import { localTimeOf } from "./agent-time.ts";

const literal = (value: string) => ({ kind: "literal" as const, value, type: { name: "nvarchar" as const } });

/** The option of sp_configure that the beginning of a name means. */
function option(call: Call, name: string): [string, ReturnType<Call["frame"]["instance"]["configuration"]["get"]> & object] {
  const { configuration } = call.frame.instance;
  const showsAll = configuration.get("show advanced options")?.inUse === 1;
  const exact = [...configuration].filter(([key, o]) => key.toLowerCase() === name.toLowerCase() && (showsAll || !o.isAdvanced));
  const found = exact.length > 0 ? exact : [...configuration].filter(([key, o]) => key.toLowerCase().startsWith(name.toLowerCase()) && (showsAll || !o.isAdvanced));
  if (found.length > 1) throw refuse(15124, name);
  const first = found[0];
  if (!first) throw refuse(15123, name);
  return first;
}

/** Procedures of the instance: locks, configuration, roles, sessions. */
export const serverProcedures: ProcedureTable = {
  sp_getapplock: {
    parameters: "@Resource nvarchar(255), @LockMode varchar(32), @LockOwner varchar(32) = 'Transaction', @LockTimeout int = NULL, @DbPrincipal sysname = 'public'",
    run: async (call) => {
      const { frame } = call;
      if (call.text("LockOwner")?.toLowerCase() === "transaction" && frame.session.transactionDepth === 0) return -999;
      const resource = `${frame.database.id}:${call.mustText("Resource")}`;
      const limit = call.number("LockTimeout");
      const until = limit === undefined || limit < 0 ? Number.POSITIVE_INFINITY : Date.now() + limit;
      if (frame.instance.lock(resource, frame.session)) return 0;
      while (Date.now() < until) {
        await pause(5, frame.signal);
        if (frame.instance.lock(resource, frame.session)) return 1;
      }
      return -1;
    },
  },
  sp_releaseapplock: {
    parameters: "@Resource nvarchar(255), @LockOwner varchar(32) = 'Transaction', @DbPrincipal sysname = 'public'",
    run: (call) => {
      if (call.frame.instance.unlock(`${call.frame.database.id}:${call.mustText("Resource")}`, call.frame.session)) return 0;
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
        call.result(columns, [...call.frame.instance.configuration].filter(([, o]) => showsAll || !o.isAdvanced).map(([n, o]) => ({ name: n, minimum: o.minimum, maximum: o.maximum, config_value: o.value, run_value: o.inUse })));
        return;
      }
      const [full, found] = option(call, name);
      if (value === undefined) {
        call.result(columns, [{ name: full, minimum: found.minimum, maximum: found.maximum, config_value: found.value, run_value: found.inUse }]);
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
  sp_addrolemember: { parameters: "@rolename sysname, @membername sysname", run: (call) => void executeSecurity({ kind: "role", line: 1, action: "add", name: call.mustText("rolename"), member: call.mustText("membername"), isServer: false, ifExists: false }, call.frame) },
  sp_droprolemember: { parameters: "@rolename sysname, @membername sysname", run: (call) => void executeSecurity({ kind: "role", line: 1, action: "remove", name: call.mustText("rolename"), member: call.mustText("membername"), isServer: false, ifExists: false }, call.frame) },
  sp_addsrvrolemember: { parameters: "@loginame sysname, @rolename sysname", run: (call) => void executeSecurity({ kind: "role", line: 1, action: "add", name: call.mustText("rolename"), member: call.mustText("loginame"), isServer: true, ifExists: false }, call.frame) },
  sp_changedbowner: { parameters: "@loginame sysname, @map varchar(5) = NULL", run: (call) => void executeSecurity({ kind: "authorization", line: 1, of: "DATABASE", name: [call.frame.database.name], to: call.mustText("loginame") }, call.frame) },
  sp_change_users_login: {
    parameters: "@Action varchar(10), @UserNamePattern sysname = NULL, @LoginName sysname = NULL, @Password sysname = NULL",
    run: (call) => {
      const { database, instance, session } = call.frame;
      const users = [...database.store.collection("users").values()] as User[];
      if (call.mustText("Action").toLowerCase() === "report") {
        const orphans = users.filter((u) => u.type === "S" && u.id > 4 && u.sid !== null && u.sid.length === 16 && !instance.principals.bySid(u.sid));
        call.result("UserName sysname, UserSID varbinary(85)", orphans.map((u) => ({ UserName: u.name, UserSID: u.sid })));
        return;
      }
      const name = call.mustText("UserNamePattern");
      const login = call.text("LoginName") ?? name;
      const password = call.text("Password");
      if (!instance.principals.login(login) && password !== undefined && session.isSysadmin) instance.principals.put({ id: instance.principals.newId(), name: login, sid: randomBytes(16), type: "S", isDisabled: false, createdMs: instance.now(), modifiedMs: instance.now(), defaultDatabase: "master", defaultLanguage: "us_english", hash: hashPassword(password), isPolicyChecked: true, isExpirationChecked: false });
      executeSecurity({ kind: "user", line: 1, action: "alter", name, login, options: [], ifExists: false }, call.frame);
    },
  },
  sp_who: { parameters: "@loginame sysname = NULL", run: (call) => call.result("spid smallint, ecid smallint, status nchar(30), loginame nvarchar(128), hostname nchar(128), blk char(5), dbname nvarchar(128), cmd nchar(26), request_id int", [...call.frame.instance.sessions.values()].map((s) => ({ spid: s.spid, ecid: 0, status: s.running ? "runnable" : "sleeping", loginame: s.principal.name, hostname: s.login.hostName, blk: "0", dbname: s.database.name, cmd: s.running?.command ?? "AWAITING COMMAND", request_id: 0 }))) },
  sp_helpdb: { parameters: "@dbname sysname = NULL", run: (call) => call.result("name nvarchar(128), db_size nvarchar(13), owner nvarchar(128), dbid smallint, created nvarchar(11), status nvarchar(600), compatibility_level tinyint", call.frame.instance.databases().filter((d) => call.text("dbname") === undefined || d.name.toLowerCase() === call.text("dbname")?.toLowerCase()).map((d) => ({ name: d.name, db_size: "16.00 MB", owner: call.frame.instance.principals.bySid(d.ownerSid)?.name ?? null, dbid: d.id, status: `Status=${d.state}, Recovery=${d.settings.recoveryModel}`, compatibility_level: d.settings.compatibility }))) },
  sp_reset_connection: { parameters: "", run: (call) => call.frame.session.reset() },
  xp_msver: { parameters: "@optname nvarchar(50) = NULL", run: (call) => call.result("[Index] smallint, Name nvarchar(32), Internal_Value int, Character_Value nvarchar(250)", [{ Index: 2, Name: "ProductVersion", Internal_Value: call.frame.instance.version.major * 65536, Character_Value: `${call.frame.instance.version.major}.${call.frame.instance.version.minor}.${call.frame.instance.version.build}.1` }]) },
  xp_readerrorlog: { parameters: "@number int = 0, @type int = 1, @first nvarchar(255) = NULL, @second nvarchar(255) = NULL", run: (call) => call.result("LogDate datetime, ProcessInfo nvarchar(50), [Text] nvarchar(4000)", call.frame.instance.errorLog.filter((line) => [call.text("first"), call.text("second")].every((wanted) => wanted === undefined || line.text.toLowerCase().includes(wanted.toLowerCase()))).map((line) => ({ LogDate: localTimeOf(call.frame.instance, line.atMs), ProcessInfo: "spid51", Text: line.text }))) },
  sp_readerrorlog: { parameters: "@p1 int = 0, @p2 int = 1, @p3 nvarchar(4000) = NULL, @p4 nvarchar(4000) = NULL", run: (call) => call.result("LogDate datetime, ProcessInfo nvarchar(50), [Text] nvarchar(4000)", call.frame.instance.errorLog.filter((line) => line.text.toLowerCase().includes((call.text("p3") ?? "").toLowerCase())).map((line) => ({ LogDate: localTimeOf(call.frame.instance, line.atMs), ProcessInfo: "spid51", Text: line.text }))) },
  xp_cmdshell: {
    parameters: "@command nvarchar(4000), @no_output varchar(10) = NULL",
    run: (call) => {
      if (call.frame.instance.configuration.get("xp_cmdshell")?.inUse !== 1) throw refuse(15281, "sys.xp_cmdshell", "xp_cmdshell", "xp_cmdshell", "xp_cmdshell");
      call.result("[output] nvarchar(255)", [{ output: `'${call.mustText("command").split(/\s/)[0] ?? ""}' is not recognized as an internal or external command,` }, { output: "operable program or batch file." }, {}]);
    },
  },
};
