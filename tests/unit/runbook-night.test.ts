import { expect } from "chai";
import * as fs from "node:fs/promises";
import * as os from "node:os";
import * as path from "node:path";
import { hands } from "../../components/registry/hands.ts";
import { parts } from "../../components/registry/parts.ts";
import { buildProgram } from "../../cli/program.ts";
import { describe as described } from "../../model/describe.ts";
import type { Mode } from "../../model/part.ts";
import type { Recovery } from "../../model/recovery.ts";
import { otherSite, siteIds, type SiteId } from "../../model/site.ts";
import { inverse } from "../../planning/inverse.ts";
import { byPeople, cardOf, type Block, type ByPeople } from "../../runbook/card.ts";
import type { BackStep } from "../../runbook/give-back.ts";
import { runbookMarkdown } from "../../runbook/markdown.ts";
import { runbookPage } from "../../runbook/page.ts";
import { fileName, formats, papersFor, timeToDecideMin } from "../../runbook/papers.ts";
import { runbookOf, type HandStep, type Runbook } from "../../runbook/runbook.ts";
import { runbooksFolder, staleOf } from "../../runbook/stale.ts";
import { afterText } from "../../runbook/texts.ts";
import { writtenTerminal } from "./cli-fixture.ts";
import { exampleEstate } from "./example-estate.ts";
import { exampleGuard } from "./guard-fixture.ts";

const recovery = described(exampleEstate(), parts);
const guarded: Recovery = { ...recovery, guard: exampleGuard };
const book = (mode: Mode, facts: Recovery = recovery, to: SiteId = "dr"): Runbook =>
  runbookOf(facts, { from: otherSite(to), to, mode }, parts, hands);
const stepOf = ({ steps }: Runbook, id: string): HandStep => {
  const found = steps.find((s) => s.id === id);
  if (!found) throw new Error(`no step ${id} on the paper: ${steps.map((s) => s.id).join(", ")}`);
  return found;
};
const typed = (step: Pick<HandStep, "commands">): string => step.commands.map((c) => c.type).join("\n");
const undo = ({ giveBack }: Runbook): readonly BackStep[] => ("steps" in giveBack ? giveBack.steps : []);
const modes: readonly Mode[] = ["planned", "unplanned"];

describe("the runbook where servers are guarded", () => {
  for (const mode of modes) {
    it(`allows each exclusive service at the new site before it starts it, or the guard stops it again: ${mode}`, () => {
      const start = stepOf(book(mode, guarded), "k2/start/K2DR01/K2 Server");
      const lines = typed(start).split("\n");
      expect(lines[0]).to.equal(
        String.raw`"C:\Program Files\parallel-standby\guard.cmd" allow "<your name>" "runbook"`,
      );
      expect(lines.indexOf('sc start "K2 Server"')).to.be.greaterThan(0);
      expect(start.careful).to.contain("24 h");
    });

    it(`keeps the guards of the old site from starting anything before a database opens: ${mode}`, () => {
      const made = book(mode, guarded);
      const off = stepOf(made, "guard/off");
      expect(off.phase).to.equal("fence-apps");
      for (const host of ["K2PRD01", "SQLPRD01"])
        expect(off.commands.find((c) => c.on.startsWith(host))?.type).to.equal(
          String.raw`schtasks /change /disable /tn "parallel-standby\guard"
schtasks /change /disable /tn "parallel-standby\guard at start-up"`,
        );
      expect(off.commands.some((c) => c.on.includes("K2DR01"))).to.equal(false);
      expect(off.careful).to.contain("power or network stays off").and.to.contain("guard publish");
      for (const step of made.steps.filter((s) => s.phase === "open"))
        expect(step.after, step.id).to.include(off.number);
    });

    it(`lets them work again only once journal and words say who is active: ${mode}`, () => {
      const made = book(mode, guarded);
      const on = stepOf(made, "guard/on");
      expect(on.after).to.deep.equal([stepOf(made, "complete").number]);
      expect(typed(stepOf(made, "complete"))).to.contain("journal adopt --active dr");
      const text = typed(on);
      expect(text.indexOf("guard publish")).to.be.within(0, text.indexOf("/enable"));
    });
  }

  it("says nothing of guards where there are none", () => {
    for (const mode of modes) expect(runbookMarkdown(book(mode))).not.to.contain("guard");
  });
});

describe("the runbook's order", () => {
  it("stops restores before anything else is looked at when it is unplanned, and waits for nothing before it", () => {
    const { steps } = book("unplanned");
    const holds = steps.filter((s) => s.phase === "hold");
    expect(holds.map((s) => s.number)).to.deep.equal([1, 2]);
    expect(holds.map((step) => afterText(step))).to.deep.equal(["first", "first"]);
  });

  it("looks first when it is planned: production works, and nothing is stopped for a move that can't be made", () => {
    const { steps } = book("planned");
    expect(steps[0]?.phase).to.equal("preflight");
    for (const s of steps.filter((step) => step.phase === "hold")) expect(s.after).not.to.deep.equal([]);
  });

  it("still lets nothing at the old site be touched before every look of the preflight is done", () => {
    const made = book("unplanned");
    const before = new Map(made.steps.map((s) => [s.number, s.after]));
    const all = (n: number): readonly number[] => (before.get(n) ?? []).flatMap((m) => [m, ...all(m)]);
    const fence = stepOf(made, "k2/stop/K2PRD01/K2 Server");
    const looks = made.steps.filter((s) => s.phase === "preflight").map((s) => s.number);
    expect(all(fence.number)).to.include.members([...looks, 1, 2]);
  });

  it("writes three numbers in a row and more as a range", () => {
    expect(afterText({ after: [1, 2, 4, 5, 6, 9] })).to.equal("after 1, 2, 4–6, 9");
    expect(afterText({ after: [1, 2, 3] }, "B")).to.equal("after B1–B3");
  });
});

describe("the point on paper", () => {
  const choose = stepOf(book("unplanned"), "k2/choose-point");

  it("names the rule of the estate, its targets, and the clock that STOPAT takes", () => {
    expect(typed(choose)).to.contain("less 2h").and.to.contain("Europe/London").and.to.contain("UTC");
    expect(choose.see).to.contain("4h");
  });

  it("is bounded by the start of a backup, as the tool bounds it, and not by its finish", () => {
    expect(typed(choose)).to.contain("the start (BackupStartDate, not its finish) of the newest log");
  });

  it("has a way where restores have passed it: an older full backup over the copy, then the logs", () => {
    const { otherwise } = stepOf(book("unplanned"), "k2-data/roll-forward/K2");
    expect(otherwise?.when).to.contain("4335");
    const text = (otherwise?.commands ?? []).map((c) => c.type).join("\n");
    expect(text).to.match(
      /RESTORE DATABASE \[K2\] FROM DISK = N'D:\\LogShip\\K2_full_<n>\.bak'.*NORECOVERY, REPLACE/,
    );
    expect(text.indexOf("RESTORE DATABASE")).to.be.lessThan(text.indexOf("RESTORE LOG [K2]"));
    expect(otherwise?.commands.every((c) => c.on.startsWith("SQLDR01"))).to.equal(true);
    for (const paper of [runbookMarkdown(book("unplanned")), runbookPage(book("unplanned"))])
      expect(paper).to.contain("K2_full_").and.to.contain("4335");
  });
});

describe("giving back by hand", () => {
  for (const to of siteIds)
    for (const mode of modes)
      it(`is all that abandon does at the old site, and lets restores go on: ${mode} to ${to}`, () => {
        const made = book(mode, recovery, to);
        const asked = inverse(recovery, made.request, parts).flatMap((c) => c.steps.map((s) => s.id));
        const steps = undo(made);
        expect(steps.map((s) => s.id)).to.deep.equal([
          ...asked,
          "k2-data/release/K2",
          "k2-data/release/Claims",
        ]);
        for (const s of steps) for (const n of s.after) expect(n, s.id).to.be.lessThan(s.number);
      });

  it("opens the databases where they were, starts services and jobs, and says until when: both formats", () => {
    const made = book("planned");
    const all = undo(made).map(typed).join("\n");
    expect(all).to.contain("RESTORE DATABASE [K2] WITH RECOVERY");
    expect(all).to.contain("SET MULTI_USER");
    expect(all).to.contain("N'LSBackup_K2', @enabled = 1");
    expect(all).to.contain('sc config "K2 Server" start= auto\nsc start "K2 Server"');
    expect(all).to.contain("N'LSRestore_SQLPRD01_K2', @enabled = 1");
    const opened = undo(made).find((s) => s.id === "k2-data/reopen/K2");
    expect(opened?.commands.every((c) => c.on.startsWith("SQLPRD01"))).to.equal(true);
    for (const paper of [runbookMarkdown(made), runbookPage(made)])
      expect(paper)
        .to.contain(`only as long as step ${String(made.noReturn)} is not done`)
        .and.to.contain("B1. ");
  });

  it("has them leave out what the move has not changed, whatever that is", () => {
    for (const paper of [runbookMarkdown(book("planned")), runbookPage(book("planned"))])
      expect(paper).to.contain("Look first, and leave out what the move has not changed yet.");
  });

  it("lets the guards of the old site work again", () => {
    expect(undo(book("planned", guarded)).at(-1)?.id).to.equal("guard/back");
  });
});

describe("licences by hand", () => {
  const licences = stepOf(book("unplanned"), "k2/licences");

  it("are entered where no K2 has to run: in Setup Manager, also for K2 Five", () => {
    expect(typed(licences)).to.contain("K2 Setup Manager, License Configuration (K2 Five and blackpearl)");
    expect(typed(licences)).not.to.contain("K2 Management, Licensing");
  });

  it("lose the rows of the servers of the old site, and no others", () => {
    expect(typed(licences)).to.match(
      /DELETE FROM \[K2\]\.\[HostServer\]\.\[LicenseKey\] WHERE .* IN \(N'K2PRD01'\)/,
    );
  });
});

/** How many lines of a column a block takes as the card is printed. In Chromium 122 of them filled one sheet of A4, and 134 two. */
const linesOf = ({ lines, type }: Block): number =>
  1.7 +
  lines.reduce((sum, line) => sum + Math.ceil(line.length / 44), 0) +
  (type ? 0.8 + type.reduce((sum, line) => sum + Math.ceil(line.length / 42), 0) : 0);

describe("the card at 3 a.m.", () => {
  const blocks = cardOf(recovery, "dr", byPeople(book("unplanned")), timeToDecideMin(recovery, parts));
  const all = blocks.flatMap((b) => [b.title, ...b.lines, ...(b.type ?? [])]).join("\n");

  it("begins with the hold, says that it can be taken back, and how many minutes there are for it", () => {
    const [first] = blocks;
    expect(first?.type?.[0]).to.contain("declare --to dr --mode unplanned");
    expect(first?.lines[0]).to.contain("only stops restores").and.to.contain("withdraw");
    expect(first?.lines.join()).to.contain("You have 60 minutes");
    expect(all).not.to.match(/nobody knows for/);
    expect(all.indexOf("--mode unplanned")).to.be.lessThan(all.indexOf("readiness"));
  });

  it("has the way past the stop that is most likely, the way back from each word, and what is owed afterwards", () => {
    for (const verb of ["waive", "withdraw", "decline", "abandon", "status", "probe", "reprotect"])
      expect(all, verb).to.contain(`npx --no parallel-standby ${verb}`);
    expect(all).to.contain("prove-fence").and.to.contain("not in peace");
  });

  it("says what each command is, and what then: waive is no repetition, and past no return there is back", () => {
    const linesOn = (title: string): string =>
      blocks.find((b) => b.title === title)?.lines.join("\n") ?? expect.fail(`no ${title} on the card`);
    expect(linesOn("It stops at prove-fence")).to.match(
      /Once somebody has seen it: this, and then pulumi up again\.$/,
    );
    expect(linesOn("Stop, and go on")).to.match(
      /this gives the move up\. After that finish it; only if you can.t: npx --no parallel-standby back --help\.$/,
    );
  });

  it("types only commands that there are, with options that they take", () => {
    const program = buildProgram(writtenTerminal());
    const commands = [...all.matchAll(/npx --no parallel-standby ([^\n]*)/g)].map(([, rest = ""]) => rest);
    expect(commands.length).to.be.greaterThan(10);
    for (const text of commands) {
      const words = text.split(/\s+/);
      const verb = program.commands.find((c) => c.name() === words[0]);
      expect(verb, text).not.to.equal(undefined);
      for (const flag of text.match(/--[a-z-]+/g) ?? [])
        expect(
          verb
            ?.createHelp()
            .visibleOptions(verb)
            .some((o) => o.long === flag),
          `${text}: ${flag}`,
        ).to.equal(true);
    }
  });

  it("fits on one sheet of A4, also with six people to call and four things to do by hand", () => {
    const people: readonly ByPeople[] = Array.from({ length: 4 }, (_, i) => ({
      step: `manual-${String(i)}`,
      says: "Point the load balancer of the claims portal at Leeds and tell the supplier",
      who: "Network team on call, +44 20 7946 0003",
    }));
    const full = cardOf(
      {
        ...recovery,
        runner: "DRRUN01 (10.20.0.20) by Remote Desktop, account CORP\\dr-operator; folder C:\\contoso-dr",
        contacts: Array.from({ length: 6 }, () => ({
          for: "network and power in London",
          name: "Site services",
          telephone: "+44 20 7946 0002",
        })),
      },
      "dr",
      people,
      60,
    );
    expect(Math.round(full.reduce((sum, b) => sum + linesOf(b), 0))).to.be.at.most(122);
  });
});

describe("papers and their age", () => {
  it("carry the day and the facts, and are not out of date only because the day is another", async () => {
    const folder = await fs.mkdtemp(path.join(os.tmpdir(), "standby-papers-"));
    try {
      const monday = papersFor(recovery, "dr", parts, hands, "2026-11-30");
      await fs.mkdir(runbooksFolder(folder));
      for (const paper of monday)
        for (const format of formats) {
          expect(paper[format]).to.contain(
            `${paper.mark.split(" · written")[0] ?? ""} · written on 2026-11-30`,
          );
          await fs.writeFile(
            path.join(runbooksFolder(folder), fileName("dr", paper.kind, format)),
            paper[format],
          );
        }
      const stale = (facts: Recovery): Promise<readonly string[]> =>
        staleOf("dr", papersFor(facts, "dr", parts, hands, "2026-12-01"), folder);
      expect(await stale(recovery)).to.deep.equal([]);
      expect(await stale(guarded)).to.include.members(["dr-card.html", "dr-unplanned.md"]);
    } finally {
      await fs.rm(folder, { recursive: true });
    }
  });
});
