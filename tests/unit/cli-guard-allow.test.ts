import { expect } from "chai";
import { guardAllow } from "../../cli/guard/allow.ts";
import { parts } from "../../components/registry/parts.ts";
import { runs } from "../../components/registry/runs.ts";
import type { Fact } from "../../journal/entries.ts";
import { wires, type Wires } from "../../steps/transports/wires.ts";
import { asleepAt } from "../../lab/simulator/lab/asleep.ts";
import { tempProject, writtenTerminal } from "./cli-fixture.ts";
import { exampleEstate } from "./example-estate.ts";
import { until } from "./until.ts";

const move: readonly Fact[] = [
  {
    kind: "activation started",
    epoch: 1,
    from: "primary",
    to: "dr",
    mode: "planned",
    as: "bob",
    factsHash: "f",
    planHash: "p",
    declaration: 0,
    acceptLossSec: 0,
  },
  { kind: "no return", epoch: 1, step: "x" },
  { kind: "completed", epoch: 1, owed: [], exceptions: [] },
];

describe("guard allow", () => {
  let project: Awaited<ReturnType<typeof tempProject>>;
  const commands: string[] = [];
  const none = (): never => {
    throw new Error("it only logs on");
  };
  const servers: Wires = {
    sql: none,
    answers: none,
    dns: none,
    ssh: (host) =>
      Promise.resolve({
        host,
        run: (command) => {
          commands.push(`${host}: ${command}`);
          return Promise.resolve({ code: 0, stdout: "", stderr: "" });
        },
        readFile: none,
        writeFile: none,
      }),
  };
  const allow = (journal = project.journal): Promise<string> =>
    wires.run(servers, () =>
      guardAllow(
        "K2PRD01",
        { as: "ann", reason: "its witnesses are down" },
        { ...project, journal },
        { parts, runs },
        writtenTerminal(),
      ).then(
        () => "allowed",
        (error: unknown) => (error instanceof Error ? error.message : String(error)),
      ),
    );
  beforeEach(async () => {
    const made = await tempProject();
    const { systems } = exampleEstate();
    const guard = { witnesses: [{ share: String.raw`\\FILE03\Witness`, folder: "witness" }] } as const;
    project = { ...made, estate: { ...made.estate, systems, guard } };
    commands.length = 0;
    await project.journal.append({ kind: "genesis", estate: project.estate.name, active: "primary" });
  });
  afterEach(() => project.leave());

  it("lets a server of the active site start what it has, with one name", async () => {
    expect(await allow()).to.equal("allowed");
    expect(commands).to.have.length(1);
    expect(commands[0]).to.match(/^K2PRD01: .*guard\.cmd" allow "ann" "its witnesses are down"$/);
  });

  it("allows nothing where it stood still, after any of its looks at the journal, and the other site is active by now", async () => {
    const text = await project.journal.store.read();
    for (const at of [2, 3]) {
      await project.journal.store.restart(() => text);
      let calls = 0;
      const sleeper = asleepAt(project.journal, () => ++calls === at);
      const late = allow(sleeper.journal);
      await until("it stands still", () => sleeper.sleeps());
      for (const fact of move) await project.journal.append(fact);
      sleeper.wake();
      expect(await late).to.match(
        /the journal says "standby" for primary .*activation 1; .*nothing is allowed/,
      );
      expect(commands).to.deep.equal([]);
    }
  });
});
