import type { Entry, EntryOf } from "../journal/entries.ts";
import { systemOf, termsOf } from "../journal/systems.ts";
import type { Terms } from "../journal/terms.ts";
import { fenceStands, stepSettled, type Settled, type Told } from "./settled.ts";
import { secondsOf } from "./verdicts.ts";

/** Something that was not done or not proven, and for which somebody answers. Times are seconds since 1970 UTC. */
export interface Waiver {
  readonly what: string;
  readonly reason: string;
  readonly by: string;
  /** The second person who answers for it, where signs of life spoke against it. */
  readonly second?: string;
  /** Those signs. */
  readonly although?: readonly string[];
  readonly atSec: number;
  /** Steps that would settle it and are not done yet. */
  readonly open: readonly string[];
  /** How and when it came to rest. Absent while somebody still has to see to it. */
  readonly settled?: Settled;
}

/** What a waiver of a single step is called by, before its id. */
export const stepPrefix = "step ";

type Started = EntryOf<"activation started">;

/**
 * What was waived in an incident, the fence first, and how each was settled. Terms are those of its last activation; a
 * waiver that was given while one of them ran, and steps of all of them, count as well: what has arrived is not done a
 * second time. `entries`: the journal as far as it is told; `over`: that all of it is void, where it is.
 */
export function waiversOf(
  incident: readonly [Started, ...Started[]],
  entries: readonly Entry[],
  over?: Settled,
): readonly Waiver[] {
  const started = incident.at(-1) ?? incident[0];
  const epochs = new Set(incident.map((e) => e.epoch));
  const own = entries.filter((e) => e.seq > incident[0].seq && "epoch" in e && epochs.has(e.epoch ?? 0));
  const told: Told = {
    started,
    own,
    steps: own.filter((e) => e.kind === "step"),
    ...(over ? { over } : {}),
  };
  return [...fences(told, entries), ...waivedSteps(told, incident)];
}

/** Who waived a fence, on which terms. */
type Given = Pick<Terms, "as" | "second" | "accepted"> & { readonly reason: string };

function fences(told: Told, entries: readonly Entry[]): readonly Waiver[] {
  const { started, own } = told;
  const systems = started.systems ?? [];
  const ofOwnTerms = new Set(systems.flatMap((m) => (m.terms ? [m.system] : [])));
  const fence = (
    { reason, as, second, accepted }: Given,
    atSec: number,
    what: string,
    covers: (system: string | undefined) => boolean,
  ): Waiver => ({
    what: `the proof that ${what} cannot write`,
    reason,
    by: as,
    ...(second === undefined ? {} : { second }),
    ...(accepted === undefined ? {} : { although: accepted }),
    atSec,
    ...fenceStands(told, (e) => covers(systemOf(e.step, systems))),
  });
  const declaration = entries.find((e) => e.seq === started.declaration);
  return [
    ...(started.waiveFence === undefined
      ? []
      : [
          fence(
            { ...started, reason: started.waiveFence },
            secondsOf(declaration ?? started),
            started.from,
            (system) => system === undefined || !ofOwnTerms.has(system),
          ),
        ]),
    ...systems.flatMap(({ system, terms }) =>
      terms?.waiveFence === undefined
        ? []
        : [
            fence(
              { ...terms, reason: terms.waiveFence },
              secondsOf(started),
              `what ${system} has at ${started.from}`,
              (other) => other === system,
            ),
          ],
    ),
    ...own.flatMap((e) =>
      e.kind === "waiver"
        ? [fence(e, secondsOf(e), started.from, (system) => termsOf(started, system).mode === "unplanned")]
        : [],
    ),
  ];
}

/** Steps that ended with a waiver at least once, by who answers for it. */
function waivedSteps(told: Told, incident: readonly Started[]): readonly Waiver[] {
  const waived = new Map(told.steps.filter((e) => e.verdict === "waived").map((e) => [e.step, e]));
  return [...waived.values()].map((e) => {
    const then = incident.find((s) => s.epoch === e.epoch) ?? told.started;
    const { as, second } = termsOf(then, systemOf(e.step, then.systems));
    const settled = stepSettled(told, e);
    return {
      what: `${stepPrefix}${e.step}`,
      reason: e.says,
      by: as,
      ...(second === undefined ? {} : { second }),
      atSec: secondsOf(e),
      open: settled ? [] : [e.step],
      ...(settled ? { settled } : {}),
    };
  });
}
