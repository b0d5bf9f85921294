import { expect } from "chai";
import type { WindowsHost } from "../../lab/servers/windows/host.ts";
import { type Fixture, fixture, k2Dr, k2Prd } from "./lab-fixture.ts";

const minute = 60_000;

describe("cmd.exe on a Windows host", () => {
  let lab: Fixture;
  let host: WindowsHost;
  beforeEach(async () => {
    lab = await fixture();
    host = await lab.host(k2Prd);
  });
  afterEach(() => lab.close());
  const run = (line: string, input = "") => host.run(line, { input });

  it("says of what it does not know, PowerShell too, that it is not recognized", async () => {
    expect(await run("powershell.exe -NoProfile -Command Get-Service")).to.deep.equal({
      code: 1,
      stdout: "",
      stderr:
        "'powershell.exe' is not recognized as an internal or external command,\r\noperable program or batch file.\r\n",
    });
  });

  it("joins commands with &, && and || by their exit codes", async () => {
    expect((await run("hostname && echo yes || echo no")).stdout).to.equal("K2PRD01\r\nyes \r\n");
    expect((await run("sc query none >nul && echo yes || echo no")).stdout).to.equal("no\r\n");
    expect((await run("sc query none >nul & exit /b 7")).code).to.equal(7);
    expect((await run("sc query none >nul")).code).to.equal(1060);
    expect((await run("(echo a& echo b) > D:\\ab.txt && type D:\\ab.txt")).stdout).to.equal("a\r\nb\r\n");
  });

  it("redirects output and errors to files and to nothing", async () => {
    expect(await run("nosuch >nul 2>&1")).to.deep.equal({ code: 1, stdout: "", stderr: "" });
    expect(await run("type D:\\none.txt 2>&1")).to.deep.equal({
      code: 1,
      stdout: "The system cannot find the file specified.\r\n",
      stderr: "",
    });
    await run("echo one>D:\\x.txt");
    await run("echo two>>D:\\x.txt");
    expect((await lab.disks.host("K2PRD01").read("D:\\x.txt")).toString()).to.equal("one\r\ntwo\r\n");
    expect(await run("echo x>D:\\none\\x.txt")).to.deep.include({
      code: 1,
      stderr: "The system cannot find the path specified.\r\n",
    });
  });

  it("keeps quotes, carets and variables apart as cmd.exe does", async () => {
    expect((await run('echo "a & b" ^& c %COMPUTERNAME% %NOSUCH%')).stdout).to.equal(
      '"a & b" & c K2PRD01 %NOSUCH%\r\n',
    );
    expect((await run('cmd /c "echo "a b" && hostname"')).stdout).to.equal('"a b" \r\nK2PRD01\r\n');
    expect((await run('"C:\\Windows\\System32\\sc.exe" query "sshd"')).code).to.equal(0);
    expect((await run("echo a &&")).stderr).to.equal("The syntax of the command is incorrect.\r\n");
  });

  it("makes, lists, copies, renames and removes files below a current folder", async () => {
    expect((await run("mkdir D:\\a\\b && cd /d D:\\a && echo x>b\\1.txt && dir /b b && cd")).stdout).to.equal(
      "1.txt\r\nD:\\a\r\n",
    );
    await run("copy D:\\a\\b\\1.txt D:\\a\\b\\2.log && ren D:\\a\\b\\1.txt one.txt");
    expect((await run("dir /b /s D:\\a\\*.txt")).stdout).to.equal("D:\\a\\b\\one.txt\r\n");
    expect((await run("dir /b /a:d D:\\a")).stdout).to.equal("b\r\n");
    expect(await run("dir /b D:\\none")).to.deep.equal({
      code: 1,
      stdout: "",
      stderr: "File Not Found\r\n",
    });
    expect((await run("rd D:\\a")).code).to.equal(145);
    expect((await run("rd /s /q D:\\a && if not exist D:\\a echo gone")).stdout).to.equal("gone\r\n");
  });

  it("lists the newest file first with /o-d", async () => {
    await run("echo one>D:\\HostServer261121_0.log");
    await lab.clock.advance(minute);
    await run("echo two>D:\\HostServer261122_0.log");
    expect((await run("dir /b /o-d D:\\HostServer*.log")).stdout).to.equal(
      "HostServer261122_0.log\r\nHostServer261121_0.log\r\n",
    );
  });

  it("passes standard input on to a command", async () => {
    await run("reg add HKLM\\SOFTWARE\\X /v N /d old");
    expect((await run("reg add HKLM\\SOFTWARE\\X /v N /d new", "no\r\n")).stdout).to.include("canceled");
    expect((await run("echo yes| reg add HKLM\\SOFTWARE\\X /v N /d new")).stdout).to.include(
      "completed successfully",
    );
    expect(host.registry.value("HKLM\\SOFTWARE\\X", "N")?.data).to.equal("new");
  });

  it("refuses a line that is longer than 8191 characters", async () => {
    expect((await run(`echo ${"x".repeat(8187)}`)).stderr).to.equal("The command line is too long.\r\n");
    expect((await run(`echo ${"x".repeat(8186)}`)).code).to.equal(0);
  });

  it("tells who and where it is and what time its own clock shows", async () => {
    expect((await run("whoami")).stdout).to.equal("nt authority\\system\r\n");
    expect((await run("ver")).stdout).to.match(/^\r\nMicrosoft Windows \[Version 10\.0\.20348\.\d+\]\r\n$/);
    host.clockErrorMs = 5 * minute;
    expect((await run("wmic os get LocalDateTime /value")).stdout).to.match(
      /LocalDateTime=202611220315\d\d\.\d{6}\+000\r\n/,
    );
    expect((await run("w32tm /query /status")).stdout).to.include("Source: dc01.corp.example\r\n");
    const american = await lab.host({ ...k2Dr, timeZone: "America/New_York" });
    expect((await american.run("wmic os get LocalDateTime /value")).stdout).to.match(
      /LocalDateTime=202611212210\d\d\.\d{6}-300\r\n/,
    );
  });
});
