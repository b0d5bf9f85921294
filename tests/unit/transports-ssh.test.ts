import { createServer, type Server } from "node:net";
import { once } from "node:events";
import { expect } from "chai";
import ssh2 from "ssh2";
import { newSshKey } from "../../lab/servers/windows/ssh/keys.ts";
import type { Host } from "../../model/host.ts";
import { algorithmsFor } from "../../steps/transports/ssh-key.ts";
import { hostKeyShownBy, openClient } from "../../steps/transports/ssh-connect.ts";
import { sftpPath } from "../../steps/transports/ssh-files.ts";
import { FileError, sshTo, Unreachable } from "../../steps/transports/ssh.ts";
import { failure, stepBench, type StepBench } from "./step-io.ts";
import { sshPassword, windowsBench, type WindowsBench } from "./windows-bench.ts";

const { utils } = ssh2;

describe("SSH to a Windows host", () => {
  let bench: WindowsBench;
  let step: StepBench;
  const begin = (
    change: Partial<NonNullable<Host["ssh"]>> = {},
    secrets = { SSH: sshPassword },
  ): StepBench => {
    const host = bench.host();
    if (!host.ssh) throw new Error("the bench has no ssh");
    return (step = stepBench({ hosts: [{ ...host, ssh: { ...host.ssh, ...change } }], secrets }));
  };
  beforeEach(async () => {
    bench = await windowsBench();
    begin();
  });
  afterEach(async () => {
    await step.end();
    await bench.close();
  });

  it("gives a command's exit code and both outputs, and passes its input", async () => {
    const ssh = await sshTo("K2DR01", step.io);
    const good = await ssh.run("echo hello");
    expect(good).to.deep.equal({ code: 0, stdout: "hello\r\n", stderr: "" });
    const bad = await ssh.run('sc.exe queryex "No Such"');
    expect(bad.code).to.equal(1060);
    const upper = await ssh.run("upper", { input: "hello\r\nworld" });
    expect(upper).to.deep.equal({ code: 3, stdout: "HELLO\r\nWORLD", stderr: "" });
  });

  it("opens one connection for a step, whoever asks, and closes it at its end", async () => {
    const [one, two] = await Promise.all([sshTo("K2DR01", step.io), sshTo("K2DR01", step.io)]);
    expect(one).to.equal(two);
    expect(bench.server.ssh.logons).to.have.length(1);
    await step.end();
    const error = await failure(one.run("echo x"));
    expect(error).to.be.instanceOf(Unreachable);
  });

  it("opens a new one after the old one broke", async () => {
    const one = await sshTo("K2DR01", step.io);
    await bench.network.hostDown("K2DR01");
    expect(await failure(one.run("echo x")))
      .to.be.instanceOf(Unreachable)
      .with.property("obstacle", "broken");
    expect(await failure(sshTo("K2DR01", step.io)))
      .to.be.instanceOf(Unreachable)
      .with.property("obstacle", "refused");
    expect(bench.server.ssh.logons).to.have.length(1);
  });

  it("writes and reads files by their Windows paths, and replaces what is there", async () => {
    const ssh = await sshTo("K2DR01", step.io);
    const path = "C:\\ProgramData\\answers.xml";
    await ssh.writeFile(path, "old");
    await ssh.writeFile(path, Buffer.from("new, with ü"));
    expect((await ssh.readFile(path)).toString("utf8")).to.equal("new, with ü");
    expect((await bench.server.disk.list("C:\\ProgramData")).map(({ name }) => name)).to.deep.equal([
      "answers.xml",
    ]);
  });

  it("says which file is missing", async () => {
    const ssh = await sshTo("K2DR01", step.io);
    const error = await failure(ssh.readFile("C:\\ProgramData\\none.xml"));
    expect(error).to.be.instanceOf(FileError).with.property("missing", true);
    expect(error.message).to.contain("K2DR01").and.contain("C:\\ProgramData\\none.xml");
  });

  it("refuses a server that shows another host key, before it sends a password, and prints that key for estate.ts", async () => {
    const other = bench.host().ssh?.hostKey ?? "";
    bench.server.ssh.changeHostKey();
    begin({ hostKey: other });
    const error = await failure(sshTo("K2DR01", step.io));
    expect(error).to.be.instanceOf(Unreachable).with.property("obstacle", "host key");
    expect(error.message).to.contain(`hostKey: "${bench.server.ssh.publicKey}"`).and.contain("blindly");
    expect(bench.server.ssh.logons).to.be.empty;
  });

  it("refuses a key that differs only in its last characters", async () => {
    const key = bench.server.ssh.publicKey;
    const [swapped] = [key.slice(0, -1) + (key.endsWith("A") ? "B" : "A")];
    begin({ hostKey: swapped });
    expect(await failure(sshTo("K2DR01", step.io))).to.have.property("obstacle", "host key");
  });

  it("names the key found where the server has none of the pinned kind", async () => {
    const rsa = utils.generateKeyPairSync("ecdsa", { bits: 256 });
    begin({ hostKey: rsa.public.trim().split(" ").slice(0, 2).join(" ") });
    const error = await failure(sshTo("K2DR01", step.io));
    expect(error).to.have.property("obstacle", "host key");
    expect(error.message).to.contain(bench.server.ssh.publicKey);
  });

  it("reads the key that a server shows, for the estate to pin", async () => {
    const { port } = bench.server.ssh;
    const signal = new AbortController().signal;
    const shown = await hostKeyShownBy({ host: "K2DR01", address: "127.20.1.4", port, signal });
    expect(shown).to.equal(bench.server.ssh.publicKey);
  });

  it("says whose login was refused, and nothing of the password", async () => {
    begin({}, { SSH: "wrong-battery" });
    const error = await failure(sshTo("K2DR01", step.io));
    expect(error).to.have.property("obstacle", "login");
    expect(error.message).to.contain("CORP\\svc-dr").and.contain("password").and.not.contain("wrong-battery");
  });

  it("logs in with a private key, and says when it is not one", async () => {
    const pair = newSshKey();
    await bench.close();
    bench = await windowsBench([], { publicKeys: [pair.public] });
    const keyed = { privateKey: { env: "KEY" } };
    begin(keyed, { SSH: "", KEY: pair.private } as never);
    await sshTo("K2DR01", step.io);
    expect(bench.server.ssh.logons.map(({ logon }) => logon)).to.deep.equal(["publickey"]);
    await step.end();
    begin(keyed, { SSH: "", KEY: "no key at all" } as never);
    expect((await failure(sshTo("K2DR01", step.io))).message)
      .to.contain("environment variable KEY")
      .and.not.contain("no key at all");
  });

  it("ends a command that outlasts its limit", async () => {
    bench.server.ssh.fault = { kind: "answers late", delayMs: 8000 };
    const ssh = await sshTo("K2DR01", step.io);
    const error = await failure(ssh.run("ver", { limitSec: 0.2 }));
    expect(error).to.be.instanceOf(Unreachable);
    expect(error.message).to.contain("K2DR01").and.contain("0.2 s").and.contain("ver");
  });

  it("ends a command when the step's time is over", async () => {
    bench.server.ssh.fault = { kind: "answers late", delayMs: 8000 };
    const ssh = await sshTo("K2DR01", step.io);
    const running = failure(ssh.run("ver"));
    step.abort();
    expect(await running)
      .to.be.instanceOf(Unreachable)
      .with.property("obstacle", "aborted");
  });

  it("notices a connection that breaks off half-way through an answer", async () => {
    bench.server.ssh.fault = { kind: "breaks off" };
    const ssh = await sshTo("K2DR01", step.io);
    expect(await failure(ssh.run("ver")))
      .to.be.instanceOf(Unreachable)
      .with.property("obstacle", "broken");
  });

  it("gives up on a host that accepts connections and stalls in the handshake", async () => {
    bench.server.ssh.fault = { kind: "stalls in handshake" };
    const { address, ssh } = bench.host();
    const target = { host: "K2DR01", address, port: ssh?.port ?? 0, user: "x", hostKey: ssh?.hostKey ?? "" };
    const { signal } = new AbortController();
    const error = await failure(openClient({ ...target, password: "x", signal, limitSec: 0.2 }));
    expect(error).to.have.property("obstacle", "silent");
    expect(error.message).to.contain("handshake");
  });

  it("asks for SSH access in the estate where a host has none", async () => {
    const { ssh: _, ...rest } = bench.host();
    step = stepBench({ hosts: [rest] });
    expect((await failure(sshTo("K2DR01", step.io))).message).to.contain("Write ssh:");
  });
});

describe("A port that answers in another language", () => {
  let server: Server;
  before(async () => {
    server = createServer((socket) => socket.end("HTTP/1.1 400 Bad Request\r\n\r\n"));
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
  });
  after(() => void server.close());

  it("is no SSH server, and the message says so", async () => {
    const at = server.address();
    const port = typeof at === "object" && at ? at.port : 0;
    const { signal } = new AbortController();
    const target = { host: "WEB01", address: "127.0.0.1", port, user: "x", hostKey: "ssh-ed25519 AAAA" };
    const error = await failure(openClient({ ...target, password: "x", signal }));
    expect(error).to.be.instanceOf(Unreachable).with.property("obstacle", "handshake");
    expect(error.message).to.match(/^WEB01 \(127\.0\.0\.1:\d+\) /);
  });
});

describe("SSH details", () => {
  it("asks first for the kind of key that is pinned, and then for any other", () => {
    expect(algorithmsFor("ssh-rsa AAAA").slice(0, 3)).to.deep.equal([
      "rsa-sha2-512",
      "rsa-sha2-256",
      "ssh-rsa",
    ]);
    expect(algorithmsFor("ecdsa-sha2-nistp256 AAAA")[0]).to.equal("ecdsa-sha2-nistp256");
    for (const pinned of ["ssh-rsa A", "ssh-ed25519 A", "ssh-unheard-of A"])
      expect(new Set(algorithmsFor(pinned)).size).to.equal(7);
  });
  it("writes Windows paths as SFTP has them, and refuses shares", () => {
    expect(sftpPath("C:\\k2\\setup.xml")).to.equal("/C:/k2/setup.xml");
    expect(() => sftpPath("\\\\FS01\\share\\x")).to.throw("drives of the server");
  });
});
