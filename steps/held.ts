import type { Entry } from "../journal/entries.ts";
import { leavesAlone } from "../journal/standby.ts";
import type { Io } from "./act.ts";

/** Whether a declared move holds the restores of a part back. */
export async function isHeld(part: string, { journal }: Pick<Io, "journal">): Promise<boolean> {
  const last = (await journal.entries()).findLast(
    (e) =>
      leavesAlone(e) ||
      endsHolds.has(e.kind) ||
      ((e.kind === "held" || e.kind === "released") && e.part === part),
  );
  return last?.kind === "held";
}

/** What leaves nothing held, as the situation has it: from then on the standby is another one. */
const endsHolds: ReadonlySet<Entry["kind"]> = new Set(["adopted", "break-glass"]);
