import { spawn } from "node:child_process";
import { once } from "node:events";
import { setTimeout as wait } from "node:timers/promises";

/** How long whoever is notified may take. */
const limitOfAllMs = 60_000;
/** How long what it has written is waited for once it has ended: what it started may hold its output open for ever. */
const lastWordsMs = 1_000;

/**
 * What of the environment a program needs to start, to find its own files and to speak a language. Nothing else is
 * handed on but what is named `NOTIFY_…` for it: what an estate's secrets are called is not known where estate.ts cannot
 * be loaded.
 */
const handedOn =
  /^(PATH|PATHEXT|HOME|USERPROFILE|SYSTEMROOT|SYSTEMDRIVE|WINDIR|COMSPEC|TEMP|TMP|TMPDIR|APPDATA|LOCALAPPDATA|PROGRAMDATA|PROGRAMFILES|PROGRAMFILES\(X86\)|USER|LOGNAME|USERNAME|USERDOMAIN|COMPUTERNAME|SHELL|LANG|LANGUAGE|LC_[A-Z]+|TZ|NOTIFY_\w+)$/i;

/** How a program is notified. */
export interface Notifying {
  /** The environment to take from. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** How long it may take; then it is ended. Milliseconds; default one minute. */
  readonly limitMs?: number;
}

/**
 * Starts a program with a text on its standard input, without a shell: nothing in the text or the arguments is ever
 * read as a command. It gets no secret. Throws a sentence where it cannot be started, fails, or has not ended in time;
 * what it leaves running in the background is not waited for.
 */
export async function notify(
  [command, ...args]: readonly [string, ...string[]],
  text: string,
  { env, limitMs = limitOfAllMs }: Notifying,
): Promise<void> {
  const child = spawn(command, args, {
    shell: false,
    windowsHide: true,
    stdio: ["pipe", "ignore", "pipe"],
    env: Object.fromEntries(Object.entries(env).filter(([name]) => handedOn.test(name))),
  });
  let said = "";
  child.stderr.on("data", (data: Buffer) => {
    said = `${said}${data.toString()}`.slice(-500);
  });
  // It may end without having read all.
  child.stdin.on("error", () => undefined);
  child.stdin.end(text);
  // Not the signal that asks: a program may have reasons not to end by it, and somebody waits for this one.
  const limit = setTimeout(() => child.kill("SIGKILL"), limitMs);
  try {
    const closed = once(child, "close");
    closed.catch(() => undefined);
    const [code] = (await once(child, "exit").catch((error: unknown) => {
      throw new Error(
        `--notify: "${command}" could not be started: ${error instanceof Error ? error.message : String(error)}. Give the program itself with its whole path, not a line for a shell`,
      );
    })) as [number | null];
    if (code === 0) return;
    await Promise.race([closed, wait(lastWordsMs, undefined, { ref: false })]);
    throw new Error(
      `--notify: "${command}" ${child.killed ? `had not ended after ${String(limitMs / 1000)} s, and was ended` : `ended with ${code === null ? "a signal" : String(code)}`}${said.trim() === "" ? "" : `: ${said.trim()}`}`,
    );
  } finally {
    clearTimeout(limit);
    child.stdin.destroy();
    child.stderr.destroy();
    child.unref();
  }
}
