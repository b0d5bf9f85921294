import { expect } from "chai";
import type { WindowsHost } from "../../lab/servers/windows/host.ts";
import { advanceUntilDone, type Fixture, fixture, k2Dr, k2Prd, startMs, until } from "./lab-fixture.ts";

const minute = 60_000;

describe("the native tools of a Windows host", () => {
  let lab: Fixture;
  let host: WindowsHost;
  beforeEach(async () => {
    lab = await fixture();
    host = await lab.host(k2Prd, { users: [{ name: "CORP\\reader", password: "x", rights: [] }] });
  });
  afterEach(() => lab.close());
  const run = (line: string, input = "") => host.run(line, { input });

  describe("reg", () => {
    it("writes, reads and removes values, with the view of 32-bit programs apart", async () => {
      expect(
        await run('reg add "HKLM\\SOFTWARE\\SourceCode\\Installer" /v Version /t REG_SZ /d "5.0006" /f'),
      ).to.deep.include({ code: 0, stdout: "The operation completed successfully.\r\n" });
      await run("reg add HKLM\\SOFTWARE\\Hornbill /v Port /t REG_DWORD /d 5015 /reg:32 /f");
      expect((await run("reg query HKLM\\software\\sourcecode\\installer /v version")).stdout).to.equal(
        "\r\nHKEY_LOCAL_MACHINE\\software\\sourcecode\\installer\r\n    Version    REG_SZ    5.0006\r\n\r\n",
      );
      expect(await run("reg query HKLM\\SOFTWARE\\Hornbill")).to.deep.equal({
        code: 1,
        stdout: "",
        stderr: "ERROR: The system was unable to find the specified registry key or value.\r\n",
      });
      expect((await run("reg query HKLM\\SOFTWARE\\WOW6432Node\\Hornbill /v Port")).stdout).to.include(
        "REG_DWORD    0x1397",
      );
      expect((await run("reg delete HKLM\\SOFTWARE\\Hornbill /v Port /f /reg:32")).code).to.equal(0);
      expect((await run("reg query HKLM\\SOFTWARE\\Hornbill /v Port /reg:32")).code).to.equal(1);
    });

    it("exports a key as UTF-16 and merges it on import, so that what was added since stays", async () => {
      await run('reg add HKLM\\SOFTWARE\\H\\Aliases /v a /d "x\\y \\"q\\"" /f /reg:32');
      await run("reg add HKLM\\SOFTWARE\\H\\Aliases /v many /t REG_MULTI_SZ /d one\\0two /f /reg:32");
      await run("reg add HKLM\\SOFTWARE\\H\\Aliases\\Sub /v n /t REG_DWORD /d 0x10 /f /reg:32");
      await run("reg add HKLM\\SOFTWARE\\H\\Aliases\\Sub /v bin /t REG_BINARY /d 0aFF /f /reg:32");
      expect((await run("reg export HKLM\\SOFTWARE\\H\\Aliases D:\\a.reg /y /reg:32")).code).to.equal(0);
      const file = await lab.disks.host("K2PRD01").read("D:\\a.reg");
      expect(file.subarray(0, 2).toString("hex")).to.equal("fffe");
      expect(file.toString("utf16le")).to.include(
        '[HKEY_LOCAL_MACHINE\\SOFTWARE\\H\\Aliases\\Sub]\r\n"n"=dword:00000010\r\n"bin"=hex:0a,ff\r\n',
      );
      await run("reg delete HKLM\\SOFTWARE\\H\\Aliases /v a /f /reg:32");
      await run("reg delete HKLM\\SOFTWARE\\H\\Aliases\\Sub /f /reg:32");
      await run("reg add HKLM\\SOFTWARE\\H\\Aliases /v later /d kept /f /reg:32");
      const imported = await run("reg import D:\\a.reg /reg:32");
      expect(imported).to.deep.equal({
        code: 0,
        stdout: "",
        stderr: "The operation completed successfully.\r\n",
      });
      const all = (await run("reg query HKLM\\SOFTWARE\\H\\Aliases /s /reg:32")).stdout;
      for (const text of [
        'a    REG_SZ    x\\y "q"',
        "many    REG_MULTI_SZ    one\\0two",
        "later    REG_SZ    kept",
        "n    REG_DWORD    0x10",
        "bin    REG_BINARY    0AFF",
      ]) {
        expect(all).to.include(`    ${text}\r\n`);
      }
      expect(host.registry.key("HKLM\\SOFTWARE\\H")).to.equal(undefined);
    });

    it("denies changes to a user without the right, with 1 as reg does", async () => {
      const reader = host.user("reader");
      if (!reader) throw new Error("The user of this test is missing.");
      const denied = await host.run("reg add HKLM\\SOFTWARE\\X /v a /d b /f", { user: reader });
      expect(denied).to.deep.equal({ code: 1, stdout: "", stderr: "ERROR: Access is denied.\r\n" });
    });
  });

  describe("robocopy", () => {
    it("copies what is new or newer with its times, and says so in its exit code", async () => {
      const disk = lab.disks.host("K2PRD01");
      await run("mkdir D:\\from\\sub\\empty && echo one>D:\\from\\a.txt && echo two>D:\\from\\sub\\b.lic");
      await disk.write("D:\\from\\a.txt", Buffer.from("old"), startMs - minute);
      expect((await run("robocopy D:\\from D:\\to /E /XF *.lic /R:0 /W:0 /NP")).code).to.equal(1);
      expect((await disk.list("D:\\to")).find(({ name }) => name === "a.txt")?.modifiedMs).to.equal(
        startMs - minute,
      );
      expect(await disk.exists("D:\\to\\sub\\empty")).to.equal(true);
      expect(await disk.exists("D:\\to\\sub\\b.lic")).to.equal(false);
      expect((await run("robocopy D:\\from D:\\to /E /XF *.lic /R:0 /W:0")).code).to.equal(0);
      await disk.write("D:\\to\\a.txt", Buffer.from("newer here"));
      expect((await run("robocopy D:\\from D:\\to /E /XO /XF *.lic /R:0 /W:0")).code).to.equal(0);
      expect((await run("robocopy D:\\from D:\\to /XF *.lic /R:0 /W:0")).code).to.equal(1);
      expect((await disk.read("D:\\to\\a.txt")).toString()).to.equal("old");
    });

    it("adds up extras, mismatches and failures, and gives up with 16 where the source is not there", async () => {
      const disk = lab.disks.host("K2PRD01");
      await run(
        "mkdir D:\\from D:\\to D:\\to\\clash && echo one>D:\\from\\a.txt && echo one>D:\\from\\clash && echo one>D:\\to\\extra.txt",
      );
      expect((await run("robocopy D:\\from D:\\to /R:0 /W:0")).code).to.equal(1 | 2 | 4);
      await run("echo two>D:\\from\\locked.txt");
      disk.deny("D:\\from\\locked.txt", true);
      const failing = run("robocopy D:\\from D:\\to /R:2 /W:5");
      await advanceUntilDone(lab, failing, 5000);
      expect((await failing).code & 8).to.equal(8);
      expect((await failing).stdout.match(/ERROR 5 \(0x00000005\)/g)).to.have.length(3);
      expect((await run("robocopy D:\\none D:\\to /R:0 /W:0")).code).to.equal(16);
      expect((await run("robocopy D:\\from \\\\K2DR01\\none /R:0 /W:0")).code).to.equal(16);
      disk.deny("D:\\from\\locked.txt", false);
      disk.full("D", true);
      const full = await run("robocopy D:\\from D:\\to /R:0 /W:0");
      expect(full.code & 8).to.equal(8);
      expect(full.stdout).to.include("ERROR 112 (0x00000070)");
    });

    it("copies to a share of another host only with credentials for it", async () => {
      await lab.host(k2Dr);
      lab.disks.host("K2DR01").share("in", "D:\\");
      await run("echo one>D:\\a.txt");
      expect((await run("robocopy D:\\ \\\\K2DR01\\in a.txt /R:0 /W:0")).code).to.equal(1);
      await lab.network.siteCut("dr");
      expect((await run("robocopy D:\\ \\\\K2DR01\\in a.txt /R:0 /W:0")).stdout).to.include("ERROR 53");
    });
  });

  describe("wevtutil", () => {
    beforeEach(async () => {
      const write = (level: 2 | 4, provider: string, message: string) =>
        host.events.write({ log: "Application", provider, id: level === 2 ? 1000 : 1, level, message });
      write(2, "K2 Server", "an old <error>");
      await lab.clock.advance(90 * minute);
      write(4, "K2 Server", "started");
      write(2, "Other", "another's error");
      write(2, "K2 Server", "a new error");
    });
    const messages = async (rest: string) =>
      [...(await run(`wevtutil qe Application ${rest}`)).stdout.matchAll(/<Data>(.*?)<\/Data>/g)].map(
        (match) => match[1],
      );

    it("filters by level, source and time, newest first, so many", async () => {
      expect(await messages("")).to.deep.equal([
        "an old &lt;error&gt;",
        "started",
        "another&apos;s error",
        "a new error",
      ]);
      expect(
        await messages("/q:\"*[System[(Level=1 or Level=2) and Provider[@Name='K2 Server']]]\""),
      ).to.deep.equal(["an old &lt;error&gt;", "a new error"]);
      expect(
        await messages(
          '/q:"*[System[(Level<=2) and TimeCreated[timediff(@SystemTime) <= 3600000]]]" /rd:true',
        ),
      ).to.deep.equal(["a new error", "another&apos;s error"]);
      expect(
        await messages("/q:\"*[System[TimeCreated[@SystemTime>='2026-11-22T04:00:00.000Z']]]\" /c:1"),
      ).to.deep.equal(["started"]);
      expect(await messages('/q:"*[System[EventID=1]]"')).to.deep.equal(["started"]);
    });

    it("writes XML in UTC and text in local time", async () => {
      expect((await run("wevtutil qe Application /c:1")).stdout).to.match(
        /<TimeCreated SystemTime='2026-11-22T03:10:00\.\d{3}0000Z'\/>.*<Computer>K2PRD01<\/Computer>/,
      );
      expect((await run("wevtutil qe Application /c:1 /f:text")).stdout).to.match(
        /^Event\[0\]:\r\n {2}Log Name: Application\r\n {2}Source: K2 Server\r\n {2}Date: 2026-11-22T03:10:00\.\d{3}\r\n {2}Event ID: 1000\r\n[^]*Level: Error\r\n/,
      );
    });

    it("refuses an unknown log, a query that is none, and a user without the right", async () => {
      expect((await run("wevtutil qe Nosuch")).code).to.equal(15007);
      expect((await run('wevtutil qe Application /q:"*[System[Color=3]]"')).code).to.equal(15001);
      const reader = host.user("reader");
      if (!reader) throw new Error("The user of this test is missing.");
      expect((await host.run("wevtutil qe Application", { user: reader })).code).to.equal(5);
    });
  });

  describe("schtasks", () => {
    it("makes a task that runs as SYSTEM at its times, and shows its last result", async () => {
      const made = await run(
        'schtasks /create /tn "Standby\\Copy" /tr "cmd /c echo run>>D:\\runs.txt& exit /b 3" /sc minute /mo 15 /ru SYSTEM /f',
      );
      expect(made).to.deep.include({
        code: 0,
        stdout: 'SUCCESS: The scheduled task "Standby\\Copy" has successfully been created.\r\n',
      });
      expect((await run("schtasks /query /tn \\Standby\\Copy /v /fo LIST")).stdout).to.include(
        "Last Result:          267011\r\n",
      );
      await lab.clock.advance(46 * minute);
      expect((await run("type D:\\runs.txt")).stdout).to.equal("run\r\nrun\r\nrun\r\n");
      const shown = (await run("schtasks /query /tn standby\\copy /v /fo LIST")).stdout;
      expect(shown)
        .to.include("Status:               Ready\r\n")
        .and.include("Last Result:          3\r\n")
        .and.include("Last Run Time:        11/22/2026 3:55:00 AM\r\n");
      await run("schtasks /change /tn Standby\\Copy /disable");
      await lab.clock.advance(60 * minute);
      expect((await run("type D:\\runs.txt")).stdout.match(/run/g)).to.have.length(3);
      await run("schtasks /run /tn Standby\\Copy");
      await until(
        "the task has run again",
        async () => (await run("type D:\\runs.txt")).stdout.match(/run/g)?.length === 4,
      );
      expect((await run("schtasks /query /fo CSV")).stdout).to.equal(
        '"TaskName","Next Run Time","Status"\r\n"\\Standby\\Copy","N/A","Disabled"\r\n',
      );
      expect((await run("schtasks /delete /tn Standby\\Copy /f")).code).to.equal(0);
      expect((await run("schtasks /query /tn Standby\\Copy")).stderr).to.equal(
        "ERROR: The system cannot find the file specified.\r\n",
      );
    });

    it("shows a task as XML, its program and arguments apart, without a word that follows the language", async () => {
      await run(
        `schtasks /create /f /tn "x\\y" /ru SYSTEM /sc minute /mo 5 /tr "cmd.exe /c \\"C:\\Program Files\\a b.cmd\\""`,
      );
      const { stdout } = await run('schtasks /query /tn "x\\y" /xml');
      expect(stdout).to.contain("<Interval>PT5M</Interval>").and.contain("<UserId>S-1-5-18</UserId>");
      expect(stdout).to.match(
        /<Command>cmd.exe<\/Command>\s+<Arguments>\/c "C:\\Program Files\\a b.cmd"<\/Arguments>/,
      );
    });

    it("runs a daily task at its local time, once a day", async () => {
      await run('schtasks /create /tn D /tr "cmd /c echo x>>D:\\d.txt" /sc daily /st 23:00 /ru SYSTEM');
      await lab.clock.advance(2 * 24 * 60 * minute);
      expect((await run("type D:\\d.txt")).stdout).to.equal("x\r\nx\r\n");
    });
  });

  it("tells the free bytes of a drive", async () => {
    lab.disks.host("K2PRD01").full("D", true);
    expect((await run("fsutil volume diskfree D:")).stdout).to.match(/^Total free bytes +: +0\r\n/);
    expect((await run("fsutil volume diskfree C:")).stdout).to.match(
      /^Total free bytes +: +85,899,345,920\r\n/,
    );
  });
});
