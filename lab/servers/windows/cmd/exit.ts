/** Thrown by `exit`: ends the line with that code. */
export class ExitShell extends Error {
  public readonly code: number;
  constructor(code: number) {
    super(`exit ${code}`);
    this.code = code;
  }
}
