import { expect } from "chai";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as index from "../../index.ts";
import { parts } from "../../components/registry/parts.ts";
import { provisions } from "../../components/registry/provisions.ts";
import { runs } from "../../components/registry/runs.ts";
import { type openJournal } from "../../steps/open-journal.ts";
import { describe as describeEstate } from "../../model/describe.ts";
import { otherSite, siteIds } from "../../model/site.ts";
import type { Mode } from "../../model/part.ts";
import { plan } from "../../planning/plan.ts";
import { planDrill, planSweep } from "../../planning/drill.ts";
import { drillMachinery } from "../../steps/drill/machinery.ts";
import { machinery } from "../../steps/machinery.ts";
import { exampleEstate } from "./example-estate.ts";
import { writeRunbooks } from "../../runbook/verbs.ts";
import { registered } from "./recorder.ts";

const file = join(import.meta.dirname, "../recorded/public-names.json");

/** Names that live in other people's state, journals and programs. With RECORD=1 they are written anew. */
const recorded = JSON.parse(readFileSync(file, "utf8")) as Record<string, unknown>;
function pinned(what: string, names: unknown): void {
  if (process.env["RECORD"] === "1") {
    recorded[what] = names;
    writeFileSync(file, `${JSON.stringify(recorded, undefined, 2)}\n`);
  }
  expect(
    names,
    `${what} is public; a change breaks journals, state or programs of owners. If it is meant, record it (RECORD=1) and say so in CHANGELOG.md`,
  ).to.deep.equal(recorded[what]);
}

const recovery = describeEstate(exampleEstate(), parts);
const allRunnables = async () => [
  ...machinery({ journal: openJournalNowhere(), parts, runs }),
  ...drillMachinery({ journal: openJournalNowhere(), parts, runs }),
  ...(await Promise.all(Object.values(runs).map(async (load) => (await load()).runnables))).flat(),
];
const openJournalNowhere = (): ReturnType<typeof openJournal> => ({
  store: {} as never,
  entries: () => Promise.resolve([]),
  append: () => Promise.resolve(),
});

describe("public names", () => {
  it("are the exports, the kinds of parts and the verbs that were recorded", async () => {
    pinned("exports", Object.keys(index).sort());
    pinned("kinds", Object.keys(parts).sort());
    pinned("verbs", (await allRunnables()).map((r) => r.name).sort());
  });

  for (const mode of ["planned", "unplanned"] satisfies Mode[])
    for (const to of siteIds)
      it(`are the ids of a ${mode} move to ${to}, step by step`, () => {
        pinned(
          `steps ${mode} to ${to}`,
          plan(recovery, { from: otherSite(to), to, mode }, parts).steps.map((s) => s.id),
        );
      });

  it("are the ids of a drill, step by step, and of what sweeps it", () => {
    const direction = { from: "primary", to: "dr" } as const;
    pinned("steps drill", [
      ...planDrill(recovery, direction, parts).steps.map((s) => s.id),
      ...planSweep(recovery, direction, parts).flatMap((p) => p.drafts.map((d) => d.id)),
    ]);
  });

  for (const site of siteIds)
    it(`are the resources of the ${site} site while primary is active`, async () => {
      const { Site } = await import("../../components/site.ts");
      const modules = Object.fromEntries(
        await Promise.all(
          Object.entries(provisions).map(async ([kind, load]) => [kind, await load()] as const),
        ),
      );
      const all = await registered(() => {
        new Site("contoso", {
          at: { journal: { folder: "journal" }, recovery, site, active: "primary", epoch: 0 },
          machines: () => [],
          provisions: modules,
          uses: new Map(recovery.parts.map((p) => [p.id, parts[p.kind]?.uses(p.facts) ?? []])),
          stacks: ["dr-active"],
          afterFacts: [writeRunbooks.step("runbooks", { to: site, facts: "f" })],
        });
      });
      pinned(
        `resources ${site}`,
        all
          .filter((r) => r.type !== "pulumi:pulumi:Stack")
          .map((r) => `${r.parent} > ${r.type} ${r.name}`)
          .sort(),
      );
    });

  it("give each verb of any plan exactly one code, and arguments that survive JSON", async () => {
    const code = await allRunnables();
    for (const mode of ["planned", "unplanned"] as const)
      for (const step of plan(recovery, { from: "primary", to: "dr", mode }, parts).steps) {
        const own = code.filter((r) => r.name === step.verb);
        expect(own, step.verb).to.have.length(1);
        expect(() => own[0]?.bind(JSON.parse(JSON.stringify(step.args))), step.id).not.to.throw();
      }
  });

  it("never come with a secret, a path of a machine or a time in a step's input", () => {
    for (const step of plan(recovery, { from: "primary", to: "dr", mode: "unplanned" }, parts).steps)
      expect(JSON.stringify(step), step.id).not.to.match(/\d{4}-\d\d-\d\dT|\/home\/|\/tmp\//);
  });
});
