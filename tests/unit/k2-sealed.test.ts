import { expect } from "chai";
import { seal, SealError, unseal } from "../../components/k2/sealed.ts";

const failure = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => undefined,
    (error: unknown) => error,
  );

describe("the sealed file of captured rows", () => {
  it("opens with its passphrase and holds what was sealed, in no readable form", async () => {
    const file = await seal("licence of K2DR01 – größer", "passphrase", "k2 dr");
    expect(file).to.not.contain("licence");
    expect(await unseal(file, "passphrase", "k2 dr")).to.equal("licence of K2DR01 – größer");
  });

  it("is another one each time: nonce and salt are never used again", async () => {
    const [one, two] = [await seal("x", "p", "a"), await seal("x", "p", "a")].map(
      (f) => JSON.parse(f) as { iv: string; data: string; kdf: { salt: string } },
    );
    expect(one?.iv).to.not.equal(two?.iv);
    expect(one?.kdf.salt).to.not.equal(two?.kdf.salt);
  });

  it("does not open with another passphrase, for another site, or after a change", async () => {
    const file = await seal("x", "p", "k2 dr");
    const parsed = JSON.parse(file) as { data: string; tag: string };
    const changed = JSON.stringify({ ...parsed, data: Buffer.from("y").toString("base64") });
    const shortTag = JSON.stringify({
      ...parsed,
      tag: Buffer.from(parsed.tag, "base64").subarray(0, 4).toString("base64"),
    });
    const openings: readonly (readonly [string, string, string])[] = [
      [file, "q", "k2 dr"],
      [file, "p", "k2 primary"],
      [changed, "p", "k2 dr"],
      [shortTag, "p", "k2 dr"],
      ["{}", "p", "k2 dr"],
      ["", "p", "k2 dr"],
    ];
    for (const [text, passphrase, about] of openings)
      expect(await failure(unseal(text, passphrase, about))).to.be.instanceOf(SealError);
  });

  it("refuses a cost that would fill the runner's memory", async () => {
    const file = JSON.parse(await seal("x", "p", "a")) as { kdf: { n: number } };
    file.kdf.n = 2 ** 30;
    expect(await failure(unseal(JSON.stringify(file), "p", "a"))).to.be.instanceOf(SealError);
  });
});
