import { expect } from "chai";
import { parts } from "../../components/registry/parts.ts";
import { provisions } from "../../components/registry/provisions.ts";
import { describe as describeEstate } from "../../model/describe.ts";
import { siteIds, type SiteId } from "../../model/site.ts";
import { mayProvision } from "../../steps/may-act.ts";
import { ProvisioningEnvelope } from "../../steps/envelope.ts";
import { exampleEstate } from "./example-estate.ts";
import { after } from "./journal-facts.ts";
import { registered, type Registered, type RecorderOptions } from "./recorder.ts";

const recovery = describeEstate(exampleEstate(), parts);

async function site(
  at: SiteId,
  active: SiteId,
  options: RecorderOptions = {},
): Promise<readonly Registered[]> {
  const { Site } = await import("../../components/site.ts");
  const modules = Object.fromEntries(
    await Promise.all(Object.entries(provisions).map(async ([kind, load]) => [kind, await load()] as const)),
  );
  return registered(() => {
    new Site("contoso", {
      at: { journal: { folder: "journal" }, recovery, site: at, active, epoch: 0 },
      machines: () => [],
      provisions: modules,
      uses: new Map(recovery.parts.map((p) => [p.id, parts[p.kind]?.uses(p.facts) ?? []])),
      stacks: ["dr-active"],
      afterFacts: [],
    });
  }, options);
}

const envelopeOf = (all: readonly Registered[], name: string): ProvisioningEnvelope =>
  ProvisioningEnvelope.parse(JSON.parse(String(all.find((r) => r.name === name)?.inputs["stdin"])));
const steps = (all: readonly Registered[]): readonly string[] =>
  all.filter((r) => r.type === "command:local:Command").map((r) => r.name);

describe("Site", () => {
  for (const active of siteIds)
    it(`writes the facts only where the standby was provisioned that they speak of, while ${active} is active`, async () => {
      for (const at of siteIds) {
        const made = steps(await site(at, active));
        expect(made.includes("contoso-declare"), at).to.equal(at !== active);
        expect(made, at).to.include("contoso-stacks");
      }
    });

  for (const preview of [false, true])
    it(`writes them after every other step, and with the same input each time, ${preview ? "in a preview" : "in an up"}`, async () => {
      const all = await site("dr", "primary", { preview });
      const others = steps(all).filter((n) => !["contoso-declare", "contoso-stacks"].includes(n));
      expect(others).to.have.length.greaterThan(10);
      expect(all.find((r) => r.name === "contoso-declare")?.dependsOn).to.include.members(others);
      const { after: waits } = envelopeOf(all, "contoso-declare").provision;
      expect(waits?.ran).to.equal(waits?.wanted);
      const again = envelopeOf(await site("dr", "primary", { preview }), "contoso-declare");
      expect(again.provision.after).to.deep.equal(waits);
    });

  it("writes nothing where any step before it was left out: its output is that of an earlier run", async () => {
    const whole = await site("dr", "primary");
    const others = steps(whole).filter((n) => !["contoso-declare", "contoso-stacks"].includes(n));
    for (const name of [others[0] ?? "", others.at(-1) ?? ""]) {
      const all = await site("dr", "primary", { left: new Map([[name, { stdin: "of an earlier run" }]]) });
      const { provision } = envelopeOf(all, "contoso-declare");
      const may = mayProvision(after(), provision, "either");
      expect(may.kind, name).to.equal("refuse");
      expect("says" in may && may.says).to.match(
        /declare: a step before it was left out \(--target, --exclude\)/,
      );
    }
    const { provision } = envelopeOf(whole, "contoso-declare");
    expect(mayProvision(after(), provision, "either").kind).to.equal("act");
  });
});
