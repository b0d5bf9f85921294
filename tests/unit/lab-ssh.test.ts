import { expect } from "chai";
import ssh2 from "ssh2";
import type { Client, ConnectConfig, SFTPWrapper } from "ssh2";
import type { WindowsHost } from "../../lab/servers/windows/host.ts";
import { newSshKey } from "../../lab/servers/windows/ssh/keys.ts";
import { type Fixture, fixture, k2Dr, k2Prd, startMs, until } from "./lab-fixture.ts";

const key = newSshKey();
const otherKey = newSshKey();

interface Answer {
  readonly code: number | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

function run(client: Client, line: string, input?: string): Promise<Answer> {
  return new Promise((resolve, reject) => {
    client.on("error", reject);
    client.exec(line, (error, channel) => {
      if (error) {
        reject(error);
        return;
      }
      let [stdout, stderr] = ["", ""];
      let code: number | undefined;
      channel.on("data", (data: Buffer) => void (stdout += data.toString()));
      channel.stderr.on("data", (data: Buffer) => void (stderr += data.toString()));
      channel.on("exit", (given: number) => void (code = given));
      channel.on("close", () => resolve({ code, stdout, stderr }));
      if (input !== undefined) channel.end(input);
    });
  });
}

/** Waits for the callback style of ssh2's SFTP client. */
const asked = <T>(call: (done: (error: Error | null | undefined, value: T) => void) => void): Promise<T> =>
  new Promise((resolve, reject) => call((error, value) => (error ? reject(error) : resolve(value))));

describe("an SSH key of the lab", () => {
  it("can be read again, every one of them, and signs what its public half verifies", () => {
    for (let made = 0; made < 300; made++) {
      const pair = newSshKey();
      const [secret, open] = [ssh2.utils.parseKey(pair.private), ssh2.utils.parseKey(pair.public)];
      if (secret instanceof Error || open instanceof Error)
        throw new Error("The lab made a key that is none.");
      const data = Buffer.from("signed");
      const signature: unknown = secret.sign(data);
      expect(Buffer.isBuffer(signature) && open.verify(data, signature)).to.equal(true);
      expect(secret.getPublicSSH().equals(open.getPublicSSH())).to.equal(true);
    }
  });
});

describe("the SSH server of a Windows host", () => {
  let lab: Fixture;
  let host: WindowsHost;
  const clients: Client[] = [];
  beforeEach(async () => {
    lab = await fixture();
    host = await lab.host(k2Prd, {
      users: [
        { name: "CORP\\svc-dr", password: "correct", publicKeys: [key.public] },
        { name: "CORP\\reader", password: "correct", rights: [] },
      ],
      services: [{ name: "K2 Server", startUpMs: 1000, stopMs: 1000 }],
    });
  });
  afterEach(async () => {
    for (const client of clients.splice(0)) client.destroy();
    await lab.close();
  });

  function connect(config: ConnectConfig = { password: "correct" }): Promise<Client> {
    const client = new ssh2.Client();
    clients.push(client);
    // Without it each small packet waits for the acknowledgement of the one before, 40 ms a time.
    client.on("connect", () => client.setNoDelay(true));
    return new Promise((resolve, reject) => {
      client.on("ready", () => resolve(client));
      client.on("error", reject);
      client.on("close", () => reject(new Error("closed before it was ready")));
      client.connect({ host: k2Prd.address, port: host.ssh.port, username: "svc-dr", ...config });
    });
  }
  const failure = async (work: Promise<unknown>): Promise<string> =>
    work.then(
      () => "no failure",
      (error: unknown) => String(error),
    );

  it("lets in by password or key, with or without the domain, and nobody else", async () => {
    await connect();
    await connect({ username: "CORP\\SVC-DR", privateKey: key.private });
    expect(host.ssh.logons.map(({ user, logon }) => `${user} ${logon}`)).to.deep.equal([
      "CORP\\svc-dr password",
      "CORP\\svc-dr publickey",
    ]);
    for (const config of [
      { password: "wrong" },
      { privateKey: otherKey.private },
      { username: "nobody", password: "correct" },
      { username: "reader", privateKey: key.private },
    ]) {
      expect(await failure(connect(config))).to.include("All configured authentication methods failed");
    }
  });

  it("shows the ed25519 key that it was given, and another one after it was changed", async () => {
    const seen: string[] = [];
    const note = {
      password: "correct",
      hostHash: "sha256",
      hostVerifier: (hash: string) => (seen.push(hash), true),
    };
    const given = newSshKey();
    const named = await lab.host(k2Dr, {
      sshHostKey: given.private,
      users: [{ name: "svc-dr", password: "correct" }],
    });
    expect(named.ssh.publicKey).to.equal(given.public);
    await connect(note);
    const first = host.ssh.fingerprint;
    host.ssh.changeHostKey();
    await connect(note);
    const printed = seen.map(
      (hash) => `SHA256:${Buffer.from(hash, "hex").toString("base64").replace(/=+$/, "")}`,
    );
    expect(printed).to.deep.equal([first, host.ssh.fingerprint]);
    expect(first).not.to.equal(host.ssh.fingerprint);
  });

  it("runs commands with their output, errors and exit code, several on one connection", async () => {
    const client = await connect();
    expect(await run(client, "hostname && whoami")).to.deep.equal({
      code: 0,
      stdout: "K2PRD01\r\ncorp\\svc-dr\r\n",
      stderr: "",
    });
    expect((await run(client, "sc query none")).code).to.equal(1060);
    const both = await Promise.all([run(client, "echo one"), run(client, "nosuch")]);
    expect(both.map(({ code }) => code)).to.deep.equal([0, 1]);
    expect(both[1].stderr).to.include("'nosuch' is not recognized");
    expect((await run(client, "cd")).stdout).to.equal("C:\\Users\\svc-dr\r\n");
  });

  it("passes standard input on", async () => {
    const client = await connect();
    await run(client, "reg add HKLM\\SOFTWARE\\X /v N /d old /f");
    expect((await run(client, "reg add HKLM\\SOFTWARE\\X /v N /d new", "y\r\n")).code).to.equal(0);
    expect(host.registry.value("HKLM\\SOFTWARE\\X", "N")?.data).to.equal("new");
  });

  it("answers a waiting command when lab time has passed", async () => {
    const client = await connect();
    const stopping = run(client, 'net stop "K2 Server"');
    await until("the service is stopping", () => host.services.find("K2 Server")?.state === "stop-pending");
    await lab.clock.advance(2000);
    expect((await stopping).stdout).to.include("was stopped successfully");
  });

  it("carries files over SFTP in both directions, in pieces, and renames, lists and removes them", async () => {
    const client = await connect();
    const sftp = await asked<SFTPWrapper>((done) => client.sftp(done));
    const data = Buffer.alloc(300_000, "k2 ");
    await asked((done) => sftp.mkdir("/C:/Scripts", (error) => done(error, undefined)));
    await asked((done) => sftp.writeFile("/C:/Scripts/x.ps1", data, (error) => done(error, undefined)));
    expect((await lab.disks.host("K2PRD01").read("C:\\Scripts\\x.ps1")).equals(data)).to.equal(true);
    expect((await asked<Buffer>((done) => sftp.readFile("C:/scripts/X.PS1", done))).equals(data)).to.equal(
      true,
    );
    const stats = await asked<ssh2.Stats>((done) => sftp.stat("/C:/Scripts/x.ps1", done));
    expect([stats.size, stats.isFile()]).to.deep.equal([data.length, true]);
    expect(stats.mtime).to.be.within(startMs / 1000, lab.clock.now() / 1000);
    await asked((done) =>
      sftp.rename("/C:/Scripts/x.ps1", "/C:/Scripts/y.ps1", (error) => done(error, undefined)),
    );
    const names = (await asked<ssh2.FileEntry[]>((done) => sftp.readdir("/C:/Scripts", done))).map(
      ({ filename }) => filename,
    );
    expect(names).to.deep.equal(["y.ps1"]);
    await asked((done) => sftp.writeFile("home.txt", "x", (error) => done(error, undefined)));
    expect((await run(client, "dir /b *.txt")).stdout).to.equal("home.txt\r\n");
    const home = await asked<string>((done) => sftp.realpath(".", (error, path) => done(error, path)));
    expect(home).to.equal("/C:/Users/svc-dr");
    await asked((done) => sftp.unlink("/C:/Scripts/y.ps1", (error) => done(error, undefined)));
    expect(await failure(asked((done) => sftp.stat("/C:/Scripts/y.ps1", done)))).to.include(
      "the system cannot find the file specified",
    );
  });

  it("gives a logon by key no way to a share of another host, and a logon by password one", async () => {
    await lab.host(k2Dr);
    lab.disks.host("K2DR01").share("in", "D:\\");
    await lab.disks.host("K2DR01").write("D:\\a.txt", Buffer.from("a"));
    const byKey = await connect({ privateKey: key.private });
    const byPassword = await connect();
    expect(await run(byKey, "type \\\\K2DR01\\in\\a.txt")).to.deep.equal({
      code: 1,
      stdout: "",
      stderr: "Access is denied.\r\n",
    });
    expect((await run(byPassword, "type \\\\K2DR01\\in\\a.txt")).stdout).to.equal("a");
  });

  it("lets a user without rights read, and denies the rest with 5, over SFTP too", async () => {
    const client = await connect({ username: "reader", password: "correct" });
    expect((await run(client, 'sc query "K2 Server"')).code).to.equal(0);
    expect((await run(client, 'sc stop "K2 Server"')).code).to.equal(5);
    expect((await run(client, "shutdown /r /t 0")).code).to.equal(5);
    const sftp = await asked<SFTPWrapper>((done) => client.sftp(done));
    expect(
      await failure(asked((done) => sftp.writeFile("/C:/x.txt", "x", (error) => done(error, undefined)))),
    ).to.include("access is denied");
    await asked((done) => sftp.writeFile("own.txt", "x", (error) => done(error, undefined)));
  });

  it("stalls before or within the handshake when told to, so that only the client's limit ends it", async () => {
    host.ssh.fault = { kind: "silent" };
    expect(await failure(connect({ password: "correct", readyTimeout: 100 }))).to.include("Timed out");
    host.ssh.fault = { kind: "stalls in handshake" };
    expect(await failure(connect({ password: "correct", readyTimeout: 100 }))).to.include("Timed out");
    host.ssh.fault = undefined;
    await connect();
  });

  it("answers late when told to, after the command has had its effect", async () => {
    const client = await connect();
    host.ssh.fault = { kind: "answers late", delayMs: 120 };
    const begun = performance.now();
    const answer = run(client, "echo x>C:\\late.txt");
    await until("the file is there", () => lab.disks.host("K2PRD01").exists("C:\\late.txt"));
    await answer;
    expect(performance.now() - begun).to.be.at.least(119);
  });

  it("breaks off in the middle of an answer when told to: half the output, no exit code, but the effect", async () => {
    const client = await connect();
    const whole = (await run(client, "sc query sshd")).stdout;
    host.ssh.fault = { kind: "breaks off" };
    const half = run(client, 'sc query sshd & sc stop "K2 Server" >nul');
    const outcome = await half.catch((error: unknown) => String(error));
    if (typeof outcome === "string") expect(outcome).to.include("ECONNRESET");
    else {
      expect(outcome.code).to.equal(undefined);
      expect(outcome.stdout.length).to.be.at.most(whole.length / 2);
    }
    expect(host.services.find("K2 Server")?.state).to.equal("stop-pending");
  });

  it("says that all went well and does nothing when told to lie", async () => {
    const client = await connect();
    host.ssh.fault = { kind: "lies", matching: /^sc stop/ };
    expect(await run(client, 'sc stop "K2 Server"')).to.deep.equal({ code: 0, stdout: "", stderr: "" });
    expect(host.services.find("K2 Server")?.state).to.equal("running");
    expect((await run(client, 'sc query "K2 Server"')).stdout).to.include("RUNNING");
  });

  it("refuses connections while the host is down or boots, and answers at the same port afterwards", async () => {
    const port = host.ssh.port;
    const client = await connect();
    const closed = new Promise((resolve) => client.on("close", () => resolve(undefined)));
    client.on("error", () => undefined);
    await lab.network.hostDown("K2PRD01");
    await closed;
    expect(await failure(connect())).to.include("ECONNREFUSED");
    await lab.network.hostUp("K2PRD01");
    expect(await failure(connect())).to.include("ECONNREFUSED");
    await lab.clock.advance(10_000);
    expect(host.ssh.port).to.equal(port);
    expect((await run(await connect(), "hostname")).stdout).to.equal("K2PRD01\r\n");
  });

  it("goes on with what was begun when the caller breaks off", async () => {
    const client = await connect();
    void run(client, 'net stop "K2 Server"').catch(() => undefined);
    await until("the service is stopping", () => host.services.find("K2 Server")?.state === "stop-pending");
    client.destroy();
    await lab.clock.advance(2000);
    expect(host.services.find("K2 Server")?.state).to.equal("stopped");
  });
});
