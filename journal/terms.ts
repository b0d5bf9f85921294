import * as z from "zod";
import { Moment, PointRequest } from "../model/point.ts";

/** How something moves: planned, where nothing may be lost, or not. */
export const JournalMode = z.enum(["planned", "unplanned"]);

const name = z.string().min(1);

/** On what terms something moves, and who answers for them. */
export const Terms = z.object({
  mode: JournalMode,
  as: name,
  disasterAt: Moment.optional(),
  acceptLossSec: z.number().nonnegative(),
  incident: z.string().optional(),
  waiveFence: z.string().optional(),
  /** The second person who answers for the waiver, where signs of life spoke against it. */
  second: name.optional(),
  /** Those signs, as they were seen. A new one makes the waiver void. */
  accepted: z.array(name).optional(),
  point: PointRequest.optional(),
});
export type Terms = z.infer<typeof Terms>;

/** A system in an activation: parts that move together, by the id of the last. */
export const MovingSystem = z.object({
  system: name,
  parts: z.array(name),
  /** Systems that are up before its services start. */
  after: z.array(name),
  /** Its own terms, where it moves on others than the activation. */
  terms: Terms.optional(),
});
export type MovingSystem = z.infer<typeof MovingSystem>;

/** The terms among the fields of an entry. */
export const termsIn = ({
  mode,
  as,
  disasterAt,
  acceptLossSec,
  incident,
  waiveFence,
  second,
  accepted,
  point,
}: Terms): Terms => ({
  mode,
  as,
  acceptLossSec,
  ...(disasterAt === undefined ? {} : { disasterAt }),
  ...(incident === undefined ? {} : { incident }),
  ...(waiveFence === undefined ? {} : { waiveFence }),
  ...(second === undefined ? {} : { second }),
  ...(accepted === undefined ? {} : { accepted }),
  ...(point === undefined ? {} : { point }),
});
