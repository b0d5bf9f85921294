import { expect } from "chai";
import {
  DnsRefused,
  isOtherValue,
  lookUp,
  update,
  type Change,
  type TsigKey,
} from "../../steps/transports/dns.ts";
import { overTcp } from "../../steps/transports/dns-socket.ts";
import { updateOf } from "../../steps/transports/dns-wire.ts";
import { sign, TsigError, verify } from "../../steps/transports/tsig.ts";
import { failureOf } from "./failure.ts";
import { named, newKey, startNamed, zone, type Named } from "./named.ts";
import { stopServers } from "./running.ts";

const signal = new AbortController().signal;
const [primary, dr, third] = ["10.10.1.4", "10.20.1.4", "10.30.1.4"] as const;

/** From one address to another, only if it has the former. */
const swap = (name: string, from: string, to: string): Change => ({
  name,
  expect: { type: "A", values: [from] },
  set: { type: "A", value: to, ttlSec: 60 },
});

describe(`an update of BIND${named.note}`, function () {
  const drKey = newKey("dr-key");
  const longKey = newKey("long-key", "hmac-sha512");
  const stranger = newKey("stranger");
  let server: Named;

  before(async function () {
    if (named.path === undefined) this.skip();
    server = await startNamed({
      keys: [drKey, longKey, stranger],
      policy: [
        "grant dr-key name k2.corp.example A;",
        "grant dr-key name one.corp.example A;",
        "grant dr-key name two.corp.example A;",
        "grant dr-key name new.corp.example A;",
        "grant dr-key name own.corp.example A;",
        "grant dr-key name cased.corp.example A CNAME;",
        "grant dr-key name web.corp.example A CNAME;",
        "grant long-key name long.corp.example A;",
      ],
      records: [
        `k2 60 A ${primary}`,
        `one 60 A ${primary}`,
        `two 60 A ${primary}`,
        "web 60 CNAME k2prd01",
        "cased 60 CNAME K2-Prd01",
        `long 60 A ${primary}`,
        `own 60 A ${primary}`,
        `foreign 60 A ${primary}`,
        `pair A ${primary}`,
        `pair A ${dr}`,
        "part NS ns.part",
        "ns.part A 127.0.0.1",
        ...Array.from({ length: 60 }, (_, i) => `many A 10.9.9.${String(i)}`),
      ],
    });
  });
  after(stopServers);

  const change = (changes: readonly Change[], key = drKey): Promise<void> =>
    update(server, zone, changes, key, signal);
  const valuesOf = async (name: string): Promise<readonly string[] | undefined> =>
    (await lookUp(server, name, signal))?.values;
  const refusal = (work: Promise<unknown>): Promise<DnsRefused> => failureOf(work, DnsRefused);

  it("swaps a value only for the one that is expected, and is refused with NXRRSET otherwise", async () => {
    const name = "k2.corp.example";
    await change([swap(name, primary, dr)]);
    expect(await lookUp(server, name, signal)).to.deep.equal({ type: "A", values: [dr], ttlSec: 60 });
    const error = await refusal(change([swap(name, primary, third)]));
    expect(error.code).to.equal("NXRRSET");
    expect(isOtherValue(error)).to.be.true;
    expect(await valuesOf(name)).to.deep.equal([dr]);
  });

  it("changes two names in one message, and neither where one of them is not as expected", async () => {
    const [one, two] = ["one.corp.example", "two.corp.example"];
    const error = await refusal(change([swap(one, primary, dr), swap(two, third, dr)]));
    expect(error.code).to.equal("NXRRSET");
    expect([await valuesOf(one), await valuesOf(two)]).to.deep.equal([[primary], [primary]]);
    await change([swap(one, primary, dr), swap(two, primary, dr)]);
    expect([await valuesOf(one), await valuesOf(two)]).to.deep.equal([[dr], [dr]]);
  });

  it("creates a name only where there is none", async () => {
    const create: Change = {
      name: "new.corp.example",
      expect: "nothing",
      set: { type: "A", value: primary, ttlSec: 30 },
    };
    await change([create]);
    expect(await lookUp(server, "new.corp.example", signal)).to.deep.equal({
      type: "A",
      values: [primary],
      ttlSec: 30,
    });
    const error = await refusal(change([create]));
    expect(error.code).to.equal("YXDOMAIN");
    expect(isOtherValue(error)).to.be.true;
  });

  it("turns a CNAME into an A record and back, each in one message", async () => {
    const name = "web.corp.example";
    const cname = { type: "CNAME", values: ["k2prd01.corp.example"] } as const;
    await change([{ name, expect: cname, set: { type: "A", value: dr, ttlSec: 60 } }]);
    expect(await lookUp(server, name, signal)).to.deep.equal({ type: "A", values: [dr], ttlSec: 60 });
    await change([
      {
        name,
        expect: { type: "A", values: [dr] },
        set: { type: "CNAME", value: "k2prd01.corp.example", ttlSec: 60 },
      },
    ]);
    expect(await lookUp(server, name, signal)).to.deep.equal({ ...cname, ttlSec: 60 });
  });

  it("expects a CNAME whatever the case of its letters", async () => {
    const name = "cased.corp.example";
    const expected = { type: "CNAME", values: ["k2-prd01.corp.example"] } as const;
    await change([{ name, expect: expected, set: { type: "A", value: dr, ttlSec: 60 } }]);
    expect(await valuesOf(name)).to.deep.equal([dr]);
  });

  it("is accepted with hmac-sha512, too", async () => {
    await change([swap("long.corp.example", primary, dr)], longKey);
    expect(await valuesOf("long.corp.example")).to.deep.equal([dr]);
  });

  for (const [what, key] of [
    ["a key with another secret", { ...drKey, secret: newKey("x").secret }],
    ["a key that it does not know", newKey("nobody-key")],
    ["a key with another algorithm", { ...drKey, algorithm: "hmac-sha384" }],
  ] as const)
    it(`is refused with NOTAUTH for ${what}, without a word of the secret`, async () => {
      const error = await refusal(change([swap("two.corp.example", primary, dr)], key));
      expect(error.code).to.equal("NOTAUTH");
      expect(error.message).to.include(key.name).and.not.include(key.secret);
    });

  it("is refused with REFUSED for a key without the right to the name", async () => {
    const error = await refusal(change([swap("pair.corp.example", primary, dr)], stranger));
    expect(error.code).to.equal("REFUSED");
    expect(error.message).to.include("the key stranger has no right to change pair.corp.example");
    expect(error.message).to.include("grant stranger name pair.corp.example. A;");
  });

  it("is refused as a whole where the key has a right to one of two names only", async () => {
    const [own, foreign] = ["own.corp.example", "foreign.corp.example"];
    const error = await refusal(change([swap(own, primary, dr), swap(foreign, primary, dr)]));
    expect(error.code).to.equal("REFUSED");
    expect([await valuesOf(own), await valuesOf(foreign)]).to.deep.equal([[primary], [primary]]);
  });

  it("signed an hour ago is refused, and the signed refusal tells both clocks apart", async () => {
    const thenSec = Math.floor(Date.now() / 1000) - 3600;
    const { message, mac } = sign(
      updateOf(zone, [swap("own.corp.example", primary, dr)]).bytes,
      drKey,
      thenSec,
    );
    const answer = await overTcp(server, message, signal);
    const judge = (key: TsigKey) => (): void => {
      verify(answer, key, mac, thenSec);
    };
    expect(judge(drKey)).to.throw(TsigError, /its clock and this machine's differ by 360[01] s/);
    expect(judge({ ...drKey, secret: stranger.secret })).to.throw(TsigError, /signature is wrong/);
    expect(await valuesOf("own.corp.example")).to.deep.equal([primary]);
  });

  it("names the zone where the name is in another, or the server does not hold it", async () => {
    const outside = await refusal(change([swap("k2.other.example", primary, dr)]));
    expect(outside.code).to.equal("NOTZONE");
    const elsewhere = update(server, "other.example", [swap("k2.other.example", primary, dr)], drKey, signal);
    expect((await refusal(elsewhere)).code).to.equal("NOTAUTH");
  });

  it("reads all values of a name, over TCP where they do not fit into a datagram", async () => {
    expect(await valuesOf("pair.corp.example")).to.have.members([primary, dr]);
    expect(await valuesOf("many.corp.example")).to.have.length(60);
  });

  it("reads nothing where the name does not exist or has no address", async () => {
    expect(await lookUp(server, "none.corp.example", signal)).to.be.undefined;
    expect(await lookUp(server, zone, signal)).to.be.undefined;
  });

  it("refuses to read what the server does not hold itself", async () => {
    expect((await refusal(lookUp(server, "a.part.corp.example", signal))).code).to.equal("not authoritative");
    expect((await refusal(lookUp(server, "a.other.example", signal))).code).to.equal("REFUSED");
  });
});
