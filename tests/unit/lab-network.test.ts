import { expect } from "chai";
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import type { Listener } from "../../lab/servers/network.ts";
import { type Fixture, fixture, greeting, k2Dr, k2Prd, sqlPrd, until } from "./lab-fixture.ts";

describe("the lab's network", () => {
  let lab: Fixture;
  let door: Listener;
  beforeEach(async () => {
    lab = await fixture();
    door = await lab.network.listen("SQLPRD01", {
      port: 0,
      onConnection: (line) => {
        line.write("hello");
        line.pipe(line);
      },
    });
  });
  afterEach(() => lab.close());
  const greet = (from?: string) => greeting(door.port, sqlPrd.address, from === undefined ? {} : { from });

  it("refuses connections to a host that is down, and opens the same port when it is up again", async () => {
    const port = door.port;
    expect(await greet()).to.equal("hello");
    const standing = connect(port, sqlPrd.address);
    standing.on("error", () => undefined);
    await once(standing, "data");
    const closed = new Promise((resolve) => standing.on("close", resolve));
    await lab.network.hostDown("SQLPRD01");
    await closed;
    expect(await greet()).to.equal("ECONNREFUSED");
    expect(lab.network.isUp("SQLPRD01")).to.equal(false);
    await lab.network.hostUp("SQLPRD01");
    expect(door.port).to.equal(port);
    expect(await greet()).to.equal("hello");
  });

  it("takes down a whole site, and leaves down what was down by itself", async () => {
    await lab.network.hostDown("SQLPRD01");
    await lab.network.siteDown("primary");
    expect(lab.network.reachable("K2DR01", "K2PRD01")).to.equal(false);
    await lab.network.siteUp("primary");
    expect(lab.network.reachable("K2DR01", "K2PRD01")).to.equal(true);
    expect(await greet()).to.equal("ECONNREFUSED");
    await lab.network.hostUp("SQLPRD01");
    expect(await greet()).to.equal("hello");
  });

  /** A connection that stands, from a lab host or from the machine that runs the tool, and what it has heard. */
  const standing = async (from?: string): Promise<{ socket: Socket; heard(): string }> => {
    const socket = connect({
      port: door.port,
      host: sqlPrd.address,
      ...(from === undefined ? {} : { localAddress: from }),
    });
    let heard = "";
    socket.on("error", () => undefined);
    socket.on("data", (data) => void (heard += data.toString()));
    await until("the greeting arrives", () => heard === "hello");
    return { socket, heard: () => heard };
  };

  it("cuts a site off: no connection to it completes, what stands inside goes on, and joining brings all back", async () => {
    const [inside, outside] = [await standing(k2Prd.address), await standing()];
    const port = door.port;
    await lab.network.siteCut("primary");
    for (const from of [undefined, k2Dr.address]) expect(await greet(from)).to.equal("ECONNREFUSED");
    expect(lab.network.isUp("SQLPRD01")).to.equal(true);
    expect(lab.network.isCut("primary")).to.equal(true);
    expect(lab.network.reachable("K2DR01", "SQLPRD01")).to.equal(false);
    expect(lab.network.reachable("K2PRD01", "SQLPRD01")).to.equal(true);
    outside.socket.write(" out");
    inside.socket.write(" in");
    await until("the echo arrives inside", () => inside.heard() === "hello in");
    const started = await lab.network.listen("K2PRD01", { port: 0, onConnection: (line) => line.end("new") });
    expect(outside.heard()).to.equal("hello");
    await lab.network.siteJoined("primary");
    expect(door.port).to.equal(port);
    expect(await greet()).to.equal("hello");
    expect(await greeting(started.port, k2Prd.address)).to.equal("new");
    await until("what was held back arrives", () => outside.heard() === "hello out");
    inside.socket.destroy();
    outside.socket.destroy();
  });

  it("cuts a site off by resets: what stands from outside breaks", async () => {
    const [inside, outside] = [await standing(k2Prd.address), await standing()];
    const closed = new Promise((resolve) => outside.socket.on("close", resolve));
    await lab.network.siteCut("primary", "reset");
    await closed;
    expect(await greet()).to.equal("ECONNREFUSED");
    inside.socket.write(" in");
    await until("the echo arrives inside", () => inside.heard() === "hello in");
    inside.socket.destroy();
  });

  it("lets nobody in to a site that is cut off and loses its power, until it has both again", async () => {
    await lab.network.siteCut("primary");
    await lab.network.siteDown("primary");
    await lab.network.siteJoined("primary");
    expect(await greet()).to.equal("ECONNREFUSED");
    await lab.network.siteCut("primary");
    await lab.network.siteUp("primary");
    expect(await greet()).to.equal("ECONNREFUSED");
    await lab.network.siteJoined("primary");
    expect(await greet()).to.equal("hello");
  });

  it("cuts only what lies between two hosts", async () => {
    lab.network.linkCut({ host: "K2PRD01" }, { host: "SQLPRD01" });
    expect(lab.network.reachable("K2PRD01", "SQLPRD01")).to.equal(false);
    expect(lab.network.reachable("K2DR01", "SQLPRD01")).to.equal(true);
    expect(await greet()).to.equal("hello");
    lab.network.linkJoined({ host: "SQLPRD01" }, { host: "K2PRD01" });
    lab.network.linkCut("runner", { site: "primary" });
    expect(await greeting(door.port, sqlPrd.address, { quietMs: 60 })).to.equal("silence");
    expect(await greet(k2Dr.address)).to.equal("hello");
  });

  it("lets a host accept and say nothing, and delivers what was held back when it answers again", async () => {
    lab.network.hostStalls("SQLPRD01");
    const socket = connect(door.port, sqlPrd.address);
    let heard = "";
    socket.on("data", (data) => void (heard += data.toString()));
    await once(socket, "connect");
    expect(await greeting(door.port, sqlPrd.address, { quietMs: 60 })).to.equal("silence");
    lab.network.hostAnswers("SQLPRD01");
    await until("the greeting arrives", () => heard === "hello");
    lab.network.hostStalls("SQLPRD01");
    socket.write(" again");
    expect(await greeting(door.port, sqlPrd.address, { quietMs: 60 })).to.equal("silence");
    expect(heard).to.equal("hello");
    lab.network.hostAnswers("SQLPRD01");
    await until("the echo arrives", () => heard === "hello again");
    socket.destroy();
  });

  it("slows a host down by the given time in each direction", async () => {
    lab.network.hostSlow("SQLPRD01", 40);
    const socket = connect(door.port, sqlPrd.address);
    await once(socket, "data");
    const begun = performance.now();
    socket.write("ping");
    await once(socket, "data");
    expect(performance.now() - begun).to.be.at.least(79);
    socket.destroy();
  });

  it("says when a host loses its power and when it has it back", async () => {
    const seen: boolean[] = [];
    lab.network.onPower("SQLPRD01", (on) => void seen.push(on));
    await lab.network.hostDown("SQLPRD01");
    await lab.network.siteDown("primary");
    await lab.network.siteUp("primary");
    await lab.network.hostUp("SQLPRD01");
    expect(seen).to.deep.equal([false, true]);
  });

  it("names the host that it does not know and those that it knows", async () => {
    const failure: unknown = await lab.network.hostDown("NOBODY").catch((error: unknown) => error);
    expect(String(failure)).to.include("no host NOBODY").and.include("K2PRD01, SQLPRD01, K2DR01");
  });
});
