import { expect } from "chai";
import { parseWords } from "../../journal/words-text.ts";
import { answers } from "../../lab/play/checks.ts";
import { neverOpenAtWork } from "../../lab/play/never-open.ts";
import { checksAtOldSite, probed } from "../../lab/play/returning.ts";
import type { Rig } from "../../lab/play/rig.ts";
import {
  declare,
  engineMs,
  k2IsWell,
  lose,
  ok,
  provisioned,
  situationOf,
  unchanged,
  until,
  up,
} from "./stage.ts";

describe("a primary site that comes back by itself, guarded, on the real engine", function () {
  this.timeout(engineMs);
  let made: Rig;
  before(async () => {
    made = await provisioned({ hours: 3, guard: true });
  });
  after(() => made.close());

  const service = (host: string, name: string) => made.lab.host(host).services.find(name);
  const states = (): string =>
    `K2 ${service("K2PRD01", "K2 Server")?.state ?? ""}, SQL Server ${service("SQLPRD01", "MSSQLSERVER")?.state ?? ""}`;
  const words = async (host: string): Promise<ReadonlyMap<string, string> | undefined> =>
    parseWords((await made.lab.disk(host).read("D:\\Witness\\guard-lab.txt")).toString())?.hosts;
  const hasLooked = async (host: string, what: RegExp): Promise<void> => {
    await until(`the guard of ${host} says ${String(what)}`, async () => {
      await made.lab.clock.advance(60_000);
      const last = await made.lab
        .disk(host)
        .read("C:\\Program Files\\parallel-standby\\last.txt")
        .catch(() => "");
      return what.test(last.toString());
    });
  };

  it("is set up by `up`: only the guard starts K2 and SQL Server from then on, and production has not felt it", async () => {
    for (const [host, name] of [
      ["K2PRD01", "K2 Server"],
      ["SQLPRD01", "MSSQLSERVER"],
      ["SQLPRD01", "SQLSERVERAGENT"],
      ["SQLDR01", "MSSQLSERVER"],
    ] as const)
      expect(service(host, name), `${name} on ${host}`).to.include({ startType: "manual", state: "running" });
    expect(service("K2DR01", "K2 Server")).to.include({ startType: "disabled", state: "stopped" });
    unchanged(await up(made, "primary"));
    unchanged(await up(made, "standby"));
    expect(Object.fromEntries((await words("SQLDR01")) ?? [])).to.deep.equal({
      K2PRD01: "run",
      SQLPRD01: "run",
      K2DR01: "standby",
      SQLDR01: "standby",
    });
  });

  it("is mended with the command that readiness names where a start type was changed by hand, and nothing else is", async () => {
    const done = async (): Promise<readonly string[]> =>
      (await made.entries()).flatMap((e) => (e.kind === "step" && e.verdict === "done" ? [e.step] : []));
    const mending = async (host: string): Promise<readonly string[]> => {
      const { findings } = JSON.parse((await made.cli(["readiness", "--json"])).stdout) as {
        readonly findings: readonly { readonly id: string; readonly todo: string }[];
      };
      const todo = findings.find((f) => f.id === `guard:${host}`)?.todo ?? "";
      const words = (/: pulumi up (.+)$/.exec(todo)?.[1] ?? "").matchAll(/"([^"]*)"|(\S+)/g);
      return [...words].map(([, quoted, bare]) => quoted ?? bare ?? "");
    };
    for (const [host, name, stack] of [
      ["K2PRD01", "K2 Server", "primary"],
      ["SQLDR01", "MSSQLSERVER", "standby"],
    ] as const) {
      made.lab.host(host).services.configure(name, { startType: "auto" });
      unchanged(await up(made, stack));
      expect(service(host, name), "up alone").to.include({ startType: "auto" });
      const before = (await done()).length;
      const [s, named, ...more] = await mending(host);
      expect([s, named]).to.deep.equal(["-s", stack]);
      ok(await up(made, stack, more));
      expect(service(host, name)).to.include({ startType: "manual", state: "running" });
      expect((await done()).slice(before)).to.deep.equal([`guard/install/${host}`]);
      expect(await mending(host)).to.deep.equal([]);
    }
  });

  it("starts production again after an ordinary power cut, with what its witness says", async () => {
    await made.lab.network.siteDown("primary");
    // K2 waits for no SQL Server that starts later: the one comes up before the other gets its power.
    await made.lab.network.hostDown("K2PRD01");
    await made.lab.network.siteUp("primary");
    await until("SQL Server runs", async () => {
      await made.lab.clock.advance(5_000);
      return service("SQLPRD01", "MSSQLSERVER")?.state === "running";
    });
    await made.lab.network.hostUp("K2PRD01");
    await until("K2 answers again", async () => {
      await made.lab.clock.advance(5_000);
      return answers(made.lab.host("K2PRD01").identity.address, made.lab.k2Port);
    });
    expect(states()).to.equal("K2 running, SQL Server running");
  });

  it("starts nothing when it comes back after the standby has taken over", async () => {
    const disasterAt = await lose(made);
    ok(await declare(made, disasterAt));
    ok(await up(made, "dr-active"));
    expect((await situationOf(made)).active).to.equal("dr");
    expect(Object.fromEntries((await words("SQLDR01")) ?? [])).to.include({ K2PRD01: "stop", K2DR01: "run" });
    await made.lab.network.siteUp("primary");
    await hasLooked("K2PRD01", /^word stop\r$/m);
    await hasLooked("SQLPRD01", /^word stop\r$/m);
    expect(states()).to.equal("K2 stopped, SQL Server stopped");
    const events = await made.lab.host("K2PRD01").run("wevtutil.exe qe Application /c:1 /rd:true /f:text");
    expect(events.stdout).to.contain("Nothing is started on K2PRD01: the other site has taken over");
    await k2IsWell(made);
  });

  it("is left as it stands while a server that writes is not back, and closed by one probe once it is: SQL Server runs for that, without Agent", async () => {
    const watching = neverOpenAtWork(made.lab);
    try {
      await made.lab.network.hostDown("K2PRD01");
      const early = await probed(made);
      expect(early.code, early.says).to.equal(6);
      expect(service("SQLPRD01", "MSSQLSERVER")?.state).to.equal("stopped");
      const before = (await made.entries()).length;
      const again = await probed(made);
      expect(again.code, again.says).to.equal(6);
      expect(again.says).to.contain("what would write there is not stopped: k2/");
      expect(await made.entries(), "a probe that finds the same writes nothing").to.have.length(before);
      await made.lab.network.hostUp("K2PRD01");
      await hasLooked("K2PRD01", /^word stop\r$/m);
      const late = await probed(made);
      expect(late.code, late.says).to.equal(0);
      expect(service("SQLPRD01", "SQLSERVERAGENT")?.state).to.equal("stopped");
      await hasLooked("SQLPRD01", /^word standby\r$/m);
      await until("Agent runs again", async () => {
        await made.lab.clock.advance(5_000);
        return service("SQLPRD01", "SQLSERVERAGENT")?.state === "running";
      });
    } finally {
      const watched = await watching.end();
      expect(watched.ok, watched.detail).to.equal(true);
    }
    for (const check of await checksAtOldSite(made.lab, undefined))
      expect(check.ok, check.detail).to.equal(true);
  });
});
