import { expect } from "chai";
import { execa } from "execa";
import lockfile from "proper-lockfile";
import { existsSync } from "node:fs";
import * as fs from "node:fs/promises";
import * as path from "node:path";
import { entriesOf, lineOf } from "../../journal/chain.ts";
import type { Fact } from "../../journal/entries.ts";
import { folderStore } from "../../journal/folder-store.ts";
import { journalOn, type Journal } from "../../journal/journal.ts";
import { mirrorOf } from "../../journal/mirror.ts";
import { restoring } from "../../journal/put-back.ts";
import { temporaryFolder } from "./temporary-folder.ts";
import { until } from "./until.ts";

const genesis: Fact = { kind: "genesis", estate: "toys", active: "primary" };
const withdrawn = (reason: string): Fact => ({ kind: "withdrawn", as: "ann", reason });

const journalIn = (place: string, mirror?: string, warn: (line: string) => void = () => undefined): Journal =>
  journalOn(folderStore(place, mirror, warn));
const fileOf = (place: string): string => path.join(place, "journal.jsonl");

describe("the place where a journal is kept", () => {
  it("adds a line as a whole or not at all: a disk that fills up leaves no half of one", async function () {
    if (process.platform === "win32") this.skip();
    const place = await temporaryFolder();
    await journalIn(place).append(genesis);
    // A limit of one block on the size of files makes the system take the first part of a write, as a full disk does.
    const program = `
      process.on("SIGXFSZ", () => {});
      const { folderStore } = await import(${JSON.stringify(import.meta.resolve("../../journal/folder-store.ts"))});
      const { journalOn } = await import(${JSON.stringify(import.meta.resolve("../../journal/journal.ts"))});
      const journal = journalOn(folderStore(${JSON.stringify(place)}, undefined, () => undefined));
      await journal.append({ kind: "withdrawn", as: "ann", reason: "x".repeat(4000) })
        .then(() => console.log("written"), (e) => console.log("refused: " + e.message));`;
    const { stdout } = await execa("bash", [
      "-c",
      'ulimit -f 1; exec "$0" --input-type=module -e "$1"',
      process.execPath,
      program,
    ]);
    expect(stdout).to.match(/^refused: the journal in .* cannot be written/);
    await journalIn(place).append(withdrawn("there is room again"));
    expect((await journalIn(place).entries()).map((e) => e.kind)).to.deep.equal(["genesis", "withdrawn"]);
  });

  it("waits for a line that is being written instead of taking it for a cut journal", async () => {
    const place = await temporaryFolder();
    await journalIn(place).append(genesis);
    const line = lineOf(withdrawn("x"), await journalIn(place).entries(), new Date(), "ann@box#1");
    const release = await lockfile.lock(place, { lockfilePath: path.join(place, "append.lock") });
    await fs.appendFile(fileOf(place), line.slice(0, 40));
    const reading = journalIn(place).entries();
    await fs.appendFile(fileOf(place), `${line.slice(40)}\n`);
    await release();
    expect(await reading).to.have.length(2);
  });

  it("says of a cut last line that nobody acted on it, and what to do without a mirror", async () => {
    const place = await temporaryFolder();
    await journalIn(place).append(genesis);
    await fs.appendFile(fileOf(place), '{"seq":1,');
    const says = await journalIn(place)
      .entries()
      .then(() => "", String);
    expect(says).to.match(/broken at entry 1: its last line is cut off.*Without a mirror.*last line break/);
    await journalIn(place)
      .append(withdrawn("x"))
      .then(
        () => expect.fail("it was appended to a broken journal"),
        (e: unknown) => expect(String(e)).to.match(/cut off/),
      );
    await fs.truncate(fileOf(place), (await fs.readFile(fileOf(place), "utf8")).lastIndexOf("\n") + 1);
    await journalIn(place).append(withdrawn("x"));
    expect(await journalIn(place).entries()).to.have.length(2);
  });

  it("refuses lines that are JSON and no entry with a sentence", () => {
    for (const line of ["null", "7", "[]", '"x"'])
      expect(() => entriesOf(`${line}\n`)).to.throw(/the journal is broken at entry 0: it is no entry/);
  });

  it("completes a mirror that was cut in the middle of a character", async () => {
    const place = await temporaryFolder();
    const mirror = await temporaryFolder();
    const warnings: string[] = [];
    const journal = journalIn(place, mirror, (w) => warnings.push(w));
    await journal.append(genesis);
    await journal.append(withdrawn("Jürgen hörte auf"));
    const whole = await fs.readFile(fileOf(mirror));
    await fs.truncate(fileOf(mirror), whole.indexOf(Buffer.from("ö")) + 1);
    await journal.append(withdrawn("später"));
    expect(await fs.readFile(fileOf(mirror))).to.deep.equal(await fs.readFile(fileOf(place)));
    expect(warnings).to.deep.equal([]);
  });

  it("waits for a mirror that hangs no longer than 5 s, once for all, and completes it later", async function () {
    if (process.platform === "win32") this.skip();
    this.timeout(20_000);
    const place = await temporaryFolder();
    const mirror = await temporaryFolder();
    const warnings: string[] = [];
    const journal = journalIn(place, mirror, (w) => warnings.push(w));
    // Whoever opens a pipe to read it waits for somebody who writes, as whoever opens a share of a dead server does.
    await execa("mkfifo", [fileOf(mirror)]);
    const began = performance.now();
    await journal.append(genesis);
    await journal.append(withdrawn("quickly"));
    await journalIn(place, mirror).append(withdrawn("by another process"));
    expect(performance.now() - began).to.be.within(4_900, 8_000);
    expect(warnings.join()).to.match(
      /mirror in .* cannot be read: it did not answer within 5 s\. It is left out for 60 s/,
    );
    const pipe = await fs.open(fileOf(mirror), "r+");
    await fs.rm(fileOf(mirror));
    await pipe.close();
    const old = new Date(Date.now() - 61_000);
    await fs.utimes(path.join(place, "mirror-silent"), old, old);
    // What hung ends by itself now, a moment later; until then the mirror is left out.
    await until("the mirror is written", async () => {
      await journal.append(withdrawn("it is back"));
      return existsSync(fileOf(mirror));
    });
    expect(await fs.readFile(fileOf(mirror))).to.deep.equal(await fs.readFile(fileOf(place)));
  });

  it("is not read where its mirror holds more: neither an older copy nor nothing at all passes for the truth", async () => {
    const place = await temporaryFolder();
    const mirror = await temporaryFolder();
    const journal = journalIn(place, mirror);
    await journal.append(genesis);
    const old = await fs.readFile(fileOf(place));
    await journal.append(withdrawn("a"));
    await journal.append(withdrawn("b"));
    const why = (): Promise<string> => journal.entries().then(() => "", String);
    await fs.writeFile(fileOf(place), old);
    const restore = `(parallel-standby journal restore --from ${mirror} --as YOUR-NAME --reason WHY)`;
    expect(await why())
      .to.match(/older than its mirror in .*: it lacks the last 2 entries\. Put the mirror's back before/)
      .and.contain(restore);
    await fs.rm(fileOf(place));
    expect(await why())
      .to.match(/no journal in .*, while its mirror in .* holds 3 entries.*put the mirror's back/)
      .and.contain(restore);
    await fs.writeFile(fileOf(place), `${lineOf({ ...genesis, estate: "others" }, [], new Date(), "x")}\n`);
    expect(await why()).to.match(/different histories.*journal verify/);
  });

  it("is put back by a command that can be typed for a folder with a space in its name too", () => {
    expect(restoring(String.raw`\\fs\dr$\journal`)).to.equal(
      String.raw`(parallel-standby journal restore --from \\fs\dr$\journal --as YOUR-NAME --reason WHY)`,
    );
    expect(restoring(String.raw`D:\K2 journal`)).to.equal(
      String.raw`(parallel-standby journal restore --from "D:\K2 journal" --as YOUR-NAME --reason WHY)`,
    );
  });

  it("does not take what is written between two looks for a history that the journal lacks", async () => {
    const place = await temporaryFolder();
    const mirror = await temporaryFolder();
    const journal = journalIn(place, mirror);
    await journal.append(genesis);
    const read = await mirrorOf(
      { place, mark: path.join(place, "mirror-silent") },
      mirror,
      () => undefined,
    ).compared(async () => {
      const bytes = await fs.readFile(fileOf(place));
      await journal.append(withdrawn("meanwhile"));
      return bytes;
    });
    expect(entriesOf(read.toString("utf8"))).to.have.length(1);
  });

  it("is read where its mirror cannot be, and says so once", async () => {
    const place = await temporaryFolder();
    const mirror = path.join(await temporaryFolder(), "share");
    await journalIn(place).append(genesis);
    await fs.writeFile(mirror, "a file where the folder was");
    const warnings: string[] = [];
    const journal = journalIn(place, mirror, (w) => warnings.push(w));
    for (let i = 0; i < 3; i++) expect(await journal.entries()).to.have.length(1);
    expect(warnings).to.have.length(1);
    expect(warnings[0]).to.match(/mirror in .* cannot be read: .*ENOTDIR/);
  });

  it("says why it cannot write, and who should be asked", async function () {
    if (process.platform === "win32") this.skip();
    const place = path.join(await temporaryFolder(), "file", "below");
    await fs.writeFile(path.dirname(place), "no folder");
    const says = await journalIn(place)
      .append(genesis)
      .then(() => "", String);
    expect(says).to.match(/the journal in .* cannot be (read|written) \(.*ENOTDIR/);
  });
});
