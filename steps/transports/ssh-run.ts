import type { Client } from "ssh2";
import type { CommandOptions, CommandResult } from "./ssh.ts";
import type { Unreachable } from "./unreachable.ts";

/** Bytes of a command's output that are kept, of each stream: far more than any tool used here writes. */
const keptBytes = 8 * 1024 * 1024;

/** Runs one command over a connection. After the limit the connection is cut: Windows has no signal to send. */
export function runOver(
  client: Client,
  command: string,
  { input, limitSec }: CommandOptions & { readonly limitSec: number },
  failed: (says: string) => Unreachable,
): Promise<CommandResult> {
  const name = command.length > 80 ? `${command.slice(0, 80)}…` : command;
  const { promise, resolve, reject } = Promise.withResolvers<CommandResult>();
  const lost = (): void => {
    reject(failed(`cut the connection while this ran: ${name}`));
  };
  const limit = setTimeout(() => {
    reject(failed(`did not finish this in ${String(limitSec)} s: ${name}`));
    client.destroy();
  }, limitSec * 1000);
  client.once("close", lost);
  try {
    client.exec(command, (error, channel) => {
      if (error) {
        reject(failed(`did not start this: ${name}. ${error.message}.`));
        return;
      }
      const stdout = collected(channel);
      const stderr = collected(channel.stderr);
      let code: number | undefined;
      channel.on("exit", (exit: number | null) => (code = exit ?? undefined));
      channel.on("close", () => {
        if (code === undefined) lost();
        else resolve({ code, stdout: stdout(), stderr: stderr() });
      });
      channel.end(input);
    });
  } catch {
    lost();
  }
  return promise.finally(() => {
    clearTimeout(limit);
    client.removeListener("close", lost);
  });
}

function collected(stream: NodeJS.ReadableStream): () => string {
  const chunks: Buffer[] = [];
  let size = 0;
  stream.on("data", (chunk: Buffer) => {
    if (size < keptBytes) chunks.push(chunk);
    size += chunk.length;
  });
  return () => Buffer.concat(chunks).toString("utf8");
}
