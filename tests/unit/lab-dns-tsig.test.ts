import { expect } from "chai";
import { type DnsServer, dnsServer } from "../../lab/servers/dns/server.ts";
import * as dns from "./lab-dns-client.ts";
import { A, ANY, IN } from "./lab-dns-client.ts";

const zone = "corp.example.";
const k2 = "k2.corp.example.";
const secret = Buffer.alloc(32, 7);
const key = { name: "dr-key", secret };
const codes = { NOERROR: 0, FORMERR: 1, REFUSED: 5, NOTAUTH: 9 };
const deleteA = { name: k2, type: A, class: ANY, ttl: 0 };
const addA = { name: k2, type: A, class: IN, ttl: 60, value: "127.20.1.4" };

describe("the lab's DNS server on signatures", () => {
  const address = "127.10.0.10";
  let server: DnsServer;
  beforeEach(async () => {
    server = dnsServer({
      zone: "corp.example",
      records: [{ name: "k2", type: "A", value: "127.10.1.4" }],
      keys: [{ name: "dr-key", secretBase64: secret.toString("base64"), grants: [{ name: "k2" }] }],
    });
    await server.listen(address, 0);
  });
  afterEach(() => server.close());
  const nowSec = () => Math.floor(Date.now() / 1000);

  const update = () => dns.updateMessage(zone, [], [deleteA]);
  const exchange = async (message: Buffer): Promise<Buffer> => {
    const answer = await dns.overUdp(message, address, server.port);
    if (!answer) throw new Error("The DNS server gave no answer.");
    return answer;
  };

  it("refuses an unsigned update and leaves the zone as it was", async () => {
    expect(dns.decoded(await exchange(update())).code).to.equal(codes.REFUSED);
    expect(server.zone.values("k2", "A")).to.deep.equal(["127.10.1.4"]);
  });

  it("signs its answer to a signed update", async () => {
    const request = dns.signed(update(), key, nowSec());
    const answer = await exchange(request.message);
    expect(dns.decoded(answer).code).to.equal(codes.NOERROR);
    expect(dns.checkedAnswer(answer, key, request.mac)).to.deep.include({ error: 0, macIsGood: true });
  });

  it("answers NOTAUTH with BADKEY to an unknown key and BADSIG to a wrong secret, unsigned", async () => {
    for (const [wrong, error] of [
      [{ name: "nobody", secret }, 17],
      [{ name: "dr-key", secret: Buffer.alloc(32, 8) }, 16],
    ] as const) {
      const request = dns.signed(update(), wrong, nowSec());
      const answer = await exchange(request.message);
      expect(dns.decoded(answer).code).to.equal(codes.NOTAUTH);
      expect(dns.checkedAnswer(answer, wrong, request.mac)).to.deep.include({ error, macLength: 0 });
    }
    expect(server.zone.values("k2", "A")).to.deep.equal(["127.10.1.4"]);
  });

  it("answers NOTAUTH with BADTIME and its own time to a clock ten minutes off, signed", async () => {
    const request = dns.signed(update(), key, nowSec() - 600);
    const answer = await exchange(request.message);
    expect(dns.decoded(answer).code).to.equal(codes.NOTAUTH);
    const checked = dns.checkedAnswer(answer, key, request.mac);
    expect(checked).to.deep.include({ error: 18, macIsGood: true });
    expect(checked.other.readUIntBE(0, 6)).to.be.within(nowSec() - 5, nowSec());
  });

  it("refuses a message that was changed on its way", async () => {
    const request = dns.signed(dns.updateMessage(zone, [], [addA]), key, nowSec());
    const at = request.message.indexOf(Buffer.from([127, 20, 1, 4]));
    request.message.writeUInt8(66, at + 3);
    expect(dns.checkedAnswer(await exchange(request.message), key, request.mac).error).to.equal(16);
  });

  it("answers FORMERR to what is no message, and lives on", async () => {
    const broken = Buffer.concat([dns.query(k2).subarray(0, 14), Buffer.from([0xc0])]);
    expect((await exchange(broken)).readUInt16BE(2) & 15).to.equal(codes.FORMERR);
    expect(dns.decoded(await exchange(dns.query(k2))).answer).to.have.length(1);
  });
});
