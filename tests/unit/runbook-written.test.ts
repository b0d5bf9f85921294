import { expect } from "chai";
import * as fs from "node:fs/promises";
import * as path from "node:path";
import { runbook, wishFrom } from "../../cli/runbook/run.ts";
import { hands } from "../../components/registry/hands.ts";
import { parts } from "../../components/registry/parts.ts";
import { tempProject, writtenTerminal } from "./cli-fixture.ts";
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
});
