import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { processLimitSec, type ActivationEnvelope } from "../../steps/envelope.ts";

/** How a step's process ended. */
export interface StepEnd {
  /** The steps after it may begin. */
  readonly isWell: boolean;
  /** Its sentence: what stands now, or why it failed. */
  readonly says: string;
}

/** Runs one step to its end; `say` hears its lines of progress. Never throws. */
export type RunStep = (envelope: ActivationEnvelope, say: (line: string) => void) => Promise<StepEnd>;

/**
 * Runs steps as `pulumi up` does, each in a process of its own with its envelope on standard input; `folder` is the
 * project's. Ctrl+C at the terminal does not reach it (it has a process group of its own): a step that runs ends its
 * work and writes its verdict, even where whoever drives it is killed.
 */
export const stepProcesses =
  (folder: string): RunStep =>
  (envelope, say) =>
    new Promise((resolve) => {
      const child = spawn(process.execPath, [fileURLToPath(import.meta.resolve("parallel-standby/step"))], {
        cwd: folder,
        detached: true,
        windowsHide: true,
        stdio: "pipe",
        timeout: processLimitSec(envelope.step.timeoutSec) * 1000,
        killSignal: "SIGKILL",
      });
      let sentence = "";
      let lastLine = "";
      child.stdout.setEncoding("utf8").on("data", (text: string) => (sentence += text));
      createInterface({ input: child.stderr }).on("line", (line) => {
        lastLine = line;
        say(line);
      });
      // One that ends before it has read its step says so by its exit code.
      child.stdin.on("error", () => undefined).end(JSON.stringify(envelope));
      child.once("error", (error) => {
        resolve({ isWell: false, says: `its process does not run: ${error.message}` });
      });
      child.once("close", (code, signal) => {
        resolve(
          code === 0
            ? { isWell: true, says: sentence.trim() }
            : { isWell: false, says: signal === null ? lastLine : `its process was ended (${signal})` },
        );
      });
    });
