import { guardsUntilText } from "../journal/guards-until.ts";
import type { Report } from "./report.ts";
import { siteNamed } from "../model/site-text.ts";

/** Until when the site that was left may start itself, without a full stop; undefined where it is fenced or has no guard. */
export const guardsText = ({ from, guardsUntilSec }: Report): string | undefined =>
  guardsUntilSec === undefined
    ? undefined
    : guardsUntilText(siteNamed(from.id, from.place), guardsUntilSec, from.timeZone);
