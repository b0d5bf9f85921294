import { changesStandby } from "../journal/standby.ts";
import type { Io } from "./act.ts";

/** Whether a declared move holds the restores of a part back. */
export async function isHeld(part: string, { journal }: Pick<Io, "journal">): Promise<boolean> {
  const last = (await journal.entries()).findLast(
    (e) => changesStandby(e) || ((e.kind === "held" || e.kind === "released") && e.part === part),
  );
  return last?.kind === "held";
}
