import { DateTime } from "luxon";
import type { Fact } from "../../journal/entries.ts";
import type { PointRequest } from "../../model/point.ts";
import { didYouMean } from "../../model/nearest.ts";
import type { Mode } from "../../model/part.ts";
import { siteIds, type SiteId } from "../../model/site.ts";
import { isSamePerson } from "../../model/person.ts";
import { moment, parseDuration, parseMoment } from "../../model/time.ts";
import { placeholders } from "../../stacks/declare-command.ts";
import { UsageError } from "../failure.ts";
import { trouble } from "./words.ts";

/** The options of `declare`, as they were typed. */
export interface DeclareOptions {
  readonly to?: string;
  readonly mode?: string;
  readonly as?: string;
  readonly disasterAt?: string;
  readonly acceptLoss?: string;
  readonly incident?: string;
  readonly point?: string;
  readonly waiveFence?: string;
  readonly second?: string;
  readonly overrideCoolDown?: string;
}

/** A declaration as the journal takes it. */
export type Declaration = Extract<Fact, { kind: "move declared" }>;

const modes: readonly Mode[] = ["planned", "unplanned"];
const unplannedOnly = {
  disasterAt: "--disaster-at",
  acceptLoss: "--accept-loss",
  point: "--point",
  waiveFence: "--waive-fence",
  second: "--second",
} as const;

/** The declaration that the options make, or one `UsageError` that names everything to mend. */
export function declarationFrom(options: DeclareOptions, now: Date): Declaration {
  const wrong: string[] = [...leftovers(options)];
  const to = oneOf<SiteId>("--to", options.to, siteIds, wrong);
  const mode = oneOf<Mode>("--mode", options.mode, modes, wrong);
  const as = words("--as", options.as, wrong) ?? missing("--as", "your name", wrong);
  const incident = words("--incident", options.incident, wrong);
  const overrideCoolDown = words("--override-cool-down", options.overrideCoolDown, wrong);
  if (mode === "planned")
    for (const [key, flag] of Object.entries(unplannedOnly))
      if (options[key as keyof typeof unplannedOnly] !== undefined)
        wrong.push(`${flag} belongs to an unplanned move: a planned one loses nothing and proves its fence`);
  const unplanned = mode === "unplanned" ? unplannedFrom(options, now, incident, wrong) : undefined;
  if (wrong.length > 0 || to === undefined || mode === undefined) throw new UsageError(wrong.join("\n"));
  return {
    kind: "move declared",
    to,
    mode,
    as,
    acceptLossSec: 0,
    ...(incident === undefined ? {} : { incident }),
    ...(overrideCoolDown === undefined ? {} : { overrideCoolDown }),
    ...unplanned,
  };
}

function unplannedFrom(
  options: DeclareOptions,
  now: Date,
  incident: string | undefined,
  wrong: string[],
): Pick<Declaration, "disasterAt" | "acceptLossSec" | "waiveFence" | "second" | "point"> {
  const disaster = pastMoment("--disaster-at", options.disasterAt, now, wrong);
  if (options.disasterAt === undefined)
    missing("--disaster-at", "when the old site was lost, such as 2026-11-22T03:10+00:00", wrong);
  if (options.incident === undefined && incident === undefined)
    missing("--incident", "the ticket or call under which colleagues find this", wrong);
  const acceptLossSec = options.acceptLoss === undefined ? undefined : parseDuration(options.acceptLoss);
  if (options.acceptLoss === undefined)
    missing("--accept-loss", "how much data may be lost at most, such as 4h", wrong);
  else if (acceptLossSec === undefined)
    wrong.push(`--accept-loss ${quoted(options.acceptLoss)} is not a duration. Write it as 4h, 90m or 1h30m`);
  const waiveFence = words("--waive-fence", options.waiveFence, wrong);
  const second = words("--second", options.second, wrong);
  if (second !== undefined && options.waiveFence === undefined)
    wrong.push("--second answers for --waive-fence, which is missing");
  if (second !== undefined && options.as !== undefined && isSamePerson(second, options.as))
    wrong.push(
      `--second names the same person as --as (${options.as.trim()}): two people must answer for this`,
    );
  const point = pointFrom(options.point, disaster?.sec, now, wrong);
  return {
    acceptLossSec: acceptLossSec ?? 0,
    ...(disaster ? { disasterAt: disaster.text } : {}),
    ...(waiveFence === undefined ? {} : { waiveFence }),
    ...(second === undefined ? {} : { second }),
    ...(point ? { point } : {}),
  };
}

/** What has to be written for a placeholder of a printed command. */
const instead = {
  as: ["--as", "your name: you answer for this"],
  disasterAt: [
    "--disaster-at",
    "when the old site was lost, with its offset, such as 2026-11-22T03:10+00:00",
  ],
  incident: ["--incident", "the ticket or call under which colleagues find this"],
  waiveFence: [
    "--waive-fence",
    'how you know that no server of the old site can write, such as "power to the room is cut, seen by the caretaker"',
  ],
} as const satisfies Record<keyof typeof placeholders, readonly [flag: string, what: string]>;

/** Placeholders that were copied as they stand: nobody has decided what belongs there. */
const leftovers = (options: DeclareOptions): readonly string[] =>
  (Object.keys(placeholders) as (keyof typeof placeholders)[])
    .filter((key) => options[key]?.trim() === placeholders[key])
    .map((key) => `${instead[key][0]} ${placeholders[key]} is to be filled in: write ${instead[key][1]}`);

/** `latest`, a moment not after the disaster, or `-120m`. What is wrong with it is added to `wrong`. */
export function pointFrom(
  text: string | undefined,
  disasterSec: number | undefined,
  now: Date,
  wrong: string[],
): PointRequest | undefined {
  if (text === undefined) return undefined;
  if (text === "latest") return { latest: true };
  if (/^[-\u2212]/.test(text)) {
    const before = parseDuration(text.slice(1));
    if (before !== undefined) return { minutesBefore: before / 60 };
    wrong.push(`--point ${quoted(text)} is not so long before the disaster. Write it as -120m or -2h`);
    return undefined;
  }
  if (!/^\d{4}-/.test(text)) {
    wrong.push(
      `--point ${quoted(text)} is no point. Write latest, -120m, or a time such as 2026-11-22T01:10+00:00`,
    );
    return undefined;
  }
  const at = pastMoment("--point", text, now, wrong);
  if (at && disasterSec !== undefined && at.sec > disasterSec) {
    wrong.push(`--point ${text} lies after the disaster. Write a point before it, or correct --disaster-at`);
    return undefined;
  }
  return at && { at: at.text };
}

/** A moment with its offset that is not in the future, as the journal writes it. */
function pastMoment(
  flag: string,
  text: string | undefined,
  now: Date,
  wrong: string[],
): { readonly sec: number; readonly text: string } | undefined {
  if (text === undefined || text === placeholders.disasterAt) return undefined;
  const sec = parseMoment(text);
  if (sec === undefined) {
    const naive = !/T.*[+-]\d\d:?\d\d$/i.test(text) && DateTime.fromISO(text, { zone: "utc" }).isValid;
    wrong.push(
      naive
        ? `${flag} ${text} does not say in which time zone it is, and clocks of the two sites may differ. Add the offset from UTC: ${text}+00:00`
        : `${flag} ${quoted(text)} is not a time. Write it as 2026-11-22T03:10+00:00`,
    );
    return undefined;
  }
  if (sec > now.getTime() / 1000) {
    wrong.push(
      `${flag} ${text} lies in the future: this runner's clock says ${moment(now.getTime() / 1000)}. Correct the time or its offset, or the clock`,
    );
    return undefined;
  }
  const iso = DateTime.fromISO(text, { setZone: true }).toISO({ suppressMilliseconds: true });
  return iso === null ? undefined : { sec, text: iso };
}

function oneOf<T extends string>(
  flag: string,
  text: string | undefined,
  known: readonly T[],
  wrong: string[],
): T | undefined {
  const found = known.find((k) => k === text);
  if (found !== undefined) return found;
  if (text === undefined) missing(flag, known.join(" or "), wrong);
  else
    wrong.push(
      `${flag} ${quoted(text)} is not known. Write ${known.join(" or ")}.${didYouMean(text, known)}`,
    );
  return undefined;
}

/** Text of a person, for the journal: whole, on one line. */
function words(flag: string, text: string | undefined, wrong: string[]): string | undefined {
  if (text === undefined) return undefined;
  const why = trouble(text);
  if (why !== undefined) wrong.push(`${flag}: ${why}`);
  return text.trim();
}

function missing(flag: string, what: string, wrong: string[]): string {
  wrong.push(`${flag} is missing: ${what}`);
  return "";
}

/** What was typed, safe to show. */
const quoted = (text: string): string => JSON.stringify(text.slice(0, 80));
