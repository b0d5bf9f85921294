import { typedHere } from "../steps/own-command.ts";

/** What a verb may use of the process it runs in. Tests hand in their own. */
export interface Terminal {
  /** What was asked for: a line, or several, on standard output. */
  out(text: string): void;
  /** Progress, warnings, what to do next: on standard error, so that `--json | jq` works. */
  note(text: string): void;
  now(): Date;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly platform: NodeJS.Platform;
}

/**
 * The terminal of this process. Commands in what it prints are as its shell takes them; what is for machines (`--json`)
 * stays as it is.
 */
export const processTerminal = (args: readonly string[]): Terminal => {
  const isForMachines = args.includes("--json");
  return {
    out: (text) => void process.stdout.write(`${isForMachines ? text : typedHere(text)}\n`),
    note: (text) => void process.stderr.write(`${typedHere(text)}\n`),
    now: () => new Date(),
    env: process.env,
    platform: process.platform,
  };
};
