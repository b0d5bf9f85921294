/** What a verb ends with when it cannot do what was asked: one sentence for people, and the exit code. */
export class CliError extends Error {
  public override readonly name: string = "CliError";
  public readonly exitCode: number;
  constructor(says: string, exitCode: number = exitCodes.failed) {
    super(says);
    this.exitCode = exitCode;
  }
}

/** The command was typed wrongly: exit code 2. */
export class UsageError extends CliError {
  public override readonly name = "UsageError";
  constructor(says: string) {
    super(says, exitCodes.usage);
  }
}

/** The exit codes of the command line, the same for every verb. Public: scripts branch on them. */
export const exitCodes = {
  done: 0,
  /** Something is wrong or missing; the sentence says what. */
  failed: 1,
  /** Wrong usage; nothing was done. */
  usage: 2,
  /** `declare` only: the move is declared, but not everything that had to be held is held. */
  notHeld: 3,
  /** `declare` only: the move is declared, but as things stand there is no point within what was accepted. */
  noPoint: 4,
  /** `run` only: ended at the second Ctrl+C; steps that ran were left to end by themselves. */
  left: 130,
  /** `probe` only: a fence is owed, and nothing of that site answers. */
  fenceOwed: 5,
  /** `probe` only: the site that was left answers, and is not fenced. */
  notFenced: 6,
} as const;
