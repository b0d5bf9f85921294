import { expect } from "chai";
import { playCutover } from "../../lab/crash/cutover.ts";

/** A whole cutover without the engine, with a power cut in every step's act. Milliseconds. */
const limitMs = 400_000;

/** A sample; `npm run crash` plays both of K2's cutovers with every step killed at every point, on the engine too. */
describe("steps that are killed in their acts", function () {
  this.timeout(limitMs);

  it("end as they would have undisturbed: all is well as seen from outside, and nothing was done twice", async () => {
    const { acts, failed, killed, books } = await playCutover(
      { kind: "planned", driver: "run", victim: "all", points: ["in act"] },
      () => undefined,
    );
    expect(killed).to.include.members([
      "k2-data/tail/K2 in act",
      "k2-data/open/K2 in act",
      "k2-data/first-full/K2 in act",
      "k2/start/K2DR01/K2 Server in act",
      "k2.corp.example/flip in act",
      "complete in act",
    ]);
    expect(failed).to.deep.equal([]);
    expect(acts).to.include({
      "K2PRD01: The K2 Server service entered the stopped state.": 1,
      "SQLPRD01: backup L of K2": 1,
      "SQLPRD01: backup L of Claims": 1,
      "SQLDR01: backup D of K2": 1,
      "SQLDR01: backup D of Claims": 1,
      "K2DR01: The K2 Server service entered the running state.": 1,
      "DNS: k2 is led elsewhere": 1,
      "DNS: k2-sql is led elsewhere": 1,
    });
    // A log that is restored leaves its backup in msdb's history of that server, too: as many of the one as of the other.
    expect(acts["SQLDR01: restore L of K2"]).to.equal(acts["SQLDR01: backup L of K2"]);
    expect(books.state["K2PRD01: service K2 Server"]).to.equal("stopped, disabled");
  });
});
