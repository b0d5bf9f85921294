import { expect } from "chai";
import type { AliasFacts } from "../../components/alias/facts.ts";
import { observe, runnables } from "../../components/alias/run.ts";
import type { Bound, Io } from "../../steps/act.ts";
import { checkActCheck } from "../../steps/check-act-check.ts";
import { poll } from "../../steps/poll.ts";
import { lookUp, update } from "../../steps/transports/dns.ts";
import { addressOf, aliasFacts, values } from "./alias-facts.ts";
import { failureOf } from "./failure.ts";
import { inStep, type StepArgs } from "./in-step.ts";
import { named, newKey, notify, startNamed, zone, type Named } from "./named.ts";
import { freePort, loopback } from "./ports.ts";
import { stopServers } from "./running.ts";

const signal = new AbortController().signal;
const nothing = async (): Promise<void> => undefined;

describe(`an alias on a BIND with a secondary${named.note}`, function () {
  const key = newKey("dr-key");
  let primary: Named;
  let secondary: Named;
  /** It has never seen its primary. */
  let orphan: Named;

  before(async function () {
    if (named.path === undefined) this.skip();
    const labels = ["lags", "late", "mute", "empty"];
    primary = await startNamed({
      keys: [key],
      policy: labels.map((label) => `grant dr-key name ${label}.${zone} A;`),
      records: labels.map((label) => `${label} 60 A ${values.primary.value}`),
    });
    const nobody = { address: loopback, port: await freePort() };
    [secondary, orphan] = await Promise.all([
      startNamed({ keys: [key], copiesFrom: primary }),
      startNamed({ keys: [key], copiesFrom: nobody }),
    ]);
    await secondary.logged(/Transfer status: success/);
  });
  after(stopServers);

  const world = (facts: AliasFacts): StepArgs => ({
    parts: [{ id: facts.name, kind: "alias", version: 1, facts }],
    files: { tsig: key.secret },
  });
  const flipOf = ({ name: alias }: AliasFacts): Bound => {
    const flip = runnables.find(({ name }) => name === "alias/flip");
    if (!flip) throw new Error("no code to flip");
    return flip.bind({ alias, from: "primary", to: "dr" });
  };
  const flip = (facts: AliasFacts) => (io: Io) => checkActCheck(flipOf(facts), io, nothing);
  const valueAt = async (server: Named, name: string): Promise<string | undefined> =>
    (await lookUp(server, name, signal))?.values[0];
  const until = async (look: () => Promise<boolean>): Promise<void> => {
    const isSo = await poll(look, (seen) => seen, { signal, limitSec: 5, everyMs: 20 });
    expect(isSo, "it became so").to.be.true;
  };
  const place = (server: { readonly address: string; readonly port: number }): string =>
    `${server.address}:${String(server.port)}`;

  it("is moved only when the secondary gives the new value, too", async () => {
    const facts = aliasFacts("lags", primary, key, { also: [{ ...addressOf(secondary), site: "dr" }] });
    await inStep(world(facts), async (io) => {
      let ended = false;
      const flipped = flip(facts)(io).finally(() => (ended = true));
      await until(async () => (await valueAt(primary, facts.name)) === values.dr.value);
      const seen = await flipOf(facts).check(io);
      expect(seen.there).to.be.false;
      expect(seen.says).to.equal(`${facts.name} is ${values.primary.value} on ${place(secondary)}`);
      expect(ended, "the step still waits").to.be.false;
      await notify(secondary);
      expect((await flipped).verdict).to.equal("done");
      expect(await valueAt(secondary, facts.name)).to.equal(values.dr.value);
    });
  });

  it("is not moved in time where the secondary stays behind, and the server is named", async () => {
    const facts = aliasFacts("late", primary, key, { also: [addressOf(secondary)] });
    const error = await failureOf(inStep({ ...world(facts), limitSec: 1.5 }, flip(facts)), Error);
    expect(error.message).to.include("its time is over").and.include(place(secondary));
    expect(await valueAt(primary, facts.name), "what was changed stays").to.equal(values.dr.value);
  });

  it("is moved without a silent secondary of no site, but not without one of the new site", async () => {
    const silent = { address: loopback, port: await freePort() };
    const bound = aliasFacts("mute", primary, key, { also: [{ ...silent, site: "dr" }] });
    const error = await failureOf(inStep({ ...world(bound), limitSec: 1.5 }, flip(bound)), Error);
    expect(error.message).to.include(`${place(silent)} does not answer`);
    const free = aliasFacts("mute", primary, key, { also: [silent] });
    expect(await inStep(world(free), flip(free))).to.include({ verdict: "already" });
  });

  it("is moved where a secondary of no site has lost the zone, which is no answer", async () => {
    const facts = aliasFacts("empty", primary, key, { also: [addressOf(orphan)] });
    expect(await inStep(world(facts), flip(facts))).to.include({ verdict: "done" });
  });

  it("is observed on each server, with the reason where one gives no value", async () => {
    const facts = aliasFacts("lags", primary, key, { also: [addressOf(secondary), addressOf(orphan)] });
    const { answers } = await inStep(world(facts), (io) => observe(facts, io));
    expect(answers.map(({ server }) => server)).to.deep.equal([primary, secondary, orphan].map(place));
    expect(answers[0]?.seen?.values).to.deep.equal([await valueAt(primary, facts.name)]);
    expect(answers[1]?.seen).to.be.an("object");
    expect(answers[2]?.problem).to.include("SERVFAIL");
  });

  it("is not changed through a secondary", async () => {
    const change = { name: `lags.${zone}`, expect: { type: "A", values: [values.dr.value] } } as const;
    const error = await failureOf(update(secondary, zone, [change], key, signal), Error);
    expect(error.message).to.match(/primary server/);
  });
});
