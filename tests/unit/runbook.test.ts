import { expect } from "chai";
import * as fs from "node:fs/promises";
import * as path from "node:path";
import fc from "fast-check";
import { hands } from "../../components/registry/hands.ts";
import { parts } from "../../components/registry/parts.ts";
import { describe as described } from "../../model/describe.ts";
import type { Mode } from "../../model/part.ts";
import type { Recovery } from "../../model/recovery.ts";
import { otherSite, siteIds, type SiteId } from "../../model/site.ts";
import { plan } from "../../planning/plan.ts";
import { gate } from "../../planning/verbs.ts";
import { byPeople, cardOf } from "../../runbook/card.ts";
import type { BackStep } from "../../runbook/give-back.ts";
import { runbookMarkdown } from "../../runbook/markdown.ts";
import { runbookPage } from "../../runbook/page.ts";
import { papersFor } from "../../runbook/papers.ts";
import { runbookOf, type Runbook } from "../../runbook/runbook.ts";
import { exampleEstate } from "./example-estate.ts";
import { expectTsql, itParses } from "./tsqlcheck.ts";

const recovery = described(exampleEstate(), parts);
const moves: readonly [SiteId, Mode][] = siteIds.flatMap((to): [SiteId, Mode][] => [
  [to, "planned"],
  [to, "unplanned"],
]);
const book = (to: SiteId, mode: Mode, facts: Recovery = recovery): Runbook =>
  runbookOf(facts, { from: otherSite(to), to, mode }, parts, hands);

const undoOf = ({ giveBack }: Runbook): readonly BackStep[] => ("steps" in giveBack ? giveBack.steps : []);

/** The same estate with its K2 servers as Azure VMs. */
const inAzure: Recovery = {
  ...recovery,
  hosts: recovery.hosts.map((h) =>
    h.sql ? h : { ...h, azure: { subscriptionId: "sub", resourceGroup: "rg", vm: `vm-${h.id}` } },
  ),
};

describe("the runbook", () => {
  for (const [to, mode] of moves)
    for (const [what, facts] of [
      ["adopted servers", recovery],
      ["VMs", inAzure],
    ] as const)
      it(`has every step of the plan once, in its order, with what to type and what is seen: ${mode} to ${to}, ${what}`, () => {
        const { steps } = book(to, mode, facts);
        const made = plan(facts, { from: otherSite(to), to, mode }, parts).steps.filter(
          (s) => s.verb !== gate.name,
        );
        expect(steps.map((s) => s.id)).to.have.members(made.map((s) => s.id));
        expect(steps.map((s) => s.number)).to.deep.equal(steps.map((_, i) => i + 1));
        for (const step of steps) {
          for (const before of step.after) expect(before, step.id).to.be.lessThan(step.number);
          expect(step.what.length, step.id).to.be.greaterThan(10);
          expect(step.see.length, step.id).to.be.greaterThan(2);
          for (const command of step.commands) expect(command.type, step.id).not.to.equal("");
        }
      });

  it("says where a secret is and holds none, not even the name of its value", () => {
    const secret = "hunter2-of-the-runner";
    const names = ["SQL_PRIMARY", "SQL_DR", "TSIG_KEY", "K2_MASTER_KEY", "CAPTURE_KEY"];
    const before = names.map((name) => process.env[name]);
    for (const name of names) process.env[name] = secret;
    const all = siteIds.flatMap((to) => papersFor(recovery, to, parts, hands)).flatMap((p) => [p.html, p.md]);
    names.forEach((name, i) => {
      if (before[i] === undefined) Reflect.deleteProperty(process.env, name);
      else process.env[name] = before[i];
    });
    expect(all.join()).to.contain("environment variable").and.not.to.contain(secret);
  });

  it("names the line of no return before the first database that opens, in both formats", () => {
    const made = book("dr", "unplanned");
    const first = made.steps.find((s) => s.phase === "open");
    expect(made.noReturn).to.equal(first?.number);
    for (const text of [runbookMarkdown(made), runbookPage(made)])
      expect(text.indexOf("from here on only onward")).to.be.within(
        text.indexOf("prove-fence"),
        text.indexOf(first?.id ?? "none"),
      );
  });

  it("is another one when the estate is another one, and the same when it is the same", () => {
    const mark = (facts: Recovery): string => papersFor(facts, "dr", parts, hands)[0]?.mark ?? "";
    expect(mark(recovery)).to.equal(mark(structuredClone(recovery)));
    expect(mark({ ...recovery, targets: { rtoMin: 1, rpoMin: 1 } })).not.to.equal(mark(recovery));
  });

  it("is a page without script, that shows whatever the estate holds as text", () => {
    const nasty = '<script>alert("x")</script>';
    const page = runbookPage({
      ...book("dr", "planned"),
      estate: nasty,
      steps: book("dr", "planned").steps.map((s) => ({ ...s, what: nasty, see: nasty })),
    });
    expect(page).not.to.contain("<script");
    expect(page).to.contain("default-src 'none'");
  });

  it("keeps a name in Markdown as it is, whatever signs it holds, in its title too", () => {
    const text = runbookMarkdown({ ...book("dr", "planned"), estate: "a_b_ [x](y) *z*" });
    expect(text.split("\n")[0]).to.contain(String.raw`a\_b\_ \[x\](y) \*z\*`);
  });

  it("keeps a statement whole in Markdown, whatever backticks it holds", () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom("`", "a", "\n", "~") }), (type) => {
        const made = book("dr", "planned");
        const one = {
          ...made,
          steps: made.steps
            .slice(0, 1)
            .map((s) => ({ ...s, commands: [{ on: "X", with: "T-SQL" as const, type }] })),
        };
        const text = runbookMarkdown(one);
        const [, marks = "", body] = /\n(`{3,})sql\n([^]*?)\n\1\n/.exec(text) ?? [];
        expect(body).to.equal(type);
        expect(type).not.to.contain(marks);
      }),
    );
  });

  itParses("types T-SQL that SQL Server reads, once its blanks are filled in", async () => {
    const texts = new Set(
      moves.flatMap(([to, mode]) =>
        book(to, mode)
          .steps.flatMap((s) => [...s.commands, ...(s.otherwise?.commands ?? [])])
          .concat(undoOf(book(to, mode)).flatMap((s) => s.commands))
          .filter((c) => c.with === "T-SQL")
          .map((c) => c.type),
      ),
    );
    expect(texts.size).to.be.greaterThan(20);
    for (const text of texts) await expectTsql(text, ["2012", "2019"]);
  });
});

describe("the card for the colleague on call", () => {
  it("leaves blanks for what the estate does not say, and names the key that fills each", () => {
    const blocks = cardOf(recovery, "dr", byPeople(book("dr", "unplanned")), 60);
    const all = blocks.flatMap((b) => [b.title, ...b.lines, ...(b.type ?? [])]).join("\n");
    expect(all).to.contain("pulumi up -s dr-active").and.to.contain("contacts: in estate.ts");
    expect(all).to.contain("runner: in estate.ts").and.to.contain("manualStep in estate.ts");
  });

  it("names whom to call, where to log on and what people do, as the estate says it", () => {
    const blocks = cardOf(
      {
        ...recovery,
        runner: "DRRUN01 by RDP",
        contacts: [{ for: "network", name: "Ann", telephone: "+44 1" }],
      },
      "dr",
      [{ step: "lb/confirm", says: "Point the load balancer at Leeds", who: "Bob, +44 2" }],
      undefined,
    );
    const all = blocks.flatMap((b) => b.lines).join("\n");
    expect(all).to.contain("DRRUN01 by RDP");
    expect(all).to.contain("network: Ann, +44 1");
    expect(all).to.contain("Point the load balancer at Leeds: Bob, +44 2");
  });
});

it("every component folder with verbs of a cutover has its texts for people", async () => {
  const folders = await fs.readdir(path.resolve(import.meta.dirname, "../../components"), {
    recursive: true,
  });
  const withVerbs = folders.filter((f) => f.endsWith("verbs.ts")).map((f) => path.dirname(f));
  expect(withVerbs.filter((f) => !folders.includes(path.join(f, "by-hand.ts")))).to.deep.equal([]);
});
