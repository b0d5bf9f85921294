import { notParkedId, powerUnseenId } from "../../journal/not-parked.ts";
import { inTwo, note, stops, type Finding } from "../../model/finding.ts";
import type { Io } from "../../steps/act.ts";
import type { Exercise } from "../../steps/exercise.ts";

/**
 * How long each may take. Seconds. A move that begins waits two minutes for what keeps services off or has the server
 * parked, and for nothing else.
 */
const limits = { power: 60, start: 900, keepOff: 100, look: 300, beginPark: 100, parked: 900 };

/** A move has begun and may want the server: it is left as it is, and not judged. */
export class MoveBegan extends Error {
  public override readonly name = "MoveBegan";
  constructor(host: string) {
    super(
      `a move began while ${host} was exercised: it is left to the move as it is, and what it is worth was not seen`,
    );
  }
}

/** What exercising one server may use. */
export interface Tools {
  /** Whether an exercise before has started it and did not park it: its own, not somebody who works there. */
  readonly wasLeftRunning: boolean;
  /** Writes that it is started now. */
  readonly begin: () => Promise<unknown>;
  /** Services that parts would not have run there, though nobody has named them. */
  readonly strays: (io: Io) => Promise<readonly string[]>;
  /** What parts look at there beside how it is exercised. */
  readonly lookBeside: (io: Io) => Promise<readonly Finding[]>;
  readonly within: <T>(limitSec: number, work: (io: Io) => Promise<T>) => Promise<T>;
  /** Does what a move must not meet half done, while none goes on. Throws `MoveBegan`. */
  readonly atRest: <T>(work: () => Promise<T>) => Promise<T>;
}

/**
 * Starts, looks, parks; whatever fails is a finding, and what was parked is parked again. Throws `MoveBegan` where a move
 * began before it could be looked at.
 */
export async function exerciseOne(
  host: string,
  services: readonly string[],
  how: Exercise,
  { wasLeftRunning, begin, strays, lookBeside, within, atRest }: Tools,
): Promise<readonly Finding[]> {
  const found: Finding[] = [];
  const tried = async <T>(id: string, work: () => Promise<T>): Promise<{ readonly value: T } | undefined> => {
    try {
      return { value: await work() };
    } catch (error) {
      if (error instanceof MoveBegan) throw error;
      const message = error instanceof Error ? error.message : String(error);
      found.push({
        ...stops(host, "", "", id),
        ...inTwo(message, "mend that, then exercise it again"),
      });
      return undefined;
    }
  };
  const isOff = await tried(powerUnseenId(host), () => within(limits.power, (io) => how.isOff(host, io)));
  if (!isOff) return found;
  const park = isOff.value || wasLeftRunning;
  if (park) await begin();
  if (
    !park ||
    (await tried(`exercise-start:${host}`, () => within(limits.start, (io) => how.start(host, io))))
  )
    await tried(`exercise-look:${host}`, async () => {
      found.push(
        ...(await atRest(() =>
          within(limits.keepOff, async (io) => {
            const named = await how.keepOff(host, services, io);
            // One that nobody has named works beside production just the same.
            return [...named, ...(await how.keepOff(host, await strays(io), io))];
          }),
        )),
      );
      found.push(...(await within(limits.look, (io) => how.look(host, services, io))));
      found.push(...(await within(limits.look, lookBeside)));
    });
  if (park)
    await tried(notParkedId(host), async () => {
      try {
        await atRest(() => within(limits.beginPark, (io) => how.beginPark(host, io)));
      } catch (error) {
        if (!(error instanceof MoveBegan)) throw error;
        found.push(
          note(
            host,
            "a move began while it was exercised: it was left running",
            "if the move is abandoned, exercise it again, which parks it",
            notParkedId(host),
          ),
        );
        return;
      }
      await within(limits.parked, (io) => how.parked(host, io));
    });
  return found;
}
