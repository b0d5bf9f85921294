import { Command } from "commander";
import { addJournal } from "../../cli/journal.ts";
import type { BreakGlassOptions } from "../../cli/journal/break-glass.ts";
import type { ModeOptions } from "../../cli/mode/request.ts";
import { writtenTerminal } from "./cli-fixture.ts";

/** What is typed after `mode unplanned`. */
export const modeTyped: ModeOptions = {
  as: "R. Okafor",
  reason: "SQLPRD02 died",
  disasterAt: "2026-11-22T03:10+00:00",
  acceptLoss: "4h",
  incident: "INC-77",
};

/** The options of the `journal break-glass` that a sentence ends with, typed as it stands with a word for the rest, read as the program reads it. */
export function breakGlassTyped(sentence: string, active: "primary" | "dr"): BreakGlassOptions {
  const [, printed] = / parallel-standby (journal break-glass [^"]*)$/.exec(sentence) ?? [];
  if (printed === undefined) throw new Error(`it ends with no such command: ${sentence}`);
  const program = new Command().exitOverride();
  addJournal(program, writtenTerminal());
  const command = program.commands[0]?.commands.find((c) => c.name() === "break-glass");
  let options: BreakGlassOptions | undefined;
  command?.action((given: BreakGlassOptions) => {
    options = given;
  });
  const word = ["--active", active, "--as", "ann", "--reason", "a bad disk", "--although", "I was there"];
  program.parse([...printed.split(" "), ...word], { from: "user" });
  if (!options) throw new Error(`it is not taken: ${printed}`);
  return options;
}
