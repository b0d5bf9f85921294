import { Command, CommanderError } from "commander";
import { addAbandon } from "./abandon.ts";
import { addBack } from "./back.ts";
import { addApprove } from "./approve.ts";
import { addDeclare } from "./declare.ts";
import { addDoctor } from "./doctor.ts";
import { addDrill } from "./drill.ts";
import { CliError, exitCodes } from "./failure.ts";
import { addGuard } from "./guard.ts";
import { addExercise } from "./exercise.ts";
import { addHosts } from "./hosts.ts";
import { addInit } from "./init.ts";
import { addJournal } from "./journal.ts";
import { addReprotect } from "./reprotect.ts";
import { addMode } from "./mode.ts";
import { addProbe } from "./probe.ts";
import { addReadiness } from "./readiness.ts";
import { addReport } from "./report.ts";
import { addSkip } from "./skip.ts";
import { addRunbook } from "./runbook.ts";
import { addRun } from "./run.ts";
import { addStatus } from "./status.ts";
import type { Terminal } from "./terminal.ts";
import { addWaive } from "./waive.ts";
import { ownVersion } from "./version.ts";
import { addWithdraw } from "./withdraw.ts";

/** The command line: every verb with its options. Code that does the work is loaded only when its verb runs. */
export function buildProgram(terminal: Terminal): Command {
  const program = new Command("parallel-standby")
    .description(
      'Disaster recovery of line-of-business systems on Windows and SQL Server: what is done beside "pulumi up".',
    )
    .version(ownVersion(), "--version", "print the version of this package")
    .helpCommand(false)
    .showSuggestionAfterError()
    .addHelpText("after", '\n"parallel-standby VERB --help" shows the options of a verb, with examples.');
  for (const add of [
    addInit,
    addHosts,
    addGuard,
    addDoctor,
    addJournal,
    addStatus,
    addReadiness,
    addExercise,
    addDeclare,
    addWithdraw,
    addMode,
    addWaive,
    addAbandon,
    addBack,
    addReprotect,
    addApprove,
    addSkip,
    addDrill,
    addRun,
    addProbe,
    addReport,
    addRunbook,
  ])
    add(program, terminal);
  strictly(program, terminal);
  return program;
}

/** No verb ends the process or writes past the terminal. */
function strictly(command: Command, terminal: Terminal): void {
  command.exitOverride().configureOutput({
    writeOut: (text) => terminal.out(text.replace(/\n$/, "")),
    writeErr: (text) => terminal.note(text.replace(/\n$/, "")),
  });
  for (const sub of command.commands) strictly(sub, terminal);
}

/** Runs a command line, prints what went wrong as a sentence, and gives the exit code. Never throws. */
export async function main(args: readonly string[], terminal: Terminal): Promise<number> {
  try {
    await buildProgram(terminal).parseAsync([...args], { from: "user" });
    return exitCodes.done;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.done : exitCodes.usage;
    terminal.note(error instanceof Error ? error.message : String(error));
    return error instanceof CliError ? error.exitCode : exitCodes.failed;
  }
}
