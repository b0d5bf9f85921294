import { expect } from "chai";
import { manualStep } from "../../components/manual/index.ts";
import { manual } from "../../components/manual/part.ts";
import { situation } from "../../journal/situation.ts";
import { otherSite } from "../../model/site.ts";
import { plan } from "../../planning/plan.ts";
import { turnOf } from "../../planning/turn.ts";
import { planText } from "../../stacks/plan-text.ts";
import { after } from "./journal-facts.ts";
import { rig } from "./runner-rig.ts";
import { toyParts, toyRecovery } from "./toy.ts";

describe("a plan as a preview shows it", () => {
  const recovery = toyRecovery(2, 2);
  const made = plan(recovery, { from: "primary", to: "dr", mode: "planned" }, toyParts);

  it("names what people will be asked to do, for the site that becomes active, and whom to call", () => {
    const text = { primary: "point the pool at P", dr: "point the pool at D" };
    const lb = manualStep("lb", { text, owner: "Network team", telephone: "+44 1" });
    const facts = manual.facts.parse(lb.facts);
    const byHand = {
      ...recovery,
      parts: [
        { id: "lb", kind: "manual", version: 1, facts },
        ...recovery.parts.map((p) =>
          p.id === "web0" ? { ...p, facts: { ...(p.facts as object), uses: ["lb"] } } : p,
        ),
      ],
    };
    const shown = (to: "primary" | "dr"): string => {
      const of = plan(byHand, { from: otherSite(to), to, mode: "planned" }, { ...toyParts, manual });
      return planText(of, recovery, 1, after());
    };
    expect(shown("dr")).to.match(/\n {2}by hand: lb\/confirm: point the pool at D · Network team · \+44 1$/);
    expect(shown("primary")).to.match(
      /\n {2}by hand: lb\/confirm: point the pool at P · Network team · \+44 1$/,
    );
  });

  it("numbers each phase with the numbers that its steps have in their progress", async () => {
    const s = situation(await (await rig("planned")).journal.entries());
    const text = planText(made, recovery, 2, s);
    expect(text.split("\n")[0]).to.equal(
      `planned move from primary (London) to dr (Leeds), activation 2, ${String(made.steps.length)} steps`,
    );
    const phases = text.split("\n").flatMap((line) => {
      const m = /^ {2}(\d+)(?:-(\d+))? [\w-]+: (.*)$/.exec(line);
      return m ? [{ from: Number(m[1]), to: Number(m[2] ?? m[1]), ids: (m[3] ?? "").split(", ") }] : [];
    });
    for (const { from, to, ids } of phases) {
      expect(ids).to.have.length(to - from + 1);
      expect(ids.map((id) => turnOf(made.steps, id, new Set())?.number)).to.deep.equal(
        ids.map((_, i) => from + i),
      );
    }
    expect(phases.at(-1)?.to).to.equal(made.steps.length);
  });

  it("says of an unfinished activation how much has ended, and each step's verdict; of the one before nothing", async () => {
    const r = await rig("planned");
    for (const step of ["web0/stop/web", "web0/stop/db"]) await r.run(step);
    const s = situation(await r.journal.entries());
    const text = planText(r.made, toyRecovery(1, 2), 1, s);
    expect(text).to.match(/steps, 2 of them ended\n/);
    expect(text).to.match(/1-2 fence-apps: web0\/stop\/web \(done\), web0\/stop\/db \(already\)\n/);
    expect(planText(r.made, toyRecovery(1, 2), 2, s)).not.to.match(/ended|\(done\)/);
  });

  it("shows the line of no return between what can be abandoned and the first database that is opened, and that it is passed", async () => {
    const r = await rig("planned");
    const text = async (): Promise<readonly string[]> =>
      planText(r.made, toyRecovery(1, 2), 1, situation(await r.journal.entries())).split("\n");
    const before = await text();
    const at = before.findIndex((l) => l.includes("---- no return"));
    expect(before[at]).to.match(/until here it can be abandoned/);
    expect(before[at + 1]).to.match(/^ {2}\d+-\d+ open: /);
    for (const s of r.made.steps.slice(
      0,
      r.made.steps.findIndex((x) => x.id === "data0/open/db0-1"),
    ))
      await r.run(s.id);
    expect((await text())[at]).to.match(/no return: PASSED/);
  });
});
