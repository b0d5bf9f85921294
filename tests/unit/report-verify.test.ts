import { expect } from "chai";
import * as fs from "node:fs/promises";
import * as path from "node:path";
import { report } from "../../cli/report/run.ts";
import { verifyReport } from "../../cli/report/verify.ts";
import type { Fact } from "../../journal/entries.ts";
import {
  begun,
  failureOf,
  holdingRecovery,
  started,
  tempProject,
  write,
  writtenTerminal,
  type Written,
} from "./cli-fixture.ts";

const declared: Fact = {
  kind: "move declared",
  to: "dr",
  mode: "unplanned",
  as: "R. Okafor",
  acceptLossSec: 14_400,
};

describe("report --verify", () => {
  let project: Awaited<ReturnType<typeof tempProject>>;
  let terminal: Written;
  let file: string;
  beforeEach(async () => {
    project = await tempProject();
    terminal = writtenTerminal(new Date());
    file = path.join(project.folder, "sent by mail.html");
    await write(project, [...begun(holdingRecovery()), declared, started(2)]);
    await report({ out: file }, project, terminal);
    terminal.lines.length = 0;
  });
  afterEach(() => project.leave());

  it("proves a page that is what the journal tells, also when the journal has gone on", async () => {
    await verifyReport(file, project, terminal);
    expect(terminal.lines[0]).to.match(
      /is what the journal tells of activation 1 to entry 3, byte by byte, and its chain holds$/,
    );
    await project.journal.append({ kind: "abandoned", epoch: 1, as: "ann", reason: "it is back" });
    await verifyReport(file, project, terminal);
    expect(terminal.lines[1]).to.match(/holds; 1 entry has been written since$/);
  });

  it("proves a page that was drawn when the next move had begun, or another site had been adopted", async () => {
    await write(project, [
      { kind: "adopted", active: "dr", epoch: 2, as: "ann", reason: "opened by hand", seen: [] },
    ]);
    await report({ epoch: 1, out: file }, project, terminal);
    await write(project, [{ kind: "withdrawn", as: "ann" }]);
    terminal.lines.length = 0;
    await verifyReport(file, project, terminal);
    expect(terminal.lines[0]).to.match(/to entry 3, byte by byte.*2 entries have been written since$/);
  });

  it("finds every change of the page, and says where it is", async () => {
    const page = await fs.readFile(file, "utf8");
    const at = page.indexOf("R. Okafor");
    for (const changed of [page.replace("R. Okafor", "R. Okofor"), page.slice(0, -1), `${page} `]) {
      await fs.writeFile(file, changed);
      expect((await failureOf(verifyReport(file, project, terminal))).message).to.match(
        /is not what this version draws of activation 1 from the journal to entry 3, from line \d+, column \d+\. It was changed/,
      );
    }
    await fs.writeFile(file, page.replace("R. Okafor", "R. Okofor"));
    const before = page.slice(0, at + "R. Ok".length).split("\n");
    expect((await failureOf(verifyReport(file, project, terminal))).message).to.contain(
      `from line ${String(before.length)}, column ${String((before.at(-1)?.length ?? 0) + 1)}.`,
    );
    expect(terminal.lines).to.deep.equal([]);
  });

  it("refuses a page of another journal, and a file that is no report", async () => {
    const other = await tempProject();
    await write(other, [...begun(holdingRecovery()), { ...declared, incident: "another" }, started(2)]);
    expect((await failureOf(verifyReport(file, other, terminal))).message).to.match(
      /drawn from a journal whose entry 3 has the hash [0-9a-f]{64}; in .* it is [0-9a-f]{64}\. It is a page of another journal/,
    );
    await other.leave();
    const young = await tempProject();
    await write(young, begun(holdingRecovery()).slice(0, 1));
    expect((await failureOf(verifyReport(file, young, terminal))).message).to.match(
      /drawn from a journal whose entry 3 has the hash [0-9a-f]{64}; the one in \S+ has 1 entry\. It is a page/,
    );
    await young.leave();
    await fs.writeFile(file, "<html>");
    const none = await failureOf(verifyReport(file, project, terminal));
    expect([none.exitCode, none.message]).to.deep.equal([
      2,
      `--verify ${file} is no page of a report of an activation, as "parallel-standby report" writes it`,
    ]);
    expect((await failureOf(verifyReport(`${file}x`, project, terminal))).message).to.match(/ENOENT/);
  });
});
