import { expect } from "chai";
import { existsSync } from "node:fs";
import * as fs from "node:fs/promises";
import { createServer as createHttp } from "node:http";
import { createServer, type AddressInfo, type Server } from "node:net";
import * as path from "node:path";
import type { Fact } from "../../journal/entries.ts";
import { probe, type Found } from "../../cli/probe/run.ts";
import { lastRan } from "../../cli/probe/ran.ts";
import { probeFindings, whyProbe } from "../../cli/probe/silent.ts";
import { statusOf } from "../../cli/status/status.ts";
import { statusText } from "../../cli/status/text.ts";
import { probeAndTell, type Opened } from "../../cli/probe/tell.ts";
import type { RunModule, Runs, Sign } from "../../steps/act.ts";
import { armEndpointVariable, armTokenVariable } from "../../steps/transports/arm.ts";
import { writtenTerminal, type Written } from "./cli-fixture.ts";
import { after, completed, declared, entriesFor, genesis, moveTo, started, word } from "./journal-facts.ts";
import { inFolder, rig, type Rig } from "./runner-rig.ts";
import { toyParts, toyRuns } from "./toy.ts";
import { until } from "./until.ts";

/** Code that cannot look at anything. */
const blind = (runs: Runs): Runs =>
  Object.fromEntries(
    Object.entries(runs).map(([kind, load]) => [
      kind,
      async () => {
        const module = await load();
        return {
          ...module,
          runnables: module.runnables.map((runnable) => ({
            ...runnable,
            bind: (args: unknown) => ({
              ...runnable.bind(args),
              check: () => Promise.reject(new Error("P gives no access")),
            }),
          })),
        };
      },
    ]),
  );

describe("a probe that nobody watches", function () {
  this.timeout(20_000);
  let r: Rig;
  let terminal: Written;
  let server: Server;
  /** A move that went on without its fence: the old site was dark. */
  beforeEach(async () => {
    server = createServer();
    const port = await new Promise<number>((resolve) => {
      server.listen(0, "127.0.0.1", () => {
        const at = server.address();
        resolve(at !== null && typeof at === "object" ? at.port : 0);
      });
    });
    r = await rig("unplanned", {
      waiveFence: "the room burns",
      estate: (e) => ({
        ...e,
        hosts: e.hosts.map((h) =>
          h.id === "P"
            ? { ...h, ssh: { port, user: "u", hostKey: "ssh-ed25519 AAAA", privateKey: { env: "K" } } }
            : h,
        ),
      }),
    });
    r.world.fails.set("stop", "no answer");
    await r.run("web0/stop/web");
    terminal = writtenTerminal(new Date());
  });
  afterEach(() => {
    server.close();
  });
  const opened = (): Opened => ({
    project: {
      root: r.folder,
      estate: { name: "toys", journal: { folder: "journal" }, systems: [] },
      journal: r.journal,
      folder: path.join(r.folder, "journal"),
    },
    registries: { parts: toyParts, runs: toyRuns(r.world) },
  });
  /** Probes and gives the exit code. */
  const probed = async (
    whom?: readonly [string, ...string[]],
    open: () => Promise<Opened> = () => Promise.resolve(opened()),
  ): Promise<number | undefined> => {
    const ended = inFolder(r.folder, () =>
      probeAndTell([], whom === undefined ? {} : { notify: whom }, open, terminal),
    );
    return ended.then(
      () => 0,
      (e: unknown) => (e as { exitCode?: number }).exitCode,
    );
  };
  const writes = (): [string, ...string[]] => [
    process.execPath,
    "-e",
    "let t = ''; process.stdin.on('data', (c) => (t += c)).on('end', () => require('fs').appendFileSync(process.argv[1], t))",
    path.join(r.folder, "told.txt"),
  ];
  const heard = (): Promise<string> => fs.readFile(path.join(r.folder, "told.txt"), "utf8").catch(() => "");

  it("ends with what it has found, also where nobody can be told of it, and tells it as soon as somebody can", async () => {
    expect(await probed(["no-such-program-here"])).to.equal(6);
    expect(terminal.notes.join("\n")).to.contain('--notify: "no-such-program-here" could not be started');
    expect(await probed(writes())).to.equal(6);
    expect(await heard()).to.match(/^toys: ALARM: primary \(London\) answers again and is not fenced/);
    expect(await probed(writes())).to.equal(6);
    expect((await heard()).match(/ALARM/g)).to.have.length(1);
  });

  it("tells that it could not probe: a journal that is cut, or a project that cannot be opened", async () => {
    const file = path.join(r.folder, "journal", "journal.jsonl");
    const whole = await fs.readFile(file, "utf8");
    await fs.writeFile(file, whole.replace('"ann"', '"eve"'));
    expect(await probed(writes())).to.equal(1);
    expect(await heard()).to.match(/^toys: could not probe: .*journal/);
    expect(await probed(writes())).to.equal(1);
    expect((await heard()).match(/could not probe/g), "told once").to.have.length(1);
    await fs.writeFile(file, whole);
    expect(await probed(writes(), () => Promise.reject(new Error("estate.ts has a mistake")))).to.equal(1);
    expect(await heard()).to.contain("\ncould not probe: estate.ts has a mistake\n");
  });

  it("writes nothing more into the journal while a step ends as it did before, and tries it again once it can be looked at", async () => {
    const cannotLook = { ...opened(), registries: { parts: toyParts, runs: blind(toyRuns(r.world)) } };
    const probes = (): Promise<number | undefined> => probed(undefined, () => Promise.resolve(cannotLook));
    expect(await probes()).to.equal(6);
    const entries = (await r.journal.entries()).length;
    expect(await probes()).to.equal(6);
    expect(await r.journal.entries()).to.have.length(entries);
    r.world.fails.clear();
    expect(await probed()).to.equal(0);
    expect(await r.verdict("web0/stop/web")).to.equal("done");
    expect(r.world.running.has("P:web")).to.equal(false);
  });

  /** Code that hears of each look at a service that is to be stopped, before it. */
  const heeding = (looks: (service: string) => void): Promise<Opened> => {
    const runs = toyRuns(r.world);
    const toy = async (): Promise<RunModule> => {
      const module = await (runs["toy"]?.() ?? Promise.reject(new Error("no toys")));
      return {
        ...module,
        runnables: module.runnables.map((runnable) => ({
          ...runnable,
          bind: (args: unknown) => {
            const bound = runnable.bind(args);
            const check: typeof bound.check = async (io) => {
              if (runnable.name === "toy/stop") looks((args as { service: string }).service);
              return bound.check(io);
            };
            return { ...bound, check };
          },
        })),
      };
    };
    return Promise.resolve({ ...opened(), registries: { parts: toyParts, runs: { ...runs, toy } } });
  };

  it("looks once before a step that it can look at, whatever it has done before that one", async () => {
    r.world.running.add("P:db");
    await r.run("web0/stop/db");
    r.world.fails.clear();
    const looks: string[] = [];
    expect(await probed(undefined, () => heeding((service) => looks.push(service)))).to.equal(0);
    expect(r.world.running.has("P:db")).to.equal(false);
    const of = (name: string): number => looks.filter((service) => service === name).length;
    expect(of("db"), "as often as at the first step").to.equal(of("web"));
  });

  it("looks again at what it could not look at, once it has done something there", async () => {
    r.world.running.add("P:db");
    await r.run("web0/stop/db");
    const once = () =>
      heeding((service) => {
        if (service === "db" && r.world.running.has("P:web")) throw new Error("P gives no access");
      });
    expect(await probed(undefined, once)).to.equal(6);
    r.world.fails.clear();
    expect(await probed(undefined, once)).to.equal(0);
    expect(r.world.running.has("P:db")).to.equal(false);
  });

  /** Code that sees these signs. */
  const seeing = (signs: readonly Sign[], from: Runs = toyRuns(r.world)): (() => Promise<Opened>) => {
    const { project, registries } = opened();
    const runs: Runs = {
      ...from,
      "toy-data": async () => ({
        ...(await (from["toy-data"]?.() ?? Promise.reject(new Error("no toys")))),
        signs: () => Promise.resolve(signs),
      }),
    };
    return () => Promise.resolve({ project, registries: { ...registries, runs } });
  };
  const works: Sign = { site: "primary", host: "P", shows: "active", says: "K2 Server on P is running" };
  const isOpen: Fact = { kind: "no return", epoch: 1, step: "data0/open/db0-0" };
  const keptBeside = async (): Promise<readonly unknown[]> =>
    (await r.journal.entries()).flatMap((e) => (e.kind === "worked beside" ? [e.found] : []));

  it("takes nothing for a second writer while nothing is open at the new site", async () => {
    r.world.fails.clear();
    expect(await probed(writes(), seeing([works]))).to.equal(0);
    expect(await heard()).to.match(/answered again and is fenced: web0\/stop\/web\n$/);
    expect(await keptBeside()).to.deep.equal([]);
  });

  it("takes a name that leads there for no work", async () => {
    await r.journal.append(isOpen);
    r.world.fails.clear();
    const leads: Sign = { site: "primary", shows: "active", says: "k2.corp.example leads to P (primary)" };
    expect(await probed(writes(), seeing([leads]))).to.equal(0);
    expect(await heard()).to.match(/answered again and is fenced: web0\/stop\/web\n$/);
    expect(await keptBeside()).to.deep.equal([]);
  });

  it("keeps what works there also where a run is under way, which fences it", async () => {
    await r.journal.append(isOpen);
    const run = await r.journal.store.lease("run", 30_000);
    expect(await probed(undefined, seeing([works]))).to.equal(0);
    expect(terminal.lines.join("\n")).to.match(
      /a run is under way and fences it: .*\. primary \(London\) worked beside the new site/,
    );
    expect(await keptBeside()).to.deep.equal([["K2 Server on P is running"]]);
    if ("release" in run) await run.release();
  });

  it("tells that the site worked beside the new one before it was fenced, and keeps what it found", async () => {
    await r.journal.append(isOpen);
    r.world.fails.clear();
    expect(
      await probed(
        writes(),
        seeing([works, { site: "dr", host: "D", shows: "passive", says: "db of D is RESTORING" }]),
      ),
    ).to.equal(0);
    expect(await heard()).to.contain(
      "primary (London) worked beside the new site (K2 Server on P is running): workflows and mails may have run twice, and what it wrote since the cutover is in no figure",
    );
    const paid = (await r.journal.entries()).findLast((e) => e.kind === "step" && e.verdict === "done");
    const seen = (await r.journal.entries()).find((e) => e.kind === "worked beside");
    expect(seen).to.deep.include({ epoch: 1, site: "primary", found: ["K2 Server on P is running"] });
    expect(seen?.seq, "before it is stopped").to.be.lessThan(paid?.seq ?? 0);
  });

  it("writes once what it finds at work, however often it finds it before it can be fenced", async () => {
    await r.journal.append(isOpen);
    const signs = [works];
    const found = async (): Promise<readonly unknown[]> => {
      await probed(undefined, seeing(signs, blind(toyRuns(r.world))));
      return keptBeside();
    };
    expect(await found()).to.deep.equal([["K2 Server on P is running"]]);
    expect(await found()).to.have.length(1);
    signs.push({ ...works, says: "db on P is ONLINE" });
    expect(await found()).to.have.length(2);
  });

  it("writes nothing while the site is dark, and leaves beside the journal that it ran, and how it ended", async () => {
    server.close();
    const folder = path.join(r.folder, "journal");
    expect(await lastRan(folder)).to.equal(undefined);
    const entries = (await r.journal.entries()).length;
    expect(await probed()).to.equal(5);
    expect(await r.journal.entries()).to.have.length(entries);
    expect(await lastRan(folder)).to.deep.include({
      at: terminal.clock.toISOString(),
      exitCode: 5,
      text: "the fence of primary (London) is owed (1 step), and nothing of it answers",
    });
    terminal.clock = new Date(terminal.clock.getTime() + 300_000);
    expect(await probed()).to.equal(5);
    expect((await lastRan(folder))?.at).to.equal(terminal.clock.toISOString());
    const file = path.join(folder, "journal.jsonl");
    await fs.writeFile(file, (await fs.readFile(file, "utf8")).replace('"ann"', '"eve"'));
    expect(await probed()).to.equal(1);
    expect((await lastRan(folder))?.text).to.match(/^could not probe: /);
    await fs.writeFile(path.join(folder, "probe-ran.json"), "{");
    expect(await lastRan(folder), "half a file is none").to.equal(undefined);
  });

  it("leaves the work to another probe, and takes one that has been at it for a quarter of an hour for a failure", async () => {
    const other = await r.journal.store.lease("probe", 30_000);
    expect(await probed(writes())).to.equal(0);
    expect(await heard()).to.equal("");
    terminal.clock = new Date(Date.now() + 16 * 60_000);
    expect(await probed(writes())).to.equal(1);
    expect(await heard()).to.match(
      /could not probe: another probe is at work: .*\. It does not come to an end/,
    );
    if ("release" in other) await other.release();
  });

  it("holds up no other probe while somebody is being told", async () => {
    const slow: [string, ...string[]] = [
      process.execPath,
      "-e",
      "const fs = require('fs'); fs.writeFileSync(process.argv[1], 'x'); const t = setInterval(() => { if (fs.existsSync(process.argv[2])) { clearInterval(t); } }, 20)",
      ...[path.join(r.folder, "began"), path.join(r.folder, "go")],
    ];
    const first = probed(slow);
    await until("it is told", () => existsSync(path.join(r.folder, "began")), 10_000);
    const leases = await r.journal.store.leases();
    await fs.writeFile(path.join(r.folder, "go"), "x");
    expect(leases.map((l) => l.name)).not.to.contain("probe");
    expect(await first).to.equal(6);
  });
});

describe("what is told of a probe that nobody has seen for long", () => {
  const now = new Date("2026-11-22T06:00:00Z");
  const ran = (minutesAgo: number, exitCode = 0) => ({
    at: new Date(now.getTime() - minutesAgo * 60_000).toISOString(),
    exitCode,
    text: "x",
  });
  const of = (ended: ReturnType<typeof ran> | undefined, why?: string) =>
    probeFindings(ended, why, now).map((f) => `${f.severity} ${f.says}`);
  it("is a risk where a fence is owed or a lease of the guard depends on it, else a note, and nothing while it runs", () => {
    expect(of(undefined, "why")).to.deep.equal(["risk the probe has never run here: why"]);
    expect(of(ran(120), "why")).to.deep.equal(["risk the probe has not run for 2 hours: why"]);
    expect(of(ran(4, 1), "why")).to.deep.equal(["risk the probe runs and fails: x: why"]);
    expect(of(ran(120))).to.deep.equal(["note the probe has not run for 2 hours"]);
    for (const code of [0, 5, 6]) expect(of(ran(4, code), "why")).to.deep.equal([]);
  });
  it("depends on what the journal shows", () => {
    const left = [declared, moveTo("dr"), started(1)];
    expect(whyProbe(after(declared))).to.equal(undefined);
    expect(whyProbe(after(declared), true)).to.match(/^it renews the lease/);
    expect(whyProbe(after(...left, word("a", "failed", { phase: "fence-data" })))).to.match(
      /^a fence is owed/,
    );
    expect(whyProbe(after(...left, word("a", "failed", { phase: "protect" })))).to.equal(undefined);
  });
  it("stands in status, too", () => {
    const owed = entriesFor(genesis, declared, moveTo("dr"), started(1), word("a", "failed"), completed(1));
    const text = (probeRan?: ReturnType<typeof ran>) =>
      statusText(statusOf(owed, { now, place: "/j", leases: [], probeRan }), "linux");
    expect(text()).to.match(/^probe +RISK: the probe has never run here: a fence is owed/m);
    expect(text(ran(120))).to.match(/^probe +RISK: the probe has not run for 2 hours/m);
    expect(text(ran(4, 5))).to.match(/^probe +last ran 4 minutes ago, 2026-11-22 05:56:00 UTC: x$/m);
  });
});

describe("a probe of a dark site of Azure VMs", function () {
  this.timeout(20_000);
  let r: Rig;
  let terminal: Written;
  /** How often what works beside the new site was looked for. */
  let looked: number;
  let arm: Server;
  const before = [armEndpointVariable, armTokenVariable].map((name) => [name, process.env[name]] as const);
  beforeEach(async () => {
    // No server of it answers, and Azure has none that runs; what it shows of a step the toys say.
    arm = createHttp((_, response) => response.writeHead(404).end());
    await new Promise<void>((resolve) => arm.listen(0, "127.0.0.1", resolve));
    process.env[armEndpointVariable] = `http://127.0.0.1:${String((arm.address() as AddressInfo).port)}`;
    process.env[armTokenVariable] = "lab";
    r = await rig("unplanned", {
      waiveFence: "the region is down",
      estate: (e) => ({
        ...e,
        hosts: e.hosts.map((h) =>
          h.id === "P" ? { ...h, azure: { subscriptionId: "s", resourceGroup: "g", vm: "P" } } : h,
        ),
      }),
    });
    r.world.fails.set("stop", "no answer");
    await r.run("web0/stop/web");
    terminal = writtenTerminal(new Date());
    looked = 0;
  });
  afterEach(() => {
    arm.close();
    for (const [name, value] of before)
      if (value === undefined) Reflect.deleteProperty(process.env, name);
      else process.env[name] = value;
  });
  const probed = (): Promise<Found | undefined> => {
    const runs = toyRuns(r.world);
    const project = {
      root: r.folder,
      estate: { name: "toys", journal: { folder: "journal" }, systems: [] },
      journal: r.journal,
      folder: path.join(r.folder, "journal"),
    };
    const signs = (): Promise<readonly Sign[]> => {
      looked += 1;
      return Promise.resolve([{ site: "primary", host: "P", shows: "active", says: "K2 on P runs" }]);
    };
    const data = async () => ({
      ...(await (runs["toy-data"]?.() ?? Promise.reject(new Error("none")))),
      signs,
    });
    return inFolder(r.folder, () =>
      probe(project, { parts: toyParts, runs: { ...runs, "toy-data": data } }, terminal),
    );
  };

  it("records what Azure shows paid, and does not say that the site answers", async () => {
    r.world.fails.clear();
    r.world.running.delete("P:web");
    expect(await probed()).to.deep.equal({
      about: "fenced 1",
      text: "nothing of primary (London) answers, and Azure shows it fenced: web0/stop/web",
      exitCode: 0,
    });
    expect(await r.verdict("web0/stop/web")).to.equal("already");
    expect(terminal.notes[0]).to.equal(
      "nothing of primary (London) answers, and Azure shows what is owed there: recording it",
    );
    expect(looked, "looks for what works beside the new site").to.equal(0);
  });

  it("says so, too, while a run is under way", async () => {
    r.world.running.delete("P:web");
    const run = await r.journal.store.lease("run", 30_000);
    const found = await probed();
    expect(found?.text).to.match(
      /^nothing of primary \(London\) answers, and Azure shows what is owed there; a run is under way and records it: /,
    );
    if ("release" in run) await run.release();
  });

  it("leaves owed what Azure does not show", async () => {
    expect(await probed()).to.deep.include({
      about: "",
      text: "the fence of primary (London) is owed (1 step), and nothing of it answers",
    });
    expect(looked).to.equal(0);
  });
});
