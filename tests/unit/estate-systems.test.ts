import { expect } from "chai";
import {
  alias,
  defineEstate,
  k2,
  logShipping,
  secret,
  site,
  type Declared,
  type Estate,
} from "../../index.ts";
import { parts } from "../../components/registry/parts.ts";
import { describe as describeEstate } from "../../model/describe.ts";
import type { OptionalStep } from "../../model/optional.ts";
import { sentences } from "./estate-mistakes.ts";

const ssh = { user: "u", password: secret.env("P"), hostKey: "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIExample" };
const primary = site("primary", { place: "London", ssh });
const dr = site("dr", { place: "Leeds", ssh });
const app = {
  primary: primary.server("A", { address: "10.0.0.1" }),
  dr: dr.server("B", { address: "10.0.1.1" }),
};
const sql = { user: "u", password: secret.env("S") };
const from = primary.server("SA", { address: "10.0.0.2", sql });
const to = dr.server("SB", { address: "10.0.1.2", sql });

const dataOf = (id: string) =>
  logShipping(`${id}-data`, {
    databases: [id],
    from,
    to,
    backupFolder: "D:\\L",
    backupShare: "\\\\SA\\L",
    copyTo: "D:\\L",
  });
const shared = dataOf("common");
const system = (
  id: string,
  more: { after?: readonly Declared[]; optional?: readonly OptionalStep[]; data?: typeof shared } = {},
): Declared =>
  k2(id, {
    version: 5,
    standby: "cold",
    servers: { primary: [app.primary], dr: [app.dr] },
    services: [`${id} service`],
    otherServices: ["x"],
    data: [more.data ?? dataOf(id)],
    targets: { rtoMin: 60, rpoMin: 240 },
    ...(more.after ? { after: more.after } : {}),
    ...(more.optional ? { optional: more.optional } : {}),
  });
const estate = (...systems: Declared[]): Estate =>
  defineEstate({ name: "two", journal: { folder: "j" }, systems });

describe("what an estate says of its systems", () => {
  it("is in the facts, by id: what each comes after, what may fail, its own targets", () => {
    const sharepoint = system("sharepoint");
    const recovery = describeEstate(
      estate(system("k2", { after: [sharepoint], optional: ["health"] }), sharepoint),
      parts,
    );
    expect(recovery.systems).to.deep.equal([
      { id: "k2", after: ["sharepoint"], optional: ["health"], targets: { rtoMin: 60, rpoMin: 240 } },
      { id: "sharepoint", after: [], optional: [], targets: { rtoMin: 60, rpoMin: 240 } },
    ]);
  });

  const sharepoint = system("sharepoint");
  const ringed = (): Declared[] => {
    const b: { -readonly [K in keyof Declared]: Declared[K] } = { ...system("b") };
    const a = system("a", { after: [b] });
    b.after = [a];
    return [a, b];
  };
  for (const [what, made, says] of [
    [
      "a system that is not in the estate",
      estate(system("k2", { after: [sharepoint] })),
      /^k2 k2\.after: sharepoint is no system of this estate\. Write what was declared with k2\(…\) and stands in systems \(there is no other\)\.$/,
    ],
    [
      "an alias in the place of a system",
      estate(
        system("k2", {
          after: [
            alias("x.y", {
              primary: app.primary,
              dr: app.dr,
              dns: { server: "10.0.1.9", keyName: "k", tsigKey: secret.env("T") },
            }),
          ],
        }),
        sharepoint,
      ),
      /^k2 k2\.after: x\.y is no system of this estate\. .*\(sharepoint\)/,
    ],
    [
      "a text in the place of a system",
      estate(system("k2", { after: ["sharepoint" as unknown as Declared] }), sharepoint),
      /^k2 k2\.after: "sharepoint" is no system of this estate\. /,
    ],
    [
      "systems that stand on the same data",
      (() => {
        const first = system("first", { data: shared });
        return estate(first, system("second", { data: shared, after: [first] }));
      })(),
      /^k2 second\.after: second and first stand on the same parts \(common-data\) and so move as one, phase by phase\. Write first without what they share, or nothing\.$/,
    ],
    [
      "systems that wait for one another",
      estate(...ringed()),
      /^estate\.systems: a waits for b waits for a: none of them would ever start\. Write after on fewer of them\.$/,
    ],
    [
      "a word that is none of what may fail",
      estate(system("k2", { optional: ["smoke-tset" as OptionalStep] })),
      /^k2 k2\.optional: "smoke-tset" is not known\. Did you mean smoke-test\? Write health or smoke-test\.$/,
    ],
    [
      "a step that a safety edge leads on from",
      estate(system("k2", { optional: ["verify-services" as OptionalStep] })),
      /^k2 k2\.optional: "verify-services" is not known\. Write health or smoke-test\.$/,
    ],
  ] as const)
    it(`refuses ${what}, with what to write`, () => {
      const [first, ...more] = sentences(made);
      expect(more).to.deep.equal([]);
      expect(first).to.match(says);
    });
});
