import { expect } from "chai";
import { mock } from "node:test";
import type { Host } from "../../model/host.ts";
import type { Recovery } from "../../model/recovery.ts";
import { chainName, chainsOf } from "../../planning/chains.ts";
import { refuseVoidWaivers } from "../../stacks/life.ts";
import type { Io, Runs } from "../../steps/act.ts";
import { wires } from "../../steps/transports/wires.ts";
import { holdingParts, holdingRecovery, holdingRuns, holdWorld, tempProject } from "./cli-fixture.ts";

const ssh: NonNullable<Host["ssh"]> = {
  port: 22,
  user: "u",
  hostKey: "ssh-ed25519 AAAA",
  password: { env: "SSH" },
};
const recovery: Recovery = {
  ...holdingRecovery(),
  hosts: [{ id: "P", site: "primary", address: "127.0.0.2", timeZone: "UTC", ssh, whilePassive: "running" }],
  observers: [{ id: "OBS01", address: "127.0.0.3", ssh }],
};

describe("a move whose declaration waives the fence", () => {
  let project: Awaited<ReturnType<typeof tempProject>>;
  const said: string[] = [];
  beforeEach(async () => {
    said.length = 0;
    project = await tempProject();
  });
  afterEach(() => project.leave());

  /** Whether it may begin, while an observer says what it sees in this way. */
  const begin = (observer: () => Promise<boolean>): Promise<void> => {
    const none = (): Promise<never> => Promise.reject(new Error("there is no such server here"));
    const answers = (_address: string, _port: number, of?: string): Promise<boolean> =>
      of === undefined ? Promise.resolve(false) : observer();
    return wires.run({ sql: none, ssh: none, dns: none, answers }, () =>
      refuseVoidWaivers(
        {
          world: { journal: project.journal, parts: holdingParts, runs: holdingRuns(holdWorld()) },
          recovery,
          request: { from: "primary", to: "dr", mode: "unplanned" },
          journalRef: project.estate.journal,
          epoch: 1,
        },
        { mode: "unplanned", as: "ann", acceptLossSec: 0, waiveFence: "power is off" },
        new Map(),
        new Set(),
        (line) => void said.push(line),
      ),
    );
  };

  it("does not begin while an observer sees a server of the old site", async () => {
    const refused = await begin(() => Promise.resolve(true)).catch(String);
    expect(refused).to.contain("P accepts connections from OBS01 (third place), and not from here");
  });

  it("begins where an observer could not be asked, and says so", async () => {
    await begin(() => Promise.reject(new Error("it broke the connection")));
    expect(said.join("\n")).to.match(/OBS01 .*it broke the connection/);
  });

  it("begins where an observer hangs, whatever it is asked: that one sees nothing is no reason to stay down", async () => {
    mock.timers.enable({ apis: ["setTimeout"] });
    try {
      let ended: unknown;
      begin(() => new Promise(() => undefined)).then(
        () => (ended = "begun"),
        (error: unknown) => (ended = error),
      );
      for (let sec = 0; ended === undefined && sec < 60; sec++) {
        for (let i = 0; i < 20; i++) await new Promise((resolve) => setImmediate(resolve));
        mock.timers.tick(1000);
      }
      expect(String(ended)).to.equal("begun");
    } finally {
      mock.timers.reset();
    }
  });

  it("is judged by the disaster of each system, which may have been lost later than the others", async () => {
    const seen: (number | undefined)[] = [];
    const runs: Runs = Object.fromEntries(
      Object.entries(holdingRuns(holdWorld())).map(([kind, load]) => [
        kind,
        async () => ({
          ...(await load()),
          alive: (_facts: unknown, _site: unknown, io: Io) => {
            seen.push(io.activation?.disasterSec);
            return Promise.resolve(undefined);
          },
        }),
      ]),
    );
    const { observers: _none, ...own } = recovery;
    const terms = { mode: "unplanned", as: "ann", acceptLossSec: 0, waiveFence: "power is off" } as const;
    const [chain] = chainsOf(own, holdingParts);
    if (!chain) throw new Error("no chain");
    for (const haste of [undefined, { limitSec: 5, unseen: () => undefined }]) {
      await refuseVoidWaivers(
        {
          world: { journal: project.journal, parts: holdingParts, runs },
          recovery: { ...own, hosts: [] },
          request: { from: "primary", to: "dr", mode: "unplanned" },
          journalRef: project.estate.journal,
          epoch: 1,
          disasterSec: 60,
        },
        { ...terms, disasterAt: "1970-01-01T00:01:00Z" },
        new Map([[chainName(chain), { ...terms, disasterAt: "1970-01-01T01:00:00Z" }]]),
        new Set(),
        () => undefined,
        haste,
      );
      expect(new Set(seen.splice(0))).to.deep.equal(new Set([3600]));
    }
  });
});
