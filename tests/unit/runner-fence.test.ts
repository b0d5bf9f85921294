import { expect } from "chai";
import * as fs from "node:fs/promises";
import * as path from "node:path";
import { situation, type Situation } from "../../journal/situation.ts";
import { triedAgain } from "../../steps/machinery-text.ts";
import { parseWords } from "../../journal/words-text.ts";
import { wordsFileName } from "../../model/guard.ts";
import { keptIn } from "../../model/journal-ref.ts";
import type { Host } from "../../model/host.ts";
import type { Parts } from "../../model/part.ts";
import type { Recovery } from "../../model/recovery.ts";
import { wires, type Wires } from "../../steps/transports/wires.ts";
import { rig, type Rig } from "./runner-rig.ts";
import { data, stop, system, toyParts } from "./toy.ts";

const ssh: NonNullable<Host["ssh"]> = {
  port: 22,
  user: "u",
  hostKey: "ssh-ed25519 AAAA",
  password: { env: "SSH" },
};
/** A network on which only what `answers` says accepts a connection. */
const network = (answers: (address: string, observer?: string) => boolean): Wires => {
  const none = (): Promise<never> => Promise.reject(new Error("there is no such server here"));
  return {
    sql: none,
    ssh: none,
    dns: none,
    answers: (address, _port, observer) => Promise.resolve(answers(address, observer)),
  };
};

describe("a runner that asks a third place before the new site writes", () => {
  const sign = "P accepts connections from OBS01 (third place), and not from here";
  const estate = (recovery: Recovery): Recovery => ({
    ...recovery,
    hosts: recovery.hosts.map((h) => (h.id === "P" ? { ...h, address: "127.0.0.2", ssh } : h)),
    observers: [{ id: "OBS01", address: "127.0.0.3", ssh }],
  });
  let r: Rig;
  let seen: boolean;
  const seenNow = <T>(work: () => Promise<T>): Promise<T> =>
    wires.run(
      network((address, observer) => observer === "OBS01" && address === "127.0.0.2" && seen),
      work,
    );
  const opening = "data0/open/db0-0";
  beforeEach(async () => {
    r = await rig("unplanned", { waiveFence: "power is off", estate });
    for (const verb of ["stop", "copy"]) r.world.fails.set(verb, "no answer in 10 s");
    r.world.running = new Set(["P:db"]);
    seen = false;
  });

  it("proves no fence by a waiver while an observer sees a server of the old site, and opens nothing", async () => {
    seen = true;
    const threw = await seenNow(() => r.all());
    expect(threw.get("web0/prove-fence")).to.include(`primary answers (${sign})`);
    expect([...threw.keys()]).to.include(opening);
    expect(r.world.open.size).to.equal(0);
    expect(situation(await r.journal.entries()).noReturn).to.equal(false);
  });

  it("opens nothing where an observer sees one since the fence was proven by a waiver", async () => {
    await seenNow(async () => {
      for (const s of r.made.steps) {
        if (s.id === opening) break;
        await r.run(s.id);
      }
    });
    expect(await r.verdict("web0/prove-fence")).to.equal("already");
    seen = true;
    const refused = await seenNow(() => r.run(opening)).catch((e: unknown) => String(e));
    expect(refused)
      .to.include(`primary (London) still answers: ${sign}`)
      .and.include(
        'To have its steps there tried once more: "parallel-standby declare" again, with --mode unplanned and without --waive-fence, then "pulumi up"',
      );
    expect(r.world.open.size).to.equal(0);
    expect(situation(await r.journal.entries()).noReturn).to.equal(false);
    seen = false;
    expect(await seenNow(() => r.run(opening)), "once it sees none").to.match(/^done/);
  });

  it("goes on where two people answer for what it sees", async () => {
    seen = true;
    await r.journal.append({
      kind: "waiver",
      epoch: 1,
      as: "ann",
      reason: "a switch answers for it",
      second: "bob",
      accepted: [sign],
    });
    expect([...(await seenNow(() => r.all()))]).to.deep.equal([]);
    expect(situation(await r.journal.entries()).active).to.equal("dr");
  });
});

describe("a runner, past no return, that finds the old site back between two databases", () => {
  /** Data that also closes what it left open at the old site, once the new one is open. */
  const closing: typeof data = {
    ...data,
    plan: (id, f, r, lookup) => ({
      ...data.plan(id, f, r, lookup),
      "fence-data": [stop.step(`${id}/shut`, { host: f.from, service: "web" })],
    }),
  };
  const parts: Parts = { ...toyParts, "toy-data": closing };
  const before = async (end: string): Promise<Rig> => {
    const r = await rig("planned", { parts });
    for (const s of r.made.steps) {
      if (s.id === end) break;
      await r.run(s.id);
    }
    r.world.running.add("P:web");
    r.world.acts.length = 0;
    return r;
  };

  it("closes it there ahead of its turn, and then opens the next one", async () => {
    const r = await before("data0/open/db0-1");
    expect([...r.world.open]).to.deep.equal(["db0-0"]);
    expect(await r.run("data0/open/db0-1")).to.match(/^done/);
    expect(r.world.acts).to.deep.equal(["stop P:web", "open db0-1"]);
  });

  it("opens no other one where it can't close it", async () => {
    const r = await before("data0/open/db0-1");
    r.world.fails.set("stop", "access denied");
    const refused = await r.run("data0/open/db0-1").catch((e: unknown) => String(e));
    expect(refused)
      .to.include("primary (London) still answers: web0: web answers")
      .and.not.include("tried once more");
    expect([...r.world.open]).to.deep.equal(["db0-0"]);
  });

  it("touches nothing there while no database is open at the new site", async () => {
    const r = await before("data0/open/db0-0");
    const refused = await r.run("data0/open/db0-0").catch((e: unknown) => String(e));
    expect(refused).to.include("primary (London) still answers");
    expect(r.world.acts).to.deep.equal([]);
  });
});

describe("a runner's words to the guard", () => {
  const guarded: typeof system = {
    ...system,
    guards: (_id, f) => Object.values(f.host).map((host) => ({ host, service: "web", exclusive: true })),
  };
  const parts: Parts = { ...toyParts, toy: guarded };
  const estate = (recovery: Recovery): Recovery => ({
    ...recovery,
    hosts: recovery.hosts.map((h) => ({ ...h, ssh })),
    guard: {
      leaseHours: 24,
      sqlServer: false,
      witnesses: [{ share: "\\\\FILE03\\Witness", folder: "witness" }],
    },
  });

  const said = async (r: Rig): Promise<string> => {
    const file = path.join(r.folder, "witness", wordsFileName("toys"));
    const words = parseWords(await fs.readFile(file, "latin1").catch(() => ""));
    return `${words?.hosts.get("P") ?? "nothing"} ${words?.hosts.get("D") ?? "nothing"}`;
  };
  const withWitness = async (): Promise<Rig> => {
    const r = await rig("planned", { parts, estate });
    r.world.running.add("P:db");
    await fs.mkdir(path.join(r.folder, "witness"));
    return r;
  };
  const offline = <T>(work: () => Promise<T>): Promise<T> =>
    wires.run(
      network(() => false),
      work,
    );

  it("tell a witness phase by phase who may start: the old site stops, the new one runs, then the old one stands by", async () => {
    const r = await withWitness();
    const after = new Map<string, string>();
    for (const s of r.made.steps) {
      await offline(() => r.run(s.id));
      after.set(s.phase, await said(r));
    }
    const phases = ["fence-apps", "open", "start-services", "complete"];
    expect(phases.map((p) => after.get(p))).to.deep.equal([
      "stop standby",
      "stop run",
      "stop run",
      "standby run",
    ]);
  });

  it("let the new site run once its first database opens, whoever starts the services: a step that is skipped says nothing", async () => {
    const r = await withWitness();
    for (const s of r.made.steps) {
      if (s.phase === "start-services") break;
      await offline(() => r.run(s.id));
    }
    expect(await said(r)).to.equal("stop run");
  });

  it("are told by what verifies services where a server that may start them was not reached before, and once only where all were", async () => {
    const r = await withWitness();
    for (const s of r.made.steps) {
      if (s.phase === "verify-services") break;
      await offline(() => r.run(s.id));
    }
    const file = path.join(r.folder, "witness", wordsFileName("toys"));
    const mark = path.join(r.folder, keptIn({ folder: "journal" }), "words-published");
    const missed = await fs.readFile(mark, "utf8");
    expect(missed).to.match(/\nmissed$/);
    const [verify] = r.made.steps.filter((s) => s.phase === "verify-services");
    const told = async (): Promise<string> => {
      await fs.rm(file);
      await offline(() => r.run(verify?.id ?? ""));
      return said(r);
    };
    expect(await told()).to.equal("stop run");
    await fs.writeFile(mark, missed.replace("\nmissed", ""));
    expect(await told(), "all were reached").to.equal("nothing nothing");
  });
});

describe("what has the steps at the old site tried once more", () => {
  const of = (
    systems: readonly string[],
    noReturn: boolean,
    arrived: readonly string[],
    { mode = "unplanned", waived = true, lost = false } = {},
  ): string =>
    triedAgain(
      {
        last: {
          mode,
          systems: systems.map((system) => ({ system, parts: [`${system}-data`] })),
          ...(waived ? { waiveFence: "no power" } : {}),
        },
        noReturn,
        arrived: new Set(arrived),
        verdicts: new Map(
          lost
            ? [["t", { step: "claims-data/tail/db", phase: "final-sync", verdict: "waived" }]]
            : [["s", { step: "claims-data/stop", phase: "fence-apps", verdict: "waived" }]],
        ),
      } as unknown as Situation,
      "claims",
    );

  it("is a new declaration before no return, on terms that lose nothing where it is planned", () => {
    const unplanned =
      /: "parallel-standby declare" again, with --mode unplanned and without --waive-fence, then/;
    expect(of(["claims"], false, [])).to.match(unplanned);
    expect(of(["k2", "claims"], false, [])).to.match(unplanned);
    expect(of(["claims"], false, [], { mode: "planned", waived: false })).to.match(
      /: "parallel-standby declare" again, with --mode planned, then/,
    );
  });

  it("is past it the mode of a system that has not arrived, where its terms change or its tail was lost; else nothing", () => {
    const mode =
      /: "parallel-standby mode unplanned --system claims --reason WHY", with --as, --disaster-at and --accept-loss, without --waive-fence, then/;
    expect(of(["k2", "claims"], true, ["k2"])).to.match(mode);
    expect(of(["k2", "claims"], true, ["k2"], { waived: false, lost: true })).to.match(mode);
    expect(of(["k2", "claims"], true, ["k2"], { waived: false })).to.equal("");
    expect(of(["k2", "claims"], true, ["k2"], { mode: "planned", waived: false })).to.equal("");
    expect(of(["k2", "claims"], true, ["k2", "claims"])).to.equal("");
    expect(of(["claims"], true, [])).to.equal("");
  });
});
