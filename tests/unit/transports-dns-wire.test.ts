import { expect } from "chai";
import dnsPacket from "dns-packet";
import * as fc from "fast-check";
import { nameAt, nameBytes } from "../../steps/transports/dns-name.ts";
import { answerTo, query, recordSetIn, updateOf, type Request } from "../../steps/transports/dns-wire.ts";

const k2 = "k2.corp.example";
const label = fc.stringMatching(/^[A-Za-z0-9_-]{1,20}$/);
const hostName = fc.array(label, { minLength: 1, maxLength: 6 }).map((labels) => labels.join("."));
const ttl = fc.integer({ min: 0, max: 2 ** 31 - 1 });

/** A server's answer: the request's id, opcode and question, then records as they are given, in hexadecimal. */
function answer(request: Request, records: readonly string[], flags = 0x8400): Buffer {
  const bytes = Buffer.concat([request.bytes, ...records.map((record) => Buffer.from(record, "hex"))]);
  bytes.writeUInt16BE(flags | (request.bytes.readUInt16BE(2) & 0x7800), 2);
  bytes.writeUInt16BE(records.length, 6);
  return bytes;
}
/** Header, zone, one prerequisite with an address, and the updates. */
const parts = /^(.{20})(.{20})(.{46})(.*)$/;
/** Name, type, class, time to live and data, in hexadecimal. */
const at = { k2: "c00c", a: "0001", cname: "0005", in: "0001", any: "00ff", sec60: "0000003c" } as const;

describe("Messages to name servers", () => {
  it("are questions that another reader understands, without a wish for recursion", () => {
    fc.assert(
      fc.property(hostName, fc.constantFrom("A", "CNAME"), (name, type) => {
        const read = dnsPacket.decode(query(name, type).bytes);
        expect(read.questions).to.deep.equal([{ name, type, class: "IN" }]);
        expect(read.flags).to.equal(0);
      }),
    );
  });

  it("are updates as RFC 2136 writes them: zone, what must be there, what shall be there", () => {
    const name = "026b3204636f727000";
    const set = { type: "A", value: "10.2.0.4", ttlSec: 60 } as const;
    const moved = updateOf("corp", [{ name: "k2.corp.", expect: { type: "A", values: ["10.1.0.4"] }, set }]);
    expect(moved.bytes.toString("hex", 2).match(parts)?.slice(1)).to.deep.equal([
      "28000001000100020000",
      "04636f72700000060001",
      `${name}000100010000000000040a010004`,
      `${name}000100ff000000000000` + `${name}000100010000003c00040a020004`,
    ]);
    const created = updateOf("corp", [{ name: "k2.corp", expect: "nothing", set }]);
    expect(created.bytes.toString("hex", 22)).to.equal(
      `${name}00ff00fe000000000000` + `${name}000100010000003c00040a020004`,
    );
  });

  it("take no name that cannot stand in one", () => {
    for (const name of ["", ".", "a..b", `${"x".repeat(64)}.b`, `${"abc.".repeat(63)}abc`])
      expect(() => nameBytes(name), name).to.throw(RangeError, "is no domain name");
    expect(nameBytes(`${"abc.".repeat(63)}a`)).to.have.length(255);
  });
});

describe("Answers of name servers", () => {
  const asked = query(k2, "A");

  it("are read as another writer wrote them, whatever other records are in them", () => {
    fc.assert(
      fc.property(
        hostName,
        hostName,
        fc.array(fc.ipV4(), { minLength: 1 }),
        ttl,
        (name, target, values, ttlSec) => {
          const request = query(name, "A");
          const bytes = dnsPacket.encode({
            type: "response",
            id: request.bytes.readUInt16BE(0),
            flags: dnsPacket.AUTHORITATIVE_ANSWER,
            questions: [{ name: name.toUpperCase(), type: "A" }],
            answers: [
              { name, type: "TXT", data: "text" },
              { name, type: "CNAME", ttl: ttlSec, data: target },
              ...values.map((data) => ({ name: name.toUpperCase(), type: "A", ttl: ttlSec, data }) as const),
            ],
          });
          const read = answerTo(request, bytes);
          expect(read).to.include({ code: "NOERROR", isAuthoritative: true, isCut: false });
          expect(recordSetIn(read, name, "A")).to.deep.equal({ type: "A", values, ttlSec });
          expect(recordSetIn(read, name, "CNAME")).to.deep.equal({ type: "CNAME", values: [target], ttlSec });
        },
      ),
    );
  });

  it("are read where names point back to earlier ones, also within data", () => {
    // www.<corp.example of the question> for k2
    const request = query(k2, "CNAME");
    const read = answerTo(
      request,
      answer(request, [`${at.k2}${at.cname}${at.in}${at.sec60}000603777777c00f`]),
    );
    expect(read.records.map(({ set }) => set.values)).to.deep.equal([["www.corp.example"]]);
  });

  it("to updates are read where the server repeats the update's records, which have no data", () => {
    const request = updateOf("corp.example", [{ name: k2, expect: "nothing" }]);
    const refused = answer(request, [`${at.k2}${at.a}${at.any}000000000000`], 0x8008);
    refused.writeUInt16BE(0, 6);
    expect(answerTo(request, refused).code).to.equal("NXRRSET");
    const repeated = answer(updateOf("corp.example", []), [`${at.k2}${at.a}${at.any}000000000000`], 0x8000);
    repeated.writeUInt16BE(request.bytes.readUInt16BE(0), 0);
    expect(answerTo(request, repeated)).to.deep.include({ code: "NOERROR", records: [] });
  });

  it("count only as answers to what was asked", () => {
    expect(answerTo(asked, answer(asked, [])).records).to.deep.equal([]);
    const wrong: readonly (readonly [string, Buffer])[] = [
      ["the question itself", asked.bytes],
      ["an answer to another kind of message", answer(asked, [], 0xa800)],
      ["an answer about another name", answer(query("other.example", "A"), [])],
      ["an answer about another type", answer(query(k2, "CNAME"), [])],
    ];
    for (const [what, bytes] of wrong) {
      bytes.writeUInt16BE(asked.bytes.readUInt16BE(0), 0);
      expect(() => answerTo(asked, bytes), what).to.throw(RangeError);
    }
  });

  it("that are broken are refused, and never read for ever or beyond their end", () => {
    const good = answer(asked, [`${at.k2}${at.a}${at.in}${at.sec60}00040a010004`]);
    expect(recordSetIn(answerTo(asked, good), k2, "A")?.values).to.deep.equal(["10.1.0.4"]);
    for (let length = 0; length < good.length; length++)
      expect(() => answerTo(asked, good.subarray(0, length)), String(length)).to.throw(RangeError);
    for (const record of [
      `c021${at.a}${at.in}${at.sec60}00040a010004`,
      `${at.k2}${at.a}${at.in}${at.sec60}00030a0100`,
    ])
      expect(() => answerTo(asked, answer(asked, [record])), record).to.throw(RangeError);
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 80 }), fc.nat(80), (bytes, from) => {
        try {
          nameAt(Buffer.from(bytes), from);
        } catch (error) {
          expect(error).to.be.instanceOf(RangeError);
        }
      }),
    );
  });
});
