import type { ServerChannel } from "ssh2";
import { StringDecoder } from "node:string_decoder";
import { Input, type Logon, newShell } from "../cmd/shell.ts";
import type { WindowsHost } from "../host.ts";
import type { LabUser } from "../users.ts";
import type { SshFault } from "./faults.ts";

/** What a command's session needs. */
export interface Exec {
  readonly host: WindowsHost;
  readonly user: LabUser;
  readonly logon: Logon;
  readonly line: string;
  readonly channel: ServerChannel;
  readonly fault: SshFault | undefined;
  /** Breaks the whole connection. */
  readonly breakOff: () => void;
}

/** Waits in real time, or until the caller has gone. */
const wait = (delayMs: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    const timer = setTimeout(resolve, delayMs).unref();
    const giveUp = (): void => {
      clearTimeout(timer);
      resolve();
    };
    signal.addEventListener("abort", giveUp, { once: true });
  });

/** Runs one command line for a connected client and sends its output and exit code. */
export async function exec({ host, user, logon, line, channel, fault, breakOff }: Exec): Promise<void> {
  const gone = new AbortController();
  channel.on("close", () => gone.abort());
  channel.on("error", () => gone.abort());
  const input = new Input();
  const decoder = new StringDecoder("utf8");
  channel.on("data", (chunk: Buffer) => input.push(decoder.write(chunk)));
  channel.on("end", () => input.end());
  gone.signal.addEventListener("abort", () => input.end());

  const lies = fault?.kind === "lies" && (fault.matching?.test(line) ?? true);
  const holdsBack = fault?.kind === "answers late" || fault?.kind === "breaks off";
  const held: { readonly error: boolean; readonly data: Buffer }[] = [];
  const send = (error: boolean, data: Buffer): void => {
    if (!channel.writable) return;
    if (error) channel.stderr.write(data);
    else channel.write(data);
  };
  const write = (error: boolean) => (data: string | Buffer) => {
    if (holdsBack) held.push({ error, data: Buffer.from(data) });
    else send(error, Buffer.from(data));
  };

  let code = 0;
  if (!lies) {
    const shell = newShell(host, user, logon, gone.signal);
    try {
      code = await host.runIn(line, shell, { input, out: write(false), err: write(true) });
    } catch (error) {
      // A fault of the lab itself: it must be seen, and must not look like an answer of Windows.
      write(true)(`lab: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\r\n`);
      code = 255;
    }
  }

  if (fault?.kind === "answers late") await wait(fault.delayMs, gone.signal);
  if (fault?.kind === "breaks off") {
    const whole = Buffer.concat(held.map(({ data }) => data));
    send(false, whole.subarray(0, Math.floor(whole.length / 2)));
    // After what was written has left, so that the client has half an answer and no exit code.
    setImmediate(breakOff);
    return;
  }
  for (const { error, data } of held) send(error, data);
  if (!channel.writable) return;
  channel.exit(code);
  channel.end();
}
