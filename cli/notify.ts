import { spawn } from "node:child_process";

/** How long whoever is notified may take. */
const limitMs = 60_000;

/**
 * Starts a program with a text on its standard input, without a shell: nothing in the text or the arguments is ever
 * read as a command. It gets no secret of the estate. Throws a sentence where it cannot be started or fails.
 */
export async function notify(
  [command, ...args]: readonly [string, ...string[]],
  text: string,
  env: Readonly<Record<string, string | undefined>>,
): Promise<void> {
  const child = spawn(command, args, {
    shell: false,
    windowsHide: true,
    stdio: ["pipe", "ignore", "pipe"],
    timeout: limitMs,
    env,
  });
  let said = "";
  child.stderr.on("data", (data: Buffer) => {
    said = `${said}${data.toString()}`.slice(-500);
  });
  // It may end without having read all.
  child.stdin.on("error", () => undefined);
  child.stdin.end(text);
  const { promise, resolve, reject } = Promise.withResolvers<number | null>();
  child.once("error", reject);
  child.once("close", resolve);
  const code = await promise.catch((error: unknown) => {
    throw new Error(
      `--notify: "${command}" could not be started: ${error instanceof Error ? error.message : String(error)}. Give the program itself with its whole path, not a line for a shell`,
    );
  });
  if (code !== 0)
    throw new Error(
      `--notify: "${command}" ended with ${code === null ? `no answer in ${String(limitMs / 1000)} s` : String(code)}${said.trim() === "" ? "" : `: ${said.trim()}`}`,
    );
}
