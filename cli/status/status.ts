import type { Entry } from "../../journal/entries.ts";
import { declarationHours } from "../../journal/next.ts";
import { isMoving, situation, type Situation } from "../../journal/situation.ts";
import type { Mode } from "../../model/part.ts";
import type { SiteId } from "../../model/site.ts";
import { countsOf, secondsOf, stepsOf, type Counts } from "../../report/verdicts.ts";
import { chapterOf } from "../../report/entries.ts";
import type { Holder } from "../../journal/store.ts";

/** How an estate stands, as `status --json` prints it. Times are ISO 8601 in UTC. */
export interface Status {
  readonly estate: string;
  readonly active: { readonly site: SiteId; readonly place?: string };
  readonly state: "active" | "moving" | "moving past no return" | "in doubt";
  readonly declaration?: {
    readonly to: SiteId;
    readonly mode: Mode;
    readonly as: string;
    readonly incident?: string;
    readonly at: string;
    readonly goodUntil: string;
    readonly expired: boolean;
    readonly waived: boolean;
  };
  readonly held: readonly string[];
  readonly lastActivation?: {
    readonly epoch: number;
    readonly from: SiteId;
    readonly to: SiteId;
    readonly mode: Mode;
    readonly as: string;
    readonly startedAt: string;
    readonly outcome: "unfinished" | "completed" | "abandoned";
    /** Steps in the journal; `planned` is how many its plan has, where that could be worked out. */
    readonly steps: Counts & { readonly planned?: number };
    readonly failed: readonly { readonly step: string; readonly says: string }[];
  };
  readonly running: readonly (Holder & { readonly what: string })[];
  readonly owed: readonly { readonly step: string; readonly says: string }[];
  readonly facts?: { readonly hash: string; readonly at: string; readonly ageSec: number };
  readonly lastReport?: string;
  readonly journal: { readonly entries: number; readonly head: string; readonly place: string };
}

/** What a status is made of beside the journal. */
export interface StatusArgs {
  readonly now: Date;
  readonly place: string;
  readonly leases: readonly (Holder & { readonly name: string })[];
  readonly plannedSteps?: number | undefined;
  readonly lastReport?: string | undefined;
}

/** How the estate stands, from the entries of its journal. */
export function statusOf(entries: readonly Entry[], args: StatusArgs): Status {
  const s = situation(entries);
  const place = s.declared?.recovery.sites[s.active].place;
  const { now } = args;
  return {
    estate: s.estate,
    active: { site: s.active, ...(place === undefined ? {} : { place }) },
    state: !isMoving(s)
      ? "active"
      : s.noReturn
        ? "moving past no return"
        : s.abandoning
          ? "in doubt"
          : "moving",
    ...declarationOf(s, now),
    held: [...s.held],
    ...lastOf(entries, s, args.plannedSteps),
    running: args.leases.map(({ name, who, since }) => ({ what: leaseText(name), who, since })),
    owed: [...s.owed].map((step) => ({ step, says: s.verdicts.get(step)?.says ?? "" })),
    ...(s.declared
      ? {
          facts: {
            hash: s.declared.factsHash,
            at: s.declared.at,
            ageSec: Math.round(now.getTime() / 1000 - secondsOf(s.declared)),
          },
        }
      : {}),
    ...(args.lastReport === undefined ? {} : { lastReport: args.lastReport }),
    journal: { entries: entries.length, head: s.head, place: args.place },
  };
}

function declarationOf({ declaration: d }: Situation, now: Date): Pick<Status, "declaration"> {
  if (!d) return {};
  const until = new Date(Date.parse(d.at) + declarationHours * 3_600_000);
  return {
    declaration: {
      to: d.to,
      mode: d.mode,
      as: d.as,
      ...(d.incident === undefined ? {} : { incident: d.incident }),
      at: d.at,
      goodUntil: until.toISOString(),
      expired: now > until,
      waived: d.waiveFence !== undefined,
    },
  };
}

function lastOf(
  entries: readonly Entry[],
  s: Situation,
  planned: number | undefined,
): Pick<Status, "lastActivation"> {
  const chapter = chapterOf(entries);
  if (!s.last || !chapter) return {};
  const { epoch, from, to, mode, as, at } = s.last;
  const steps = stepsOf(chapter.entries, epoch);
  const failed = steps.filter((l) => l.standing === "failed");
  return {
    lastActivation: {
      epoch,
      from,
      to,
      mode,
      as,
      startedAt: at,
      outcome: s.ended.get(epoch) ?? "unfinished",
      steps: { ...countsOf(steps), ...(planned === undefined ? {} : { planned }) },
      failed: failed.map(({ step, says }) => ({ step, says })),
    },
  };
}

/** A lease by its name, for people: `step k2/stop of activation 3`. */
export function leaseText(name: string): string {
  const step = /^step (\d+) (.+)$/.exec(name);
  if (step) return `step ${step[2] ?? ""} of activation ${step[1] ?? ""}`;
  if (name.startsWith("provision ")) return `provisioning step ${name.slice("provision ".length)}`;
  return name === "run" ? "pulumi up" : name;
}
