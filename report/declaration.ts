import type { Entry, EntryOf } from "../journal/entries.ts";
import { declarationHours } from "../journal/next.ts";
import type { Mode } from "../model/part.ts";
import type { Recovery } from "../model/recovery.ts";
import { otherSite } from "../model/site.ts";
import { clockTime, moment } from "../model/time.ts";
import { moveText } from "./consents.ts";
import { readinessAround, type ReadinessSeen } from "./readiness.ts";
import type { ReportSite } from "./report.ts";
import { secondsOf } from "./verdicts.ts";

/** A declaration that no activation used: who asked for what, and what became of it. Times are seconds since 1970 UTC. */
export interface DeclarationReport {
  readonly format: 1;
  readonly estate: string;
  /** Number of its entry in the journal. */
  readonly declaration: number;
  readonly from: ReportSite;
  readonly to: ReportSite;
  readonly mode: Mode;
  readonly as: string;
  /** What it asked for, in a sentence without a full stop. */
  readonly asked: string;
  readonly incident?: string;
  readonly disasterSec?: number;
  readonly declaredSec: number;
  /** `standing`: an activation may still begin with it. */
  readonly outcome: "standing" | "withdrawn" | "replaced" | "expired";
  /** Absent while it stands. */
  readonly ended?: {
    readonly says: string;
    readonly atSec: number;
    readonly as?: string;
    readonly reason?: string;
  };
  /** Restores that it stopped, and when each ran again; absent where it has not. */
  readonly held: readonly {
    readonly part: string;
    readonly atSec: number;
    readonly says: string;
    readonly releasedSec?: number;
    /** Somebody declared anew since, or said from outside what is active: whether it is held is not this one's any more. */
    readonly left?: true;
  }[];
  /** The last look at readiness for that move before it. */
  readonly before?: ReadinessSeen;
  readonly hashes: { readonly genesis: string; readonly head: string; readonly headSeq: number };
}

type Declared = EntryOf<"move declared">;

/** The declarations that no activation has used, oldest first. */
export function unusedDeclarations(entries: readonly Entry[]): readonly Declared[] {
  const used = new Set(entries.flatMap((e) => (e.kind === "activation started" ? [e.declaration] : [])));
  return entries.filter((e): e is Declared => e.kind === "move declared" && !used.has(e.seq));
}

/** The report of the declaration with that number; `now` says whether it still stands. */
export function declarationReportOf(
  entries: readonly Entry[],
  recovery: Recovery,
  declared: Declared,
  now: Date,
): DeclarationReport {
  const after = entries.filter((e) => e.seq > declared.seq);
  const expiredMs = Date.parse(declared.at) + declarationHours * 3_600_000;
  const then = after.find(endsDeclaration);
  // One that was not good any more is replaced by nobody; it can still be withdrawn, which releases what it held.
  const next = then && (then.kind === "withdrawn" || Date.parse(then.at) <= expiredMs) ? then : undefined;
  const isExpired = then !== undefined || now.getTime() > expiredMs;
  const ended = next ? endedBy(next) : isExpired ? expired(expiredMs) : undefined;
  const until = after.findIndex((e) => e.kind === "move declared" || e.kind === "activation started");
  const told = until < 0 ? after : after.slice(0, until);
  const place = (id: ReportSite["id"]): ReportSite => ({ id, ...recovery.sites[id] });
  const { before } = readinessAround(entries, declared.to, declared.seq, undefined);
  const first = entries[0];
  const last = entries.at(-1) ?? declared;
  return {
    format: 1,
    estate: recovery.estate,
    declaration: declared.seq,
    from: place(otherSite(declared.to)),
    to: place(declared.to),
    mode: declared.mode,
    as: declared.as,
    asked: moveText(declared),
    ...(declared.incident === undefined ? {} : { incident: declared.incident }),
    ...(declared.disasterAt === undefined ? {} : { disasterSec: Date.parse(declared.disasterAt) / 1000 }),
    declaredSec: secondsOf(declared),
    outcome: next ? outcomeOf[next.kind] : ended ? "expired" : "standing",
    ...(ended ? { ended } : {}),
    held: told.flatMap((e) => (e.kind === "held" ? [heldOf(e, after)] : [])),
    ...(before ? { before } : {}),
    hashes: { genesis: first?.hash ?? "", head: last.hash, headSeq: last.seq },
  };
}

/** What ends a declaration that is not used: whoever takes it back, declares anew, or says from outside what is active. */
type Ends = EntryOf<"withdrawn"> | Declared | EntryOf<"adopted"> | EntryOf<"break-glass">;
const endsDeclaration = (e: Entry): e is Ends =>
  e.kind === "withdrawn" || e.kind === "move declared" || e.kind === "adopted" || e.kind === "break-glass";

const outcomeOf = {
  withdrawn: "withdrawn",
  "move declared": "replaced",
  adopted: "replaced",
  "break-glass": "replaced",
} as const satisfies Record<Ends["kind"], DeclarationReport["outcome"]>;

function endedBy(e: Ends): NonNullable<DeclarationReport["ended"]> {
  const at = { atSec: secondsOf(e), as: e.as };
  if (e.kind === "move declared") return { ...at, says: `replaced by what ${e.as} declared: ${moveText(e)}` };
  return {
    ...at,
    says: e.kind === "withdrawn" ? `withdrawn by ${e.as}` : `void: ${e.as} said that ${e.active} is active`,
    ...(e.reason === undefined ? {} : { reason: e.reason }),
  };
}

const expired = (ms: number): NonNullable<DeclarationReport["ended"]> => ({
  says: `not used within ${String(declarationHours)} hours: it is not good any more`,
  atSec: ms / 1000,
});

function heldOf(e: EntryOf<"held">, after: readonly Entry[]): DeclarationReport["held"][number] {
  const released = after.find((r) => r.kind === "released" && r.part === e.part && r.seq > e.seq);
  const left = after.some((l) => l.seq > e.seq && l.kind !== "withdrawn" && endsDeclaration(l));
  return {
    part: e.part,
    atSec: secondsOf(e),
    says: e.says,
    ...(released ? { releasedSec: secondsOf(released) } : {}),
    ...(left ? { left } : {}),
  };
}

/** What it still holds. What another one has taken over may be in use by a move, and `withdraw` is no remedy for it. */
export const stuckOf = (r: DeclarationReport): DeclarationReport["held"] =>
  r.held.filter((h) => h.releasedSec === undefined && !h.left);

/** One sentence: what was asked for, what became of it, and that nothing moved. */
export function declarationLine(r: DeclarationReport): string {
  const stands = stuckOf(r).map((h) => h.part);
  return [
    `${r.as} declared ${r.asked}`,
    r.ended ? `${r.ended.says}${r.ended.reason === undefined ? "" : `: ${r.ended.reason}`}` : "it stands",
    "nothing was moved",
    ...(stands.length === 0 ? [] : [`STILL HELD: ${stands.join(", ")}`]),
  ].join(" · ");
}

/** How long restores of a part were held, or since when they are. */
export function heldText(h: DeclarationReport["held"][number], timeZone: string): string {
  const since = moment(h.atSec, timeZone);
  if (h.releasedSec !== undefined)
    return `${h.says}; held from ${since} for ${clockTime(h.releasedSec - h.atSec)}`;
  return `${h.says}; held since ${since}, ${h.left ? "left to what came after it" : "NOT RELEASED"}`;
}
