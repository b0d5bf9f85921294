import { expect } from "chai";
import { randomBytes } from "node:crypto";
import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import * as path from "node:path";
import { FileError, sshTo, Unreachable, type Ssh } from "../../steps/transports/ssh.ts";
import { failureOf } from "./failure.ts";
import { inStep } from "./in-step.ts";
import { newFolder, stopServers } from "./running.ts";
import { hostOf, newKeyPair, sshd, startSshd, type Sshd } from "./sshd.ts";

describe(`commands and files over OpenSSH${sshd.note}`, function () {
  const hostKey = newKeyPair();
  let server: Sshd;
  let folder: string;

  before(async function () {
    if (sshd.path === undefined) this.skip();
    server = await startSshd([hostKey]);
    folder = newFolder();
  });
  after(stopServers);

  const atServer = <T>(work: (ssh: Ssh) => Promise<T>): Promise<T> =>
    inStep({ hosts: [hostOf(server, hostKey.line)], files: { login: server.login.privateKey } }, async (io) =>
      work(await sshTo("K2DR01", io)),
    );

  it("a command's exit code, standard output and standard error come back apart", async () => {
    expect(await atServer((ssh) => ssh.run("echo out; echo err >&2; exit 3"))).to.deep.equal({
      code: 3,
      stdout: "out\n",
      stderr: "err\n",
    });
  });

  it("a command that does not exist is an exit code, no error", async () => {
    const { code, stderr } = await atServer((ssh) => ssh.run("no-such-command-here"));
    expect(code).to.equal(127);
    expect(stderr).to.include("no-such-command-here");
  });

  it("standard input arrives whole and ends, and so does as much output, with letters of all alphabets", async () => {
    const input = "Zürich Ελλάδα 日本\n".repeat(60_000);
    const { code, stdout } = await atServer((ssh) => ssh.run("cat", { input }));
    expect(code).to.equal(0);
    expect(stdout.length).to.equal(input.length);
    expect(stdout === input).to.be.true;
  });

  it("a command that waits for input and gets none ends", async () => {
    expect(await atServer((ssh) => ssh.run("cat; echo over"))).to.include({ code: 0, stdout: "over\n" });
  });

  it("a command that does not read its input ends with its own exit code", async () => {
    const input = "x".repeat(3_000_000);
    expect(await atServer((ssh) => ssh.run("exit 5", { input }))).to.include({ code: 5 });
  });

  it("several commands run at the same time over one connection", async () => {
    const all = await atServer((ssh) =>
      Promise.all(["1", "2", "3", "4", "5"].map((n) => ssh.run(`echo ${n}`))),
    );
    expect(all.map(({ stdout }) => stdout)).to.deep.equal(["1\n", "2\n", "3\n", "4\n", "5\n"]);
  });

  it("a command that takes longer than its limit is an error that names both, and the next one gets a new connection", async () => {
    const goesOn = path.join(folder, "goes-on");
    writeFileSync(goesOn, "");
    const [error, later] = await inStep(
      { hosts: [hostOf(server, hostKey.line)], files: { login: server.login.privateKey } },
      async (io) => {
        const slow = (await sshTo("K2DR01", io)).run(`while [ -e ${goesOn} ]; do sleep 0.05; done`, {
          limitSec: 0.3,
        });
        const late = await failureOf(slow, Unreachable);
        return [late, (await (await sshTo("K2DR01", io)).run("echo later")).stdout] as const;
      },
    );
    rmSync(goesOn);
    expect(error.message).to.include("did not finish this in 0.3 s: while [ -e");
    expect(later).to.equal("later\n");
  });

  it("a command is cut off when the step's time is over", async () => {
    const goesOn = path.join(folder, "goes-on-too");
    writeFileSync(goesOn, "");
    const step = {
      hosts: [hostOf(server, hostKey.line)],
      files: { login: server.login.privateKey },
      limitSec: 0.6,
    };
    const error = await failureOf(
      inStep(step, async (io) =>
        (await sshTo("K2DR01", io)).run(`while [ -e ${goesOn} ]; do sleep 0.05; done`),
      ),
      Unreachable,
    );
    rmSync(goesOn);
    expect(error.obstacle).to.equal("aborted");
  });

  it("a file is written whole, replaces the one before, and leaves nothing beside it", async () => {
    const file = path.join(folder, "setup.xml");
    const [first, second] = [randomBytes(300_000), randomBytes(1000)];
    await atServer((ssh) => ssh.writeFile(file, first));
    expect(readFileSync(file).equals(first)).to.be.true;
    await atServer((ssh) => ssh.writeFile(file, second));
    expect(readFileSync(file).equals(second)).to.be.true;
    expect(readdirSync(folder).filter((name) => name.startsWith("setup"))).to.deep.equal(["setup.xml"]);
  });

  it("an empty file and a text are written as they are", async () => {
    const [empty, text] = [path.join(folder, "empty"), path.join(folder, "text")];
    await atServer(async (ssh) => {
      await ssh.writeFile(empty, "");
      await ssh.writeFile(text, "Zürich\r\n");
    });
    expect(readFileSync(empty)).to.have.length(0);
    expect(readFileSync(text, "utf8")).to.equal("Zürich\r\n");
  });

  it("a file is read whole, an empty one as well", async () => {
    const bytes = randomBytes(500_000);
    writeFileSync(path.join(folder, "large"), bytes);
    writeFileSync(path.join(folder, "nothing"), "");
    const [large, nothing] = await atServer((ssh) =>
      Promise.all([ssh.readFile(path.join(folder, "large")), ssh.readFile(path.join(folder, "nothing"))]),
    );
    expect(large.equals(bytes)).to.be.true;
    expect(nothing).to.have.length(0);
  });

  it("a file that is not there is told from one that cannot be read", async () => {
    const missing = await failureOf(
      atServer((ssh) => ssh.readFile(path.join(folder, "not-there"))),
      FileError,
    );
    expect(missing.missing).to.be.true;
    expect(missing.message).to.include("K2DR01: could not read").and.include("not-there");
    const notAFile = await failureOf(
      atServer((ssh) => ssh.readFile(folder)),
      FileError,
    );
    expect(notAFile.missing).to.be.false;
  });

  it("a file in a folder that is not there is not written, and the step goes on", async () => {
    const answer = await atServer(async (ssh) => {
      await failureOf(ssh.writeFile(path.join(folder, "none", "file"), "text"), FileError);
      return await ssh.run("echo on");
    });
    expect(answer.stdout).to.equal("on\n");
  });
});
