import { expect } from "chai";
import { createServer } from "node:net";
import { once } from "node:events";
import { seenFrom } from "../../steps/transports/seen-from.ts";
import type { Observer } from "../../model/observer.ts";
import { inStep } from "./in-step.ts";
import { freePort, loopback } from "./ports.ts";
import { stopServers } from "./running.ts";
import { hostOf, newKeyPair, sshd, startSshd, type Sshd } from "./sshd.ts";

describe(`ports as another server sees them, over OpenSSH${sshd.note}`, function () {
  const hostKey = newKeyPair();
  before(function () {
    if (sshd.path === undefined) this.skip();
  });
  after(stopServers);

  const ask = async (server: Sshd, ports: readonly number[]): Promise<readonly (boolean | string)[]> => {
    const { ssh } = hostOf(server, hostKey.line);
    if (!ssh) throw new Error("the server has no ssh");
    const observer: Observer = { id: "OBS01", address: server.address, ssh };
    return inStep({ files: { login: server.login.privateKey } }, (io) =>
      seenFrom(
        observer,
        ports.map((port) => ({ address: loopback, port })),
        io,
      ),
    );
  };

  it("one that listens is open, one that nobody listens on is not", async () => {
    const server = await startSshd([hostKey]);
    const listener = createServer((socket) => {
      socket.on("error", () => undefined).destroy();
    }).listen(0, loopback);
    await once(listener, "listening");
    const at = listener.address();
    const port = at !== null && typeof at === "object" ? at.port : 0;
    try {
      expect(await ask(server, [port, await freePort(), port])).to.deep.equal([true, false, true]);
    } finally {
      listener.close();
    }
  });

  it("a server that forwards nothing says how to let it", async () => {
    const server = await startSshd([hostKey], "AllowTcpForwarding no");
    expect((await ask(server, [22]))[0]).to.match(
      /^OBS01 may not connect to 127\.0\.0\.1:22 for .*"AllowTcpForwarding local"/,
    );
  });

  it("a port that it may not connect to hides nothing of another that it may", async () => {
    const port = await freePort();
    const server = await startSshd([hostKey], `PermitOpen ${loopback}:${String(port)}`);
    const listener = createServer((socket) => socket.on("error", () => undefined).destroy());
    listener.listen(port, loopback);
    await once(listener, "listening");
    try {
      const [open, forbidden] = await ask(server, [port, port + 1]);
      expect(open).to.equal(true);
      expect(forbidden).to.match(/PermitOpen/);
    } finally {
      listener.close();
    }
  });
});
