import { expect } from "chai";
import type { Fact } from "../../journal/entries.ts";
import { defineEstate } from "../../model/estate.ts";
import type { DrillOutputs } from "../../stacks/drill.ts";
import { drillBegun, drillDeclared, drillRig, drillStarted } from "./drill-toy.ts";
import { registered, type Registered } from "./recorder.ts";
import { inFolder } from "./runner-rig.ts";

const estate = defineEstate({ name: "toys", journal: { folder: "journal" }, systems: [] });

interface Ran {
  readonly resources: readonly Registered[];
  readonly outputs: DrillOutputs | undefined;
  readonly refused: string | undefined;
}

async function rig(facts: readonly Fact[]) {
  const made = await drillRig(facts);
  const run = (preview = false, held?: number): Promise<Ran> =>
    inFolder(made.folder, async () => {
      const { drill } = await import("../../stacks/drill.ts");
      let outputs: DrillOutputs | undefined;
      let refused: string | undefined;
      const resources = await registered(
        async () => {
          await drill(estate, made.world, held).then(
            (given) => (outputs = given),
            (error: unknown) => (refused = error instanceof Error ? error.message : String(error)),
          );
        },
        { preview, stack: "dr-drill" },
      );
      return { resources: resources.filter((r) => r.type !== "pulumi:pulumi:Stack"), outputs, refused };
    });
  const kinds = async (): Promise<readonly string[]> =>
    (await made.journal.entries()).map((e) => e.kind).filter((k) => k.startsWith("drill"));
  return { ...made, run, kinds };
}

describe("the program of the stack dr-drill", () => {
  for (const preview of [true, false])
    it(`prints the command that declares a drill and makes nothing without one, ${preview ? "in a preview" : "in an up"}`, async () => {
      const { run, kinds } = await rig(drillBegun);
      const { resources, refused } = await run(preview);
      expect(refused).to.equal(
        "no drill is declared: nothing was changed. Declare a drill, then run this again:\n  parallel-standby drill declare --as YOUR-NAME",
      );
      expect(resources).to.deep.equal([]);
      expect(await kinds()).to.deep.equal([]);
    });

  it("shows the drill in a preview and begins it in an up, once; a second up has the same inputs", async () => {
    const { run, kinds, plan } = await rig([...drillBegun, drillDeclared()]);
    const shown = await run(true);
    expect(shown.resources).to.have.length(plan.steps.length + 1);
    expect(await kinds()).to.deep.equal(["drill declared"]);
    const first = await run();
    expect(first.outputs).to.include({ drill: 1, scope: "data only" });
    const second = await run();
    expect(await kinds()).to.deep.equal(["drill declared", "drill started"]);
    const inputs = ({ resources }: Ran): readonly unknown[] => resources.map((r) => r.inputs);
    expect(inputs(second)).to.deep.equal(inputs(first));
  });

  it("gives every step of the next drill another input, so that all of them run again", async () => {
    const { run, journal } = await rig([...drillBegun, drillDeclared(), drillStarted()]);
    const first = await run();
    await journal.append({ kind: "drill swept", drill: 1, says: "", left: [] });
    await journal.append(drillDeclared(2));
    const second = await run();
    for (const [i, { inputs, name }] of second.resources.entries())
      if ("stdin" in inputs) expect(inputs["stdin"], name).not.to.equal(first.resources[i]?.inputs["stdin"]);
  });

  it("refuses to begin a drill whose number the stack has had already, and goes on with one that has begun", async () => {
    const { run, kinds, journal } = await rig([...drillBegun, drillDeclared(3)]);
    for (const held of [3, 4]) {
      const { resources, refused } = await run(false, held);
      expect(refused).to.equal(
        `drill 3 is declared, and this stack holds drill ${String(held)}: the journal has forgotten drills, and steps of them would pass for its own. Nothing was changed. Run "pulumi destroy -s dr-drill", which removes what drill ${String(held)} has made and empties the stack, then this again`,
      );
      expect(resources).to.deep.equal([]);
    }
    expect(await kinds()).to.deep.equal(["drill declared"]);
    expect((await run(true, 3)).refused, "in a preview").to.match(/^drill 3 is declared, and this stack/);
    expect((await run(false, 2)).refused).to.equal(undefined);
    expect((await run(false, 3)).refused, "a second up").to.equal(undefined);
    expect((await journal.entries()).filter((e) => e.kind === "drill started")).to.have.length(1);
  });

  it("goes on with the facts that the drill was begun with, not with newer ones", async () => {
    const { run, journal } = await rig([...drillBegun, drillDeclared(), drillStarted()]);
    const before = await run();
    const [, declared] = drillBegun;
    if (declared?.kind !== "declared") throw new Error("no facts");
    const { recovery } = declared;
    await journal.append({
      kind: "declared",
      factsHash: "newer",
      recovery: { ...recovery, parts: recovery.parts.slice(0, 0) },
    });
    expect((await run()).resources).to.have.length(before.resources.length);
  });

  it("refuses while a move is declared, and makes nothing", async () => {
    const { run } = await rig([
      ...drillBegun,
      drillDeclared(),
      { kind: "move declared", to: "dr", mode: "planned", as: "ann", acceptLossSec: 0 },
    ]);
    const { resources, refused } = await run();
    expect(refused).to.match(/a planned move to dr is declared by ann, and no drill runs beside it/);
    expect(resources).to.deep.equal([]);
  });
});

describe("a move that begins while a drill is open", () => {
  const move: Fact = { kind: "move declared", to: "dr", mode: "planned", as: "ann", acceptLossSec: 0 };
  const activated = async (made: Awaited<ReturnType<typeof drillRig>>): Promise<readonly string[]> => {
    await inFolder(made.folder, async () => {
      const { activate } = await import("../../stacks/activate.ts");
      await registered(async () => {
        await activate(estate, "dr", made.world);
      });
    });
    return (await made.journal.entries()).map((e) => e.kind).filter((k) => /^drill [es]|^activation/.test(k));
  };

  it("ends it first: its copies are gone before the activation starts", async () => {
    const made = await drillRig([...drillBegun, drillDeclared(), drillStarted()]);
    await made.all();
    await made.journal.append(move);
    expect(await activated(made)).to.deep.equal([
      "drill started",
      "drill ending",
      "drill swept",
      "activation started",
    ]);
    expect(made.toys.copies.size).to.equal(0);
  });

  it("begins all the same where its copies can't be removed, and they stay open in the journal", async () => {
    const made = await drillRig([...drillBegun, drillDeclared(), drillStarted()]);
    await made.all();
    await made.journal.append(move);
    made.toys.fails.set("sweep", "SQLDR01 refuses connections");
    expect((await activated(made)).at(-1)).to.equal("activation started");
    expect(made.toys.copies.size).to.equal(2);
    const left = (await made.journal.entries()).findLast((e) => e.kind === "drill swept");
    expect(left).to.deep.include({ left: ["data0/drill-sweep: SQLDR01 refuses connections"] });
  });
});
