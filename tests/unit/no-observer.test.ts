import { expect } from "chai";
import { declarationFrom } from "../../cli/declare/request.ts";
import { declare } from "../../cli/declare/run.ts";
import { changeFrom } from "../../cli/mode/request.ts";
import { changeMode } from "../../cli/mode/run.ts";
import type { Project } from "../../cli/project.ts";
import { runnerLook } from "../../cli/readiness/runner.ts";
import { waive } from "../../cli/waive/run.ts";
import { parts } from "../../components/registry/parts.ts";
import type { Fact } from "../../journal/entries.ts";
import { describe as described } from "../../model/describe.ts";
import type { Estate } from "../../model/estate.ts";
import { observerFacts, observerProblems, type ObserverInput } from "../../model/observer.ts";
import type { Parts } from "../../model/part.ts";
import { hashOf, type Recovery } from "../../model/recovery.ts";
import { noObserverFindings } from "../../readiness/no-observer.ts";
import { previewed } from "../../stacks/preview.ts";
import type { Runs } from "../../steps/act.ts";
import {
  begun,
  holdingParts,
  holdingRecovery,
  holdingRuns,
  holdWorld,
  started,
  tempProject,
  write,
  writtenTerminal,
  type Written,
} from "./cli-fixture.ts";
import { exampleEstate } from "./example-estate.ts";

const obs: ObserverInput = {
  name: "OBS01",
  address: "127.0.0.1",
  ssh: { port: 1, user: "u", hostKey: "ssh-ed25519 AAAA", password: { env: "PS_NO_OBSERVER" } },
};
const estate = exampleEstate();
const recovery = described(estate, parts);
const observed: Recovery = { ...recovery, observers: observerFacts([obs]) };
/** Nothing there has a port that an observer could try. */
const portless: Recovery = {
  ...recovery,
  hosts: recovery.hosts.map(({ ssh: _ssh, sql: _sql, ...host }) => host),
};
const text = ({ severity, id, says, todo }: ReturnType<typeof noObserverFindings>[number]): string =>
  `${severity} ${id}: ${says}; ${todo}`;
const risk = (site: string): string =>
  `risk observer-none: the estate has no observer: where nothing of ${site} answers this runner, a line that is cut looks like a site that is dead, and one person may waive the fence on that; write observers into estate.ts, a server in a third place (docs/estate.md), or observers: false to live without`;

describe("an estate without an observer", () => {
  for (const [what, written, facts, active, found] of [
    ["has none", undefined, recovery, "primary", [risk("primary")]],
    ["has none, while dr is active", undefined, recovery, "dr", [risk("dr")]],
    ["has a list that nobody filled in", [], recovery, "primary", [risk("primary")]],
    ["has chosen to live without", false, recovery, "primary", []],
    ["has one", [obs], observed, "primary", []],
    [
      "has one that its facts lack",
      [obs],
      recovery,
      "primary",
      [
        "risk observer-none: estate.ts has observers, and the journal's facts have none yet: a move would ask none of them; pulumi up -s standby",
      ],
    ],
    ["has no server that one could try", undefined, portless, "primary", []],
  ] as readonly [string, Estate["observers"], Recovery, "primary" | "dr", readonly string[]][])
    it(`is ${found.length === 0 ? "no finding" : "a risk, with what to do"} where it ${what}`, () => {
      const given = written === undefined ? {} : { observers: written };
      expect(noObserverFindings(given, facts, active).map(text)).to.deep.equal(found);
    });

  it("may say so by observers: false, which leaves its facts as they are; a word that is no list is refused", () => {
    expect(observerProblems(false, [])).to.deep.equal([]);
    expect(described({ ...estate, observers: false }, parts)).to.deep.equal(recovery);
    const wild = (observers: unknown) => (): unknown => described({ ...estate, observers } as Estate, parts);
    for (const given of [true, null, "none"])
      expect(wild(given)).to.throw(/^estate\.observers: it is no list\. Write .*, or false for none\.$/);
  });
});

describe("that nobody in a third place can be asked", () => {
  let project: Awaited<ReturnType<typeof tempProject>>;
  beforeEach(async () => (project = await tempProject()));
  afterEach(() => project.leave());

  it("is told by readiness, until an observer stands there or somebody chose to live without", async () => {
    await write(project, begun(recovery));
    const told = async (more: Partial<Estate>): Promise<readonly string[]> =>
      (
        await runnerLook(
          { ...project, estate: { ...estate, name: "toys", ...more } },
          parts,
          writtenTerminal(new Date()),
        )
      ).findings
        .filter((f) => f.at === "observers")
        .map(text);
    expect(await told({})).to.deep.equal([risk("primary")]);
    expect(await told({ observers: false })).to.deep.equal([]);
    expect(await told({ observers: [obs] })).to.deep.equal([]);
  });

  it("is told by the preview of a move, and not where somebody chose to live without", async () => {
    const host = { address: "127.0.0.1", timeZone: "UTC", whilePassive: "running" } as const;
    const ssh = { port: 1, user: "u", hostKey: "ssh-ed25519 AAAA", password: { env: "PS_NO_OBSERVER" } };
    const facts: Recovery = { ...holdingRecovery(), hosts: [{ ...host, id: "P", site: "primary", ssh }] };
    await write(project, [
      ...begun(facts),
      {
        kind: "move declared",
        to: "dr",
        mode: "unplanned",
        as: "ann",
        acceptLossSec: 14_400,
        disasterAt: new Date(Date.now() - 600_000).toISOString(),
      },
    ]);
    const world = { parts: holdingParts, runs: holdingRuns(holdWorld()), journal: project.journal };
    const told = async (more: Partial<Estate>): Promise<string> => {
      const seen = await previewed({ ...project.estate, ...more }, "dr", world, () => undefined);
      return (seen.kind === "move" ? seen.outlook : undefined) ?? "";
    };
    expect(await told({})).to.match(/risk +observers +the estate has no observer: where nothing of primary /);
    expect(await told({ observers: false }))
      .to.match(/READY/)
      .and.not.contain("observer");
  });
});

const lost = { mode: "unplanned", as: "op", acceptLossSec: 14_400 } as const;
const declared: Fact = { kind: "move declared", to: "dr", ...lost };
const planned: Fact = { kind: "move declared", to: "dr", mode: "planned", as: "op", acceptLossSec: 0 };
const systems = [{ system: "data", parts: ["data"], after: [] }];
const disasterAt = "2026-11-22T03:10:00Z";
const given = { as: "R. Okafor", reason: "it burns", disasterAt, acceptLoss: "4h", incident: "T1" };

/** Each command that writes a waiver, with what was written before. */
const commands: Readonly<
  Record<
    string,
    {
      readonly before: (factsHash: string) => readonly Fact[];
      readonly run: (
        project: Project,
        registries: { readonly parts: Parts; readonly runs: Runs },
        terminal: Written,
      ) => Promise<void>;
    }
  >
> = {
  declare: {
    before: () => [],
    run: (project, registries, terminal) =>
      declare(
        declarationFrom({ ...given, to: "dr", mode: "unplanned", waiveFence: "dark" }, terminal.now()),
        project,
        registries,
        terminal,
      ),
  },
  waive: {
    before: (factsHash) => [declared, started(2, { factsHash })],
    run: (project, registries, terminal) => waive(given, project, registries, terminal),
  },
  mode: {
    before: (factsHash) => [planned, started(2, { factsHash, mode: "planned", systems })],
    run: (project, registries, terminal) =>
      changeMode(
        changeFrom("unplanned", { ...given, waiveFence: "dark" }, terminal.now()),
        project,
        registries,
        terminal,
      ),
  },
};

describe("a waiver that was written", () => {
  for (const [name, { before, run }] of Object.entries(commands))
    for (const [what, facts, lines] of [
      ["says that nobody in a third place was asked where the estate has no observer", holdingRecovery(), 1],
      ["does not say so where it has one", { ...holdingRecovery(), observers: observerFacts([obs]) }, 0],
    ] as const)
      it(`${what}: ${name}`, async () => {
        const project = await tempProject();
        try {
          const world = holdWorld();
          const now = Date.parse(disasterAt) / 1000;
          world.reach = { db: { fromSec: now - 9000, toSec: now, complete: false, evidence: "db.trn" } };
          const terminal = writtenTerminal();
          await write(project, [...begun(facts), ...before(hashOf(facts))]);
          await run(project, { parts: holdingParts, runs: holdingRuns(world) }, terminal);
          expect(terminal.lines.join("\n")).to.contain("THE FENCE IS WAIVED");
          expect(
            terminal.lines.flatMap((l) => l.split("\n")).filter((l) => l.includes("NOBODY")),
          ).to.deep.equal(
            [
              "NOBODY IN A THIRD PLACE WAS ASKED: the estate has no observer (docs/estate.md). That nothing of primary (London) answers is this runner's own view; a line that is cut looks the same",
            ].slice(0, lines),
          );
        } finally {
          await project.leave();
        }
      });
});
