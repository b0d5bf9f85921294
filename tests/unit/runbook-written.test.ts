import { expect } from "chai";
import * as fs from "node:fs/promises";
import * as path from "node:path";
import { runbook, wishFrom } from "../../cli/runbook/run.ts";
import { hands } from "../../components/registry/hands.ts";
import { parts } from "../../components/registry/parts.ts";
import { describe as describeEstate } from "../../model/describe.ts";
import { renewPapers } from "../../runbook/renew.ts";
import { runbooksFolder } from "../../runbook/stale.ts";
import { begun, tempProject, write, writtenTerminal } from "./cli-fixture.ts";
import { exampleEstate } from "./example-estate.ts";

describe("a runbook that is written anew", () => {
  let project: Awaited<ReturnType<typeof tempProject>>;
  beforeEach(async () => {
    project = await tempProject();
  });
  afterEach(() => project.leave());

  it("takes the place of the old one at once: who has that open reads it to its end", async () => {
    const out = path.join("papers", "dr.html");
    const wish = wishFrom({ mode: "unplanned", format: "html", card: false, out });
    const file = path.join(project.root, out);
    await fs.mkdir(path.dirname(file));
    await fs.writeFile(file, "the old one");
    const open = await fs.open(file);
    const terminal = writtenTerminal();
    await runbook(wish, { ...project, estate: exampleEstate() }, { parts, hands }, terminal);
    expect(await open.readFile("utf8")).to.equal("the old one");
    await open.close();
    expect(terminal.lines).to.deep.equal([file]);
    expect(await fs.readFile(file, "utf8")).to.match(/<\/html>\s*$/);
    expect(await fs.readdir(path.dirname(file)), "nothing beside it").to.deep.equal(["dr.html"]);
  });

  it("is renewed where papers were deleted or another version wrote them, and left alone where all are as they would be written", async () => {
    await write(project, begun(describeEstate(exampleEstate(), parts)));
    const keep = project.folder;
    const folder = runbooksFolder(keep);
    const renewed = (): Promise<readonly string[]> => renewPapers("dr", { journal: project.journal, keep });
    const all = ["dr-card.html", "dr-card.md", "dr-planned.html", "dr-planned.md", "dr-unplanned.html"];
    expect(await renewed()).to.have.members([...all, "dr-unplanned.md"]);
    expect(await fs.readdir(folder)).to.have.members([...all, "dr-unplanned.md"]);
    const card = path.join(folder, "dr-card.md");
    const written = await fs.readFile(card, "utf8");
    await fs.writeFile(card, written.replace(/written on [\d-]{10}/, "written on 2024-02-29"));
    expect(await renewed(), "another day is no other paper").to.deep.equal([]);
    expect(await fs.readFile(card, "utf8")).to.contain("2024-02-29");
    await fs.writeFile(card, `As version 0 wrote it.\n${written}`);
    expect(await renewed()).to.deep.equal(["dr-card.md"]);
    expect(await fs.readFile(card, "utf8")).to.equal(written);
    await fs.rm(folder, { recursive: true });
    expect(await renewed()).to.have.length(6);
    expect(await renewed()).to.deep.equal([]);
  });
});
