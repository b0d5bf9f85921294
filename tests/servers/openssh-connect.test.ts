import { expect } from "chai";
import { once } from "node:events";
import { createServer, type AddressInfo, type Socket } from "node:net";
import type { Io } from "../../steps/act.ts";
import { hostKeyShownBy, openClient } from "../../steps/transports/ssh-connect.ts";
import { sshTo, Unreachable } from "../../steps/transports/ssh.ts";
import { failureOf } from "./failure.ts";
import { inStep } from "./in-step.ts";
import { lineTo, type Line } from "./line.ts";
import { loopback } from "./ports.ts";
import { stopServers } from "./running.ts";
import { hostOf, newKeyPair, sshd, startSshd, type Sshd } from "./sshd.ts";

const signal = new AbortController().signal;

describe(`a connection to OpenSSH${sshd.note}`, function () {
  const keys = { ed25519: newKeyPair("ed25519"), ecdsa: newKeyPair("ecdsa"), rsa: newKeyPair("rsa") };
  let server: Sshd;

  before(async function () {
    if (sshd.path === undefined) this.skip();
    server = await startSshd(Object.values(keys));
  });
  after(stopServers);

  const answerOf = (hostKey: string, login: string = server.login.privateKey): Promise<string> =>
    inStep({ hosts: [hostOf(server, hostKey)], files: { login } }, async (io) => {
      const { stdout } = await (await sshTo("K2DR01", io)).run("echo in");
      return stdout.trim();
    });

  for (const type of ["ed25519", "ecdsa", "rsa"] as const)
    it(`stands where the pinned ${type} key is one of several that the server has`, async () => {
      expect(await answerOf(keys[type].line)).to.equal("in");
    });

  it("is refused where the server shows another host key, with the line for estate.ts", async () => {
    const from = server.log().length;
    const error = await failureOf(answerOf(newKeyPair().line), Unreachable);
    expect(error.obstacle).to.equal("host key");
    expect(error.message).to.include(`hostKey: "${keys.ed25519.line}"`).and.include("K2DR01");
    await server.logged(/Connection (closed|reset)|Received disconnect/, from);
    expect(server.log().slice(from), "nobody tried to log in").not.to.match(/publickey|Accepted/);
  });

  it("is refused where the pinned key is of a type that the server does not have, with a key that it does", async () => {
    const onlyRsa = await startSshd([keys.rsa]);
    const host = hostOf(onlyRsa, keys.ed25519.line);
    const files = { login: onlyRsa.login.privateKey };
    const error = await failureOf(
      inStep({ hosts: [host], files }, (io) => sshTo("K2DR01", io)),
      Unreachable,
    );
    expect(error.obstacle).to.equal("host key");
    expect(error.message).to.include(`hostKey: "${keys.rsa.line}"`);
    await onlyRsa.stop();
  });

  it("can be asked for the host key alone, which is then accepted", async () => {
    const shown = await hostKeyShownBy({ ...server, host: "K2DR01", signal });
    expect(shown).to.equal(keys.ed25519.line);
    expect(await answerOf(shown)).to.equal("in");
  });

  it("is refused for a key that the server does not know, without a word of the key", async () => {
    const stranger = newKeyPair().privateKey;
    const error = await failureOf(answerOf(keys.ed25519.line, stranger), Unreachable);
    expect(error.obstacle).to.equal("login");
    expect(error.message).to.match(/refused the login of .+ with its key/);
    expect(error.message).not.to.include(stranger.split("\n")[1]);
  });

  it("is refused for a wrong password, without a word of it", async () => {
    const { ssh, ...host } = hostOf(server, keys.ed25519.line);
    if (!ssh) throw new Error("a host without ssh");
    const { port, user, hostKey } = ssh;
    const byPassword = { ...host, ssh: { port, user, hostKey, password: { file: "login" } } };
    const error = await failureOf(
      inStep({ hosts: [byPassword], files: { login: "Wrong-1" } }, (io) => sshTo("K2DR01", io)),
      Unreachable,
    );
    expect(error.obstacle).to.equal("login");
    expect(error.message)
      .to.match(/refused the login of .+ with its password/)
      .and.not.include("Wrong-1");
  });

  describe("of a step", () => {
    let line: Line;
    const inItsStep = <T>(work: (io: Io) => Promise<T>): Promise<T> =>
      inStep({ hosts: [hostOf(line, keys.ed25519.line)], files: { login: server.login.privateKey } }, work);

    beforeEach(async () => {
      line = await lineTo(server);
    });
    afterEach(() => line.close());

    it("is one for all its commands, and is closed when the step ends", async () => {
      await inItsStep(async (io) => {
        await (await sshTo("K2DR01", io)).run("true");
        await (await sshTo("K2DR01", io)).run("true");
      });
      await line.empty();
      expect(line.taken()).to.equal(1);
    });

    it("is closed when the step fails", async () => {
      const error = await failureOf(
        inItsStep(async (io) => {
          await sshTo("K2DR01", io);
          throw new RangeError("the step failed");
        }),
        RangeError,
      );
      expect(error.message).to.equal("the step failed");
      await line.empty();
      expect(line.taken()).to.equal(1);
    });

    it("is closed at once when the step ends, even where the server has gone silent meanwhile", async () => {
      let endedMs = 0;
      await inItsStep(async (io) => {
        expect((await (await sshTo("K2DR01", io)).run("true")).code).to.equal(0);
        line.goDead();
        endedMs = performance.now();
      });
      expect(performance.now() - endedMs).to.be.below(1000);
    });
  });

  it("is refused at once where nothing listens any more", async () => {
    const gone = await startSshd([keys.ed25519]);
    await gone.stop();
    const host = hostOf(gone, keys.ed25519.line);
    const files = { login: gone.login.privateKey };
    const error = await failureOf(
      inStep({ hosts: [host], files }, (io) => sshTo("K2DR01", io)),
      Unreachable,
    );
    expect(error.obstacle).to.equal("refused");
  });
});

describe("a connection to a server that accepts and then says nothing", () => {
  const held = new Set<Socket>();
  let greeting: string | undefined;
  const server = createServer((socket) => {
    held.add(socket.on("error", () => undefined));
    if (greeting !== undefined) socket.write(greeting);
  });
  const target = () => ({
    host: "K2PRD01",
    address: loopback,
    port: (server.address() as AddressInfo).port,
    signal,
  });

  before(async () => {
    server.listen(0, loopback);
    await once(server, "listening");
  });
  after(async () => {
    for (const socket of held) socket.destroy();
    server.close();
    await once(server, "close");
  });

  for (const [what, says] of [
    ["not even its version", undefined],
    ["only its version", "SSH-2.0-OpenSSH_for_Windows_9.5\r\n"],
  ] as const)
    it(`ends in the limit where it says ${what}`, async () => {
      greeting = says;
      const { privateKey, line } = newKeyPair();
      const error = await failureOf(
        openClient({ ...target(), user: "runner", hostKey: line, privateKey, limitSec: 0.2 }),
        Unreachable,
      );
      expect(error.obstacle).to.equal("silent");
      expect(error.message).to.include(
        "accepted the connection but did not finish the SSH handshake in 0.2 s",
      );
    });

  it("ends with the step's time where that is over first", async () => {
    greeting = undefined;
    const { privateKey, line } = newKeyPair();
    const step = { hosts: [hostOf(target(), line)], files: { login: privateKey }, limitSec: 0.2 };
    const error = await failureOf(
      inStep(step, (io) => sshTo("K2DR01", io)),
      Unreachable,
    );
    expect(error.obstacle).to.equal("aborted");
  });
});
