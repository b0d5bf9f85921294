/**
 * Runs the program of a provisioning stack without the engine: each of its commands is run as soon as those it depends on
 * have ended, as the engine would. For labs in which Pulumi is not what is looked at: `node provision-program.ts STACK`,
 * in a project's folder.
 */
import * as pulumi from "@pulumi/pulumi";
import { spawn } from "node:child_process";
import { text } from "node:stream/consumers";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { createStacks } from "../../planning/verbs.ts";

const stack = process.argv[2] ?? "";
const program = fileURLToPath(import.meta.resolve("parallel-standby/step"));

async function runStep(name: string, input: string): Promise<void> {
  const child = spawn(process.execPath, [program], { stdio: ["pipe", "ignore", "pipe"] });
  child.stdin.end(input);
  const [said, code] = await Promise.all([
    text(child.stderr),
    new Promise<number | null>((resolve) => child.once("close", resolve)),
  ]);
  if (code !== 0) throw new Error(`${name}: ${said}`);
}

let failure: Error | undefined;
const failed = (error: unknown): void => {
  failure ??= error instanceof Error ? error : new Error(String(error));
};
await pulumi.runtime.setMocks(
  {
    newResource: async ({ type, name, inputs }) => {
      const given = inputs as { readonly stdin?: string };
      // Stacks are the engine's.
      if (type === "command:local:Command" && !given.stdin?.includes(createStacks.name))
        await runStep(name, given.stdin ?? "").catch((error: unknown) => {
          failed(error);
          throw error;
        });
      const outputs = type === "pulumi:pulumi:StackReference" ? { outputs: {}, secretOutputNames: [] } : {};
      return { id: name, state: { ...given, ...outputs } };
    },
    call: ({ inputs }) => inputs as object,
  },
  "parallel-standby-lab",
  stack,
);
try {
  await import(pathToFileURL(join(process.cwd(), "main.ts")).href);
  await pulumi.runtime.disconnect();
} catch (error) {
  failed(error);
}
if (failure) process.stderr.write(`${failure.message}\n`);
process.exit(failure ? 1 : 0);
