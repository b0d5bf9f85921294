import * as fs from "node:fs/promises";
import { createServer, type AddressInfo } from "node:net";
import * as path from "node:path";
import { probeAndTell, type Opened } from "../../cli/probe/tell.ts";
import type { Project } from "../../cli/project.ts";
import type { Host } from "../../model/host.ts";
import type { Sign } from "../../steps/act.ts";
import { writtenTerminal, type Written } from "./cli-fixture.ts";
import { inFolder, rig, type Rig } from "./runner-rig.ts";
import { toyParts, toyRuns } from "./toy.ts";

/** A move that went on without its fence, since the old site was dark: its server has what is given beside. */
export async function fenceOwed(waiveFence: string, server: Partial<Host>): Promise<Rig> {
  const r = await rig("unplanned", {
    waiveFence,
    estate: (e) => ({ ...e, hosts: e.hosts.map((h) => (h.id === "P" ? { ...h, ...server } : h)) }),
  });
  r.world.fails.set("stop", "no answer");
  await r.run("web0/stop/web");
  return r;
}

/** The project of a rig. */
export const projectOf = (r: Rig): Project => ({
  root: r.folder,
  estate: { name: "toys", journal: { folder: "journal" }, systems: [] },
  journal: r.journal,
  folder: path.join(r.folder, "journal"),
});

/** A server of the old site that answers, until it is closed. */
export async function answering(): Promise<{ readonly server: Partial<Host>; close(): void }> {
  const listening = createServer();
  await new Promise<void>((resolve) => listening.listen(0, "127.0.0.1", resolve));
  const { port } = listening.address() as AddressInfo;
  const ssh = { port, user: "u", hostKey: "ssh-ed25519 AAAA", privateKey: { env: "K" } };
  return { server: { ssh }, close: () => void listening.close() };
}

/** K2 at work at the old site. */
export const works: Sign = {
  site: "primary",
  host: "P",
  shows: "active",
  says: "K2 Server on P is running",
};

/** What each test of a probe begins with: a fence is owed at the old site, and that answers. */
export interface ProbeBench {
  readonly r: Rig;
  readonly terminal: Written;
  readonly opened: () => Opened;
  /** Probes and gives the exit code. */
  readonly probed: (
    whom?: readonly [string, ...string[]],
    open?: () => Promise<Opened>,
  ) => Promise<number | undefined>;
  /** A command that keeps what it is told. */
  readonly writes: () => [string, ...string[]];
  readonly heard: () => Promise<string>;
  /** The old site answers no more. */
  readonly goesDark: () => void;
}

/** Made anew for every test of the suite that calls it. */
export function probeBench(): ProbeBench {
  let r: Rig;
  let terminal: Written;
  let old: Awaited<ReturnType<typeof answering>>;
  beforeEach(async () => {
    old = await answering();
    r = await fenceOwed("the room burns", old.server);
    terminal = writtenTerminal(new Date());
  });
  afterEach(() => old.close());
  const opened = (): Opened => ({
    project: projectOf(r),
    registries: { parts: toyParts, runs: toyRuns(r.world) },
  });
  const told = (): string => path.join(r.folder, "told.txt");
  return {
    get r() {
      return r;
    },
    get terminal() {
      return terminal;
    },
    opened,
    probed: async (whom, open = () => Promise.resolve(opened())) =>
      inFolder(r.folder, () =>
        probeAndTell([], whom === undefined ? {} : { notify: whom }, open, terminal),
      ).then(
        () => 0,
        (e: unknown) => (e as { exitCode?: number }).exitCode,
      ),
    writes: () => [
      process.execPath,
      "-e",
      "let t = ''; process.stdin.on('data', (c) => (t += c)).on('end', () => require('fs').appendFileSync(process.argv[1], t))",
      told(),
    ],
    heard: () => fs.readFile(told(), "utf8").catch(() => ""),
    goesDark: () => old.close(),
  };
}
