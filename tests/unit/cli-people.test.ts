import { expect } from "chai";
import { answer, listWaiting } from "../../cli/approve/run.ts";
import { typed } from "../../cli/consent.ts";
import { wouldStart } from "../../cli/declare/may.ts";
import type { Declaration } from "../../cli/declare/request.ts";
import { main } from "../../cli/program.ts";
import { listSkippable, skip } from "../../cli/skip/run.ts";
import { statusOf } from "../../cli/status/status.ts";
import { statusText } from "../../cli/status/text.ts";
import type { Fact } from "../../journal/entries.ts";
import { isLease } from "../../journal/store.ts";
import { lockOfStep } from "../../steps/lock.ts";
import { failureOf, tempProject, write, writtenTerminal, type Written } from "./cli-fixture.ts";
import {
  completed,
  declared,
  entriesFor,
  genesis,
  moveTo,
  noReturn,
  started,
  word,
} from "./journal-facts.ts";
import { toyParts } from "./toy.ts";

const begun = [genesis, declared, moveTo("dr"), started(1)];
const asks: Fact = {
  kind: "waiting",
  epoch: 1,
  step: "web0/answers/web",
  for: "manual step",
  says: "point the pool at D",
  owner: "Network team",
  telephone: "+44 1",
  limitSec: 600,
};
const critical = { critical: true } as const;

describe("answers on the command line", () => {
  let project: Awaited<ReturnType<typeof tempProject>>;
  let terminal: Written;
  const said = (): string => terminal.lines.join("\n");
  beforeEach(async () => {
    project = await tempProject();
    terminal = writtenTerminal();
  });
  afterEach(() => project.leave());
  const given = { step: "web0/answers/web", verdict: "approved", as: "bo" } as const;

  it("list what waits, with whom to call and what to type, and change nothing", async () => {
    await write(project, [...begun, asks]);
    const { length } = await project.journal.entries();
    await listWaiting(project, terminal);
    expect(said()).to.match(
      /^web0\/answers\/web: point the pool at D · Network team · \+44 1 · nobody waits for the answer any more: the next run takes it\n {2}parallel-standby approve web0\/answers\/web --as YOUR-NAME\n {2}parallel-standby decline web0\/answers\/web --as YOUR-NAME --reason WHY$/,
    );
    expect(await project.journal.entries()).to.have.length(length);
  });

  it("say that nothing waits where nothing does", async () => {
    await write(project, begun);
    await listWaiting(project, terminal);
    expect(said()).to.equal("nothing waits for people");
  });

  it("are written once for the step that waits, and say what was approved", async () => {
    await write(project, [...begun, asks]);
    const lease = await project.journal.store.lease(lockOfStep(1, given.step), 60_000);
    await answer(given, project, terminal);
    expect(said()).to.equal("approved: web0/answers/web (point the pool at D)");
    expect((await project.journal.entries()).at(-1)).to.include({ kind: "approval", as: "bo" });
    const again = await failureOf(answer(given, project, terminal));
    expect(again.message).to.match(/bo has approved web0\/answers\/web already/);
    if (isLease(lease)) await lease.release();
  });

  it("say what to run where the step waits no more", async () => {
    await write(project, [...begun, asks, word("web0/answers/web", "failed", critical)]);
    await answer(given, project, terminal);
    expect(said()).to.match(/it does not wait any more\. Go on with:\n {2}.*pulumi up -s dr-active$/);
  });

  it("change nothing in another estate's journal", async () => {
    await write(project, [...begun, asks]);
    const other = { ...project, estate: { ...project.estate, name: "contoso" } };
    expect((await failureOf(answer(given, other, terminal))).message).to.match(
      /belongs to the estate "toys"/,
    );
    expect((await project.journal.entries()).at(-1)?.kind).to.equal("waiting");
  });

  it("leave a step out, say what follows, and refuse what keeps the move safe", async () => {
    await write(project, [...begun, word("web0/start/web", "failed", critical)]);
    const to = { as: "bo", reason: "by hand" };
    await skip({ step: "web0/start/web", ...to }, project, { parts: toyParts }, terminal);
    expect(said()).to.match(
      /^skipped: web0\/start\/web\. The move will complete with exceptions.*\ngo on with:\n {2}.*pulumi up -s dr-active$/s,
    );
    const { length } = await project.journal.entries();
    const refused = await failureOf(
      skip({ step: "web0/prove-fence", ...to }, project, { parts: toyParts }, terminal),
    );
    expect(refused.message).to.match(/^web0\/prove-fence can't be skipped: /);
    expect(await project.journal.entries()).to.have.length(length);
  });

  it("list what stops the move, with what to type or why it can't be skipped", async () => {
    await write(project, [
      ...begun,
      word("web0/start/web", "failed", critical),
      word("data0/roll/db0-0", "failed", critical),
    ]);
    await listSkippable(project, { parts: toyParts }, terminal);
    expect(said()).to.match(/^data0\/roll\/db0-0: .*\n {2}can't be skipped: .*opened at a wrong point/);
    expect(said()).to.match(
      /\nweb0\/start\/web: .*\n {2}parallel-standby skip web0\/start\/web --as YOUR-NAME --reason WHY$/,
    );
  });

  for (const [what, args, says] of [
    ["no name", ["approve", "a"], /--as is missing/],
    ["a name that was copied as it stands", ["approve", "a", "--as", "YOUR-NAME"], /is to be filled in/],
    ["no reason for a decline", ["decline", "a", "--as", "bo"], /--reason is missing/],
    ["no reason for a skip", ["skip", "a", "--as", "bo"], /--reason is missing/],
    [
      "a reason with a line break",
      ["skip", "a", "--as", "bo", "--reason", "a\nb"],
      /--reason: it has a line break/,
    ],
    ["an empty name", ["decline", "a", "--as", " ", "--reason", "x"], /--as: it is empty/],
  ] as const)
    it(`are refused as wrong usage with ${what}, and nothing is written`, async () => {
      await write(project, [...begun, asks]);
      expect(await main(args, terminal)).to.equal(2);
      expect(terminal.notes.join("\n")).to.match(says);
      expect((await project.journal.entries()).at(-1)?.kind).to.equal("waiting");
    });

  it("name everything that is to be mended at once", () => {
    expect(() => typed({ as: undefined, reason: undefined, needsReason: true })).to.throw(
      "--as is missing: your name\n--reason is missing: why, for the journal",
    );
  });
});

describe("status while a move waits for people", () => {
  const shown = (leases: readonly string[], ...facts: Fact[]): string =>
    statusText(
      statusOf(entriesFor(...begun, ...facts), {
        now: new Date("2026-11-22T10:04:00Z"),
        place: "journal",
        leases: leases.map((name) => ({ name, who: "ann@box#1", since: "2026-11-22T10:00:00Z" })),
      }),
      "linux",
    );

  it("says first what waits, until when, whom to call, and what to type before anything else", () => {
    const text = shown(["run", lockOfStep(1, "web0/answers/web")], asks);
    expect(text).to.match(
      /state .*\nwaits for +web0\/answers\/web: point the pool at D · Network team · \+44 1 · since 2026-11-22 10:00:00 UTC, until 2026-11-22 10:10:00 UTC: 0:06:00 left\n/,
    );
    expect(text).to.match(
      /\nnext:\n {2}parallel-standby approve web0\/answers\/web --as YOUR-NAME\n {2}parallel-standby decline .*\n {2}it runs: follow it/,
    );
  });

  it("says what to do where its time is over, and takes an answer for given that came since", () => {
    const failed = word("web0/answers/web", "failed", critical);
    expect(shown([], asks, failed)).to.match(/nobody waits for the answer any more.*finish it: .*pulumi up/s);
    const approved: Fact = {
      kind: "approval",
      epoch: 1,
      step: "web0/answers/web",
      verdict: "approved",
      as: "bo",
    };
    const text = shown([], asks, failed, approved);
    expect(text).to.match(/approved by bo/);
    expect(text).not.to.contain("--as YOUR-NAME\n  parallel-standby decline");
  });
});

describe("a declaration on the heels of a move", () => {
  const back: Declaration = {
    kind: "move declared",
    to: "primary",
    mode: "planned",
    as: "op",
    acceptLossSec: 0,
  };
  const moved = entriesFor(...begun, completed(1));
  const at = (time: string, fact: Declaration = back): unknown =>
    wouldStart(moved, fact, new Date(`2026-11-22T${time}Z`)).epoch;

  it("is refused for an hour, with who moved when and until when", () => {
    expect(() => at("10:59:00")).to.throw(
      /^cool-down: ann moved the estate to dr \(activation 1, completed 2026-11-22 10:00:00 UTC\), and no move to primary is declared before 2026-11-22 11:00:00 UTC\. .*--override-cool-down REASON$/,
    );
    expect(at("11:00:00")).to.equal(2);
  });

  it("is refused after going back past no return, too: that was a move of people like any other", () => {
    const gone = entriesFor(...begun, noReturn(1), {
      kind: "abandoned",
      epoch: 1,
      as: "bo",
      reason: "K2 does not start",
      lossSec: 60,
    });
    expect(() => wouldStart(gone, { ...back, to: "dr" }, new Date("2026-11-22T10:59:00Z"))).to.throw(
      /^cool-down: bo went back to primary \(from activation 1 to dr, gone back 2026-11-22 10:00:00 UTC\), and no move to dr is declared before 2026-11-22 11:00:00 UTC/,
    );
  });

  it("is taken where it says why", () => {
    expect(at("10:01:00", { ...back, overrideCoolDown: "dr burns" })).to.equal(2);
  });

  it("goes by the time that the facts say", () => {
    const fact = declared.kind === "declared" ? declared : undefined;
    if (!fact) throw new Error("no facts");
    const [first, , ...rest] = begun;
    const short = entriesFor(
      first ?? genesis,
      { ...fact, recovery: { ...fact.recovery, coolDownMin: 0 } },
      ...rest,
      completed(1),
    );
    expect(wouldStart(short, back, new Date("2026-11-22T10:00:01Z")).epoch).to.equal(2);
  });
});
