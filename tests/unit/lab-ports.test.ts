import { expect } from "chai";
import { execa } from "execa";
import { createInterface } from "node:readline";
import { somePort } from "../../lab/servers/network/ports.ts";
import { AppServer } from "../../lab/servers/app-server.ts";
import { k2Server } from "../../lab/servers/k2/server.ts";
import type { Listener } from "../../lab/servers/network.ts";
import type { Program } from "../../lab/servers/types.ts";
import { freePort } from "../../lab/world/free-port.ts";
import { fixture, type Fixture, greeting, k2Dr, k2Prd } from "./lab-fixture.ts";

/** From here on systems give ports to outgoing connections and to whoever asks for any. */
const givenUnasked = 32_768;

describe("the ports of the lab's servers", () => {
  let lab: Fixture;
  let taken: Listener;
  beforeEach(async () => {
    lab = await fixture();
    taken = await lab.network.listen("K2DR01", { port: 0, onConnection: (line) => line.resume() });
  });
  afterEach(() => lab.close());

  it("lie where no other program is given one unasked while a server is off", async () => {
    const listeners = await Promise.all(
      Array.from({ length: 8 }, () =>
        lab.network.listen("K2PRD01", { port: 0, onConnection: (line) => line.resume() }),
      ),
    );
    const datagrams = await lab.network.listenDatagrams("K2PRD01", { port: 0, onMessage: () => undefined });
    const chosen = await freePort([k2Prd.address, k2Dr.address]);
    for (const port of [...listeners.map((l) => l.port), datagrams.port, chosen])
      expect(port).to.be.within(1024, givenUnasked - 1);
  });

  it("are no other process's: one that is free while its server is off is not taken by another lab meanwhile", async () => {
    const module = new URL("../../lab/servers/network/ports.ts", import.meta.url).href;
    const program = `const { somePort } = await import(${JSON.stringify(module)});
      const ports = [];
      for (let i = 0; i < 40; i++) ports.push(await somePort());
      console.log(JSON.stringify(ports));
      process.stdin.resume();`;
    const others = [1, 2].map(() => execa(process.execPath, ["--input-type=module", "-e", program]));
    const printed = await Promise.all(
      others.map(async ({ stdout }) => {
        for await (const line of createInterface({ input: stdout })) return JSON.parse(line) as number[];
        throw new Error("it printed nothing");
      }),
    );
    const own: number[] = [];
    for (let i = 0; i < 40; i++) own.push(await somePort());
    for (const other of others) other.stdin.end();
    await Promise.all(others);
    const all = [...own, ...printed.flat()];
    expect(all).to.have.length(120);
    expect(new Set(all).size).to.equal(120);
  });

  it("are chosen where they are free at every address", async () => {
    const free = await freePort([k2Dr.address]);
    const picks = [taken.port, free];
    expect(await freePort([k2Prd.address, k2Dr.address], () => picks.shift() ?? 0)).to.equal(free);
    const never = await freePort([k2Prd.address, k2Dr.address], () => taken.port).then(() => "", String);
    expect(never).to.match(/none of 200 ports is free at 127\.10\.1\.4, 127\.20\.1\.4/);
  });

  async function service(name: string, program: Program, afterMs: number) {
    const host = await lab.host(k2Dr, { services: [{ name, startType: "manual", program }] });
    await host.services.start(name);
    await lab.clock.advance(afterMs);
    return host;
  }

  it("that another program has keep a K2 from answering, and no more: its log says so", async () => {
    const events: string[] = [];
    const program = k2Server({
      identity: k2Dr,
      clock: lab.clock,
      network: lab.network,
      disk: lab.disks.host("K2DR01"),
      events: { write: ({ message }) => void events.push(message) },
      query: () => Promise.resolve([{ n: 1 }]),
      work: () => Promise.resolve(),
      port: taken.port,
    });
    const host = await service("K2 Server", program, 2000);
    expect(program.isReady).to.equal(false);
    expect(events.join("\n")).to.match(/SocketException.*EADDRINUSE/);
    expect(host.services.find("K2 Server")?.state).to.equal("running");
  });

  it("that another program has are waited for by a service of an owner's own", async () => {
    const { port } = taken;
    await service(
      "Claims Service",
      new AppServer({
        identity: k2Dr,
        clock: lab.clock,
        network: lab.network,
        port,
        connect: () => Promise.resolve(),
        work: () => Promise.resolve(),
      }),
      500,
    );
    await taken.close();
    expect(await greeting(port, k2Dr.address)).to.equal("ECONNREFUSED");
    await lab.clock.advance(2000);
    expect(await greeting(port, k2Dr.address, { quietMs: 60 })).to.equal("silence");
  });
});
