import { expect } from "chai";
import type { AliasFacts } from "../../components/alias/facts.ts";
import * as alias from "../../components/alias/run.ts";
import { ttlFindings } from "../../components/alias/readiness.ts";
import { dnsServer, type DnsServer } from "../../lab/servers/dns/server.ts";
import type { Finding } from "../../model/finding.ts";
import { looksFor } from "../../readiness/looks.ts";
import { gather } from "../../readiness/gather.ts";
import { alias as part } from "../../components/alias/part.ts";
import { holdingRecovery } from "./cli-fixture.ts";
import { stepBench } from "./step-io.ts";

const key = Buffer.from("0123456789abcdef0123456789abcdef").toString("base64");

describe("Readiness of a DNS alias", () => {
  const open: DnsServer[] = [];
  const serve = async (value: string | undefined, ttl = 60): Promise<DnsServer> => {
    const made = dnsServer({
      zone: "corp.example",
      records: value === undefined ? [] : [{ name: "k2", type: "A", value, ttl }],
      keys: [{ name: "dr-key", secretBase64: key, grants: [{ name: "k2" }] }],
    });
    await made.listen("127.0.0.1", 0);
    open.push(made);
    return made;
  };
  afterEach(async () => {
    for (const one of open.splice(0)) await one.close();
  });
  const at = (server: DnsServer) => ({ address: "127.0.0.1", port: server.port });

  /** Everything that readiness looks at for the name, its preflight among it, as the journal's facts have it. */
  async function look(
    main: DnsServer,
    {
      also = [],
      tsig = key,
      before = [],
    }: {
      readonly also?: readonly DnsServer[];
      readonly tsig?: string;
      readonly before?: readonly { readonly atSec: number; readonly value: number }[];
    } = {},
  ): Promise<{
    readonly told: readonly string[];
    readonly findings: readonly Finding[];
    readonly noted: object;
  }> {
    const facts: AliasFacts = {
      name: "k2.corp.example",
      zone: "corp.example",
      value: { primary: { type: "A", value: "127.10.1.4" }, dr: { type: "A", value: "127.20.1.4" } },
      ttlSec: 60,
      role: "client",
      dns: {
        update: { primary: at(main), dr: at(main) },
        key: { name: "dr-key", algorithm: "hmac-sha256", secret: { env: "TSIG" } },
        also: also.map(at),
      },
    };
    const parts = [{ id: "k2-name", kind: "alias", version: 1, facts }];
    const step = stepBench({ parts, secrets: { TSIG: tsig } });
    const looks = await looksFor(
      { ...holdingRecovery(), parts },
      { from: "primary", to: "dr", mode: "planned" },
      { journal: {} as never, parts: { alias: part }, runs: { alias: () => Promise.resolve(alias) } },
    );
    const { findings, noted } = await gather(looks, {
      io: step.io,
      to: "dr",
      hosts: [],
      limitSec: 10,
      before: () => before,
    });
    await step.end();
    return { findings, noted, told: findings.map((f) => `${f.severity} ${f.id}: ${f.says}`) };
  }

  it("finds nothing where it has the active site's value everywhere and its key is accepted", async () => {
    const { told, noted } = await look(await serve("127.10.1.4"), { also: [await serve("127.10.1.4")] });
    expect(told).to.deep.equal([]);
    expect(noted).to.deep.equal({ "ttl k2-name": 60 });
  });

  it("finds a value that is neither site's, and one that is the standby's already", async () => {
    const main = await serve("127.9.9.9");
    const found = await look(main);
    expect(found.told).to.include(
      `stops alias:k2-name/127.0.0.1:${String(main.port)}: k2.corp.example is 127.9.9.9 on 127.0.0.1:${String(main.port)}, and the estate says 127.10.1.4 (primary) or 127.20.1.4 (dr)`,
    );
    const early = await look(await serve("127.20.1.4"));
    expect(early.told.join()).to.match(
      /^risk alias:.* is 127\.20\.1\.4 on .* already, the value of dr, while primary is active$/,
    );
  });

  it("finds a key that the name server of the standby refuses: it could not be written there", async () => {
    const { findings } = await look(await serve("127.10.1.4"), { tsig: "d3Jvbmc=" });
    expect(findings[0]?.severity).to.equal("stops");
    expect(findings[0]?.says).to.contain("dr-key");
  });

  it("finds another name server that disagrees, and one that is silent", async () => {
    const other = await serve("127.9.9.9");
    const gone = await serve("127.10.1.4");
    await gone.close();
    open.pop();
    const { told } = await look(await serve("127.10.1.4"), { also: [other, gone] });
    expect(told.join("\n"))
      .to.match(/^stops alias:.* is 127\.9\.9\.9 on /m)
      .and.match(
        /^risk dns:.*the name server 127\.0\.0\.1:\d+, which holds k2\.corp\.example, does not answer: /m,
      );
  });

  it("finds a TTL that is too long, and one that was lowered too lately to count on", async () => {
    const { told, noted } = await look(await serve("127.10.1.4", 3600));
    expect(told).to.deep.equal([
      "risk ttl:k2-name: the TTL of k2.corp.example is 1h, more than the 1m of the estate: clients follow a move only after that time",
    ]);
    expect(noted).to.deep.equal({ "ttl k2-name": 3600 });
    const lowered = await look(await serve("127.10.1.4"), {
      before: [{ atSec: Date.now() / 1000 - 600, value: 3600 }],
    });
    expect(lowered.told.join()).to.match(
      /^note ttl-lowered:k2-name: the TTL of k2\.corp\.example was lowered, and answers with the old one live on until /,
    );
    const seen = [{ atSec: 1000, value: 3600 }];
    const of = { name: "k2", ttlSec: 60 };
    expect(ttlFindings("k2-name", of, 60, seen, 4599), "a second before").to.have.length(1);
    expect(ttlFindings("k2-name", of, 60, seen, 4600), "when it has passed").to.deep.equal([]);
  });
});
