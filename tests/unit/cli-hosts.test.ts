import { expect } from "chai";
import fc from "fast-check";
import { check } from "../../cli/hosts/run.ts";
import { clockFindings, clockFrom, clockText } from "../../components/windows/clock.ts";
import type { Declared, Server } from "../../model/estate.ts";
import type { Host } from "../../model/host.ts";
import type { Parts } from "../../model/part.ts";
import type { Runs } from "../../steps/act.ts";
import { runs } from "../../steps/act.ts";
import { verb } from "../../model/verb.ts";
import * as z from "zod";
import { failureOf, tempProject, writtenTerminal, type Written } from "./cli-fixture.ts";
import { sshPassword, windowsBench, type WindowsBench } from "./windows-bench.ts";

const reachable = verb(
  "sql/instance/reachable",
  z.strictObject({ host: z.string(), agent: z.boolean(), clock: z.boolean() }),
  5,
);
/** A system without anything to it. */
const Facts = z.strictObject({});
const parts: Parts = {
  x: { kind: "x", version: 1, facts: Facts, uses: () => [], problems: () => [], plan: () => ({}) },
};

/** SQL Server as it would be judged: with a finding, or well. */
const judging = (finding?: string): Runs => ({
  "sql/instance": () =>
    Promise.resolve({
      runnables: [
        runs(reachable, {
          check: ({ host, clock }) =>
            finding === undefined || (finding === "is late" && !clock)
              ? Promise.resolve({ there: true, says: `${host} lets the runner in`, expected: "it does" })
              : Promise.reject(new Error(`the login dr_runner on ${host} ${finding}`)),
        }),
      ],
    }),
});

describe("hosts check", function () {
  this.timeout(30_000);
  let bench: WindowsBench;
  let project: Awaited<ReturnType<typeof tempProject>>;
  let terminal: Written;
  const secretBefore = process.env["SSH"];

  const server = (host: Host): Server => ({
    site: host.site,
    id: host.id,
    place: "Leeds",
    siteTimeZone: "UTC",
    host,
  });
  /** An estate has servers at both sites; this one is asked nothing. */
  const production: Host = {
    id: "K2PRD01",
    site: "primary",
    address: "127.10.1.4",
    timeZone: "UTC",
    whilePassive: "running",
  };
  const declaring = (...hosts: readonly Host[]): Declared => ({
    id: "x",
    kind: "x",
    facts: {},
    servers: hosts.map(server),
    uses: [],
  });
  const run = (
    hosts: readonly Host[],
    names: readonly string[] = hosts.map((h) => h.id),
    sql: Runs = judging(),
  ): Promise<void> =>
    check(
      names,
      { ...project, estate: { ...project.estate, systems: [declaring(production, ...hosts)] } },
      { parts, runs: sql },
      terminal,
    );
  const said = (): string => terminal.lines.join("\n");

  beforeEach(async () => {
    bench = await windowsBench([{ name: "K2 Server" }]);
    bench.server.clockErrorMs = Date.now() - bench.server.clock.now();
    project = await tempProject();
    terminal = writtenTerminal();
    process.env["SSH"] = sshPassword;
  });
  afterEach(async () => {
    await bench.close();
    await project.leave();
    if (secretBefore === undefined) delete process.env["SSH"];
    else process.env["SSH"] = secretBefore;
  });

  it("finds a server in order: login, tools, clock and time zone", async () => {
    await run([bench.host()]);
    expect(said()).to.match(/^server +site +ssh +sql +clock\nK2DR01 +dr +ok +- +[+-]\d\.\d s, UTC\+00:00$/);
  });

  it("prints the key of a server that has none pinned as the line for estate.ts, and does not log in", async () => {
    const host = bench.host();
    if (!host.ssh) throw new Error("the bench has SSH");
    const { hostKey, ...ssh } = host.ssh;
    delete process.env["SSH"];
    const failure = await failureOf(run([{ ...host, ssh: ssh as NonNullable<Host["ssh"]> }]));
    expect(failure.message).to.equal("1 server needs mending; nothing was changed");
    // The lab's ports are not 22, and the line takes the place of what stands at the server.
    expect(said()).to.contain(
      `write this line at the server in estate.ts: ssh: { port: ${String(ssh.port)}, hostKey: "${hostKey}" }`,
    );
    expect(said(), "no login was tried").to.not.match(/login|SSH is not set/);
  });

  it("prints the key of an observer as what goes into its ssh beside its user and secret, and where Linux keeps it", async () => {
    const { address, ssh } = bench.host();
    if (!ssh) throw new Error("the bench has SSH");
    const { hostKey, ...own } = ssh;
    const observers = [{ name: "OBS01", address, ssh: { ...own, hostKey: "" } }];
    const estate = { ...project.estate, systems: [declaring(production, bench.host())], observers };
    const world = { parts, runs: judging() };
    const failure = await failureOf(check(["OBS01"], { ...project, estate }, world, terminal));
    expect(failure.message).to.equal("1 server needs mending; nothing was changed");
    expect(said()).to.match(/OBS01: no host key is pinned\. .*cat \/etc\/ssh\/ssh_host_\*_key\.pub/);
    expect(said()).to.contain(`write it into the ssh of this observer in estate.ts: hostKey: "${hostKey}"`);
  });

  it("names the key that was found where another one is pinned", async () => {
    const host = bench.host();
    if (!host.ssh) throw new Error("the bench has SSH");
    const found = host.ssh.hostKey;
    const pinned = `${found.slice(0, -4)}AAAA`;
    await failureOf(run([{ ...host, ssh: { ...host.ssh, hostKey: pinned } }]));
    expect(said()).to.contain("shows another host key than the estate does").and.contain(found);
  });

  it("says that a clock is wrong, and by how much", async () => {
    bench.server.clockErrorMs -= 600_000;
    await failureOf(run([bench.host()]));
    expect(said()).to.match(/K2DR01: its clock is (599|600|601) s behind this machine's/);
  });

  it("says that the time zone of the estate is not the server's", async () => {
    await failureOf(run([{ ...bench.host(), timeZone: "Asia/Tokyo" }]));
    expect(said()).to.contain(
      "its clock is UTC+00:00, but its time zone in the estate, Asia/Tokyo, is UTC+09:00 now",
    );
  });

  it("says which tool an account may not use", async () => {
    await bench.close();
    bench = await windowsBench([], { rights: [] });
    bench.server.clockErrorMs = Date.now() - bench.server.clock.now();
    await failureOf(run([bench.host()]));
    expect(said()).to.match(/can't use wevtutil\.exe: exit code \d+.*Event Log Readers/);
  });

  it("says what stands between it and a server that does not answer, and checks the others", async () => {
    const dead: Host = {
      ...bench.host(),
      id: "K2DR02",
      ssh: { ...bench.host().ssh, port: 1 } as NonNullable<Host["ssh"]>,
    };
    await failureOf(run([bench.host(), dead]));
    expect(said())
      .to.match(/K2DR01 +dr +ok/)
      .and.match(/K2DR02 +dr +MEND/);
    expect(said()).to.contain(
      "K2DR02 (127.20.1.4:1) refuses connections: OpenSSH Server does not run there, or the server is off. Start the server, or its service sshd.",
    );
  });

  it("shows what SQL Server is judged by before every cutover", async () => {
    const sql = {
      port: 1433,
      user: "dr_runner",
      password: { env: "SQL" },
      encrypt: true,
      trustServerCertificate: true,
    };
    const { ssh: _, ...host } = bench.host();
    await run([{ ...host, sql }]);
    expect(said()).to.match(/K2DR01 +dr +- +ok/);
    terminal.lines.length = 0;
    await failureOf(run([{ ...host, sql }], undefined, judging("lacks rights: CONTROL SERVER")));
    expect(said())
      .to.match(/K2DR01 +dr +- +MEND/)
      .and.contain("the login dr_runner on K2DR01 lacks rights: CONTROL SERVER");
  });

  it("names what the estate lacks for a server, key by key", async () => {
    const host = bench.host();
    const ssh = { ...host.ssh, user: "" } as NonNullable<Host["ssh"]>;
    await failureOf(run([{ ...host, ssh }]));
    expect(said()).to.match(/^estate\.ts:\n {2}server K2DR01\.ssh\.user: it is empty\. Write /);
  });

  it("says what is wrong with the estate before anything else, and ends with 1 though every server is well", async () => {
    const elsewhere: Parts = {
      x: {
        ...parts["x"],
        problems: () => [
          {
            at: "k2 k2.servers.dr",
            says: "K2PRD01 is a server of the site primary",
            write: "a server of the site dr",
          },
        ],
      } as Parts[string],
    };
    const estate = { ...project.estate, systems: [declaring(production, bench.host())] };
    const failure = await failureOf(
      check(["K2DR01"], { ...project, estate }, { parts: elsewhere, runs: judging() }, terminal),
    );
    expect(failure.exitCode).to.equal(1);
    expect(failure.message).to.equal("1 thing in estate.ts needs mending; nothing was changed");
    expect(terminal.lines[0]).to.equal(
      "estate.ts:\n  k2 k2.servers.dr: K2PRD01 is a server of the site primary. Write a server of the site dr.\n",
    );
    expect(terminal.lines[1]).to.match(/K2DR01 +dr +ok/);
  });

  it("says that a time zone is none: tzutil's is Windows's name for it", async () => {
    await failureOf(run([{ ...bench.host(), timeZone: "GMT Standard Time" }]));
    expect(said()).to.contain(
      'server K2DR01.timeZone: "GMT Standard Time" is not a time zone. Write an IANA name such as Europe/London',
    );
    expect(said())
      .to.match(/K2DR01 +dr +ok/)
      .and.not.contain("NaN");
  });

  it("tells the clock of a server with SSH and SQL Server once", async () => {
    const sql = {
      port: 1433,
      user: "dr_runner",
      password: { env: "SQL" },
      encrypt: true,
      trustServerCertificate: true,
    };
    await run([{ ...bench.host(), sql }], undefined, judging("is late"));
    const { ssh: _, ...host } = bench.host();
    await failureOf(run([{ ...host, sql }], undefined, judging("is late")));
  });

  it("looks only at the servers that are named, and knows their names", async () => {
    const other: Host = {
      ...bench.host(),
      id: "SQLDR01",
      ssh: { ...bench.host().ssh, port: 1 } as NonNullable<Host["ssh"]>,
    };
    await run([bench.host(), other], ["K2DR01"]);
    expect(said()).to.not.contain("SQLDR01");
    const failure = await failureOf(run([bench.host(), other], ["K2DRO1"]));
    expect(failure.exitCode).to.equal(2);
    expect(failure.message).to.contain("Did you mean K2DR01?");
  });
});

describe("the clock of a server", () => {
  it("is read whatever its offset, and compared with the runner's", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 4_000_000_000_000 }),
        fc.integer({ min: -720, max: 840 }),
        (atMs, offsetMin) => {
          const local = new Date(atMs + offsetMin * 60_000).toISOString().replaceAll(/[-:TZ]/g, "");
          const [digits = "", milli = ""] = local.split(".");
          const sign = offsetMin < 0 ? "-" : "+";
          const text = `\r\n\r\nLocalDateTime=${digits}.${milli}000${sign}${String(Math.abs(offsetMin)).padStart(3, "0")}\r\n\r\n`;
          expect(clockFrom(text)).to.deep.equal({ atMs, offsetMin });
        },
      ),
    );
  });

  it("is none where nothing of the kind was printed", () => {
    expect(clockFrom("")).to.equal(undefined);
    expect(clockFrom("LocalDateTime=20261340000000.000000+000")).to.equal(undefined);
  });

  it("may differ by a minute", () => {
    const at = Date.UTC(2026, 10, 22, 3, 10);
    const clock = { atMs: at, offsetMin: 0 };
    expect(clockFindings("K2DR01", clock, at + 60_000, "Europe/London")).to.deep.equal([]);
    expect(clockFindings("K2DR01", clock, at + 61_000, "Europe/London")).to.have.lengthOf(1);
    expect(clockFindings("K2DR01", clock, at - 61_000, "Europe/London")[0]?.says).to.contain("61 s ahead");
    expect(clockText(clock, at + 400)).to.equal("-0.4 s, UTC+00:00");
  });
});
