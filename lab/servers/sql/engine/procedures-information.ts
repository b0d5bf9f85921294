import { localTimeOf } from "./agent-time.ts";
import { refuse } from "./errors.ts";
import type { ProcedureTable } from "./procedures.ts";

/** Procedures that show the instance: sessions, databases, version, error log. */
export const informationProcedures: ProcedureTable = {
  sp_who: {
    parameters: "@loginame sysname = NULL",
    run: (call) =>
      call.result(
        "spid smallint, ecid smallint, status nchar(30), loginame nvarchar(128), hostname nchar(128), blk char(5), dbname nvarchar(128), cmd nchar(26), request_id int",
        [...call.frame.instance.sessions.values()].map((s) => ({
          spid: s.spid,
          ecid: 0,
          status: s.running ? "runnable" : "sleeping",
          loginame: s.principal.name,
          hostname: s.login.hostName,
          blk: "0",
          dbname: s.database.name,
          cmd: s.running?.command ?? "AWAITING COMMAND",
          request_id: 0,
        })),
      ),
  },
  sp_helpdb: {
    parameters: "@dbname sysname = NULL",
    run: (call) =>
      call.result(
        "name nvarchar(128), db_size nvarchar(13), owner nvarchar(128), dbid smallint, created nvarchar(11), status nvarchar(600), compatibility_level tinyint",
        call.frame.instance
          .databases()
          .filter(
            (d) =>
              call.text("dbname") === undefined ||
              d.name.toLowerCase() === call.text("dbname")?.toLowerCase(),
          )
          .map((d) => ({
            name: d.name,
            db_size: "16.00 MB",
            owner: call.frame.instance.principals.bySid(d.ownerSid)?.name ?? null,
            dbid: d.id,
            status: `Status=${d.state}, Recovery=${d.settings.recoveryModel}`,
            compatibility_level: d.settings.compatibility,
          })),
      ),
  },
  sp_reset_connection: { parameters: "", run: (call) => call.frame.session.reset() },
  xp_msver: {
    parameters: "@optname nvarchar(50) = NULL",
    run: (call) =>
      call.result("[Index] smallint, Name nvarchar(32), Internal_Value int, Character_Value nvarchar(250)", [
        {
          Index: 2,
          Name: "ProductVersion",
          Internal_Value: call.frame.instance.version.major * 65536,
          Character_Value: `${call.frame.instance.version.major}.${call.frame.instance.version.minor}.${call.frame.instance.version.build}.1`,
        },
      ]),
  },
  xp_readerrorlog: {
    parameters: "@number int = 0, @type int = 1, @first nvarchar(255) = NULL, @second nvarchar(255) = NULL",
    run: (call) =>
      call.result(
        "LogDate datetime, ProcessInfo nvarchar(50), [Text] nvarchar(4000)",
        call.frame.instance.errorLog
          .filter((line) =>
            [call.text("first"), call.text("second")].every(
              (wanted) => wanted === undefined || line.text.toLowerCase().includes(wanted.toLowerCase()),
            ),
          )
          .map((line) => ({
            LogDate: localTimeOf(call.frame.instance, line.atMs),
            ProcessInfo: "spid51",
            Text: line.text,
          })),
      ),
  },
  sp_readerrorlog: {
    parameters: "@p1 int = 0, @p2 int = 1, @p3 nvarchar(4000) = NULL, @p4 nvarchar(4000) = NULL",
    run: (call) =>
      call.result(
        "LogDate datetime, ProcessInfo nvarchar(50), [Text] nvarchar(4000)",
        call.frame.instance.errorLog
          .filter((line) => line.text.toLowerCase().includes((call.text("p3") ?? "").toLowerCase()))
          .map((line) => ({
            LogDate: localTimeOf(call.frame.instance, line.atMs),
            ProcessInfo: "spid51",
            Text: line.text,
          })),
      ),
  },
  xp_cmdshell: {
    parameters: "@command nvarchar(4000), @no_output varchar(10) = NULL",
    run: (call) => {
      if (call.frame.instance.configuration.get("xp_cmdshell")?.inUse !== 1)
        throw refuse(15281, "sys.xp_cmdshell", "xp_cmdshell", "xp_cmdshell", "xp_cmdshell");
      call.result("[output] nvarchar(255)", [
        {
          output: `'${call.mustText("command").split(/\s/)[0] ?? ""}' is not recognized as an internal or external command,`,
        },
        { output: "operable program or batch file." },
        {},
      ]);
    },
  },
};
