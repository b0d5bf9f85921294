import { expect } from "chai";
import type { WindowsHost } from "../../lab/servers/windows/host.ts";
import { type Fixture, fixture, k2Prd } from "./lab-fixture.ts";

describe("batch files on a Windows host", () => {
  let lab: Fixture;
  let host: WindowsHost;
  beforeEach(async () => {
    lab = await fixture();
    host = await lab.host(k2Prd);
  });
  afterEach(() => lab.close());
  /** Runs these lines as a batch file; gives its lines on standard output and its exit code. */
  const batch = async (lines: readonly string[], args = ""): Promise<{ code: number; says: string[] }> => {
    await lab.disks.host("K2PRD01").write("D:\\x.cmd", Buffer.from(lines.join("\r\n")));
    const { code, stdout, stderr } = await host.run(`D:\\x.cmd ${args}`);
    expect(stderr).to.equal("");
    return { code, says: stdout.trimEnd().split("\r\n") };
  };

  it("go to labels, call them with arguments, and come back with an exit code", async () => {
    expect(
      await batch(
        [
          "@echo off",
          "rem a remark with ( and & in it",
          'call :say "one two" three',
          "echo back with %errorlevel%",
          "goto end",
          "echo never",
          ":say",
          "echo [%~1] [%1] [%2] [%3]",
          "exit /b 5",
          ":end",
          "echo %~0 %~dp0 %1",
          "exit /b 7",
        ],
        "arg",
      ),
    ).to.deep.equal({
      code: 7,
      says: ['[one two] ["one two"] [three] []', "back with 5", "D:\\x.cmd D:\\ arg"],
    });
  });

  it("end at their end, at goto :eof, and forget what was set after setlocal", async () => {
    const { says } = await batch([
      "@echo off",
      'set "A=outside"',
      "call :inner",
      "echo %A%",
      "goto :eof",
      ":inner",
      "setlocal",
      'set "A=inside"',
      "echo %A%",
    ]);
    expect(says).to.deep.equal(["inside", "outside"]);
  });

  it("take parts of variables, replace in them, and make nothing of what is not set", async () => {
    const { says } = await batch([
      "@echo off",
      `set "L=<a><T SystemTime='2026-11-22T03:10:00.123Z'/>"`,
      // What is looked for ends at the first equal sign.
      'set "L=%L:*SystemTime=%"',
      'set "NOW=%L:~2,19%"',
      "echo [%NOW%] [%NOW:~-8%] [%NOSUCH%] [%NOSUCH:~0,3%] 100%% [%NOW:T= at %]",
    ]);
    expect(says).to.deep.equal(["[2026-11-22T03:10:00] [03:10:00] [] [~0,3] 100% [2026-11-22 at 03:10:00]"]);
  });

  it("compare numbers as numbers and texts as texts, and know what is defined", async () => {
    const { says } = await batch([
      "@echo off",
      "if 9 LSS 10 echo numbers",
      'if "9" GTR "10" echo texts',
      'if "2026-11-22T03:10" LEQ "2026-11-22T03:11" echo times',
      'set "A=x"',
      "if defined A if not defined B echo defined",
      "if /i %A% EQU X echo case",
      "if %A%==y (",
      "  echo no",
      ") else (",
      "  echo else",
      "  echo twice",
      ")",
    ]);
    expect(says).to.deep.equal(["numbers", "texts", "times", "defined", "case", "else", "twice"]);
  });

  it("loop over words, over a command's output, over files and over texts", async () => {
    await lab.disks
      .host("K2PRD01")
      .write("D:\\words.txt", Buffer.from("seq 12\r\n\r\nK2PRD01 run\r\nend 12\r\n"));
    const { says } = await batch([
      "@echo off",
      'for %%a in (one "two 2") do echo %%a %%~a',
      'for /f "tokens=2" %%b in (\'findstr /r /c:"^seq [0-9][0-9]*$" "D:\\words.txt"\') do echo found %%b',
      'for /f "usebackq tokens=1,2" %%a in ("D:\\words.txt") do echo %%a=%%b',
      'for /f "tokens=1* delims=:" %%a in ("a:b:c") do echo %%a and %%b',
      'for /f "tokens=2 delims=:" %%s in (\'sc query sshd ^| findstr /r /c:": [1-7] "\') do for /f %%n in ("%%s") do (',
      '  set "STATE=%%n"',
      ")",
      "echo %STATE%",
    ]);
    expect(says).to.deep.equal([
      "one one",
      '"two 2" two 2',
      "found 12",
      "seq=12",
      "K2PRD01=run",
      "end=12",
      "a and b:c",
      "4",
    ]);
  });

  it("write events that the event log finds again by their age", async () => {
    const { code, says } = await batch([
      "@echo off",
      'eventcreate /L APPLICATION /T ERROR /SO mine /ID 21 /D "no & witness" >nul',
      'wevtutil qe Application /q:"*[System[Provider[@Name=\'mine\'] and EventID=21 and TimeCreated[timediff(@SystemTime) <= 3600000]]]" /c:1 /rd:true /f:xml | findstr /c:"EventID" >nul && echo there',
      "eventcreate /L APPLICATION /T ERROR /SO mine /ID 1001 /D x 2>nul",
    ]);
    expect(says).to.deep.equal(["there"]);
    expect(code).to.equal(1);
    await lab.clock.advance(3_600_001);
    const query = `wevtutil qe Application /q:"*[System[EventID=21 and TimeCreated[timediff(@SystemTime) <= 3600000]]]"`;
    expect((await host.run(query)).stdout).to.equal("");
  });

  it("say which label is missing, and end", async () => {
    await lab.disks.host("K2PRD01").write("D:\\y.cmd", Buffer.from("@goto nowhere\r\n@echo never\r\n"));
    expect(await host.run("D:\\y.cmd")).to.deep.equal({
      code: 1,
      stdout: "",
      stderr: "The system cannot find the batch label specified - nowhere\r\n",
    });
  });
});
