import type { Entry } from "../../journal/entries.ts";
import { mirrorAnew, restoring } from "../../journal/put-back.ts";
import { count } from "../layout.ts";
import { entryLine } from "./text.ts";

/** Whether a journal and its mirror, which lies in that folder, hold the same history, and what to do where they don't. */
export function compared(
  own: readonly Entry[],
  copy: readonly Entry[],
  mirror: string,
): { readonly same: boolean; readonly says: string } {
  const differ = own.findIndex((e, i) => copy[i] !== undefined && copy[i].hash !== e.hash);
  const [ours, theirs] = [own[differ], copy[differ]];
  if (ours && theirs)
    return {
      same: false,
      says: [
        `journal and mirror part at entry ${String(differ)}: two runners wrote different histories. Find out which one is right. The mirror: put it back ${restoring(mirror)} with --although "how you know". The journal: ${mirrorAnew(mirror)}`,
        `  journal: ${entryLine(ours)}`,
        `  mirror:  ${entryLine(theirs)}`,
      ].join("\n"),
    };
  const [firstMissing] = own.slice(copy.length);
  if (firstMissing)
    return {
      same: false,
      says: `the mirror lacks the last ${count(own.length - copy.length, "entry", "entries")}, from ${String(firstMissing.seq)} on. The next entry brings it up to date, if its place can be written: "parallel-standby doctor" looks`,
    };
  if (copy.length > own.length)
    return {
      same: false,
      says: `the journal lacks the last ${count(copy.length - own.length, "entry", "entries")} that its mirror has, from ${String(own.length)} on: it was restored from an older copy. Put the mirror's back before anything else ${restoring(mirror)}`,
    };
  return { same: true, says: `journal and mirror hold the same ${count(own.length, "entry", "entries")}` };
}
