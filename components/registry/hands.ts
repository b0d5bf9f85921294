import type { Hand } from "../../model/by-hand.ts";
import { hands as alias } from "../alias/by-hand.ts";
import { hands as k2 } from "../k2/by-hand.ts";
import { hands as manual } from "../manual/by-hand.ts";
import { hands as instance } from "../sql/instance/by-hand.ts";
import { hands as logShipping } from "../sql/log-shipping/by-hand.ts";
import { hands as windows } from "../windows/by-hand.ts";

/** How the steps of a cutover are done by hand, by verb: a line a folder. */
export const hands: ReadonlyMap<string, Hand> = new Map(
  [...alias, ...k2, ...manual, ...instance, ...logShipping, ...windows].map((hand) => [hand.verb, hand]),
);
