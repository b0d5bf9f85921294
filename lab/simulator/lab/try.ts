import { play, type Played } from "./play.ts";
import type { Schedule } from "./schedule.ts";
import { onStage, prepareStage } from "./stage.ts";

export { prepareStage } from "./stage.ts";
export type { Played } from "./play.ts";

/** Plays one schedule on the stage as it was made. */
export const tried = (schedule: Schedule): Promise<Played> =>
  onStage((stage) => play(stage, schedule), schedule.estate);

/** Prepares and plays; for a product with a mistake in it, which is loaded for this alone. */
export async function triedOnce(schedule: Schedule): Promise<Played> {
  await prepareStage(schedule.estate);
  return tried(schedule);
}
