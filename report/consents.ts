import type { Entry, EntryOf } from "../journal/entries.ts";
import { isDone } from "../journal/situation.ts";
import type { Terms } from "../journal/terms.ts";
import { durationText } from "../model/time.ts";
import { pointText } from "./entry-text.ts";
import { secondsOf } from "./verdicts.ts";
import { windowOf } from "./window.ts";

/** A word that somebody gave for a move, and what came of it. Times are seconds since 1970 UTC. */
export interface Consent {
  readonly what:
    | "declared"
    | "withdrew"
    | "changed the mode"
    | "waived"
    | "approved"
    | "declined"
    | "skipped"
    | "allowed"
    | "removed"
    | "abandoned"
    | "went back"
    | "re-protected"
    | "adopted"
    | "broke the glass";
  /** What it was about, as a sentence without a full stop. */
  readonly about: string;
  readonly as: string;
  /** The second person who answers for it. */
  readonly second?: string;
  readonly reason?: string;
  readonly atSec: number;
  /** What came of it. Absent where nothing has, or nothing can. */
  readonly came?: { readonly says: string; readonly atSec: number };
}

type Started = EntryOf<"activation started">;

/**
 * What people said in an incident, in order: all of its activations, and what was declared and taken back before the
 * first. `entries`: the journal as far as it is told; `taken`: the word that ended it from outside.
 */
export function consentsOf(
  entries: readonly Entry[],
  incident: readonly Started[],
  taken?: EntryOf<"adopted"> | EntryOf<"break-glass">,
): readonly Consent[] {
  const { fromSeq, toSeq } = windowOf(entries, incident);
  const epochs = new Set(incident.map((e) => e.epoch));
  const told = entries.filter((e) => e.seq >= fromSeq);
  return [
    ...told.flatMap((e) => consentIn(e, e.seq <= toSeq, epochs, told)),
    ...(taken ? [fromOutside(taken)] : []),
  ];
}

function consentIn(
  e: Entry,
  inMove: boolean,
  epochs: ReadonlySet<number>,
  told: readonly Entry[],
): readonly Consent[] {
  const by = (
    what: Consent["what"],
    about: string,
    given: {
      readonly as: string;
      readonly second?: string | undefined;
      readonly reason?: string | undefined;
    },
    came?: Consent["came"],
  ): readonly Consent[] => [
    {
      what,
      about,
      as: given.as,
      ...(given.second === undefined ? {} : { second: given.second }),
      ...(given.reason === undefined ? {} : { reason: given.reason }),
      atSec: secondsOf(e),
      ...(came ? { came } : {}),
    },
  ];
  if (e.kind === "move declared") return inMove ? by("declared", moveText(e), e, usedBy(e, told)) : [];
  if (e.kind === "withdrawn") return inMove ? by("withdrew", "what was declared", e) : [];
  if (e.kind === "guard allowed")
    return by("allowed", `${e.host} to start its services, although its guard said "${e.word}"`, e);
  if (e.kind === "guard removal") return by("removed", `the guard from ${e.hosts.join(", ")}`, e);
  if (!("epoch" in e) || e.epoch === undefined || !epochs.has(e.epoch)) return [];
  switch (e.kind) {
    case "mode changed":
      return by(
        "changed the mode",
        [
          `${e.systems.join(", ")} go on ${e.mode}`,
          `up to ${durationText(e.acceptLossSec)} of data may be lost`,
          ...waiverIn(e),
        ].join("; "),
        e,
        usedBy(e, told),
      );
    case "waiver":
      return by("waived", [`the fence, for activation ${String(e.epoch)}`, ...although(e)].join("; "), e);
    case "approval":
      return by(
        e.verdict,
        e.step,
        e,
        e.verdict === "declined"
          ? came(
              told.find((o): o is EntryOf<"approval"> => isAnswer(o, e) && o.verdict === "approved"),
              (o) => `approved later by ${o.as}`,
            )
          : undefined,
      );
    case "skip":
      return by(
        "skipped",
        e.step,
        e,
        came(
          told.find((o): o is EntryOf<"step"> => isVerdict(o, e) && isDone(o)),
          (o) => `done after all: ${o.says}`,
        ),
      );
    case "abandoning":
      return by(
        e.acceptLossSec === undefined ? "abandoned" : "went back",
        e.acceptLossSec === undefined
          ? `activation ${String(e.epoch)}`
          : `from activation ${String(e.epoch)}; up to ${durationText(e.acceptLossSec)} of what was written at its target may be lost`,
        e,
        came(
          told.find((o): o is EntryOf<"abandoned"> => o.kind === "abandoned" && o.epoch === e.epoch),
          () => "the old site was given back",
        ),
      );
    case "abandoned":
      // Whoever began to give it up has said so already.
      return told.some((o) => o.kind === "abandoning" && o.epoch === e.epoch)
        ? []
        : by("abandoned", `activation ${String(e.epoch)}, of which no step had begun`, e);
    case "re-protect":
      return by(
        "re-protected",
        `${e.site}, what it holds saved first`,
        e,
        came(
          told.find((o): o is EntryOf<"re-protected"> => o.kind === "re-protected" && o.seq > e.seq),
          () => `${e.site} follows`,
        ),
      );
    default:
      return [];
  }
}

const isAnswer = (o: Entry, to: EntryOf<"approval">): o is EntryOf<"approval"> =>
  o.kind === "approval" && o.epoch === to.epoch && o.step === to.step && o.seq > to.seq;

const isVerdict = (o: Entry, of: EntryOf<"skip">): o is EntryOf<"step"> =>
  o.kind === "step" && o.epoch === of.epoch && o.step === of.step && o.seq > of.seq;

const came = <E extends Entry>(e: E | undefined, says: (e: E) => string): Consent["came"] =>
  e && { says: says(e), atSec: secondsOf(e) };

/** What took a declaration, or a change of the mode: an activation, another declaration, or whoever withdrew it. */
function usedBy(
  e: EntryOf<"move declared"> | EntryOf<"mode changed">,
  told: readonly Entry[],
): Consent["came"] {
  const next = told.find(
    (o) =>
      o.seq > e.seq &&
      (o.kind === "activation started" ||
        o.kind === "withdrawn" ||
        (o.kind === "move declared" && e.kind === "move declared")),
  );
  if (next?.kind === "activation started")
    return { says: `activation ${String(next.epoch)} began with it`, atSec: secondsOf(next) };
  if (next?.kind === "withdrawn") return { says: `withdrawn by ${next.as}`, atSec: secondsOf(next) };
  return next?.kind === "move declared"
    ? { says: `replaced by what ${next.as} declared`, atSec: secondsOf(next) }
    : undefined;
}

/** What a declaration asks for: everything but who and why. */
export const moveText = (e: EntryOf<"move declared">): string =>
  [
    `${e.mode === "unplanned" ? "an" : "a"} ${e.mode} move to ${e.to}`,
    ...(e.incident === undefined ? [] : [`incident ${e.incident}`]),
    ...(e.mode === "planned" ? [] : [`up to ${durationText(e.acceptLossSec)} of data may be lost`]),
    ...(e.point === undefined ? [] : [`point: ${pointText(e.point)}`]),
    ...waiverIn(e),
    ...(e.overrideCoolDown === undefined ? [] : [`the cool-down overridden: ${e.overrideCoolDown}`]),
  ].join("; ");

const waiverIn = (e: Pick<Terms, "waiveFence" | "accepted">): readonly string[] => [
  ...(e.waiveFence === undefined ? [] : [`the fence waived: ${e.waiveFence}`]),
  ...although(e),
];

const although = ({ accepted }: Pick<Terms, "accepted">): readonly string[] =>
  accepted === undefined ? [] : [`although: ${accepted.join("; ")}`];

const fromOutside = (e: EntryOf<"adopted"> | EntryOf<"break-glass">): Consent => ({
  what: e.kind === "adopted" ? "adopted" : "broke the glass",
  about: `${e.active} is active${e.although === undefined ? "" : `, although what was seen speaks against it: ${e.although}`}`,
  as: e.as,
  reason: e.reason,
  atSec: secondsOf(e),
});
