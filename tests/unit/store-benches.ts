import { execa } from "execa";
import * as fs from "node:fs/promises";
import * as os from "node:os";
import * as path from "node:path";
import { labClock } from "../../lab/servers/clock.ts";
import { sqlInstance, type SqlInstance } from "../../lab/servers/sql/engine/instance.ts";
import { tdsServer } from "../../lab/servers/sql/wire/server.ts";
import type { Store } from "../../journal/store.ts";
import type { JournalRef } from "../../model/journal-ref.ts";
import { openJournal } from "../../steps/open-journal.ts";
import { azurite, azuriteAccount, azuriteKey } from "./azurite.ts";
import { faultyLine, type FaultyLine } from "./faulty-line.ts";
import { MemoryDisk } from "./lab-sql-engine-support.ts";

/** Where journals are kept in a test, and what may happen to that place. */
export interface StoreBench {
  readonly ref: JournalRef;
  /** The project's folder: the current one while the bench is open. */
  readonly root: string;
  /** What a program needs to reach the place. */
  readonly env: Readonly<Record<string, string>>;
  /** The line to the place; absent where there is none. */
  readonly line?: FaultyLine;
  /** How long a lease lives at least that is asked for with less. Milliseconds. */
  readonly shortestLeaseMs: number;
  /** The journal is gone from its place; its mirror is not. */
  lose(): Promise<void>;
  close(): Promise<void>;
}

/** The kinds of places, each as it stands for itself. */
export interface StoreKind {
  readonly name: string;
  /** Whether it is reached over a line, which may be cut. */
  readonly hasLine: boolean;
  open(more?: { readonly mirror?: string }): Promise<StoreBench>;
}

async function project(): Promise<{ readonly root: string; leave(): Promise<void> }> {
  const before = process.cwd();
  const root = await fs.realpath(await fs.mkdtemp(path.join(os.tmpdir(), "standby-store-")));
  await fs.writeFile(path.join(root, "Pulumi.yaml"), "name: toys\nruntime: nodejs\n");
  process.chdir(root);
  return {
    root,
    leave: async () => {
      process.chdir(before);
      await fs.rm(root, { recursive: true, force: true });
    },
  };
}

const inFolder: StoreKind = {
  name: "a folder",
  hasLine: false,
  open: async (more = {}) => {
    const { root, leave } = await project();
    return {
      ref: { folder: "journal", ...more },
      root,
      env: {},
      shortestLeaseMs: 0,
      lose: () => fs.rm(path.join(root, "journal", "journal.jsonl")),
      close: leave,
    };
  },
};

/** Password of the journal's login in tests; nobody else's, since a process asks for a secret once. */
const sqlSecret = "JOURNAL_STORE_SQL";

/** A SQL Server of the lab whose clock goes three hours wrong: only its own counts for leases. */
export async function sqlServerForJournal(): Promise<{
  readonly instance: SqlInstance;
  readonly port: number;
  close(): Promise<void>;
}> {
  const clock = labClock({ startMs: Date.now() - 3 * 3_600_000 });
  const identity = {
    name: "SQLDR01",
    site: "dr" as const,
    address: "127.0.0.1",
    timeZone: "Europe/London",
  };
  const instance = sqlInstance({
    identity,
    clock,
    disk: new MemoryDisk(clock),
    version: "2019",
    sa: "Sa-Passw0rd",
  });
  await instance.start();
  const { errors } = await instance.run(
    "CREATE LOGIN [runner] WITH PASSWORD = N'one horse', CHECK_POLICY = OFF; ALTER SERVER ROLE [sysadmin] ADD MEMBER [runner];",
  );
  if (errors[0]) throw new Error(errors[0].text);
  const wire = tdsServer(instance);
  const port = await wire.listen("127.0.0.1", 0);
  return {
    instance,
    port,
    close: async () => {
      await wire.close();
      await instance.stop();
      clock.close();
    },
  };
}

const inSql: StoreKind = {
  name: "a table on a SQL Server",
  hasLine: true,
  open: async (more = {}) => {
    const { root, leave } = await project();
    const server = await sqlServerForJournal();
    const line = await faultyLine(server.port);
    process.env[sqlSecret] = "one horse";
    return {
      ref: {
        sql: { address: "127.0.0.1", port: line.port, user: "runner", password: { env: sqlSecret } },
        ...more,
      },
      root,
      env: { [sqlSecret]: "one horse" },
      line,
      shortestLeaseMs: 0,
      lose: async () => {
        await server.instance.run("DROP DATABASE [ParallelStandby]");
      },
      close: async () => {
        await line.close();
        await server.close();
        await leave();
      },
    };
  },
};

/** Name of the storage account's key in tests. */
const blobSecret = "JOURNAL_STORE_BLOB";
let containers = 0;

const inBlob: StoreKind = {
  name: "Azure storage",
  hasLine: true,
  open: async (more = {}) => {
    const { root, leave } = await project();
    const line = await faultyLine(await azurite());
    process.env[blobSecret] = azuriteKey;
    const container = `http://127.0.0.1:${String(line.port)}/${azuriteAccount}/journal${String(process.pid)}-${String((containers += 1))}`;
    return {
      ref: { blob: { container, key: { env: blobSecret } }, ...more },
      root,
      env: { [blobSecret]: azuriteKey },
      line,
      // Azure's own leases live 15 s at least.
      shortestLeaseMs: 15_000,
      lose: async () => {
        const { ContainerClient, StorageSharedKeyCredential } = await import("@azure/storage-blob");
        const there = new ContainerClient(
          container,
          new StorageSharedKeyCredential(azuriteAccount, azuriteKey),
        );
        for await (const { name } of there.listBlobsFlat({ prefix: "journal/1/" }))
          await there.deleteBlob(name);
      },
      close: async () => {
        await line.close();
        await leave();
      },
    };
  },
};

export const storeKinds: readonly StoreKind[] = [inFolder, inSql, inBlob];

/** The place as another program of this machine sees it: nothing is shared with other stores of the test. */
export const storeOf = ({ ref }: StoreBench, warn: (line: string) => void = () => undefined): Store =>
  openJournal(ref, warn).store;

const holders: (() => Promise<void>)[] = [];
/** Ends all holders elsewhere, however their tests ended. */
export const endHolders = async (): Promise<void> => {
  await Promise.all(holders.splice(0).map((kill) => kill()));
};

const preload = new URL("../../lab/clock/preload.js", import.meta.url).href;

/** A program on another machine, whose clock may be ahead or behind, that holds a lease until it is killed. */
export async function holderElsewhere(
  { ref, root, env }: StoreBench,
  name: string,
  ttlMs: number,
  aheadMs = 0,
  host = "elsewhere",
): Promise<{ readonly kill: () => Promise<void> }> {
  const program = `
    import { openJournal } from ${JSON.stringify(new URL("../../steps/open-journal.ts", import.meta.url).href)};
    const given = await openJournal(${JSON.stringify(ref)}).store.lease(${JSON.stringify(name)}, ${String(ttlMs)});
    console.log("release" in given ? "held" : "refused");
    setInterval(() => undefined, 1000);`;
  const running = execa(process.execPath, ["--import", preload, "--input-type=module", "-e", program], {
    cwd: root,
    env: { ...env, LAB_HOST: host, LAB_AHEAD_MS: String(aheadMs) },
    reject: false,
    stdin: "ignore",
    all: true,
  });
  const said = await new Promise<string>((resolve) => {
    let text = "";
    running.all.on("data", (data: Buffer) => {
      text += data.toString();
      if (text.includes("\n")) resolve(text);
    });
    void running.then(() => resolve(text));
  });
  const kill = async (): Promise<void> => {
    running.kill("SIGKILL");
    await running;
  };
  holders.push(kill);
  if (!said.startsWith("held")) throw new Error(said);
  return { kill };
}
