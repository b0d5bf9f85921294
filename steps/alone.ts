import { situation } from "../journal/situation.ts";
import { withoutStandby } from "../journal/standby.ts";
import type { Io } from "./act.ts";

/** Whether the active site has no standby, as far as the journal shows. */
export async function isAlone({ journal }: Pick<Io, "journal">): Promise<boolean> {
  const entries = await journal.entries();
  return withoutStandby(entries, situation(entries)) !== undefined;
}
