import { expect } from "chai";
import * as fs from "node:fs/promises";
import { createServer } from "node:net";
import * as os from "node:os";
import * as path from "node:path";
import type { Fact } from "../../journal/entries.ts";
import { folderStore } from "../../journal/folder-store.ts";
import { journalOn } from "../../journal/journal.ts";
import { hashOf, type Recovery } from "../../model/recovery.ts";
import { secret } from "../../model/secret.ts";
import { prepare, preparedText } from "../../stacks/prepare.ts";
import { inFolder } from "./runner-rig.ts";
import { failure } from "./step-io.ts";
import { toyParts, toyRecovery, toyRuns, toyWorld } from "./toy.ts";

type Which = "primary" | "dr" | "observer";

/** Of each try others: a secret that was found once is not asked for again. */
let tries = 0;
const nameOf = (which: Which): string => `PS_MOVE_${which.toUpperCase()}_${String(tries)}`;

/** SQL Server of each site behind a password of its own, and an observer; the old site's listens on `port`. */
const recovery = (port: number): Recovery => ({
  ...toyRecovery(),
  hosts: toyRecovery().hosts.map((h) => ({
    ...h,
    address: "127.0.0.1",
    sql: {
      port,
      user: "dr",
      password: secret.env(nameOf(h.site)),
      encrypt: true,
      trustServerCertificate: true,
    },
  })),
  observers: [
    {
      id: "OBS01",
      address: "127.0.0.1",
      ssh: { port, user: "dr", hostKey: "ssh-ed25519 AAAA", password: secret.env(nameOf("observer")) },
    },
  ],
});

/** What a run toward the standby makes of a declared move in a shell that has these variables, and the journal's kinds after it. */
async function prepared(
  mode: "planned" | "unplanned",
  has: readonly Which[],
  port: number,
): Promise<{ readonly says: string; readonly kinds: readonly string[] }> {
  tries += 1;
  const folder = await fs.mkdtemp(path.join(os.tmpdir(), "parallel-standby-"));
  await fs.writeFile(path.join(folder, "Pulumi.yaml"), "name: toys\n");
  const journal = journalOn(folderStore(path.join(folder, "journal"), undefined, () => undefined));
  const facts = recovery(port);
  const all: readonly Fact[] = [
    { kind: "genesis", estate: "toys", active: "primary" },
    { kind: "declared", factsHash: hashOf(facts), recovery: facts },
    {
      kind: "move declared",
      to: "dr",
      mode,
      as: "ann",
      acceptLossSec: 0,
      ...(mode === "unplanned" ? { disasterAt: new Date().toISOString() } : {}),
    },
  ];
  for (const f of all) await journal.append(f);
  for (const which of has) process.env[nameOf(which)] = "hunter2";
  try {
    const says = await inFolder(folder, async () => {
      const found = prepare(
        { journal: { folder: "journal" } },
        "dr",
        { journal, parts: toyParts, runs: toyRuns(toyWorld()) },
        () => undefined,
      );
      return found.then(
        (p) => (p.kind === "move" ? preparedText(p) : p.says),
        async () => (await failure(found)).message,
      );
    });
    return { says, kinds: (await journal.entries()).map((e) => e.kind) };
  } finally {
    for (const which of has) Reflect.deleteProperty(process.env, nameOf(which));
    await fs.rm(folder, { recursive: true, force: true });
  }
}

describe("a move from a shell that lacks secrets", () => {
  let dead: number;
  let alive: number;
  const server = createServer((socket) => socket.destroy());
  before(async () => {
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    alive = (server.address() as { port: number }).port;
    const gone = createServer();
    await new Promise<void>((resolve) => gone.listen(0, "127.0.0.1", resolve));
    dead = (gone.address() as { port: number }).port;
    await new Promise((resolve) => gone.close(resolve));
  });
  after(() => void server.close());

  it("is refused before it begins, by one sentence that names each of them, who needs it and what loads it", async () => {
    const { says, kinds } = await prepared("planned", [], dead);
    expect(says).to.equal(
      "secrets are missing, and nothing was done: environment variable PS_MOVE_PRIMARY_1 (P), environment variable PS_MOVE_DR_1 (D), environment variable PS_MOVE_OBSERVER_1 (OBS01). In this shell load secrets.env: set -a; . ./secrets.env; set +a (Windows: . .\\secrets.ps1)",
    );
    expect(kinds).to.deep.equal(["genesis", "declared", "move declared"]);
  });

  it("is refused where it is planned and the old site's are missing", async () => {
    const { says } = await prepared("planned", ["dr", "observer"], dead);
    expect(says).to.match(/^secrets are missing, .*PS_MOVE_PRIMARY_\d \(P\)\. In this shell/);
    expect(says).to.not.contain(nameOf("dr"));
  });

  it("goes on without the old site's where it is unplanned and that site is silent, and says so", async () => {
    const { says } = await prepared("unplanned", ["dr", "observer"], dead);
    expect(says).to.match(
      /^environment variable PS_MOVE_PRIMARY_\d \(P\): missing here\. The move goes on without, .*none of the servers of primary \(London\) among them answers.*\nunplanned move from primary/s,
    );
    expect(says).to.not.contain("hunter2");
  });

  it("goes on without an observer's where it is unplanned, whether the old site is silent or not, and says so", async () => {
    const alone = await prepared("unplanned", ["primary", "dr"], alive);
    expect(alone.says).to.match(
      /^environment variable PS_MOVE_OBSERVER_\d \(OBS01\): missing here\. The move goes on without, since it is unplanned: an observer without its secret is not asked\nunplanned move from primary/,
    );
    const { says } = await prepared("unplanned", ["dr"], dead);
    expect(says).to.match(
      /^environment variable PS_MOVE_PRIMARY_\d \(P\), environment variable PS_MOVE_OBSERVER_\d \(OBS01\): missing here\. The move goes on without, since it is unplanned and none of the servers of primary \(London\) among them answers; if one comes back, it cannot be fenced from this shell\nunplanned move from primary/,
    );
  });

  it("is refused for the old site's where that answers, and not for an observer's", async () => {
    const { says } = await prepared("unplanned", ["dr"], alive);
    expect(says).to.match(
      /^secrets are missing, and nothing was done: environment variable PS_MOVE_PRIMARY_\d \(P\)\. /,
    );
    expect((await prepared("planned", ["primary", "dr"], dead)).says, "planned").to.match(
      /^secrets are missing, .*PS_MOVE_OBSERVER_\d \(OBS01\)\. /,
    );
  });

  it("is refused where it is unplanned and a server of the old site accepts connections: it must be fenced", async () => {
    const { says } = await prepared("unplanned", ["dr", "observer"], alive);
    expect(says).to.match(/^secrets are missing, .*PS_MOVE_PRIMARY_\d/);
  });

  it("is refused where it is unplanned and the standby's own are missing", async () => {
    const { says } = await prepared("unplanned", ["primary", "observer"], dead);
    expect(says).to.match(
      /^secrets are missing, and nothing was done: environment variable PS_MOVE_DR_\d \(D\)\. /,
    );
  });
});
