import { expect } from "chai";
import * as fs from "node:fs/promises";
import * as os from "node:os";
import * as path from "node:path";
import { folderStore } from "../../journal/folder-store.ts";
import { journalOn } from "../../journal/journal.ts";
import { isLease } from "../../journal/store.ts";
import { soleRun } from "../../stacks/journal-guard.ts";

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
