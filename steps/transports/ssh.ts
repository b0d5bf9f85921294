import type { Client } from "ssh2";
import type { Io } from "../act.ts";
import { connected, openClient } from "./ssh-connect.ts";
import { readOver, writeOver } from "./ssh-files.ts";
import { runOver } from "./ssh-run.ts";
import { onePerStep } from "./one-per-step.ts";
import { Unreachable } from "./unreachable.ts";
import { loginWith } from "./ssh-login.ts";
import { wires } from "./wires.ts";

export { Unreachable } from "./unreachable.ts";
export { FileError } from "./ssh-files.ts";

/** What a command at a server left behind. */
export interface CommandResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CommandOptions {
  /** Standard input: what must not stand in an argument list. */
  readonly input?: string;
  /** Seconds after which the connection is cut and the call fails. Default: 60. */
  readonly limitSec?: number;
}

/** A Windows server as a step uses it. Commands are run by cmd.exe, the default shell of OpenSSH on Windows. */
export interface Ssh {
  /** Name of the host, for messages. */
  readonly host: string;
  /** A command that ran is no error, whatever its exit code. */
  run(command: string, options?: CommandOptions): Promise<CommandResult>;
  /** By SFTP; the path as Windows writes it, on a drive of that server: `C:\k2\setup.xml`. */
  readFile(path: string): Promise<Buffer>;
  writeFile(path: string, data: string | Buffer): Promise<void>;
}

/** The connection of this step to a host: opened once, closed when the step ends, within 10 s or an `Unreachable`. */
export const sshTo: (hostId: string, io: Io) => Promise<Ssh> = onePerStep(open);

async function open(hostId: string, io: Io, broken: () => void): Promise<Ssh> {
  const simulated = wires.getStore();
  if (simulated) return simulated.ssh(hostId, io);
  const { address, ssh } = io.host(hostId);
  if (!ssh)
    throw new Error(
      `${hostId} has no ssh in the estate. Write ssh: { user, hostKey, privateKey } at its site or its server.`,
    );
  const login = await loginWith(hostId, ssh, io);
  const client = await openClient({
    host: hostId,
    address,
    port: ssh.port,
    user: ssh.user,
    hostKey: ssh.hostKey,
    signal: io.signal,
    ...login,
  });
  const failed = (says: string): Unreachable =>
    new Unreachable(hostId, address, ssh.port, io.signal.aborted ? "aborted" : "broken", says);
  // Forgotten before the caller hears of it: the connection itself is closed only some moments later.
  const use = <T>(work: Promise<T>): Promise<T> =>
    work.catch((error: unknown) => {
      if (error instanceof Unreachable) broken();
      throw error;
    });
  const close = closing(client, broken);
  const cut = (): void => void client.destroy();
  io.signal.addEventListener("abort", cut, { once: true });
  io.onEnd(async () => {
    io.signal.removeEventListener("abort", cut);
    await close();
  });
  return {
    host: hostId,
    run: (command, options) => use(runOver(client, command, { limitSec: 60, ...options }, failed)),
    readFile: (path) => use(readOver(client, path, failed)),
    writeFile: (path, data) => use(writeOver(client, path, data, failed)),
  };
}

/**
 * Ends the connection without a goodbye: after ssh2's `end()` its `destroy()` does nothing any more, so that a server
 * that is gone, and never says goodbye itself, would hold up the step's end.
 */
function closing(client: Client, broken: () => void): () => Promise<void> {
  const ended = new Promise<void>((resolve) => {
    client.once("close", () => {
      broken();
      resolve();
    });
  });
  // Without a listener an error after the login, such as a lost keepalive, would end the process.
  client.on("error", () => undefined);
  return async () => {
    if (!connected(client)) return;
    client.destroy();
    await ended;
  };
}
