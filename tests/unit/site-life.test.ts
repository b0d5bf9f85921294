import { expect } from "chai";
import { createServer, type Server } from "node:net";
import type { Host } from "../../model/host.ts";
import type { Recovery } from "../../model/recovery.ts";
import { answers, lifeAt, lifeText, type Life } from "../../stacks/site-life.ts";
import { holdingParts, holdingRecovery, holdingRuns, holdWorld, tempProject } from "./cli-fixture.ts";

const { sites } = holdingRecovery();
const say = (life: Partial<Life>): string =>
  lifeText({ works: [], accepts: [], ...life }, { sites }, "primary", "dr");

describe("dead, alive, or the link between", () => {
  for (const [what, life, says] of [
    [
      "a system works there",
      { works: ["k2: port 5555 of K2PRD01 answers"], accepts: ["K2PRD01"] },
      /^ALIVE: primary \(London\) works: k2: port 5555 of K2PRD01 answers$/,
    ],
    [
      "servers answer and no system works",
      { accepts: ["K2PRD01", "SQLPRD01"], targetAnswers: true },
      /^NOT DEAD: K2PRD01, SQLPRD01 of primary \(London\) accept connections, but no system there works$/,
    ],
    [
      "a server answers and cannot be looked into",
      { accepts: ["K2PRD01"], trouble: "it took longer than 30 s" },
      /^NOT DEAD: K2PRD01 of primary \(London\) accepts connections, and whether .* could not be seen: it took/,
    ],
    [
      "the old site is silent and the new one answers",
      { targetAnswers: true },
      /^NO ANSWER from primary \(London\), while dr \(Leeds\) answers: it is dead, or only the line to it is\./,
    ],
    [
      "both are silent",
      { targetAnswers: false },
      /^NO ANSWER from primary \(London\), nor from dr \(Leeds\): this runner's own link/,
    ],
    [
      "only a third place reaches it",
      {
        works: ["SQLPRD01 accepts connections from OBS01"],
        indirect: ["SQLPRD01 accepts connections from OBS01"],
        observed: [{ observer: "OBS01", sees: ["SQLPRD01"] }],
        targetAnswers: true,
      },
      /^CUT OFF, NOT DEAD: primary \(London\) works as seen from a third place: SQLPRD01 accepts connections from OBS01$/,
    ],
    [
      "a third place reaches it, and so does the runner",
      {
        works: ["k2: port 5555 of K2PRD01 answers", "SQLPRD01 accepts connections from OBS01"],
        indirect: ["SQLPRD01 accepts connections from OBS01"],
        observed: [{ observer: "OBS01", sees: ["SQLPRD01"] }],
      },
      /^ALIVE: primary \(London\) works: k2: port 5555/,
    ],
    [
      "a third place reaches nothing either, and another could not be asked",
      {
        targetAnswers: true,
        observed: [
          { observer: "OBS01", sees: [] },
          { observer: "OBS02", sees: [], trouble: "it refused the login" },
        ],
      },
      /while dr \(Leeds\) answers; OBS01, in a third place, reaches nothing there either: .* OBS02 could not be asked: it refused the login$/,
    ],
    [
      "the third place could not be asked",
      { targetAnswers: true, observed: [{ observer: "OBS01", sees: [], trouble: "no key" }] },
      /: it is dead, or only the line to it is\. Ask somebody .*\. OBS01 could not be asked: no key$/,
    ],
    [
      "it could not be looked at",
      { trouble: "no secret K2", targetAnswers: true },
      /^UNKNOWN: whether primary \(London\) still works could not be seen: no secret K2$/,
    ],
  ] as const)
    it(`is said in one line where ${what}`, () => {
      expect(say(life)).to.match(says).and.not.contain("\n");
    });

  describe("seen from the runner", () => {
    let project: Awaited<ReturnType<typeof tempProject>>;
    let server: Server;
    let port = 0;
    const world = holdWorld();
    const host = (id: string, site: "primary" | "dr", at: number): Host => ({
      id,
      site,
      address: "127.0.0.1",
      timeZone: "UTC",
      sql: { port: at, user: "u", password: { env: "X" }, encrypt: true, trustServerCertificate: true },
      whilePassive: "running",
    });
    const lookAt = (hosts: readonly Host[]): Promise<Life> => {
      const recovery: Recovery = { ...holdingRecovery(), hosts: [...hosts] };
      return lifeAt({
        world: { journal: project.journal, parts: holdingParts, runs: holdingRuns(world) },
        recovery,
        request: { from: "primary", to: "dr", mode: "unplanned" },
        journalRef: project.estate.journal,
        epoch: 1,
      });
    };
    /** A port that nobody listens on. */
    const freePort = (): Promise<number> =>
      new Promise((resolve) => {
        const probe = createServer().listen(0, "127.0.0.1", () => {
          const address = probe.address();
          probe.close(() => resolve(address !== null && typeof address === "object" ? address.port : 0));
        });
      });

    before(async () => {
      project = await tempProject();
      server = createServer((socket) => socket.destroy());
      await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
      const address = server.address();
      port = address !== null && typeof address === "object" ? address.port : 0;
    });
    after(async () => {
      await new Promise((resolve) => server.close(resolve));
      await project.leave();
    });
    beforeEach(() => {
      world.life = undefined;
    });

    it("tells a server that accepts connections from one that doesn't, at both sites", async () => {
      const shut = await freePort();
      const hosts = [host("P1", "primary", port), host("P2", "primary", shut), host("D1", "dr", shut)];
      expect(await lookAt(hosts)).to.deep.equal({ works: [], accepts: ["P1"], targetAnswers: false });
    });

    it("gives what the parts say of it, and nothing of a target without ports", async () => {
      world.life = "db is ONLINE";
      const seen = await lookAt([]);
      expect(seen).to.deep.equal({ works: ["data: db is ONLINE"], accepts: [] });
      expect(answers(seen)).to.equal(true);
    });

    it("says what stopped the look instead of taking the site for dead", async () => {
      const seen = await lifeAt({
        world: {
          journal: project.journal,
          parts: holdingParts,
          runs: {
            holding: () =>
              Promise.resolve({ runnables: [], alive: () => Promise.reject(new Error("no secret X")) }),
          },
        },
        recovery: holdingRecovery(),
        request: { from: "primary", to: "dr", mode: "unplanned" },
        journalRef: project.estate.journal,
        epoch: 1,
      });
      expect(seen).to.deep.equal({ works: [], accepts: [], trouble: "no secret X" });
      expect(answers(seen)).to.equal(false);
    });
  });
});
