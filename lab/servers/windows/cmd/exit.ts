/** Thrown by `exit`: ends the line with that code. */
export class ExitShell extends Error {
  public readonly code: number;
  constructor(code: number) {
    super(`exit ${code}`);
    this.code = code;
  }
}

/** Thrown by `exit /b` in a batch file, and at its end: goes back to who called it. */
export class EndBatch extends Error {
  public readonly code: number;
  constructor(code: number) {
    super(`exit /b ${code}`);
    this.code = code;
  }
}

/** Thrown by `goto`: the batch file goes on behind that label. */
export class GoTo extends Error {
  public readonly label: string;
  constructor(label: string) {
    super(`goto ${label}`);
    this.label = label;
  }
}
