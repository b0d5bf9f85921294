import { expect } from "chai";
import type { AliasFacts } from "../../components/alias/facts.ts";
import { runnables } from "../../components/alias/run.ts";

import { checkAlias, createAlias, flipAlias } from "../../components/alias/verbs.ts";
import type { Verb } from "../../model/verb.ts";
import { checkActCheck, type Ended } from "../../steps/check-act-check.ts";
import { lookUp, update } from "../../steps/transports/dns.ts";
import { aliasFacts, values } from "./alias-facts.ts";
import { failureOf } from "./failure.ts";
import { inStep } from "./in-step.ts";
import { named, newKey, startNamed, zone, type Named } from "./named.ts";
import { stopServers } from "./running.ts";

const signal = new AbortController().signal;

describe(`an alias on BIND${named.note}`, function () {
  const drKey = newKey("dr-key");
  const stranger = newKey("stranger");
  let server: Named;

  before(async function () {
    if (named.path === undefined) this.skip();
    server = await startNamed({
      keys: [drKey, stranger],
      policy: [
        ...["k2", "fresh", "gone", "there", "both", "slow"].map(
          (label) => `grant dr-key name ${label}.${zone} A;`,
        ),
        `grant dr-key name web.${zone} A CNAME;`,
      ],
      records: [
        `k2 60 A ${values.primary.value}`,
        "web 60 CNAME k2prd01",
        "strange 60 A 10.99.9.9",
        "there 60 A 10.99.9.9",
        `both 60 A ${values.primary.value}`,
        `both 60 A ${values.dr.value}`,
        `barred 60 A ${values.primary.value}`,
        `slow 3600 A ${values.primary.value}`,
      ],
    });
  });
  after(stopServers);

  const run = <A>(verb: Verb<A>, args: A, facts: AliasFacts, key = drKey): Promise<Ended> =>
    inStep(
      {
        parts: [{ id: facts.name, kind: "alias", version: 1, facts }],
        files: { tsig: `${key.secret}\n` },
      },
      (io) => {
        const runnable = runnables.find(({ name }) => name === verb.name);
        if (!runnable) throw new Error(`no code for ${verb.name}`);
        return checkActCheck(runnable.bind(args), io, async () => undefined);
      },
    );
  const there = (facts: AliasFacts) => ({ alias: facts.name, from: "primary", to: "dr" }) as const;
  const back = (facts: AliasFacts) => ({ alias: facts.name, from: "dr", to: "primary" }) as const;
  const held = (label: string) => lookUp(server, `${label}.${zone}`, signal);

  it("is created with the active site's value where it is missing, and left alone ever after", async () => {
    const facts = aliasFacts("fresh", server, drKey);
    expect(await run(createAlias, { facts, active: "dr", site: "dr" }, facts)).to.include({
      verdict: "done",
    });
    expect(await held("fresh")).to.deep.equal({ type: "A", values: [values.dr.value], ttlSec: 60 });
    const again = await run(createAlias, { facts, active: "primary", site: "primary" }, facts);
    expect(again).to.include({ verdict: "already" });
    expect((await held("fresh"))?.values).to.deep.equal([values.dr.value]);
  });

  it("with a strange value is not created over, and the step says so", async () => {
    const facts = aliasFacts("strange", server, drKey);
    const ended = await run(createAlias, { facts, active: "primary", site: "primary" }, facts);
    expect(ended.verdict).to.equal("already");
    expect(ended.says).to.include("10.99.9.9, which is neither site's value; nothing was changed");
  });

  it("moves once, is there already the second time, and moves back", async () => {
    const facts = aliasFacts("k2", server, drKey);
    const flipped = await run(flipAlias, there(facts), facts);
    expect(flipped).to.deep.equal({
      verdict: "done",
      says: `k2.${zone} is ${values.dr.value} on ${server.address}:${String(server.port)}`,
    });
    expect(await held("k2")).to.deep.equal({ type: "A", values: [values.dr.value], ttlSec: 60 });
    expect(await run(flipAlias, there(facts), facts)).to.include({ verdict: "already" });
    expect(await run(flipAlias, back(facts), facts)).to.include({ verdict: "done" });
    expect(await held("k2")).to.deep.equal({ type: "A", values: [values.primary.value], ttlSec: 60 });
  });

  it("with a third value is not moved, and the value stays", async () => {
    const facts = aliasFacts("there", server, drKey);
    const error = await failureOf(run(flipAlias, there(facts), facts), Error);
    expect(error.message)
      .to.include(`there.${zone} is 10.99.9.9, neither`)
      .and.include("somebody changed it");
    expect((await held("there"))?.values).to.deep.equal(["10.99.9.9"]);
  });

  it("with both sites' values at once is not moved", async () => {
    const facts = aliasFacts("both", server, drKey);
    const error = await failureOf(run(flipAlias, there(facts), facts), Error);
    expect(error.message).to.include("somebody changed it");
    expect((await held("both"))?.values).to.have.length(2);
  });

  it("that does not exist is not moved but asked for", async () => {
    const facts = aliasFacts("gone", server, drKey);
    const error = await failureOf(run(flipAlias, there(facts), facts), Error);
    expect(error.message).to.include(`gone.${zone} does not exist`);
    expect(await held("gone")).to.be.undefined;
  });

  it("that is a CNAME at one site and an address at the other moves there and back", async () => {
    const cname = { type: "CNAME", value: "k2prd01.corp.example" } as const;
    const facts = aliasFacts("web", server, drKey, { value: { primary: cname, dr: values.dr } });
    expect(await run(flipAlias, there(facts), facts)).to.include({ verdict: "done" });
    expect(await held("web")).to.deep.equal({ type: "A", values: [values.dr.value], ttlSec: 60 });
    expect(await run(flipAlias, back(facts), facts)).to.include({ verdict: "done" });
    expect(await held("web")).to.deep.equal({ type: "CNAME", values: [cname.value], ttlSec: 60 });
  });

  it("is moved to the right value where somebody was faster, and counts as moved", async () => {
    const facts = aliasFacts("k2", server, drKey);
    const step = {
      parts: [{ id: facts.name, kind: "alias", version: 1, facts }],
      files: { tsig: drKey.secret },
    };
    const flip = runnables.find(({ name }) => name === flipAlias.name);
    const ended = await inStep(step, (io) => {
      if (!flip) throw new Error("no code to flip");
      return checkActCheck(flip.bind(there(facts)), io, () =>
        update(
          server,
          zone,
          [
            {
              name: facts.name,
              expect: { type: "A", values: [values.primary.value] },
              set: { ...values.dr, ttlSec: 60 },
            },
          ],
          drKey,
          signal,
        ),
      );
    });
    expect(ended.verdict).to.equal("done");
    await run(flipAlias, back(facts), facts);
  });

  it("is found ready for a move by a check, which changes nothing", async () => {
    const facts = aliasFacts("k2", server, drKey);
    const ended = await run(checkAlias, there(facts), facts);
    expect(ended.says).to.equal(`k2.${zone} is ${values.primary.value}, and the key dr-key is accepted`);
    expect((await held("k2"))?.values).to.deep.equal([values.primary.value]);
  });

  it("whose key has another secret is found by the check", async () => {
    const facts = aliasFacts("k2", server, drKey);
    const error = await failureOf(run(checkAlias, there(facts), facts, stranger), Error);
    expect(error.message).to.include("does not accept the TSIG key dr-key").and.not.include(stranger.secret);
  });

  it("whose key may not change the name is found by the check, before a move needs it", async () => {
    const facts = aliasFacts("barred", server, stranger);
    const error = await failureOf(run(checkAlias, there(facts), facts, stranger), Error);
    expect(error.message).to.include(`the key stranger has no right to change barred.${zone}`);
  });

  it("whose key may not change the name is not moved", async () => {
    const facts = aliasFacts("barred", server, stranger);
    const error = await failureOf(run(flipAlias, there(facts), facts, stranger), Error);
    expect(error.message).to.include(`the key stranger has no right to change barred.${zone}`);
    expect((await held("barred"))?.values).to.deep.equal([values.primary.value]);
  });

  it("with a longer TTL than declared is found by the check", async () => {
    const facts = aliasFacts("slow", server, drKey);
    expect((await run(checkAlias, there(facts), facts)).says).to.include("its TTL there is 3600 s");
  });
});
