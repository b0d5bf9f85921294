import { expect } from "chai";
import * as fs from "node:fs/promises";
import * as path from "node:path";
import { lookAndKeep, readiness } from "../../cli/readiness/run.ts";
import { runnerLook } from "../../cli/readiness/runner.ts";
import { statusOf } from "../../cli/status/status.ts";
import { statusText } from "../../cli/status/text.ts";
import { main } from "../../cli/program.ts";
import { hands } from "../../components/registry/hands.ts";
import { parts } from "../../components/registry/parts.ts";
import { describe as describeEstate } from "../../model/describe.ts";
import { note, risk, stops, type Finding } from "../../model/finding.ts";
import { fileName, formats, papersFor } from "../../runbook/papers.ts";
import { runbooksFolder } from "../../runbook/stale.ts";
import type { Runs } from "../../steps/act.ts";
import {
  begun,
  failureOf,
  holdingParts,
  holdingRecovery,
  holdingRuns,
  holdWorld,
  started,
  tempProject,
  write,
  writtenTerminal,
  type HoldWorld,
} from "./cli-fixture.ts";
import { toyRecovery } from "./toy.ts";
import { exampleEstate } from "./example-estate.ts";

const recovery = holdingRecovery();
const reach = (toSec: number) => ({
  db: { fromSec: toSec - 3600, toSec, evidence: "db_1.trn", complete: false },
});

/** Parts that also look, as `found` says. */
const looking = (world: HoldWorld, found: () => readonly Finding[]): Runs =>
  Object.fromEntries(
    Object.entries(holdingRuns(world)).map(([kind, load]) => [
      kind,
      async () => ({
        ...(await load()),
        looks: () => [{ id: "look:data", at: "data", run: () => Promise.resolve(found()) }],
      }),
    ]),
  );

describe("readiness", () => {
  let project: Awaited<ReturnType<typeof tempProject>>;
  const world = holdWorld();
  let findings: readonly Finding[] = [];
  const terminal = writtenTerminal(new Date());
  const look = (options: Parameters<typeof lookAndKeep>[2] = {}, laterMs = 0) => {
    terminal.lines.length = 0;
    // The journal has the real time: a clock that stands still would be behind it.
    terminal.clock = new Date(Date.now() + laterMs);
    return lookAndKeep(
      project,
      { parts: holdingParts, runs: looking(world, () => findings) },
      options,
      terminal,
    );
  };
  const kept = async () => (await project.journal.entries()).filter((e) => e.kind === "readiness");

  beforeEach(async () => {
    project = await tempProject({ mirror: "mirror" });
    findings = [];
    world.reach = reach(Date.now() / 1000 - 600);
  });
  afterEach(() => project.leave());

  it("says what was found, what would be lost now and how long a move takes, and keeps it in the journal", async () => {
    await write(project, begun(recovery));
    findings = [
      stops("data", "the disk is full", "make room"),
      risk("data", "a job is disabled", "enable it", "job"),
    ];
    const { found } = await look();
    expect(found.verdict).to.equal("not ready");
    const text = terminal.lines.join("\n");
    expect(text)
      .to.match(/^NOT READY for a move from primary \(London\) to dr \(Leeds\): /)
      .and.match(/^ {2}STOPS {2}data +the disk is full\n +make room$/m)
      .and.match(/^ {2}risk {3}data +a job is disabled\n +enable it$/m)
      .and.match(/^lost now: data: 0:10:0\d of data, were the site lost at this moment;/m)
      .and.match(/^predicted: about \d+s until people can work \(by what such steps usually take/m);
    const [entry] = await kept();
    expect(entry).to.include({ to: "dr", verdict: "not ready" });
    expect(entry?.findings.map((f) => f.id)).to.include.members(["data", "job"]);
    expect(entry?.lossSec).to.be.within(600, 610);
  });

  it("takes papers that are missing or of another estate for a risk: whoever is notified of it prints them anew", async () => {
    const facts = describeEstate(exampleEstate(), parts);
    await write(project, begun(facts));
    const papers = async () =>
      (await runnerLook(project, parts, terminal)).findings.filter((f) => f.at === "runbooks");
    const [missing] = await papers();
    expect(missing?.severity).to.equal("risk");
    expect(missing?.says).to.contain("dr-card.html");
    expect(missing?.todo).to.contain("pulumi up -s standby");
    await fs.mkdir(runbooksFolder(project.folder));
    for (const paper of papersFor(facts, "dr", parts, hands, "2026-11-30"))
      for (const format of formats)
        await fs.writeFile(
          path.join(runbooksFolder(project.folder), fileName("dr", paper.kind, format)),
          paper[format],
        );
    expect(await papers()).to.deep.equal([]);
  });

  it("writes the same again only after an hour, and something else at once", async () => {
    await write(project, begun(recovery));
    await look();
    await look();
    expect(await kept()).to.have.length(1);
    findings = [risk("data", "a job is disabled", "enable it")];
    expect((await look()).isNews, "a risk that was not there").to.equal(true);
    expect(await kept()).to.have.length(2);
    findings = [risk("data", "another job is disabled", "enable it", "other")];
    expect((await look()).isNews, "the same verdict, and another risk").to.equal(true);
    expect((await look()).isNews, "the same risks").to.equal(false);
    findings = [...findings, note("data", "worth knowing", "nothing", "a-note")];
    expect((await look()).isNews, "a note wakes nobody").to.equal(false);
    findings = [risk("data", "a job is disabled", "enable it")];
    const length = (await kept()).length;
    await look();
    expect(await kept()).to.have.length(length + 1);
    await look({}, 61 * 60_000);
    expect(await kept()).to.have.length(length + 2);
  });

  it("prints JSON with its times in ISO 8601", async () => {
    await write(project, begun(recovery));
    const junit = path.join(project.root, "out", "readiness.xml");
    await fs.mkdir(path.dirname(junit));
    await fs.writeFile(junit, "the old one");
    const open = await fs.open(junit);
    await look({ json: true, junit });
    expect(await open.readFile("utf8"), "whoever reads it reads a whole one").to.equal("the old one");
    await open.close();
    const made = JSON.parse(terminal.lines.join("\n")) as { verdict: string; loss: { point: string }[] };
    expect(made.loss[0]?.point).to.match(/^\d{4}-\d\d-\d\dT.*Z$/);
    expect(await fs.readFile(junit, "utf8")).to.contain("<testsuite");
  });

  it("cannot look without facts, while the estate moves, or toward a site that is active", async () => {
    await write(project, begun(recovery).slice(0, 1));
    expect((await failureOf(look())).message).to.match(/holds no facts yet\. Run "pulumi up -s standby"/);
    await write(project, begun(recovery).slice(1));
    expect((await failureOf(look({ to: "primary" }))).message).to.equal(
      "--to primary: primary is active already. Write dr, or nothing",
    );
    expect((await failureOf(look({ to: "dd" }))).message).to.contain('"dd": there is no such site');
    await write(project, [
      { kind: "move declared", to: "dr", mode: "unplanned", as: "op", acceptLossSec: 1 },
      started(2),
    ]);
    expect((await failureOf(look())).message).to.match(
      /is unfinished, and readiness is told of an estate at rest/,
    );
  });

  it("ends with 3 where it could not look, and tells whoever is to be told, without a shell and without secrets", async () => {
    const told = path.join(project.root, "told.txt");
    const script = path.join(project.root, "notify.mjs");
    await fs.writeFile(
      script,
      `import { writeFileSync } from "node:fs"; let t = ""; for await (const c of process.stdin) t += c; writeFileSync(${JSON.stringify(told)}, t + process.argv.slice(2).join(" ") + " " + String(process.env.SQL_DR) + process.env.KEPT);`,
    );
    await fs.writeFile(
      path.join(project.root, "estate.js"),
      `export const estate = { name: "toys", journal: { folder: "journal" }, systems: [{ password: { env: "SQL_DR" } }] };`,
    );
    const failure = await failureOf(
      readiness(
        ["-s", "subject; rm -rf"],
        { notify: [process.execPath, script] },
        { ...terminal, env: { SQL_DR: "horse", KEPT: "yes" } },
      ),
    );
    expect(failure.exitCode).to.equal(3);
    expect(failure.message).to.match(/^could not look at readiness: /);
    expect(await fs.readFile(told, "utf8")).to.equal(
      `${failure.message}\n-s subject; rm -rf undefinedundefined`,
    );
    expect((await failureOf(readiness(["x"], {}, terminal))).exitCode).to.equal(2);
  });

  it("ends the command line with 3 outside of a project", async () => {
    const before = process.cwd();
    const elsewhere = await fs.mkdtemp("/tmp/no-project-");
    process.chdir(elsewhere);
    try {
      expect(await main(["readiness"], terminal)).to.equal(3);
    } finally {
      process.chdir(before);
      await fs.rm(elsewhere, { recursive: true });
    }
  });

  it("shows in status how old it is, that it has not run for a day, and that it never ran", async () => {
    await write(project, begun(recovery));
    const status = async (hours: number) => {
      const s = statusOf(await project.journal.entries(), {
        now: new Date(Date.now() + hours * 3_600_000),
        place: "p",
        leases: [],
      });
      return /^readiness +(.*)$/m.exec(statusText(s, "linux"))?.[1];
    };
    expect(await status(0)).to.match(/^never looked at: run "parallel-standby readiness"/);
    findings = [stops("data", "the disk is full", "make room")];
    await look();
    expect(await status(2)).to.match(/^NOT READY for dr, \d findings?, 2 hours ago$/);
    expect(await status(25)).to.match(/25 hours ago: IT HAS NOT RUN SINCE; /);
  });

  it("says in status that nobody has looked since the last move: what was found before it was of the other direction", async () => {
    await write(project, begun(recovery));
    await look();
    await write(project, [
      { kind: "move declared", to: "dr", mode: "planned", as: "op", acceptLossSec: 0 },
      started(3),
      { kind: "completed", epoch: 1, owed: [], exceptions: [] },
    ]);
    const s = statusOf(await project.journal.entries(), { now: new Date(), place: "p", leases: [] });
    expect(s.readiness).to.equal(undefined);
    expect(statusText(s, "linux")).to.match(/^readiness +not looked at since the last move: run /m);
  });

  it("does not look from a shell that lacks secrets: it names each once, with who needs it, and keeps nothing", async () => {
    const password = { env: "PS_READINESS_NEVER_SET" };
    const ssh = { port: 22, user: "dr", hostKey: "ssh-ed25519 AAAA", password };
    const hosts = toyRecovery().hosts.map((h) => ({ ...h, ssh }));
    await write(project, begun({ ...recovery, hosts }));
    const { message } = await failureOf(look());
    expect(message).to.equal(
      `secrets are missing: environment variable PS_READINESS_NEVER_SET (${hosts.map((h) => h.id).join(", ")}). In this shell load secrets.env: set -a; . ./secrets.env; set +a (Windows: . .\\secrets.ps1)`,
    );
    expect(terminal.lines).to.deep.equal([]);
    expect(await kept()).to.deep.equal([]);
  });

  it("looks from a shell that lacks only what observers need, and tells it as a risk: a move goes without them", async () => {
    const password = { env: "PS_READINESS_NEVER_SET" };
    const ssh = { port: 22, user: "dr", hostKey: "ssh-ed25519 AAAA", password };
    const observers = ["OBS01", "OBS02"].map((id) => ({ id, address: "127.0.0.1", ssh }));
    await write(project, begun({ ...recovery, observers }));
    const { found } = await look();
    const told = found.findings.filter((f) => f.id.startsWith("observer:"));
    expect(told.map((f) => [f.at, f.severity])).to.deep.equal([
      ["OBS01", "risk"],
      ["OBS02", "risk"],
    ]);
    for (const { says } of told) expect(says).to.contain("PS_READINESS_NEVER_SET");
  });
});
