import { createServer, type Server } from "node:net";
import { once } from "node:events";
import { expect } from "chai";
import type { AliasFacts } from "../../components/alias/facts.ts";
import * as alias from "../../components/alias/run.ts";
import { dnsServer, type DnsServer } from "../../lab/servers/dns/server.ts";
import { Refused } from "../../steps/act.ts";
import { DnsRefused } from "../../steps/transports/dns.ts";
import { bound, failure, run, stepBench, type StepBench } from "./step-io.ts";
import { until } from "./until.ts";

const key = Buffer.from("0123456789abcdef0123456789abcdef").toString("base64");
const name = "k2.corp.example";
const flip = { alias: name, from: "primary", to: "dr" };

describe("A DNS alias", () => {
  let main: DnsServer;
  let second: DnsServer;
  let step: StepBench;
  const open: DnsServer[] = [];
  const serve = async (value: string | undefined, type = "A"): Promise<DnsServer> => {
    const made = dnsServer({
      zone: "corp.example",
      records: value === undefined ? [] : [{ name: "k2", type, value, ttl: 600 }],
      keys: [{ name: "dr-key", secretBase64: key, grants: [{ name: "k2" }] }],
    });
    await made.listen("127.0.0.1", 0);
    open.push(made);
    return made;
  };
  const factsWith = (change: Partial<AliasFacts> = {}): AliasFacts => ({
    name,
    zone: "corp.example",
    value: { primary: { type: "A", value: "127.10.1.4" }, dr: { type: "A", value: "127.20.1.4" } },
    ttlSec: 60,
    role: "client",
    dns: {
      update: { primary: at(main), dr: at(main) },
      key: { name: "dr-key", algorithm: "hmac-sha256", secret: { env: "TSIG" } },
      also: [],
    },
    ...change,
  });
  const at = (server: DnsServer) => ({ address: "127.0.0.1", port: server.port });
  const begin = (facts: AliasFacts = factsWith(), tsig = key): void => {
    step = stepBench({ parts: [{ id: name, kind: "alias", version: 1, facts }], secrets: { TSIG: tsig } });
  };
  beforeEach(async () => {
    main = await serve("127.10.1.4");
    begin();
  });
  afterEach(async () => {
    for (const one of open.splice(0)) await one.close();
  });

  it("stays where it leads once others have ended what the flip belongs to", async () => {
    const mayStillAct = (): Promise<void> => Promise.reject(new Refused("activation 2 has begun since"));
    expect(
      String(await failure(run(bound(alias, "alias/flip", flip), { ...step.io, mayStillAct }))),
    ).to.match(/activation 2 has begun since/);
    expect(await run(bound(alias, "alias/flip", flip), step.io)).to.include({ there: true, acted: true });
  });

  it("shows the site that it leads to, as the servers have it that count for the one held to be active", async () => {
    const shown = async (active: "primary" | "dr", facts = factsWith()) =>
      (await alias.signs(facts, active, step.io)).map(({ site, shows, says }) => `${site} ${shows}: ${says}`);
    const place = `127.0.0.1:${String(main.port)}`;
    expect(await shown("primary")).to.deep.equal([
      `primary active: ${name} leads to 127.10.1.4 (primary) on ${place}`,
    ]);
    // The server of the site that was left came back with what was true before: it does not count.
    second = await serve("127.20.1.4");
    const facts = factsWith();
    const both = factsWith({ dns: { ...facts.dns, update: { primary: at(main), dr: at(second) } } });
    expect(await shown("dr", both)).to.have.length(1);
    expect((await shown("dr", both))[0]).to.match(/^dr active: .* leads to 127\.20\.1\.4 \(dr\)/);
    expect((await shown("primary", both))[0]).to.match(/^primary active/);
    main.zone.put({ name: "k2", type: "A", value: "10.9.9.9" });
    expect((await shown("primary"))[0]).to.match(
      /^primary neither: .* leads to 127\.10\.1\.4 and 10\.9\.9\.9 on/,
    );
    await main.close();
    expect((await shown("primary"))[0]).to.match(/^primary neither: .* does not say where/);
  });

  it("is flipped to the other site with its own TTL, and found so again without acting", async () => {
    expect(await run(bound(alias, "alias/flip", flip), step.io)).to.include({ there: true, acted: true });
    expect(main.zone.values("k2", "A")).to.deep.equal(["127.20.1.4"]);
    expect(main.zone.find("k2.corp.example.")[0]?.ttl).to.equal(60);
    expect(await run(bound(alias, "alias/flip", flip), step.io)).to.include({ there: true, acted: false });
    expect(main.updates).to.have.length(1);
  });

  it("that somebody else has changed is left alone, and the message says what was found", async () => {
    main = await serve("127.9.9.9");
    begin();
    const error = await failure(run(bound(alias, "alias/flip", flip), step.io));
    expect(error.message)
      .to.contain("is 127.9.9.9, neither")
      .and.contain("127.10.1.4")
      .and.contain("by hand");
    expect(main.zone.values("k2", "A")).to.deep.equal(["127.9.9.9"]);
  });

  it("changes its type in the same move", async () => {
    main = await serve("k2prd01.corp.example.", "CNAME");
    begin(
      factsWith({
        value: {
          primary: { type: "CNAME", value: "k2prd01.corp.example" },
          dr: { type: "A", value: "127.20.1.4" },
        },
      }),
    );
    expect((await run(bound(alias, "alias/flip", flip), step.io)).there).to.equal(true);
    expect(main.zone.values("k2", "CNAME")).to.be.empty;
    expect(main.zone.values("k2", "A")).to.deep.equal(["127.20.1.4"]);
  });

  it("is not believed because the server said that it was changed", async () => {
    main.set({ lies: true });
    const step2 = bound(alias, "alias/flip", flip);
    const acting = failure(step2.act?.(step.io) ?? Promise.resolve());
    expect(await step2.check(step.io)).to.include({ there: false });
    step.abort();
    await acting;
  });

  it("counts as flipped when all servers of the new site agree", async () => {
    second = await serve("127.10.1.4");
    begin(factsWith({ dns: { ...factsWith().dns, also: [{ ...at(second), site: "dr" }] } }));
    const flipping = run(bound(alias, "alias/flip", flip), step.io);
    await until("the name server is written to", () => main.updates.length > 0);
    const early = await bound(alias, "alias/flip", flip).check(step.io);
    expect(early.there).to.equal(false);
    expect(early.says).to.contain(`is 127.10.1.4 on 127.0.0.1:${String(second.port)}`);
    second.zone.replace(second.zone.records.filter(({ name: of }) => of !== "k2.corp.example."));
    second.zone.put({ name: "k2", type: "A", value: "127.20.1.4" });
    expect((await flipping).there).to.equal(true);
  });

  it("does not wait for a server of no site that is gone", async () => {
    second = await serve("127.10.1.4");
    begin(factsWith({ dns: { ...factsWith().dns, also: [at(second)] } }));
    await second.close();
    expect((await run(bound(alias, "alias/flip", flip), step.io)).there).to.equal(true);
  });

  it("is checked before a move without being changed, and a long TTL is told", async () => {
    const { serial } = main.zone;
    const found = await bound(alias, "alias/check", flip).check(step.io);
    expect(found.there).to.equal(true);
    expect(found.says).to.contain("dr-key is accepted").and.contain("600 s");
    expect(main.zone.serial).to.equal(serial);
  });

  it("has its key tried when it is provisioned, changing nothing: a wrong one is found on a quiet day", async () => {
    const { serial } = main.zone;
    const args = { facts: factsWith(), site: "dr" };
    const found = await bound(alias, "alias/key-accepted", args).check(step.io);
    expect(found).to.include({ there: true });
    expect(found.says).to.match(
      /accepts the key dr-key for k2\.corp\.example; its TTL there is 600 s.*Lower it there to 60/,
    );
    expect(main.zone.serial).to.equal(serial);
    begin(factsWith(), Buffer.alloc(32, 7).toString("base64"));
    expect(await failure(bound(alias, "alias/key-accepted", args).check(step.io))).to.be.instanceOf(
      DnsRefused,
    );
    const { key: named, ...dns } = factsWith().dns;
    const misspelt = factsWith({ dns: { ...dns, key: { ...named, name: "dr-keey" } } });
    begin(misspelt);
    const error = await failure(
      bound(alias, "alias/key-accepted", { ...args, facts: misspelt }).check(step.io),
    );
    expect(error.message).to.match(/dr-keey/);
  });

  it("whose key the server does not accept is found out before a move", async () => {
    const wrong = Buffer.alloc(32, 7).toString("base64");
    begin(factsWith(), wrong);
    const error = await failure(bound(alias, "alias/check", flip).check(step.io));
    expect(error).to.be.instanceOf(DnsRefused).with.property("code", "NOTAUTH");
    expect(error.message).to.contain("dr-key").and.not.contain(wrong);
  });

  it("whose key is not base64 is named with its reference", async () => {
    begin(factsWith(), "not base64!");
    const error = await failure(bound(alias, "alias/check", flip).check(step.io));
    expect(error.message).to.contain("environment variable TSIG").and.not.contain("not base64!");
  });

  it("is created with the active site's value, and never changed", async () => {
    main = await serve(undefined);
    const create = { facts: factsWith(), active: "dr", site: "primary" };
    expect(await run(bound(alias, "alias/create", create), step.io)).to.include({ there: true, acted: true });
    expect(main.zone.values("k2", "A")).to.deep.equal(["127.20.1.4"]);
    const again = { ...create, active: "primary" };
    expect(await run(bound(alias, "alias/create", again), step.io)).to.include({ there: true, acted: false });
    await bound(alias, "alias/create", again).act?.(step.io);
    expect(main.zone.values("k2", "A")).to.deep.equal(["127.20.1.4"]);
  });

  it("is created beside nothing: another type of the same name stays", async () => {
    main = await serve("elsewhere.corp.example.", "CNAME");
    const create = { facts: factsWith(), active: "dr", site: "primary" };
    const found = await run(bound(alias, "alias/create", create), step.io);
    expect(found).to.include({ there: true, acted: false });
    expect(found.says).to.contain("neither site's value");
  });

  it("shows what each of its servers holds, and which is silent", async () => {
    second = await serve("127.20.1.4");
    const facts = factsWith({
      dns: { ...factsWith().dns, also: [at(second), { address: "127.0.0.1", port: 1 }] },
    });
    const seen = await alias.observe(facts, step.io);
    expect(seen.answers.map(({ seen: one, problem }) => one?.values ?? problem?.slice(0, 10))).to.deep.equal([
      ["127.10.1.4"],
      ["127.20.1.4"],
      "DNS server",
    ]);
  });

  describe("as a client uses it", () => {
    let web: Server;
    let port: number;
    beforeEach(async () => {
      web = createServer((socket) => socket.destroy());
      web.listen(0, "127.20.1.4");
      await once(web, "listening");
      const listens = web.address();
      port = typeof listens === "object" && listens ? listens.port : 0;
    });
    afterEach(() => void web.close());

    it("answers when it leads to the new site and something listens there", async () => {
      const answers = bound(alias, "alias/answers", { alias: name, to: "dr", port });
      expect((await answers.check(step.io)).there).to.equal(false);
      await run(bound(alias, "alias/flip", flip), step.io);
      expect((await answers.check(step.io)).there).to.equal(true);
      web.close();
      await once(web, "close");
      const found = await answers.check(step.io);
      expect(found).to.include({ there: false });
      expect(found.says).to.contain(`port ${String(port)} does not answer`);
    });
  });
});
