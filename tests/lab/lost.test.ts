import { expect } from "chai";
import { readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import type { Rig } from "../../lab/play/rig.ts";
import { checksAtStandby } from "../../lab/play/checks.ts";
import {
  declare,
  engineMs,
  failed,
  labTime,
  lose,
  ok,
  provisioned,
  situationOf,
  unchanged,
  up,
} from "./stage.ts";

describe("a primary site that is lost, on the real engine", function () {
  this.timeout(engineMs);
  let made: Rig;
  let disasterAt: string;
  /** What the cutover printed. */
  const outputs: string[] = [];
  before(async () => {
    made = await provisioned();
  });
  after(() => made.close());

  it("changes nothing when a provisioned site is provisioned again", async () => {
    for (const stack of ["primary", "standby"]) unchanged(await up(made, stack));
  });

  it("says that production is alive and what would be lost, and prints what to type, where nothing was declared", async () => {
    const { all } = failed(
      await up(made, "dr-active"),
      /no move is declared, and primary is active: nothing was changed/,
    );
    expect(all).to.match(/ALIVE: primary \(London\) works: .*(K2PRD01|SQLPRD01)/);
    expect(all).to.match(
      /parallel-standby declare --to dr --mode planned --as YOUR-NAME[^]*k2: 2:00:00 of data would be lost, counted to now \(target 4:00:00\); at the latest point: 0:\d\d:\d\d, with --point latest[^]*parallel-standby declare --to dr --mode unplanned --disaster-at TIME --accept-loss 4h --incident INCIDENT --as YOUR-NAME/,
    );
    expect(all).not.to.match(/unhandled exception|at .*\.ts:\d+/);
    expect((await situationOf(made)).epoch).to.equal(0);
  });

  it("refuses a waiver while the primary site still answers", async () => {
    failed(await declare(made, labTime(made)), /K2PRD01|SQLPRD01|answers|running/);
    expect((await situationOf(made)).declaration).to.equal(undefined);
  });

  it("says that a site which is gone gives no answer while the standby does, and gives the unplanned form first", async () => {
    disasterAt = await lose(made);
    const { all } = failed(
      await up(made, "dr-active"),
      /NO ANSWER from primary \(London\), while dr \(Leeds\) answers/,
    );
    expect(all.indexOf("--mode unplanned")).to.be.within(1, all.indexOf("--mode planned"));
    expect((await situationOf(made)).held.size, "nothing is held before somebody declares").to.equal(0);
  });

  it("declares without a waiver, says that the move would stop, and prints the declaration that waives", async () => {
    const { all } = ok(await declare(made, disasterAt, []));
    expect(all).to.match(/NO ANSWER from primary \(London\), while dr \(Leeds\) answers/);
    expect(all).to.match(/NOT FENCED: [^\n]*\n {2}parallel-standby declare .* --waive-fence "how you know"/);
    expect(all).to.match(/2:00:\d\d of data would be lost to the declared time of the disaster/);
  });

  it("takes the declaration once the site is gone, and holds restores at the standby at once", async () => {
    const { all } = ok(await declare(made, disasterAt));
    expect(all).to.match(/pulumi up -s dr-active/);
    expect(all).not.to.match(/NOT FENCED/);
    expect([...(await situationOf(made)).held]).to.deep.equal(["k2-data"]);
  });

  it("shows the plan in a preview, with the point of no return, and changes nothing", async () => {
    const { all } = ok(await made.pulumi(["preview", "-s", "dr-active"]));
    expect(all).to.match(/unplanned move from primary \(London\) to dr \(Leeds\), activation 1/);
    expect(all).to.match(/no return/);
    expect((await situationOf(made)).epoch).to.equal(0);
  });

  it("cuts over: alias, port, databases at one point, licences, nothing running at the primary", async () => {
    const { all } = ok(await up(made, "dr-active"));
    outputs.push(all);
    const total = /activation 1, (\d+) steps/.exec(all)?.[1] ?? "";
    expect(all, "each step says which of how many it is").to.match(
      new RegExp(`step ${total} of ${total} · ${String(Number(total) - 1)} ended · complete · at most `),
    );
    expect(all).to.match(
      /step \d+ of \d+ · \d+ ended · k2-data\/roll-forward\/K2 · .* · next k2-data\/open\//,
    );
    const s = await situationOf(made);
    expect(s.active).to.equal("dr");
    const point = s.points.get("k2");
    expect(point?.lossSec).to.be.within(7200, 7260);
    const checks = await checksAtStandby(
      made.lab,
      made.lab.productionEndedMs(),
      point ?? { atSec: 0, to: "time" },
    );
    expect(checks.filter((c) => !c.ok)).to.deep.equal([]);
  });

  it("changes nothing when it is run again, and nothing back when the standby site is provisioned again", async () => {
    unchanged(await up(made, "dr-active"));
    const { stdout } = ok(await made.cli(["status"]));
    expect(stdout).to.match(/standby +none since .*, as far as the journal shows/);
    expect(stdout).to.match(/2:00:\d\d lost to the declared time of the disaster; at the latest point/);
    ok(await up(made, "standby"));
    expect((await situationOf(made)).active).to.equal("dr");
    expect(made.lab.serviceAt("K2DR01", "K2 Server")).to.equal("running");
    const checks = await checksAtStandby(
      made.lab,
      made.lab.productionEndedMs(),
      (await situationOf(made)).points.get("k2") ?? { atSec: 0, to: "time" },
    );
    expect(checks.filter((c) => !c.ok)).to.deep.equal([]);
  });

  it("keeps every secret out of state, journal, mirror, reports and what is printed", async () => {
    const page = join(made.folder, "report.html");
    const printed = ok(await made.cli(["report", "--out", page])).all;
    const texts: Record<string, string> = {
      printed: [...outputs, printed].join("\n"),
      "report --json": ok(await made.cli(["report", "--json"])).stdout,
      "report.html": await readFile(page, "utf8"),
      journal: await readFile(join(made.folder, ".lab", "journal", "journal.jsonl"), "utf8"),
      mirror: await readFile(join(made.folder, ".lab", "journal-mirror", "journal.jsonl"), "utf8"),
    };
    for (const stack of ["primary", "standby", "dr-active"])
      texts[stack] = ok(await made.pulumi(["stack", "export", "-s", stack])).stdout;
    expect(texts["standby"]).to.include("parallel-standby:index:LogShipping");
    expect(texts["report.html"]).to.include("k2-data/roll-forward/K2");
    expect(texts["report.html"]).to.include("the proof that primary cannot write");
    const told = JSON.parse(texts["report --json"] ?? "") as {
      readonly served: { readonly by: string };
      readonly repository: { readonly commit?: string; readonly unknown?: string };
      readonly waivers: readonly { readonly settled?: object }[];
    };
    expect(told.served.by).to.equal("smoke test");
    expect(told.repository.commit ?? told.repository.unknown).to.match(/^[0-9a-f]{40}|git/);
    expect(told.waivers[0], "its site is still gone").not.to.have.property("settled");
    const lab = JSON.parse(await readFile(join(made.folder, ".lab", "lab.json"), "utf8")) as {
      readonly ssh: { readonly privateKey: string };
    };
    const key = await readFile(resolve(made.folder, lab.ssh.privateKey), "utf8");
    const secrets: readonly (readonly [string, string])[] = [
      ...Object.entries(made.lab.env).filter(([name]) => !name.startsWith("PULUMI_")),
      ...(key.match(/^[\w+/=]{40,}$/gm) ?? []).map((line) => ["the SSH key", line] as const),
    ];
    expect(secrets.length).to.be.greaterThan(5);
    for (const [name, secret] of secrets)
      for (const [where, text] of Object.entries(texts))
        expect(text.includes(secret), `${name} in ${where}`).to.equal(false);
  });
});
