import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import * as os from "node:os";
import * as path from "node:path";

/** A server that runs as a child of the tests. */
export interface Running {
  /** All that it has logged so far. */
  log(): string;
  /** Waits until it has logged this after the first `from` characters; fails with the log where it ends or is too late. */
  logged(pattern: RegExp, from?: number): Promise<void>;
  stop(): Promise<void>;
}

/** Seconds in which a server must have logged what is waited for. */
const logLimitSec = 8;

const running = new Set<Running>();
const folders = new Set<string>();

/** A new folder for a server's files; `stopServers` removes it. */
export function newFolder(): string {
  const folder = mkdtempSync(path.join(os.tmpdir(), "parallel-standby-"));
  folders.add(folder);
  return folder;
}

/** Starts a server that stays in the foreground and logs to standard error. */
export function start(program: string, args: readonly string[], folder: string): Running {
  const child = spawn(program, args, { cwd: folder, stdio: ["ignore", "ignore", "pipe"] });
  // Also where the tests themselves end early.
  const kill = (): void => void child.kill("SIGKILL");
  process.once("exit", kill);
  let log = "";
  let gone = false;
  const listeners = new Set<() => void>();
  const heard = (): void => {
    for (const listener of listeners) listener();
  };
  const ended = new Promise<void>((resolve) => {
    const end = (how: string): void => {
      gone = true;
      log += `${how}\n`;
      process.removeListener("exit", kill);
      heard();
      resolve();
    };
    child.once("error", (error) => {
      end(error.message);
    });
    child.once("close", (code, signal) => {
      end(`ended with ${String(code ?? signal)}`);
    });
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    log += text;
    heard();
  });
  const server: Running = {
    log: () => log,
    logged: async (pattern, from = 0) => {
      const { promise, resolve, reject } = Promise.withResolvers<undefined>();
      const late = (why: string): void => {
        reject(new Error(`${program} ${why} before it logged ${String(pattern)}:\n${log}`));
      };
      const look = (): void => {
        if (pattern.test(log.slice(from))) resolve(undefined);
        else if (gone) late("ended");
      };
      const limit = setTimeout(() => {
        late(`took more than ${String(logLimitSec)} s`);
      }, logLimitSec * 1000);
      listeners.add(look);
      look();
      await promise.finally(() => {
        clearTimeout(limit);
        listeners.delete(look);
      });
    },
    stop: async () => {
      running.delete(server);
      kill();
      await ended;
    },
  };
  running.add(server);
  return server;
}

/** Ends all servers of this process and removes their folders. */
export async function stopServers(): Promise<void> {
  await Promise.all([...running].map((server) => server.stop()));
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
  folders.clear();
}
