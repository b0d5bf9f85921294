import { writeFile } from "node:fs/promises";
import { labClock } from "../servers/clock.ts";
import type { LabClock } from "../servers/types.ts";

/**
 * The lab's clock, beginning now, whose offset from the real time lies in a file: the owner's programs, which run in
 * other processes, read it there (preload.js), so that both sides of a conversation have one time.
 */
export async function sharedClock(file: string): Promise<LabClock> {
  const clock = labClock({ startMs: Date.now() });
  const write = (): Promise<void> => writeFile(file, String(Math.round(clock.now() - Date.now())));
  await write();
  return {
    ...clock,
    advance: async (byMs) => {
      await clock.advance(byMs);
      await write();
    },
  };
}
