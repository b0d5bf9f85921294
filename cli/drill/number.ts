import { UsageError } from "../failure.ts";

/** Throws where `--drill` holds no number of a drill. */
export function mustBeNumber(typed: string): void {
  if (!/^[1-9]\d{0,8}$/.test(typed))
    throw new UsageError(`--drill ${JSON.stringify(typed)} is not the number of a drill. Write 1, 2, 3 …`);
}
