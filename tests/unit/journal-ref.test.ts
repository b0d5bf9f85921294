import { expect } from "chai";
import { execFileSync } from "node:child_process";
import { journalProblems, type JournalRef, keptIn } from "../../model/journal-ref.ts";
import { secret } from "../../model/secret.ts";
import { envelopeIn, envelopeOf, type ActivationEnvelope } from "../../steps/envelope.ts";

const refs: readonly JournalRef[] = [
  { folder: "journal", mirror: "\\\\FS02\\dr-journal" },
  {
    sql: { address: "10.20.1.5", user: "dr_runner", password: secret.env("SQL_DR") },
    mirror: "journal-mirror",
  },
  { blob: { container: "https://stdrcontoso.blob.core.windows.net/journal" }, mirror: "journal-mirror" },
];
const step: ActivationEnvelope["step"] = {
  id: "k2-data/open/K2",
  verb: "sql/log-shipping/open",
  args: { part: "k2-data", database: "K2", host: "SQLDR01" },
  phase: "open",
  needs: [{ id: "gate/k2/open", kind: "safety" }],
  critical: true,
  timeoutSec: 600,
};

describe("the place of a journal as an estate writes it", () => {
  for (const ref of refs)
    it(`travels in a step's input, small and the same each time: ${Object.keys(ref)[0] ?? ""}`, () => {
      expect(journalProblems(ref)).to.deep.equal([]);
      const text = JSON.stringify(envelopeOf(step, { journal: ref, epoch: 1, attempts: new Map() }));
      expect(text.length).to.be.lessThan(450);
      expect(envelopeIn(text).journal).to.deep.equal(ref);
    });

  it("says where files are kept beside it", () => {
    expect(refs.map(keptIn)).to.deep.equal(["journal", "journal", "journal"]);
    expect(keptIn({ blob: { container: "https://a.example/journal" }, keep: "state" })).to.equal("state");
  });

  it("is opened without a look at it, and without its driver", () => {
    const program = `
      import { registerHooks } from "node:module";
      const loaded = [];
      registerHooks({ load: (url, context, next) => { loaded.push(url); return next(url, context); } });
      const { openJournal } = await import(${JSON.stringify(new URL("../../steps/open-journal.ts", import.meta.url).href)});
      for (const ref of ${JSON.stringify(refs)}) console.log(openJournal(ref).store.place);
      console.log(loaded.filter((url) => /node_modules\\/(mssql|tedious|@azure)\\//.test(url)).length);`;
    const said = execFileSync(process.execPath, ["--input-type=module", "-e", program], {
      cwd: new URL("../../lab/project", import.meta.url),
      encoding: "utf8",
    });
    expect(said.trim().split("\n").slice(1)).to.deep.equal([
      "database ParallelStandby on 10.20.1.5:1433",
      "https://stdrcontoso.blob.core.windows.net/journal/journal",
      "0",
    ]);
  });
});

describe("a program of another machine of the lab", () => {
  it("has that machine's name and clock, however it asks", () => {
    const preload = new URL("../../lab/clock/preload.js", import.meta.url).href;
    const program = `
      import * as os from "node:os";
      import { hostname } from "node:os";
      console.log(os.hostname(), hostname(), Math.round((Date.now() - performance.timeOrigin - performance.now()) / 60_000));`;
    const said = execFileSync(process.execPath, ["--import", preload, "--input-type=module", "-e", program], {
      env: { LAB_HOST: "RUN02", LAB_AHEAD_MS: "600000" },
      encoding: "utf8",
    });
    expect(said.trim()).to.equal("RUN02 RUN02 10");
  });
});
