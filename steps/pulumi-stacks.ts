import { execFile } from "node:child_process";
import { setTimeout as wait } from "node:timers/promises";
import { promisify } from "node:util";
import { projectRoot } from "../journal/project-root.ts";

/** How often a file that is just being written is read anew, and the pause before. Milliseconds. */
const readAgain = { times: 10, everyMs: 300 };

/** Names of the project's stacks in the backend that is in use. */
export async function stackNames(signal: AbortSignal): Promise<readonly string[]> {
  const stacks = JSON.parse(await pulumi(["stack", "ls", "--json"], signal)) as readonly {
    readonly name: string;
  }[];
  return stacks.map((s) => s.name.split("/").at(-1) ?? s.name);
}

/**
 * Whether a file of the backend has been read that is empty or ends too early. A folder as backend has, beside each
 * state, a file *.attrs that is written in place unless its address says metadata=skip (gocloud.dev/blob/fileblob,
 * setAttrs): an engine that dies there leaves "failed to load checkpoint: EOF" for whoever comes later.
 */
export const isHalfWritten = (error: unknown): boolean =>
  error instanceof Error &&
  /(checkpoint|snapshot|stack|meta\.yaml)\b[^"]*: (unexpected )?EOF|unexpected end of JSON/.test(
    error.message,
  ) &&
  !error.message.includes("://");

/** Names of the resources whose operation the stack's state holds as interrupted. */
export async function pendingOperations(stack: string, signal: AbortSignal): Promise<readonly string[]> {
  const { deployment } = JSON.parse(await pulumi(["stack", "export", "-s", stack], signal)) as {
    readonly deployment?: {
      readonly pending_operations?: readonly { readonly resource: { readonly urn: string } }[];
    } | null;
  };
  return (deployment?.pending_operations ?? []).map((o) => o.resource.urn.split("::").at(-1) ?? "");
}

/** The outputs of a stack as its state holds them; secrets among them stay hidden. */
export async function stackOutputs(
  stack: string,
  signal: AbortSignal,
): Promise<Readonly<Record<string, unknown>>> {
  return JSON.parse(await pulumi(["stack", "output", "--json", "-s", stack], signal)) as Record<
    string,
    unknown
  >;
}

/** Makes an empty stack without selecting it. */
export async function initStack(name: string, signal: AbortSignal): Promise<void> {
  await pulumi(["stack", "init", name, "--no-select"], signal);
}

/** The state of an estate with many databases is some megabytes. Bytes. */
const longestState = 256 * 1024 * 1024;

/** What Pulumi answers. Whoever reads a file at the moment in which it is written in place sees none of it, or half. */
async function pulumi(args: readonly string[], signal: AbortSignal): Promise<string> {
  for (let time = 1; ; time++)
    try {
      return await pulumiOnce(args, signal);
    } catch (error) {
      if (!isHalfWritten(error) || time >= readAgain.times) throw error;
      await wait(readAgain.everyMs, undefined, { signal });
    }
}

async function pulumiOnce(args: readonly string[], signal: AbortSignal): Promise<string> {
  // The engine that runs this step hands its own PULUMI_* settings down; with them the CLI would believe it is a plugin.
  const { PULUMI_MONITOR: _monitor, PULUMI_ENGINE: _engine, ...env } = process.env;
  try {
    const { stdout } = await promisify(execFile)(
      "pulumi",
      [...args, "--non-interactive", "--color", "never"],
      {
        cwd: projectRoot(),
        env,
        signal,
        windowsHide: true,
        maxBuffer: longestState,
      },
    );
    return stdout;
  } catch (error) {
    const said = error instanceof Error && "stderr" in error ? String(error.stderr).trim() : "";
    // Its last words say what is wrong; what Node adds before them is the command.
    throw said === "" ? error : new Error(said.split("\n").at(-1), { cause: error });
  }
}
