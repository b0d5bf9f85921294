import { expect } from "chai";
import { parseServices } from "../../components/windows/parse-services.ts";
import * as fc from "fast-check";
import { codeSays, ServiceError } from "../../components/windows/codes.ts";
import {
  parseConfig,
  parseKeyName,
  parseServiceNames,
  parseStatus,
  serviceStates,
} from "../../components/windows/parse.ts";
import { ServiceName, stopService } from "../../components/windows/verbs.ts";

const crlf = (lines: readonly string[]): string => lines.map((line) => `${line}\r\n`).join("");

const status = (state: string, exit = "0  (0x0)", pid = 4242): string =>
  crlf([
    "",
    "SERVICE_NAME: K2 blackpearl Server ",
    "        TYPE               : 10  WIN32_OWN_PROCESS  ",
    `        STATE              : ${state} `,
    "                                (STOPPABLE, NOT_PAUSABLE, ACCEPTS_SHUTDOWN)",
    `        WIN32_EXIT_CODE    : ${exit}`,
    "        SERVICE_EXIT_CODE  : 7  (0x7)",
    "        CHECKPOINT         : 0x0",
    "        WAIT_HINT          : 0x7d0",
    `        PID                : ${String(pid)}`,
    "        FLAGS              : ",
  ]);

const config = (start: string): string =>
  crlf([
    "[SC] QueryServiceConfig SUCCESS",
    "",
    "SERVICE_NAME: K2 blackpearl Server",
    "        TYPE               : 10  WIN32_OWN_PROCESS ",
    `        START_TYPE         : ${start}`,
    "        ERROR_CONTROL      : 1   NORMAL",
    '        BINARY_PATH_NAME   : "C:\\Program Files (x86)\\K2\\Host Server\\Bin\\K2HostServer.exe" -service',
    "        LOAD_ORDER_GROUP   : ",
    "        TAG                : 0",
    "        DISPLAY_NAME       : K2 blackpearl Server",
    "        DEPENDENCIES       : RPCSS",
    "                           : http",
    "        SERVICE_START_NAME : CORP\\k2svc",
  ]);

describe("Output of sc.exe", () => {
  it("tells state, exit codes and process of a service", () => {
    expect(parseStatus(status("1  STOPPED", "1067  (0x42b)", 0))).to.deep.equal({
      state: "stopped",
      exitCode: 1067,
      serviceExitCode: 7,
      pid: 0,
    });
    for (const [number, state] of Object.entries(serviceStates))
      expect(parseStatus(status(`${number}  WHATEVER`))?.state).to.equal(state);
  });

  it("is read by its numbers in any language of Windows", () => {
    fc.assert(
      fc.property(
        fc.constantFrom("ESTADO", "ÉTAT", "STATO", "Status"),
        fc.integer({ min: 1, max: 7 }),
        (label, n) => {
          const text = status(`${String(n)}  EJECUTÁNDOSE`)
            .replace("STATE  ", label)
            .replace("TYPE  ", "TIPO  ");
          expect(parseStatus(text)?.state).to.equal(serviceStates[n as 1]);
        },
      ),
    );
  });

  it("tells how a service starts and as whom", () => {
    const starts = {
      "2   AUTO_START": "auto",
      "2   AUTO_START  (DELAYED)": "delayed-auto",
      "3   DEMAND_START": "manual",
      "4   DISABLED": "disabled",
      "1   SYSTEM_START": "system",
    };
    for (const [text, startType] of Object.entries(starts))
      expect(parseConfig(config(text))).to.deep.equal({
        startType,
        account: "CORP\\k2svc",
        displayName: "K2 blackpearl Server",
      });
  });

  it("is nothing where it is something else", () => {
    for (const text of [
      "",
      "[SC] EnumQueryServicesStatus:OpenService FAILED 1060:\r\n\r\nThe specified service does not exist as an installed service.\r\n",
      status("9  NEW"),
    ])
      expect(parseStatus(text)).to.equal(undefined);
    expect(parseConfig("'sc' is not recognized")).to.equal(undefined);
  });

  it("lists the key names of what depends on a service", () => {
    const text = crlf([
      "Enum: entriesRead  = 2",
      "",
      "SERVICE_NAME: SQLSERVERAGENT",
      "DISPLAY_NAME: SQL Server Agent (MSSQLSERVER)",
      "        TYPE               : 10  WIN32_OWN_PROCESS  ",
      "        STATE              : 4  RUNNING ",
      "",
      "SERVICE_NAME: Other One",
      "DISPLAY_NAME: Another",
    ]);
    expect(parseServiceNames(text)).to.deep.equal(["SQLSERVERAGENT", "Other One"]);
    expect(parseServiceNames("[SC] EnumDependentServices: entriesread = 0\r\n")).to.be.empty;
  });

  it("gives the key name of a display name", () => {
    expect(parseKeyName("[SC] GetServiceKeyName SUCCESS\r\nName = K2 Server\r\n")).to.equal("K2 Server");
  });
});

describe("Service names and codes", () => {
  it("cannot carry anything that cmd.exe would take for more than a name", () => {
    for (const bad of ['a" & del x', "%PATH%", "a\r\nb", "a\\b", ""])
      expect(ServiceName.safeParse(bad).success).to.equal(false);
    expect(ServiceName.parse("K2 blackpearl Server")).to.equal("K2 blackpearl Server");
    expect(ServiceName.parse("MSSQL$K2")).to.equal("MSSQL$K2");
  });
  it("explains every code with a next step, and an unknown one too", () => {
    expect(codeSays(1069)).to.contain("log on as a service");
    expect(codeSays(4711)).to.contain("4711");
    expect(new ServiceError("K2DR01", "K2 Server", "start", 1069).message).to.match(
      /^K2DR01: could not start the service "K2 Server": error 1069/,
    );
  });
  it("survive the journal: arguments of a step are plain JSON", () => {
    const { args } = stopService.step("x", { host: "K2DR01", service: "K2 Server", disable: true });
    expect(stopService.args.parse(JSON.parse(JSON.stringify(args)))).to.deep.equal(args);
  });

  it("reads the list of services in any language of Windows", () => {
    const one = (name: string, display: string) =>
      `\r\nDIENSTNAME: ${name}\r\nANZEIGENAME: ${display}\r\n        TYP                : 10  WIN32_OWN_PROCESS  \r\n        STATUS             : 4  RUNNING \r\n`;
    expect(
      parseServices(one("K2 Server", "K2 Server") + one("K2Cfg", "") + one("Spooler", "Print: Spooler")),
    ).to.deep.equal([
      { name: "K2 Server", displayName: "K2 Server" },
      { name: "K2Cfg", displayName: "" },
      { name: "Spooler", displayName: "Print: Spooler" },
    ]);
  });
});
