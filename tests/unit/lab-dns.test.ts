import { expect } from "chai";
import { Resolver } from "node:dns/promises";
import { dnsServer, type DnsServer } from "../../lab/servers/dns/server.ts";
import * as dns from "./lab-dns-client.ts";
import { type Change, A, ANY, CNAME, IN, NONE } from "./lab-dns-client.ts";
import { type Fixture, fixture, k2Dr } from "./lab-fixture.ts";

const zone = "corp.example.";
const k2 = "k2.corp.example.";
const secret = Buffer.alloc(32, 7);
const key = { name: "dr-key", secret };
const codes = {
  NOERROR: 0,
  FORMERR: 1,
  NXDOMAIN: 3,
  REFUSED: 5,
  YXDOMAIN: 6,
  YXRRSET: 7,
  NXRRSET: 8,
  NOTAUTH: 9,
  NOTZONE: 10,
};

const add = (name: string, value: string, type: number = A, ttl = 60): Change => ({
  name,
  type,
  class: IN,
  ttl,
  value,
});
const deleteAll = (name: string, type: number): Change => ({ name, type, class: ANY, ttl: 0 });
const deleteOne = (name: string, value: string, type: number = A): Change => ({
  name,
  type,
  class: NONE,
  ttl: 0,
  value,
});
const mustBe = (name: string, value: string, type: number = A): Change => ({
  name,
  type,
  class: IN,
  ttl: 0,
  value,
});
const mustExist = (name: string, type: number): Change => ({ name, type, class: ANY, ttl: 0 });
const mustNotExist = (name: string, type: number): Change => ({ name, type, class: NONE, ttl: 0 });

describe("the lab's DNS server", () => {
  const address = "127.10.0.10";
  let server: DnsServer;
  let resolver: Resolver;
  beforeEach(async () => {
    server = dnsServer({
      zone: "corp.example",
      records: [
        { name: "k2", type: "A", value: "127.10.1.4", ttl: 120 },
        { name: "www.corp.example", type: "CNAME", value: "k2.corp.example." },
        { name: "deep.er", type: "TXT", value: '"some text"' },
      ],
      keys: [
        {
          name: "dr-key",
          algorithm: "hmac-sha256",
          secretBase64: secret.toString("base64"),
          grants: [
            { name: "k2", types: ["A", "CNAME"] },
            { name: "www", types: ["A"] },
            { name: "apps", match: "subdomain" },
          ],
        },
      ],
    });
    await server.listen(address, 0);
    resolver = new Resolver({ timeout: 300, tries: 1 });
    resolver.setServers([`${address}:${server.port}`]);
  });
  afterEach(async () => {
    resolver.cancel();
    await server.close();
  });

  const nowSec = () => Math.floor(Date.now() / 1000);
  const send = async (prerequisites: Change[], updates: Change[], inZone = zone): Promise<number> => {
    const { message } = dns.signed(dns.updateMessage(inZone, prerequisites, updates), key, nowSec());
    return dns.decoded(await dns.overUdp(message, address, server.port)).code;
  };
  const codeOf = async (work: Promise<unknown>): Promise<unknown> =>
    work.then(
      () => "no failure",
      (error: unknown) => (error instanceof Error && "code" in error ? error.code : error),
    );

  describe("answers queries", () => {
    it("with addresses and their time to live, follows aliases, and tells a missing name from a missing type", async () => {
      expect(await resolver.resolve4("K2.corp.example", { ttl: true })).to.deep.equal([
        { address: "127.10.1.4", ttl: 120 },
      ]);
      expect(await resolver.resolve4("www.corp.example")).to.deep.equal(["127.10.1.4"]);
      expect(await resolver.resolveCname("www.corp.example")).to.deep.equal(["k2.corp.example"]);
      expect(await resolver.resolveTxt("deep.er.corp.example")).to.deep.equal([["some text"]]);
      expect(await codeOf(resolver.resolve4("none.corp.example"))).to.equal("ENOTFOUND");
      expect(await codeOf(resolver.resolve6("k2.corp.example"))).to.equal("ENODATA");
      expect(await codeOf(resolver.resolve4("er.corp.example"))).to.equal("ENODATA");
      expect(await codeOf(resolver.resolve4("k2.other.example"))).to.equal("EREFUSED");
      expect((await resolver.resolveSoa("corp.example")).serial).to.equal(1);
    });

    it("with authority, over UDP and over TCP, several on one connection", async () => {
      const [first, second] = await dns.overTcp(
        [dns.query(k2), dns.query("none.corp.example.")],
        address,
        server.port,
      );
      expect(dns.decoded(first)).to.deep.include({ code: codes.NOERROR, aa: true });
      expect(dns.decoded(second)).to.deep.include({ code: codes.NXDOMAIN, aa: true });
      expect(dns.decoded(second).authority).to.deep.equal(["SOA"]);
      expect(dns.decoded(await dns.overUdp(dns.query(k2), address, server.port)).answer).to.deep.equal([
        "A 127.10.1.4",
      ]);
    });

    it("with the truncated bit where an answer is too long for UDP, and in full over TCP", async () => {
      for (let last = 1; last <= 60; last++)
        server.zone.put({ name: "many", type: "A", value: `127.9.9.${last}` });
      const udp = dns.decoded(await dns.overUdp(dns.query("many.corp.example."), address, server.port));
      expect(udp.tc).to.equal(true);
      const [tcp] = await dns.overTcp([dns.query("many.corp.example.")], address, server.port);
      expect(dns.decoded(tcp).answer).to.have.length(60);
    });
  });

  describe("carries out updates", () => {
    it("as compare-and-swap: once, and never for who had an old value", async () => {
      const swap = [deleteAll(k2, A), add(k2, "127.20.1.4")];
      expect(await send([mustBe(k2, "127.10.1.4")], swap)).to.equal(codes.NOERROR);
      expect(await resolver.resolve4("k2.corp.example", { ttl: true })).to.deep.equal([
        { address: "127.20.1.4", ttl: 60 },
      ]);
      expect(await send([mustBe(k2, "127.10.1.4")], [deleteAll(k2, A), add(k2, "127.30.1.4")])).to.equal(
        codes.NXRRSET,
      );
      expect(await resolver.resolve4("k2.corp.example")).to.deep.equal(["127.20.1.4"]);
    });

    it("compares sets as a whole, and checks the four kinds of existence", async () => {
      expect(await send([], [add(k2, "127.10.1.5")])).to.equal(codes.NOERROR);
      expect(await send([mustBe(k2, "127.10.1.4")], [])).to.equal(codes.NXRRSET);
      expect(await send([mustBe(k2, "127.10.1.5"), mustBe(k2, "127.10.1.4")], [])).to.equal(codes.NOERROR);
      expect(await send([mustExist(k2, CNAME)], [])).to.equal(codes.NXRRSET);
      expect(await send([mustExist("none.corp.example.", ANY)], [])).to.equal(codes.NXDOMAIN);
      expect(await send([mustNotExist(k2, ANY)], [])).to.equal(codes.YXDOMAIN);
      expect(await send([mustNotExist(k2, A)], [])).to.equal(codes.YXRRSET);
      expect(await send([mustNotExist(k2, CNAME), mustExist(k2, A)], [])).to.equal(codes.NOERROR);
    });

    it("all or nothing, and raises the serial only for a change", async () => {
      expect(await send([], [deleteAll(k2, A), add("none.corp.example.", "127.1.1.1")])).to.equal(
        codes.REFUSED,
      );
      expect(await resolver.resolve4("k2.corp.example")).to.deep.equal(["127.10.1.4"]);
      expect(server.zone.serial).to.equal(1);
      expect(await send([], [add(k2, "127.10.1.4", A, 120)])).to.equal(codes.NOERROR);
      expect(server.zone.serial).to.equal(1);
      expect(await send([], [add(k2, "127.10.1.4", A, 30)])).to.equal(codes.NOERROR);
      expect((await resolver.resolveSoa("corp.example")).serial).to.equal(2);
    });

    it("deletes one value, and gives a set one time to live", async () => {
      await send([], [add(k2, "127.10.1.5", A, 30)]);
      expect((await resolver.resolve4("k2.corp.example", { ttl: true })).map(({ ttl }) => ttl)).to.deep.equal(
        [30, 30],
      );
      expect(await send([], [deleteOne(k2, "127.10.1.4")])).to.equal(codes.NOERROR);
      expect(await resolver.resolve4("k2.corp.example")).to.deep.equal(["127.10.1.5"]);
    });

    it("treats CNAME beside other types as BIND does: success, and nothing changed", async () => {
      expect(await send([], [add(k2, "host.corp.example.", CNAME)])).to.equal(codes.NOERROR);
      expect(await resolver.resolve4("k2.corp.example")).to.deep.equal(["127.10.1.4"]);
      expect(await send([], [add("www.corp.example.", "127.1.1.1")])).to.equal(codes.NOERROR);
      expect(await resolver.resolveCname("www.corp.example")).to.deep.equal(["k2.corp.example"]);
      expect(await send([], [deleteAll(k2, A), add(k2, "one.corp.example.", CNAME)])).to.equal(codes.NOERROR);
      expect(await send([], [add(k2, "two.corp.example.", CNAME)])).to.equal(codes.NOERROR);
      expect(await resolver.resolveCname("k2.corp.example")).to.deep.equal(["two.corp.example"]);
    });

    it("only for granted names and types, and checks rights before prerequisites", async () => {
      expect(await send([], [add("a.apps.corp.example.", "127.1.1.1")])).to.equal(codes.NOERROR);
      expect(await send([], [add("other.corp.example.", "127.1.1.1")])).to.equal(codes.REFUSED);
      expect(await send([], [deleteAll("www.corp.example.", ANY)])).to.equal(codes.REFUSED);
      expect(await send([mustBe(k2, "9.9.9.9")], [add("other.corp.example.", "127.1.1.1")])).to.equal(
        codes.REFUSED,
      );
      expect(await send([], [add("k2.other.example.", "127.1.1.1")])).to.equal(codes.NOTZONE);
      expect(await send([], [add(k2, "127.1.1.1")], "other.example.")).to.equal(codes.NOTAUTH);
      expect(
        server.updates.map(({ key: by, code }) => `${by ?? "nobody"} ${code}`).slice(0, 2),
      ).to.deep.equal(["dr-key 0", "dr-key 5"]);
    });
  });

  describe("does wrong when told to", () => {
    it("answers from an old copy while it takes updates, until that ends", async () => {
      server.set({ stale: true });
      expect(await send([], [deleteAll(k2, A), add(k2, "127.20.1.4")])).to.equal(codes.NOERROR);
      expect(await resolver.resolve4("k2.corp.example")).to.deep.equal(["127.10.1.4"]);
      server.set({ stale: false });
      expect(await resolver.resolve4("k2.corp.example")).to.deep.equal(["127.20.1.4"]);
    });

    it("says nothing, says NOTAUTH, or says yes and does nothing", async () => {
      server.set({ silent: true });
      expect(await dns.overUdp(dns.query(k2), address, server.port, 80)).to.equal(undefined);
      server.set({ silent: false, notAuth: true });
      expect(await send([], [deleteAll(k2, A)])).to.equal(codes.NOTAUTH);
      server.set({ notAuth: false, lies: true });
      expect(await send([], [deleteAll(k2, A)])).to.equal(codes.NOERROR);
      expect(await resolver.resolve4("k2.corp.example")).to.deep.equal(["127.10.1.4"]);
    });
  });

  describe("on a host of the lab's network", () => {
    let lab: Fixture;
    beforeEach(async () => {
      lab = await fixture();
    });
    afterEach(() => lab.close());

    it("is silent while its site is cut off, gone while its host is down, and back at the same port", async () => {
      const there = dnsServer({
        zone: "corp.example",
        records: [{ name: "k2", type: "A", value: "127.10.1.4" }],
        keys: [],
      });
      await there.listen(k2Dr.address, 0, lab.network);
      const ask = (limitMs: number) => dns.overUdp(dns.query(k2), k2Dr.address, there.port, limitMs);
      expect(await ask(1000)).not.to.equal(undefined);
      await lab.network.siteCut("dr");
      expect(await ask(80)).to.equal(undefined);
      await lab.network.siteJoined("dr");
      const port = there.port;
      await lab.network.hostDown("K2DR01");
      expect(await ask(80)).to.equal(undefined);
      await lab.network.hostUp("K2DR01");
      expect(there.port).to.equal(port);
      expect(await ask(1000)).not.to.equal(undefined);
      await there.close();
    });
  });
});
