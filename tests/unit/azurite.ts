import { spawn, type ChildProcess } from "node:child_process";
import { createRequire } from "node:module";

/** The account and the key that Azurite has for everybody (Microsoft, "Use the Azurite emulator": well-known storage account and key). */
export const azuriteAccount = "devstoreaccount1";
export const azuriteKey =
  "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";

/** How long Azurite may take to listen. Milliseconds. */
const limitMs = 30_000;

let running: Promise<{ readonly port: number; readonly child: ChildProcess }> | undefined;

/** The port of the blob service of Azurite, in memory, one for the whole process; it ends with `stopAzurite`, or with the process. */
export const azurite = async (): Promise<number> => (await (running ??= start())).port;

export async function stopAzurite(): Promise<void> {
  const was = running;
  running = undefined;
  const { child } = (await was) ?? {};
  if (!child || child.exitCode !== null) return;
  const ended = new Promise((resolve) => child.once("exit", resolve));
  child.kill("SIGKILL");
  await ended;
}

function start(): Promise<{ readonly port: number; readonly child: ChildProcess }> {
  const program = createRequire(import.meta.url).resolve("azurite/dist/src/blob/main.js");
  const options = ["--blobHost", "127.0.0.1", "--blobPort", "0", "--inMemoryPersistence", "--silent"];
  const child = spawn(
    process.execPath,
    [program, ...options, "--skipApiVersionCheck", "--disableTelemetry"],
    {
      stdio: ["ignore", "pipe", "pipe"],
    },
  );
  process.once("exit", () => child.kill("SIGKILL"));
  return new Promise((resolve, reject) => {
    let said = "";
    const failed = (why: string): void => {
      clearTimeout(limit);
      child.kill("SIGKILL");
      reject(new Error(`Azurite ${why}: ${said}`));
    };
    const limit = setTimeout(() => failed(`does not listen within ${String(limitMs / 1000)} s`), limitMs);
    child.once("exit", () => failed("has ended"));
    for (const stream of [child.stdout, child.stderr])
      stream.on("data", (data: Buffer) => {
        said += data.toString();
        const port = /listens on http:\/\/127\.0\.0\.1:(\d+)/.exec(said)?.[1];
        if (port === undefined) return;
        clearTimeout(limit);
        child.removeAllListeners("exit");
        resolve({ port: Number(port), child });
      });
  });
}
