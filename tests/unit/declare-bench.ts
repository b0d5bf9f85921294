import { declare } from "../../cli/declare/run.ts";
import type { Declaration } from "../../cli/declare/request.ts";
import type { Reach } from "../../model/part.ts";
import {
  begun,
  holdingParts,
  holdingRecovery,
  holdingRuns,
  holdWorld,
  tempProject,
  write,
  writtenTerminal,
  type HoldWorld,
  type Written,
} from "./cli-fixture.ts";

/** Of the night of the tests, seconds since 1970. */
export const at = (time: string): number => Date.parse(`2026-11-22T${time}Z`) / 1000;
/** What can be reached of the only database. */
export const reach = (toSec: number, complete = false): Reach => ({
  fromSec: at("00:00:00"),
  toSec,
  complete,
  evidence: "db_0040.trn",
});
export const lost: Declaration = {
  kind: "move declared",
  to: "dr",
  mode: "unplanned",
  as: "R. Okafor",
  disasterAt: "2026-11-22T03:10:00Z",
  acceptLossSec: 14_400,
  incident: "INC-77",
};
export const planned: Declaration = {
  kind: "move declared",
  to: "dr",
  mode: "planned",
  as: "op",
  acceptLossSec: 0,
};

/** What each test of a declaration begins with. */
export interface DeclareBench {
  readonly project: Awaited<ReturnType<typeof tempProject>>;
  readonly world: HoldWorld;
  readonly terminal: Written;
  readonly run: (fact: Declaration) => Promise<void>;
  /** The kinds of the journal's entries. */
  readonly kinds: () => Promise<readonly string[]>;
  readonly said: () => string;
}

/** Made anew for every test of the suite that calls it. */
export function declareBench(): DeclareBench {
  let project: Awaited<ReturnType<typeof tempProject>>;
  let world: HoldWorld;
  let terminal: Written;
  const run = (fact: Declaration): Promise<void> =>
    declare(fact, project, { parts: holdingParts, runs: holdingRuns(world) }, terminal);
  const kinds = async (): Promise<readonly string[]> => (await project.journal.entries()).map((e) => e.kind);
  const said = (): string => terminal.lines.join("\n");

  beforeEach(async () => {
    project = await tempProject();
    world = holdWorld();
    world.reach = { db: reach(at("00:40:00")) };
    terminal = writtenTerminal();
    await write(project, begun(holdingRecovery()));
  });
  afterEach(() => project.leave());

  return {
    get project() {
      return project;
    },
    get world() {
      return world;
    },
    get terminal() {
      return terminal;
    },
    run,
    kinds,
    said,
  };
}
