import { expect } from "chai";
import * as fs from "node:fs/promises";
import * as path from "node:path";
import { declarationFrom } from "../../cli/declare/request.ts";
import type { Entry, Fact } from "../../journal/entries.ts";
import { folderStore } from "../../journal/folder-store.ts";
import { journalOn, type Journal } from "../../journal/journal.ts";
import type { Store } from "../../journal/store.ts";
import { defineEstate } from "../../model/estate.ts";
import { hashOf } from "../../model/recovery.ts";
import { plan } from "../../planning/plan.ts";
import { activate } from "../../stacks/activate.ts";
import { callsOf } from "./docs-pages.ts";
import { registered, type Registered } from "./recorder.ts";
import { inFolder } from "./runner-rig.ts";
import { toyParts, toyRecovery, toyRuns, toyWorld, type ToyWorld } from "./toy.ts";
import { temporaryFolder } from "./temporary-folder.ts";

const recovery = toyRecovery();
const made = plan(recovery, { from: "primary", to: "dr", mode: "planned" }, toyParts);
const estate = defineEstate({ name: "toys", journal: { folder: "journal" }, systems: [] });
const begun: readonly Fact[] = [
  { kind: "genesis", estate: "toys", active: "primary" },
  { kind: "declared", factsHash: hashOf(recovery), recovery },
];
const move: Fact = { kind: "move declared", to: "dr", mode: "planned", as: "ann", acceptLossSec: 0 };
const started = (epoch: number, declaration: number): Fact => ({
  kind: "activation started",
  epoch,
  from: "primary",
  to: "dr",
  mode: "planned",
  as: "ann",
  factsHash: hashOf(recovery),
  planHash: made.hash,
  declaration,
  acceptLossSec: 0,
});

interface Rig {
  readonly journal: Journal;
  /** Runs the program of the stack dr-active; gives what it registered, or why it refused. */
  up(preview?: boolean): Promise<readonly Registered[] | string>;
  /** The outputs that the last one gave. */
  outputs(): Awaited<ReturnType<typeof activate>>;
  /** Entries of activations. */
  activations(): Promise<readonly Entry[]>;
  /** The journal's kinds, as they were each time that somebody asked who still runs. */
  readonly asked: string[][];
}

/** `running` is asked each time for who still runs. */
async function rig(
  facts: readonly Fact[],
  running: (journal: Journal, time: number) => Promise<boolean> | boolean = () => false,
  toys = toyWorld(),
): Promise<Rig> {
  const folder = await temporaryFolder();
  await fs.writeFile(path.join(folder, "Pulumi.yaml"), "name: toys\n");
  const inner = folderStore(folder, undefined, () => undefined);
  const plain = journalOn(inner);
  for (const f of facts) await plain.append(f);
  const asked: string[][] = [];
  const store: Store = {
    ...inner,
    leases: async () => {
      asked.push((await plain.entries()).map((e) => e.kind));
      return (await running(plain, asked.length))
        ? [{ name: "provision park-dr", who: "an orphan", since: "x" }]
        : [];
    },
  };
  const world = { journal: journalOn(store), parts: toyParts, runs: toyRuns(toys) };
  let outputs: Awaited<ReturnType<typeof activate>> = {};
  return {
    journal: plain,
    asked,
    outputs: () => outputs,
    activations: async () => (await plain.entries()).filter((e) => e.kind === "activation started"),
    up: async (preview = false) => {
      let refused = "";
      const all = await registered(
        async () => {
          try {
            outputs = await inFolder(folder, () => activate(estate, "dr", world));
          } catch (error) {
            refused = String(error);
          }
        },
        { preview, stack: "dr-active" },
      );
      return refused === "" ? all.filter((r) => r.type === "command:local:Command") : refused;
    },
  };
}

describe("the program of an activation", () => {
  it("begins what was declared, once, and goes on with it when it is run again", async () => {
    const r = await rig([...begun, move]);
    expect(await r.up()).to.have.length(made.steps.length);
    expect(await r.up()).to.have.length(made.steps.length);
    const [one, ...more] = await r.activations();
    expect(more).to.deep.equal([]);
    expect(one).to.include({ epoch: 1, to: "dr", planHash: made.hash, declaration: 2 });
  });

  it("gives every step the same input whatever has run since: progress makes no step run again", async () => {
    const r = await rig([...begun, move]);
    const first = await r.up();
    for (const s of made.steps.slice(0, 5))
      for (const verdict of ["started", "done"] as const)
        await r.journal.append({
          kind: "step",
          epoch: 1,
          step: s.id,
          phase: s.phase,
          verdict,
          critical: true,
          says: "",
          log: ["restored 3 of 4 logs"],
        });
    expect(await r.up()).to.deep.equal(first);
  });

  it("keeps in its outputs an entry by which a journal is known that has forgotten the activation", async () => {
    const r = await rig([...begun, move]);
    await r.up(true);
    expect(r.outputs().head).to.equal((await r.journal.entries()).at(-1)?.hash);
    await r.up();
    expect(r.outputs()).to.deep.equal({ epoch: 1, head: (await r.activations())[0]?.hash });
  });

  it("writes nothing in a preview", async () => {
    const r = await rig([...begun, move]);
    expect(await r.up(true)).to.have.length(made.steps.length);
    expect(await r.activations()).to.deep.equal([]);
    expect(r.asked).to.deep.equal([]);
  });

  it("begins nothing anew when the step that it waited for has opened a database meanwhile", async () => {
    const r = await rig([...begun, move, started(1, 2), move], async (journal, time) => {
      if (time === 1) await journal.append({ kind: "no return", epoch: 1, step: "data0/open/db0-0" });
      return time === 1;
    });
    expect(await r.up()).to.match(/at this moment the journal changed.*a database was opened/);
    expect(await r.activations()).to.have.length(1);
  });

  it("begins nothing with a declaration that is withdrawn while it waits", async () => {
    const r = await rig([...begun, move], async (journal, time) => {
      if (time === 1) await journal.append({ kind: "withdrawn", as: "bob" });
      return time === 1;
    });
    expect(await r.up()).to.match(/at this moment the journal changed/);
    expect(await r.activations()).to.deep.equal([]);
  });

  it("waits once more after it has begun, and when it goes on: a step may have slipped in", async () => {
    const r = await rig([...begun, move], (_journal, time) => time === 2);
    await r.up();
    expect(r.asked.map((kinds) => kinds.includes("activation started"))).to.deep.equal([false, true, true]);
    await r.up();
    expect(r.asked).to.have.length(4);
  });

  it("writes down when a plan has changed since it began, once", async () => {
    const r = await rig([...begun, move, { ...started(1, 2), planHash: "another" } as Fact]);
    await r.up();
    await r.up();
    const changes = (await r.journal.entries()).filter((e) => e.kind === "plan changed");
    expect(changes.map((c) => "planHash" in c && c.planHash)).to.deep.equal([made.hash]);
  });

  it("stops no production that works again: a waived declaration begins nothing while something there answers", async () => {
    const waived: Fact = {
      ...move,
      mode: "unplanned",
      disasterAt: "2026-03-10T12:30:00Z",
      acceptLossSec: 7200,
      waiveFence: "no power",
    };
    const toys = toyWorld();
    const r = await rig([...begun, waived], undefined, toys);
    expect(await r.up()).to.match(
      /primary \(London\) answers: web0: web answers\. .*"no power".*nothing was changed/,
    );
    expect(await r.activations()).to.have.length(0);
    toys.running.clear();
    expect(await r.up()).not.to.be.a("string");
    expect(await r.activations()).to.have.length(1);
  });
});

describe("an activation that nobody has declared", () => {
  const ago = (minutes: number): number => Date.now() / 1000 - 60 * minutes;
  const reach = (minutes: number, evidence: string): ToyWorld["reach"][string] => ({
    fromSec: ago(48 * 60),
    toSec: ago(minutes),
    complete: false,
    evidence,
  });
  const says = async (sites: Partial<ToyWorld>): Promise<string> => {
    const r = await rig(begun, undefined, { ...toyWorld(), ...sites });
    const said = await r.up();
    if (typeof said !== "string") throw new Error("it was not refused");
    expect(await r.journal.entries()).to.have.length(begun.length);
    return said;
  };
  const dark = {
    running: new Set<string>(),
    get reach() {
      return { db: reach(150, "db_0040.trn") };
    },
  };

  it("changes nothing, and prints what to type", async () => {
    expect(await says(dark)).to.match(/no move is declared.*primary is active: nothing was changed/s);
  });

  it("says that the old site is alive, and gives the planned form first", async () => {
    const said = await says({ reach: dark.reach });
    expect(said).to.contain("ALIVE: primary (London) works: web0: web answers.");
    expect(said.indexOf("--mode planned")).to.be.within(
      said.indexOf("ALIVE"),
      said.indexOf("--mode unplanned"),
    );
  });

  it("asks whether it is dead or only the line where nothing answers, and gives the unplanned form first", async () => {
    const said = await says(dark);
    expect(said).to.match(/NO ANSWER from primary \(London\): it is dead, or only the line to it is/);
    expect(said.indexOf("--mode unplanned")).to.be.within(1, said.indexOf("--mode planned"));
  });

  it("fills in the target for the loss and leaves the time of the disaster to its reader", async () => {
    const said = await says(dark);
    expect(said).to.contain(
      "parallel-standby declare --to dr --mode unplanned --disaster-at TIME --accept-loss 4h --incident INCIDENT --as YOUR-NAME",
    );
    expect(said).to.match(/for TIME, with its offset, such as 2026-11-22T03:10\+00:00/);
    expect(said).to.match(/web0: 2:30:\d\d of data would be lost, counted to now \(target 4:00:00\)\./);
    expect(said).to.match(/"declare" stops restoring at dr at once.*"withdraw" lets it run again/);
  });

  it("says above the command that more than the target would be lost, why, and what it takes", async () => {
    const said = await says({
      ...dark,
      reach: { db: reach(10, "db_0300.trn"), claims: reach(765, "claims_1435.trn") },
    });
    expect(said).to.match(
      /web0: 12:45:\d\d of data would be lost, more than the target 4:00:00: claims reaches only .* \(its newest log is claims_1435\.trn\); counted to now\. Bring over its later logs, or decide to accept it: --accept-loss 12h4[56]m\.\n/,
    );
    expect(said.indexOf("more than the target")).to.be.lessThan(said.indexOf("--disaster-at TIME"));
    expect(said, "what is lost is not accepted by copying").to.contain("TIME --accept-loss 4h --incident");
  });

  it("says that there is no point, and why, where a chain is broken", async () => {
    const said = await says({ ...dark, reach: { db: { refused: "a log is missing after db_0040.trn" } } });
    expect(said).to.contain("web0: NO POINT as things stand: db: a log is missing after db_0040.trn.");
  });

  it("prints a command that is refused when it is typed as it stands", async () => {
    const line = (await says(dark)).split("\n").find((l) => l.includes("--mode unplanned")) ?? "";
    const [words = []] = callsOf("parallel-standby", line.trim());
    const option = (name: string): string => words[words.indexOf(`--${name}`) + 1] ?? "";
    const typed = {
      to: option("to"),
      mode: option("mode"),
      as: option("as"),
      disasterAt: option("disaster-at"),
      acceptLoss: option("accept-loss"),
      incident: option("incident"),
    };
    expect(() => declarationFrom(typed, new Date())).to.throw(
      /--as YOUR-NAME is to be filled in[^]*--disaster-at TIME is to be filled in[^]*--incident INCIDENT is/,
    );
    const filled = { ...typed, as: "ann", disasterAt: "2026-01-01T03:10+00:00", incident: "I1" };
    expect(declarationFrom(filled, new Date())).to.include({ to: "dr", acceptLossSec: 14_400 });
  });
});
