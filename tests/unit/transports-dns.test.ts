import { createSocket } from "node:dgram";
import { once } from "node:events";
import { expect } from "chai";
import * as fc from "fast-check";
import { dnsServer, type DnsServer } from "../../lab/servers/dns/server.ts";
import {
  DnsRefused,
  isOtherValue,
  lookUp,
  Unreachable,
  update,
  type TsigKey,
} from "../../steps/transports/dns.ts";
import { sign, TsigError, verify } from "../../steps/transports/tsig.ts";
import { failure } from "./step-io.ts";
import { until } from "./until.ts";

const zone = "corp.example";
const secret = Buffer.from("0123456789abcdef0123456789abcdef").toString("base64");
const key: TsigKey = { name: "dr-key", algorithm: "hmac-sha256", secret };
const { signal } = new AbortController();
const a = (value: string) => ({ type: "A", values: [value] }) as const;

describe("DNS queries and updates", () => {
  let server: DnsServer;
  const at = () => ({ address: "127.0.0.1", port: server.port });
  const swap = (from: string, to: string) => [
    { name: `k2.${zone}`, expect: a(from), set: { type: "A", value: to, ttlSec: 60 } as const },
  ];
  beforeEach(async () => {
    server = dnsServer({
      zone,
      records: [
        { name: "k2", type: "A", value: "10.10.1.4" },
        { name: "web", type: "A", value: "10.10.1.5" },
        { name: "old", type: "CNAME", value: "k2prd01.corp.example." },
        ...Array.from({ length: 60 }, (_, n) => ({ name: "many", type: "A", value: `10.1.0.${String(n)}` })),
      ],
      keys: [
        {
          name: key.name,
          secretBase64: secret,
          grants: [{ name: "k2" }, { name: "web" }, { name: "old" }, { name: "new" }],
        },
      ],
    });
    await server.listen("127.0.0.1", 0);
  });
  afterEach(() => server.close());

  it("reads what the server holds: addresses, aliases, or nothing", async () => {
    expect(await lookUp(at(), "K2.corp.example", signal)).to.deep.equal({ ...a("10.10.1.4"), ttlSec: 60 });
    expect(await lookUp(at(), "old.corp.example", signal)).to.deep.include({
      type: "CNAME",
      values: ["k2prd01.corp.example"],
    });
    expect(await lookUp(at(), "none.corp.example", signal)).to.equal(undefined);
  });

  it("asks again over TCP where the answer is too long for a datagram", async () => {
    expect((await lookUp(at(), "many.corp.example", signal))?.values).to.have.length(60);
  });

  it("refuses a server that does not hold the zone", async () => {
    expect(await failure(lookUp(at(), "k2.other.example", signal))).to.be.instanceOf(DnsRefused);
  });

  it("swaps a value only for the one that is expected", async () => {
    await update(at(), zone, swap("10.10.1.4", "10.20.1.4"), key, signal);
    expect(server.zone.values("k2", "A")).to.deep.equal(["10.20.1.4"]);
    const error = await failure(update(at(), zone, swap("10.10.1.4", "10.30.1.4"), key, signal));
    expect(error).to.be.instanceOf(DnsRefused).with.property("code", "NXRRSET");
    expect(isOtherValue(error)).to.equal(true);
    expect(server.zone.values("k2", "A")).to.deep.equal(["10.20.1.4"]);
  });

  it("changes several names in one message, or none of them", async () => {
    const both = (web: string) => [
      ...swap("10.10.1.4", "10.20.1.4"),
      { name: `web.${zone}`, expect: a(web), set: { type: "A", value: "10.20.1.5", ttlSec: 60 } as const },
    ];
    await failure(update(at(), zone, both("10.99.9.9"), key, signal));
    expect(server.zone.values("k2", "A")).to.deep.equal(["10.10.1.4"]);
    await update(at(), zone, both("10.10.1.5"), key, signal);
    expect([...server.zone.values("k2", "A"), ...server.zone.values("web", "A")]).to.deep.equal([
      "10.20.1.4",
      "10.20.1.5",
    ]);
  });

  it("turns a CNAME into an A record and back in one message each", async () => {
    const name = `old.${zone}`;
    const cname = { type: "CNAME", values: ["k2prd01.corp.example"] } as const;
    await update(
      at(),
      zone,
      [{ name, expect: cname, set: { type: "A", value: "10.20.1.4", ttlSec: 60 } }],
      key,
      signal,
    );
    expect(server.zone.values("old", "CNAME")).to.be.empty;
    expect(server.zone.values("old", "A")).to.deep.equal(["10.20.1.4"]);
    const back = { type: "CNAME", value: "k2prd01.corp.example", ttlSec: 60 } as const;
    await update(at(), zone, [{ name, expect: a("10.20.1.4"), set: back }], key, signal);
    expect(server.zone.values("old", "A")).to.be.empty;
    expect(server.zone.values("old", "CNAME")).to.deep.equal(["k2prd01.corp.example."]);
  });

  it("creates a name only where there is none of any type", async () => {
    const create = (name: string) => [
      {
        name: `${name}.${zone}`,
        expect: "nothing",
        set: { type: "A", value: "10.10.1.9", ttlSec: 30 },
      } as const,
    ];
    await update(at(), zone, create("new"), key, signal);
    expect(server.zone.values("new", "A")).to.deep.equal(["10.10.1.9"]);
    expect(isOtherValue(await failure(update(at(), zone, create("old"), key, signal)))).to.equal(true);
    expect(server.zone.values("old", "A")).to.be.empty;
  });

  it("states what is there without changing anything", async () => {
    const before = server.zone.serial;
    await update(at(), zone, [{ name: `k2.${zone}`, expect: a("10.10.1.4") }], key, signal);
    expect(server.zone.serial).to.equal(before);
  });

  const refusals = [
    {
      says: "a key that the server does not know",
      with: { ...key, name: "other-key" },
      code: "NOTAUTH",
      tells: "other-key",
    },
    {
      says: "a key with another secret",
      with: { ...key, secret: Buffer.alloc(32).toString("base64") },
      code: "NOTAUTH",
      tells: "Compare",
    },
  ] as const;
  for (const refusal of refusals)
    it(`says what to do about ${refusal.says}`, async () => {
      const error = await failure(update(at(), zone, swap("10.10.1.4", "10.20.1.4"), refusal.with, signal));
      expect(error).to.be.instanceOf(DnsRefused).with.property("code", refusal.code);
      expect(error.message).to.contain(refusal.tells).and.not.contain(refusal.with.secret);
      expect(server.zone.values("k2", "A")).to.deep.equal(["10.10.1.4"]);
    });

  it("says which right is missing where the key may not change the name", async () => {
    const change = {
      name: `many.${zone}`,
      expect: a("10.1.0.1"),
      set: { type: "A", value: "10.1.0.2", ttlSec: 1 },
    } as const;
    const only = [{ name: `secret.${zone}`, expect: "nothing", set: change.set } as const];
    const error = await failure(update(at(), zone, only, key, signal));
    expect(error).to.be.instanceOf(DnsRefused).with.property("code", "REFUSED");
    expect(error.message).to.contain("grant dr-key name");
  });

  it("says that a name is not in the zone", async () => {
    const error = await failure(
      update(
        at(),
        zone,
        [{ name: "k2.other.example", expect: "nothing", set: { type: "A", value: "10.1.1.1", ttlSec: 1 } }],
        key,
        signal,
      ),
    );
    expect(error).to.be.instanceOf(DnsRefused).with.property("code", "NOTZONE");
  });

  it("says that a server where nothing listens refuses, and that a silent one does not answer", async () => {
    const gone = at();
    server.set({ silent: true });
    const late = await failure(lookUp(gone, "k2.corp.example", signal));
    expect(late).to.be.instanceOf(Unreachable).with.property("obstacle", "silent");
    await server.close();
    const refused = await failure(lookUp(gone, "k2.corp.example", signal));
    expect(refused).to.be.instanceOf(Unreachable).with.property("obstacle", "refused");
  });

  it("ends at once when the step's time is over", async () => {
    server.set({ silent: true });
    const over = new AbortController();
    const asking = failure(lookUp(at(), "k2.corp.example", over.signal));
    over.abort();
    expect(await asking).to.have.property("obstacle", "aborted");
  });

  it("takes no answer with another id", async () => {
    const liar = createSocket("udp4");
    liar.bind(0, "127.0.0.1");
    await once(liar, "listening");
    let answered = 0;
    liar.on("message", (question, from) => {
      const answer = Buffer.from(question);
      answer.writeUInt16BE((question.readUInt16BE(0) + 1) & 0xffff, 0);
      answer.writeUInt16BE(0x8400, 2);
      liar.send(answer, from.port, from.address, () => (answered += 1));
    });
    const over = new AbortController();
    const server = { address: "127.0.0.1", port: liar.address().port };
    const asking = failure(lookUp(server, "k2.corp.example", over.signal));
    await until("it asks again, since what came was no answer", () => answered > 1, 10_000);
    over.abort();
    expect(await asking).to.have.property("obstacle", "aborted");
    liar.close();
  });
});

describe("Signatures of DNS messages", () => {
  const message = Buffer.from("123428000001000000000000046b32657802636f0000060001", "hex");
  const now = 1_795_000_000;

  it("adds one record to the message and leaves the rest as it is", () => {
    const { message: signed } = sign(message, key, now);
    expect(signed.readUInt16BE(10)).to.equal(1);
    expect(signed.subarray(12, message.length).equals(message.subarray(12))).to.equal(true);
  });

  it("accepts an answer that is signed over its request, and no other", () => {
    const request = sign(message, key, now);
    // An answer's signature covers the request's; a plain one is that of a request.
    expect(() => {
      verify(request.message, key, request.mac, now);
    }).to.throw(TsigError, "wrong");
    expect(() => {
      verify(message, key, request.mac, now);
    }).to.throw(TsigError, "not signed");
    expect(() => {
      verify(request.message, { ...key, name: "other" }, request.mac, now);
    }).to.throw(TsigError, "another key");
  });

  it("makes another signature for any other byte, key or time", () => {
    const { mac } = sign(message, key, now);
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: message.length - 1 }),
        fc.integer({ min: 1, max: 255 }),
        (index, bits) => {
          // The counts in the header say where records are: a message with other counts is none.
          if (index >= 4 && index < 12) return;
          const other = Buffer.from(message);
          other.writeUInt8(other.readUInt8(index) ^ bits, index);
          expect(sign(other, key, now).mac.equals(mac)).to.equal(false);
        },
      ),
    );
    expect(sign(message, { ...key, secret: "AAAA" }, now).mac.equals(mac)).to.equal(false);
    expect(sign(message, key, now + 1).mac.equals(mac)).to.equal(false);
    expect(sign(message, { ...key, name: "DR-KEY." }, now).mac.equals(mac)).to.equal(true);
  });
});
