import { expect } from "chai";
import { logShipping } from "../../components/sql/log-shipping/part.ts";
import { lookupOf } from "../../model/recovery.ts";
import { shippingBench, type Bench } from "./log-shipping-bench.ts";
import { failure } from "./log-shipping-looks.ts";

describe("log shipping: backups away from the server", function () {
  this.timeout(60_000);
  let bench: Bench;
  afterEach(() => bench.close());

  it("are copied after a move and on schedule, all that lie there, and the step says what is missing", async () => {
    bench = await shippingBench(8, { awayTo: { dr: "\\\\SQLPRD01\\Away" } });
    await bench.disk("primary").makeFolder("S:\\Away");
    await bench.move({ mode: "planned" });
    await bench.work(4, "dr");
    const draft = logShipping
      .plan(
        "data",
        bench.facts,
        { from: "primary", to: "dr", mode: "planned" },
        lookupOf({ hosts: [...bench.hosts], parts: [] }),
      )
      .protect?.find((d) => d.verb === "sql/log-shipping/copy-away");
    const copy = (): Promise<string> => failure(bench.verb("sql/log-shipping/copy-away", draft?.args));
    const first = await copy();
    // This bench's cmd.exe has no "& if errorlevel": robocopy's 1, files were copied, reaches Agent.
    expect(first).to.match(/Process Exit Code 1/);
    expect(await copy()).to.equal("it went well");
    const away = (await bench.disk("primary").list("S:\\Away")).map((f) => f.name);
    const own = (await bench.disk("dr").list("S:\\LogShip\\SQLDR01")).map((f) => f.name);
    expect(away).to.have.members(own.filter((n) => n.startsWith("K2_")));
    await bench.run(
      "dr",
      "EXEC msdb.dbo.sp_update_jobstep @job_name = N'parallel-standby copy away K2', @step_id = 1, @cmdexec_success_code = 1",
    );
    await bench.disk("primary").remove(`S:\\Away\\${away[0] ?? ""}`);
    const again = await bench.verb("sql/log-shipping/copy-away", draft?.args);
    expect(again.verdict, "what is missing is copied anew").to.equal("done");
  });

  it("are asked for only where the estate names a place", async () => {
    bench = await shippingBench(0);
    const made = logShipping.plan(
      "data",
      bench.facts,
      { from: "primary", to: "dr", mode: "planned" },
      lookupOf({ hosts: [...bench.hosts], parts: [] }),
    );
    expect(made.protect?.map((d) => d.verb)).not.to.contain("sql/log-shipping/copy-away");
  });
});
