import * as pulumi from "@pulumi/pulumi";
import { expect } from "chai";
import * as fs from "node:fs/promises";
import * as os from "node:os";
import * as path from "node:path";
import { folderStore } from "../../journal/folder-store.ts";
import { journalOn } from "../../journal/journal.ts";
import { isLease } from "../../journal/store.ts";
import type { Fact } from "../../journal/entries.ts";
import type { Journal } from "../../journal/journal.ts";
import type { SiteId } from "../../model/site.ts";
import { knowsThisJournal, soleRun } from "../../stacks/journal-guard.ts";
import type { Seen } from "../../stacks/seen.ts";
import { begun, holdingRecovery, started } from "./cli-fixture.ts";

describe("a run of a stack", () => {
  let folder: string;
  before(async () => {
    folder = await fs.mkdtemp(path.join(os.tmpdir(), "parallel-standby-"));
  });
  after(() => fs.rm(folder, { recursive: true, force: true }));

  it("is refused while another one is under way, and told who runs it, since when and how to follow", async () => {
    const journal = journalOn(folderStore(folder, undefined, () => undefined));
    const other = await journal.store.lease("run", 30_000);
    const says = await soleRun(journal).then(() => "", String);
    expect(says).to.match(/another run is under way: \S+@\S+#\d+, since \d{4}-\d\d-\d\dT/);
    expect(says).to.match(/parallel-standby journal follow/);
    if (isLease(other)) await other.release();
    expect(await journal.store.leases()).to.deep.equal([]);
  });
});

describe("the journal that a stack has seen", () => {
  const facts: readonly Fact[] = [
    ...begun(holdingRecovery()),
    { kind: "move declared", to: "dr", mode: "planned", as: "ann", acceptLossSec: 0 },
    started(2),
    { kind: "completed", epoch: 1, owed: [], exceptions: [] },
  ];
  const folders: string[] = [];
  after(() => Promise.all(folders.map((f) => fs.rm(f, { recursive: true, force: true }))));
  async function journalOf(...own: readonly Fact[]): Promise<Journal> {
    const folder = await fs.mkdtemp(path.join(os.tmpdir(), "parallel-standby-"));
    folders.push(folder);
    const journal = journalOn(
      folderStore(folder, undefined, () => undefined),
      () => new Date("2026-11-22T05:40:00Z"),
    );
    for (const f of own) await journal.append(f);
    return journal;
  }
  /** What the program of a stack with these outputs says, and of which site it is active. */
  async function asked(journal: Journal, seen: Seen, target?: SiteId): Promise<string> {
    return (await known(journal, seen, target)).says;
  }
  async function known(
    journal: Journal,
    seen: Seen,
    target?: SiteId,
  ): Promise<{ readonly says: string; readonly seen?: Seen }> {
    const stack = target === undefined ? "standby" : `${target}-active`;
    await pulumi.runtime.setMocks(
      {
        newResource: ({ name, type, inputs }) => ({
          id: name,
          state:
            type === "pulumi:pulumi:StackReference"
              ? { ...(inputs as object), outputs: seen }
              : (inputs as object),
        }),
        call: ({ inputs }) => inputs as object,
      },
      "project",
      stack,
    );
    const found = await knowsThisJournal(journal, "toys", target).then(
      (k) => ({ says: k.s.active, seen: k.seen }),
      (error: unknown) => ({ says: String(error) }),
    );
    await pulumi.runtime.disconnect();
    return found;
  }
  const seenAfter = async (journal: Journal, epoch?: number): Promise<Seen> => {
    const entries = await journal.entries();
    return {
      genesis: entries[0]?.hash ?? "",
      head: entries.at(-1)?.hash ?? "",
      ...(epoch === undefined ? {} : { epoch }),
    };
  };

  it("is taken by a stack that has seen all of it, or nothing yet", async () => {
    const journal = await journalOf(...facts);
    expect(await asked(journal, {}, "dr")).to.equal("dr");
    expect(await asked(journal, await seenAfter(journal, 1), "dr")).to.equal("dr");
    expect(await asked(journal, await seenAfter(journal))).to.equal("dr");
  });

  it("comes with what the stack has seen, the drill that it holds among it", async () => {
    const journal = await journalOf(...facts);
    const seen = { ...(await seenAfter(journal)), drill: 3 };
    expect((await known(journal, seen)).seen).to.deep.equal(seen);
    expect((await known(journal, {})).seen).to.deep.equal({});
  });

  it("is refused where it does not hold the last entry or the first one that the stack has seen", async () => {
    const seen = await seenAfter(await journalOf(...facts));
    const older = await journalOf(...facts.slice(0, 3));
    expect(await asked(older, seen)).to.match(/has seen entry [0-9a-f]{12} .*does not hold it.*older copy/);
    expect(await asked(older, { ...seen, genesis: "f".repeat(64) })).to.match(
      /begins with ffffffffffff .*does not hold it/,
    );
  });

  it("is refused by the stack of an activation that it has forgotten, though it holds the head before it", async () => {
    const older = await journalOf(...facts.slice(0, 3));
    expect(await asked(older, await seenAfter(older, 1), "dr")).to.match(
      /has seen activation 1 toward dr begin .*restore the newest/,
    );
  });

  it("is refused where the number of a forgotten activation was given out again, for the other site", async () => {
    const again = await journalOf(...facts.slice(0, 3), started(2, { from: "dr", to: "primary" }));
    expect(await asked(again, await seenAfter(again, 1), "dr")).to.match(/activation 1 toward dr begin/);
    expect(await asked(again, await seenAfter(again, 1), "primary")).to.equal("primary");
  });

  it("is not to be begun anew where it is absent and the stack has seen one", async () => {
    const seen = await seenAfter(await journalOf(...facts));
    const says = await asked(await journalOf(), seen, "dr");
    expect(says).to.match(/there is no journal in .*this stack has seen a journal that begins with/);
    expect(says).to.match(/restore the journal from its mirror or a backup\. Never begin a new one/);
    expect(says).not.to.contain("journal init");
    expect(await asked(await journalOf(), {}, "dr")).to.contain("journal init");
  });
});
