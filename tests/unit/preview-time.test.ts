import { expect } from "chai";
import { setTimeout as wait } from "node:timers/promises";
import { createServer, type AddressInfo, type Socket } from "node:net";
import { parts } from "../../components/registry/parts.ts";
import { runs } from "../../components/registry/runs.ts";
import { describe as factsOf } from "../../model/describe.ts";
import type { Host } from "../../model/host.ts";
import type { Recovery } from "../../model/recovery.ts";
import { prepare } from "../../stacks/prepare.ts";
import { previewed } from "../../stacks/preview.ts";
import type { RunModule } from "../../steps/act.ts";
import type { World } from "../../steps/find.ts";
import {
  begun,
  failureOf,
  holdingParts,
  holdingRecovery,
  holdingRuns,
  holdWorld,
  tempProject,
  write,
} from "./cli-fixture.ts";
import { droppingPort, type DroppingPort } from "./dropping-port.ts";
import { exampleEstate } from "./example-estate.ts";

const secretName = "PS_PREVIEW_TIME";

describe("the time of a preview", function () {
  this.timeout(60_000);
  let project: Awaited<ReturnType<typeof tempProject>>;
  let dropping: DroppingPort;
  /** Accepts, and never says a word. */
  const held: Socket[] = [];
  const mute = createServer((socket) => void held.push(socket));
  before(async () => {
    process.env[secretName] = "s3cret";
    dropping = await droppingPort();
    await new Promise<void>((resolve) => mute.listen(0, "127.0.0.1", resolve));
  });
  after(async () => {
    Reflect.deleteProperty(process.env, secretName);
    for (const socket of held) socket.destroy();
    await Promise.all([dropping.close(), new Promise((resolve) => mute.close(resolve))]);
  });
  beforeEach(async () => (project = await tempProject()));
  afterEach(() => project.leave());

  /** Declares a move from a site that is gone, its fence waived. */
  const declared = async (recovery: Recovery, world: Pick<World, "parts" | "runs">): Promise<World> => {
    await write(project, [
      ...begun(recovery),
      {
        kind: "move declared",
        to: "dr",
        mode: "unplanned",
        as: "ann",
        acceptLossSec: 14_400,
        disasterAt: new Date(Date.now() - 600_000).toISOString(),
        waiveFence: "the hall burns",
      },
    ]);
    return { ...world, journal: project.journal };
  };
  const preview = (world: World, limitSec: number) =>
    previewed(project.estate, "dr", world, () => undefined, limitSec);

  it("is kept where the old site drops packets, the new one is dark, and an observer hangs: all is looked at side by side", async () => {
    const closed = createServer().listen(0, "127.0.0.1");
    await new Promise((resolve) => closed.once("listening", resolve));
    const dark = (closed.address() as AddressInfo).port;
    await new Promise((resolve) => closed.close(resolve));
    const secret = { env: secretName };
    const described = factsOf(exampleEstate(), parts);
    const server = (h: Host): Host => {
      const port = h.site === "primary" ? dropping.port : dark;
      const { privateKey: _key, ...ssh } = h.ssh ?? { user: "u", hostKey: "ssh-ed25519 AAAA" };
      return {
        ...h,
        address: "127.0.0.1",
        ssh: { ...ssh, port, password: secret },
        ...(h.sql ? { sql: { ...h.sql, port, password: secret } } : {}),
      };
    };
    const local = JSON.stringify(described.parts)
      .replaceAll('"10.20.0.10"', '"127.0.0.1"')
      .replaceAll(/\{"env":"\w+"\}/g, JSON.stringify(secret));
    const recovery: Recovery = {
      ...described,
      hosts: described.hosts.map(server),
      parts: JSON.parse(local) as Recovery["parts"],
      observers: [
        {
          id: "OBS01",
          address: "127.0.0.1",
          ssh: {
            port: (mute.address() as AddressInfo).port,
            user: "u",
            hostKey: "ssh-ed25519 AAAA",
            password: secret,
          },
        },
      ],
    };
    const world = await declared(recovery, { parts, runs });
    const began = performance.now();
    const seen = await preview(world, 10);
    // 9.8 s on a quiet machine; one after the other it would be 30.
    expect((performance.now() - began) / 1000).to.be.below(12);
    if (seen.kind !== "move") throw new Error(seen.says);
    expect(seen.text).to.match(
      /^NOT SEEN IN TIME, in the 10 s of a preview; the move itself asks again before it begins, .*\n {2}whether primary \(London\) is seen from a third place, .*: OBS01 could not be asked: .*\nunplanned move from primary/,
    );
    expect(seen.outlook).to.match(/^NOT READY for a move .*\n(.*\n)*.*SQLDR01 .*refuses connections/);
    expect(seen.outlook).to.match(
      /risk +guard +the estate has no guard: when the power of primary returns after a disaster, .*"K2 Server" on K2PRD01/,
    );
    // What asks the old site is left out: a standby that answers is not told to be silent.
    expect(seen.outlook)
      .to.match(/risk {3}OBS01 .*did not say in/)
      .and.not.match(/DR01 did not say/);
  });

  const two = { ...holdingRecovery(), parts: [] as Recovery["parts"] };
  const twoParts: Recovery = {
    ...two,
    parts: ["fast", "slow"].map((id) => ({
      id,
      kind: id === "fast" ? "holding" : "stiff",
      version: 1,
      facts: { databases: [id] },
    })),
  };
  /** Parts of which one says at once whether it lives, and the other after so many seconds that it does. */
  const living = (fast: string | undefined, slowSec: number): Pick<World, "parts" | "runs"> => {
    const module = holdingRuns(holdWorld());
    const saying = (alive: NonNullable<RunModule["alive"]>) => async (): Promise<RunModule> => ({
      ...(await module["holding"]?.()),
      runnables: [],
      alive,
    });
    return {
      parts: holdingParts,
      runs: {
        holding: saying(() => Promise.resolve(fast)),
        stiff: saying(() => wait(1000 * slowSec, "it works", { ref: false })),
      },
    };
  };

  it("tells of a sign of life that comes too late for it; the move itself waits for that sign, and is refused", async () => {
    const world = await declared(twoParts, living(undefined, 2));
    const seen = await preview(world, 1);
    expect(seen.kind === "move" && seen.text).to.match(
      /^NOT SEEN IN TIME, in the 1 s of a preview.*\n {2}whether slow works at primary \(London\), which would make the waiver void: it took longer than/,
    );
    const refused = await failureOf(prepare(project.estate, "dr", world, () => undefined));
    expect(refused.message).to.contain("primary (London) answers: slow: it works. The declaration waives");
  });

  it("is no reason to miss a sign that came in time: what hangs hides nothing of the others", async () => {
    const world = await declared(twoParts, living("db is ONLINE", 60));
    const refused = await failureOf(preview(world, 1));
    expect(refused.message).to.contain(
      "primary (London) answers: fast: db is ONLINE. The declaration waives",
    );
  });

  it("is over where reading the journal took all of it: what was not asked is said in words of its own", async () => {
    const ssh = { port: 1, user: "u", hostKey: "ssh-ed25519 AAAA", password: { env: secretName } };
    const observed: Recovery = {
      ...twoParts,
      hosts: [
        { id: "P", site: "primary", address: "127.0.0.1", timeZone: "UTC", whilePassive: "running", ssh },
      ],
      observers: [{ id: "OBS01", address: "127.0.0.1", ssh }],
    };
    const world = await declared(observed, living(undefined, 0));
    const journal = {
      ...world.journal,
      entries: async () => {
        const entries = await project.journal.entries();
        await new Promise((resolve) => setTimeout(resolve, 400));
        return entries;
      },
    };
    const seen = await preview({ ...world, journal }, 0.3);
    expect(seen.kind === "move" && seen.text)
      .to.match(/^NOT SEEN IN TIME/)
      .and.not.match(/out of range/);
  });
});
