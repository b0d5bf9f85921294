import { expect } from "chai";
import { parseWords, standingOf, wordsText, type WordsFile } from "../../journal/words-text.ts";
import type { Word } from "../../journal/words.ts";
import { describe as described } from "../../model/describe.ts";
import { guardFolder } from "../../model/guard.ts";
import { guardFile, lastFile, ownWords } from "../../components/windows/guard/place.ts";
import { guardScript } from "../../components/windows/guard/script.ts";
import { hands } from "../../components/registry/hands.ts";
import { parts } from "../../components/registry/parts.ts";
import { runbookOf } from "../../runbook/runbook.ts";
import type { WindowsHost } from "../../lab/servers/windows/host.ts";
import { exampleEstate } from "./example-estate.ts";
import { exampleGuard, golden } from "./guard-fixture.ts";
import { advanceUntilDone, type Fixture, fixture, k2Dr, k2Prd, startMs } from "./lab-fixture.ts";

const hour = 3_600_000;

/** A guard on a server of the lab, run by the lab's cmd.exe. */
describe("the guard on a server, at work", () => {
  let lab: Fixture;
  let host: WindowsHost;
  beforeEach(async () => {
    lab = await fixture();
    host = await lab.host(k2Prd, {
      services: [
        { name: "MSSQLSERVER", startType: "manual" },
        { name: "K2 Server", startType: "manual" },
      ],
    });
    await lab.host(k2Dr);
    const witness = lab.disks.host("K2DR01");
    await witness.makeFolder("D:\\Witness");
    witness.share("Witness", "D:\\Witness");
    const disk = lab.disks.host("K2PRD01");
    await disk.makeFolder(guardFolder);
    await disk.write(guardFile, Buffer.from(guardScript(golden), "latin1"));
  });
  afterEach(() => lab.close());

  const says = (word: Word, more: Partial<WordsFile> = {}): Buffer => {
    const publishedSec = Math.floor(lab.clock.now() / 1000);
    return Buffer.from(
      wordsText({
        estate: "contoso",
        seq: 10,
        epoch: 1,
        publishedSec,
        untilSec: publishedSec + 24 * 3600,
        hosts: new Map([["K2PRD01", word]]),
        ...more,
      }),
    );
  };
  const publish = (word: Word, more?: Partial<WordsFile>): Promise<void> =>
    lab.disks.host("K2DR01").write("D:\\Witness\\guard-contoso.txt", says(word, more));
  /** Runs the guard, lets lab time go by until it has ended, and gives the states of SQL Server and K2. */
  const guard = async (args = ""): Promise<string> => {
    const run = host.run(`"${guardFile}" ${args}`);
    await advanceUntilDone(lab, run, 200);
    expect((await run).stderr).to.equal("");
    return ["MSSQLSERVER", "K2 Server"].map((s) => host.services.find(s)?.state ?? "").join(" ");
  };
  const events = (): readonly number[] =>
    (host.events.read("application") ?? []).filter((e) => e.provider === "parallel-standby").map((e) => e.id);
  const power = async (): Promise<void> => {
    await lab.network.hostDown("K2PRD01");
    await lab.network.hostUp("K2PRD01");
    await lab.clock.advance(6000);
  };

  it("starts all services in order where a witness says run, and leaves alone what is disabled", async () => {
    await publish("run");
    expect(await guard()).to.equal("running running");
    await power();
    host.services.configure("K2 Server", { startType: "disabled" });
    expect(await guard()).to.equal("running stopped");
  });

  it("starts only what receives logs where a witness says standby, and stops what must not run", async () => {
    await publish("run");
    await guard();
    await publish("standby", { seq: 11 });
    expect(await guard()).to.equal("running stopped");
    await power();
    expect(await guard()).to.equal("stopped stopped".replace("stopped", "running"));
  });

  it("starts nothing and stops what must not run where a witness says stop, and says so once an hour", async () => {
    await publish("run");
    await guard();
    await publish("stop", { seq: 11 });
    expect(await guard()).to.equal("running stopped");
    await power();
    expect(await guard()).to.equal("stopped stopped");
    expect(await guard()).to.equal("stopped stopped");
    expect(events().filter((id) => id === 21)).to.have.length(1);
    await lab.clock.advance(hour + 1000);
    await guard();
    expect(events().filter((id) => id === 21)).to.have.length(2);
  });

  it("starts nothing where it knows nothing, and its event says how a person can allow it", async () => {
    expect(await guard()).to.equal("stopped stopped");
    expect(host.events.read("application")?.at(-1)?.message).to.contain("guard.cmd allow");
    expect(events()).to.deep.equal([20]);
  });

  it("starts within the lease when no witness answers, and not after it", async () => {
    await publish("run");
    await guard();
    await lab.network.hostDown("K2DR01");
    await lab.clock.advance(23 * hour);
    await power();
    expect(await guard()).to.equal("running running");
    await lab.clock.advance(2 * hour);
    // What runs goes on: a link that is down for days takes no production down.
    expect(await guard()).to.equal("running running");
    await power();
    expect(await guard()).to.equal("stopped stopped");
    expect(events().at(-1)).to.equal(22);
  });

  it("takes no old word for a new one: neither from a witness that fell behind, nor after the lease of a late one", async () => {
    await publish("stop", { seq: 20 });
    await guard();
    await publish("run", { seq: 19 });
    expect(await guard()).to.equal("stopped stopped");
    await publish("run", { seq: 30 });
    await lab.clock.advance(25 * hour);
    expect(await guard()).to.equal("stopped stopped");
    await publish("run", { seq: 30 });
    expect(await guard()).to.equal("running running");
  });

  it("goes by the words of a later activation, however low the number of their entry: a journal that was lost begins anew", async () => {
    await publish("run", { seq: 21, epoch: 2 });
    await guard();
    await publish("stop", { seq: 1, epoch: 3 });
    expect(await guard()).to.equal("running stopped");
    await power();
    expect(await guard()).to.equal("stopped stopped");
    await publish("run", { seq: 99, epoch: 2 });
    expect(await guard()).to.equal("stopped stopped");
  });

  it("reads a witness whose share has brackets in its name, and leaves behind what it did", async () => {
    const disk = lab.disks.host("K2DR01");
    await disk.makeFolder("D:\\Brackets");
    disk.share("Witness (DR)", "D:\\Brackets");
    const script = guardScript({ ...golden, witnesses: ["\\\\K2DR01\\Witness (DR)"] });
    await lab.disks.host("K2PRD01").write(guardFile, Buffer.from(script, "latin1"));
    await disk.write("D:\\Brackets\\guard-contoso.txt", says("run"));
    expect(await guard()).to.equal("running running");
    expect((await lab.disks.host("K2PRD01").read(lastFile)).toString()).to.contain(
      "\r\nfrom \\\\K2DR01\\Witness (DR)\\guard-contoso.txt\r\nallowed \r\n",
    );
  });

  it("takes half a file, one of other servers or one with strange signs for none", async () => {
    const whole = says("run").toString();
    const at = "D:\\Witness\\guard-contoso.txt";
    for (const text of [
      whole.slice(0, -10),
      whole.replace("K2PRD01 run", "K2PRD02 run"),
      whole.replace("end 10", "end 9"),
      whole.replace("seq 10", "seq 10 & echo x>D:\\hit.txt"),
      whole.replaceAll("\r\n", "\n"),
    ]) {
      await lab.disks.host("K2DR01").write(at, Buffer.from(text));
      expect(await guard(), text).to.equal("stopped stopped");
    }
    expect(await lab.disks.host("K2PRD01").exists("D:\\hit.txt")).to.equal(false);
  });

  it("starts nothing with a clock that is far behind the word, from which no age can be told", async () => {
    await publish("run", { publishedSec: startMs / 1000 + 2 * 3600, untilSec: startMs / 1000 + 99 * 3600 });
    expect(await guard()).to.equal("stopped stopped");
    expect(events().at(-1)).to.equal(25);
    await publish("run", { seq: 11, publishedSec: startMs / 1000 + 600 });
    expect(await guard()).to.equal("running running");
  });

  /** What the runbook has somebody type to start K2 at the new site, line by line. */
  const fromTheRunbook = (): readonly string[] => {
    const facts = { ...described(exampleEstate(), parts), guard: exampleGuard };
    const { steps } = runbookOf(facts, { from: "primary", to: "dr", mode: "unplanned" }, parts, hands);
    const start = steps.find((s) => s.id === "k2/start/K2DR01/K2 Server");
    return (start?.commands ?? []).flatMap((c) => c.type.replace("<your name>", "R. Okafor").split("\n"));
  };
  const type = async (lines: readonly string[]): Promise<void> => {
    for (const line of lines) {
      const run = host.run(line);
      await advanceUntilDone(lab, run, 200);
      expect((await run).code, line).to.equal(0);
    }
  };

  it("does not undo a cutover by hand: what was typed from the runbook goes on running under the word standby", async () => {
    host.services.configure("K2 Server", { startType: "disabled" });
    await publish("standby");
    expect(await guard()).to.equal("running stopped");
    await type(fromTheRunbook());
    expect(await guard()).to.equal("running running");
    await lab.clock.advance(23 * hour);
    expect(await guard()).to.equal("running running");
  });

  it("would undo it without the line of the runbook that allows it", async () => {
    host.services.configure("K2 Server", { startType: "disabled" });
    await publish("standby");
    await guard();
    await type(fromTheRunbook().slice(1));
    expect(await guard()).to.equal("running stopped");
  });

  it("lets a person at the console allow it, for this word and as long as a lease", async () => {
    await publish("stop");
    expect(await guard("allow")).to.equal("stopped stopped");
    expect(await guard('allow "R. Okafor" "the other site burns"')).to.equal("running running");
    expect(host.events.read("application")?.find((e) => e.id === 30)?.message).to.contain("R. Okafor");
    await power();
    expect(await guard()).to.equal("running running");
    await publish("stop", { seq: 40, epoch: 2 });
    expect(await guard()).to.equal("running stopped");
    await power();
    expect(await guard()).to.equal("stopped stopped");
  });

  it("keeps the newest words beside it and leaves what it knew last", async () => {
    await publish("run");
    await guard();
    const disk = lab.disks.host("K2PRD01");
    const kept = parseWords((await disk.read(ownWords("guard-contoso.txt"))).toString());
    expect(kept?.hosts.get("K2PRD01")).to.equal("run");
    expect((await disk.read(lastFile)).toString()).to.match(
      /^script \w{16}\r\nword run\r\nseq 10\r\nepoch 1\r\n/,
    );
  });
});

describe("the file of words", () => {
  const w: WordsFile = {
    estate: "contoso",
    seq: 3,
    epoch: 0,
    publishedSec: startMs / 1000,
    untilSec: startMs / 1000 + 86_400,
    hosts: new Map([
      ["K2PRD01", "run"],
      ["K2DR01", "standby"],
    ]),
  };

  it("is read back as it was written, and not where its end lacks", () => {
    expect(parseWords(wordsText(w))).to.deep.equal(w);
    for (let cut = 1; cut < 12; cut++)
      expect(parseWords(wordsText(w).slice(0, -cut - 2))).to.equal(undefined);
  });

  it("keeps names of estates apart that are the same in plain signs", () => {
    const names = ["Café", "Cafè", "Caf\\u{e9}", "Ca\u{1f600}", "a\\b"];
    const texts = names.map((estate) => wordsText({ ...w, estate }));
    expect(new Set(texts).size).to.equal(names.length);
    for (const text of texts) expect(text).to.match(/^[\x20-\x7e\r\n]*$/);
    expect(texts.map((t) => parseWords(t)?.estate)).to.deep.equal(names);
  });

  it("takes the place of what an earlier activation, an earlier entry or an earlier moment has said, and of no other estate's", () => {
    const at = (there: Partial<WordsFile>) => standingOf({ ...w, ...there }, { ...w, epoch: 2, seq: 30 });
    const { publishedSec } = w;
    expect(standingOf(undefined, w)).to.equal("older");
    expect(at({ epoch: 1, seq: 99, publishedSec: publishedSec + 9 })).to.equal("older");
    expect(at({ epoch: 2, seq: 29, publishedSec: publishedSec + 9 })).to.equal("older");
    expect(at({ epoch: 2, seq: 30, publishedSec: publishedSec - 1 })).to.equal("older");
    expect(at({ epoch: 2, seq: 30 })).to.equal("same");
    expect(at({ epoch: 2, seq: 31 })).to.equal("ahead");
    expect(at({ epoch: 3, seq: 1 })).to.equal("ahead");
    expect(at({ epoch: 1, estate: "fabrikam" })).to.equal("foreign");
  });

  it("takes the place of the same words that a clock which was ahead has published, and leaves a small difference", () => {
    const ahead = (sec: number) => standingOf({ ...w, publishedSec: w.publishedSec + sec }, w);
    expect([ahead(120), ahead(86_400)]).to.deep.equal(["same", "older"]);
  });
});
