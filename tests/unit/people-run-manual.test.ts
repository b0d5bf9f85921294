import { expect } from "chai";
import { createServer, type Server } from "node:net";
import { skipOf } from "../../cli/skip/may.ts";
import { rig } from "./runner-rig.ts";
import { estate, more, parts, reply, seenBy, until, upTo } from "./people-bench.ts";

describe("a manual step", () => {
  let server: Server | undefined;
  afterEach(() => server?.close());
  const listen = async (): Promise<{ address: string; port: number }> => {
    server = createServer((socket) => socket.end());
    await new Promise<void>((resolve) => server?.listen(0, "127.0.0.1", resolve));
    const at = server.address();
    return { address: "127.0.0.1", port: typeof at === "object" && at ? at.port : 0 };
  };

  it("ends by itself when its probe answers", async () => {
    const at = await listen();
    await new Promise((resolve) => server?.close(resolve));
    const r = await rig("planned", { estate: estate({ step: { probe: at } }), more });
    await upTo(r, "lb/confirm");
    const waits = r.run("lb/confirm");
    await until(r, (s) => s.people.waiting.has("lb/confirm"));
    expect((await seenBy(r)).people.waiting.get("lb/confirm")).to.include({
      for: "manual step",
      says: "point the pool at D",
      owner: "Network team",
      telephone: "+44 1",
      limitSec: 3600,
    });
    server = createServer((socket) => socket.end());
    server.listen(at.port, at.address);
    expect(await waits).to.equal(`done: it is done: 127.0.0.1 answers on port ${String(at.port)}`);
    expect([...(await r.all()).keys()]).to.deep.equal([]);
  });

  it("asks nobody where its probe answers already", async () => {
    const r = await rig("planned", { estate: estate({ step: { probe: await listen() } }), more });
    await upTo(r, "lb/confirm");
    expect(await r.run("lb/confirm")).to.match(/^already: it is done/);
    expect((await seenBy(r)).people.asked.size).to.equal(0);
  });

  it("ends when it is skipped while it waits, and the move completes with that exception", async () => {
    const r = await rig("planned", { estate: estate({ step: {} }), more });
    await upTo(r, "lb/confirm");
    const waits = r.run("lb/confirm");
    await until(r, (s) => s.people.waiting.has("lb/confirm"));
    await r.journal.append((now) => skipOf(now, parts, { step: "lb/confirm", as: "bo", reason: "tomorrow" }));
    expect(await waits).to.equal('skipped by bo ("tomorrow")');
    expect(await r.run("lb/confirm"), "run again").to.match(/^already: skipped by bo/);
    expect([...(await r.all()).keys()]).to.deep.equal([]);
    const completed = (await r.journal.entries()).find((e) => e.kind === "completed");
    expect(completed).to.deep.include({ exceptions: ["lb/confirm"] });
  });

  it("that a move can do without ends with a verdict when somebody declines it, and the move goes on", async () => {
    const r = await rig("planned", { estate: estate({ step: { critical: false } }), more });
    await upTo(r, "lb/confirm");
    const waits = r.run("lb/confirm");
    await until(r, (s) => s.people.waiting.has("lb/confirm"));
    await reply(r, "lb/confirm", "declined");
    expect(await waits).to.match(/^failed, and the cutover goes on: declined by bo/);
    expect([...(await r.all({ but: ["lb/confirm"] })).keys()]).to.deep.equal([]);
    expect((await seenBy(r)).active).to.equal("dr");
  });
});
