import { expect } from "chai";
import type { Parts } from "../../model/part.ts";
import type { Recovery } from "../../model/recovery.ts";
import { upgraded } from "../../model/upgrade.ts";
import { system, toyParts, toyRecovery } from "./toy.ts";

const recovery = toyRecovery();
const why = (recorded: unknown, parts: Parts = toyParts): string => {
  try {
    upgraded(recorded, parts);
    return "";
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
};
const withWeb = (change: (web: Recovery["parts"][number]) => object): unknown => ({
  ...recovery,
  parts: recovery.parts.map((p) => (p.id === "web0" ? { ...p, ...change(p) } : p)),
});

describe("facts from a journal", () => {
  it("are taken as they are where this version wrote them", () => {
    expect(upgraded(recovery, toyParts)).to.deep.equal(recovery);
  });

  it("of an older version are upgraded in memory", () => {
    const parts: Parts = {
      ...toyParts,
      toy: { ...system, version: 2, upgrade: (facts) => ({ ...(facts as object), data: [] }) },
    };
    const web = upgraded(recovery, parts).parts.find((p) => p.id === "web0");
    expect(web).to.include({ version: 2 });
    expect(web?.facts).to.deep.include({ data: [] });
  });

  it("of a newer version are refused with a sentence: the whole, a part, or a kind that is not known yet", () => {
    expect(why({ format: 2, estate: { name: "t" }, sites: {} })).to.equal(
      "the facts in the journal were written by a newer version (format 2; this one knows 1). Update parallel-standby on this runner",
    );
    expect(why(withWeb(() => ({ version: 7 })))).to.equal(
      "web0: its facts were written by a newer version (toy, version 7; this one knows 1). Update parallel-standby on this runner",
    );
    expect(why(withWeb(() => ({ kind: "mirroring" })))).to.contain("this one knows no such kind");
  });

  it("that do not fit are refused with the place, and never with a dump", () => {
    const broken = [
      why(undefined),
      why({ ...recovery, hosts: [{ id: 7 }] }),
      why(withWeb((p) => ({ facts: { ...(p.facts as object), services: "web" } }))),
    ];
    expect(broken[1]).to.match(
      /^the facts in the journal do not have the shape .* knows: hosts\.0\.id: .*\. Use/,
    );
    expect(broken[2]).to.match(
      /^web0: its facts \(toy, version 1\) do not have the shape .*: services: .*\. Use/,
    );
    for (const says of broken) {
      expect(says).to.match(/Use the version of parallel-standby that wrote them, or a newer one$/);
      expect(says).not.to.match(/[[{\n]/);
    }
  });
});
