import type { Entry, EntryOf } from "./entries.ts";
import { restoring } from "./put-back.ts";
import { declarationHours } from "./next.ts";
import { isDone, type Situation } from "./situation.ts";
import { movementOf } from "./state.ts";

/** The last drill, as the entries tell it. */
export interface Drill {
  /** What distinguishes it from the one before: in each step's input and in the names of its copies. */
  readonly number: number;
  readonly declared: EntryOf<"drill declared">;
  readonly started?: EntryOf<"drill started">;
  /** By group of databases. */
  readonly points: ReadonlyMap<string, EntryOf<"drill point">>;
  /** The last word on each step. */
  readonly verdicts: ReadonlyMap<string, EntryOf<"step">>;
  readonly verified?: EntryOf<"drill verified">;
  /** From here on no step of it acts. */
  readonly ending?: EntryOf<"drill ending">;
  /** The last sweep. */
  readonly swept?: EntryOf<"drill swept">;
}

/** The last drill that was declared; with a number, that one. Undefined where there is none. */
export function drillOf(entries: readonly Entry[], number?: number): Drill | undefined {
  const declared = entries.findLast(
    (e): e is EntryOf<"drill declared"> =>
      e.kind === "drill declared" && (number === undefined || e.drill === number),
  );
  if (!declared) return undefined;
  const own = entries.filter((e) => "drill" in e && e.drill === declared.drill);
  const last = <K extends Entry["kind"]>(kind: K): EntryOf<K> | undefined =>
    own.findLast((e): e is EntryOf<K> => e.kind === kind);
  const started = last("drill started");
  const verified = last("drill verified");
  const ending = last("drill ending");
  const swept = last("drill swept");
  return {
    number: declared.drill,
    declared,
    points: new Map(own.flatMap((e) => (e.kind === "drill point" ? [[e.group, e]] : []))),
    verdicts: new Map(
      own.flatMap((e) =>
        e.kind === "step" && e.verdict !== "refused" && e.verdict !== "started" ? [[e.step, e]] : [],
      ),
    ),
    ...(started ? { started } : {}),
    ...(verified ? { verified } : {}),
    ...(ending ? { ending } : {}),
    ...(swept ? { swept } : {}),
  };
}

/**
 * Whether something of a drill may be there: it has begun, or a sweep has found something of it, and none has found
 * that nothing is left.
 */
export const isOpen = (d: Drill): boolean => (d.started ?? d.swept) !== undefined && !isSwept(d);

/** When it began, or else was declared. ISO 8601. */
export const openSince = ({ started, declared }: Drill): string => (started ?? declared).at;

/** That a drill is not in the journal, and what to do. */
export const unknownDrill = (number: number): string =>
  `drill ${String(number)} is not in the journal. Is this the right journal? If it is an older copy, put the newest back ${restoring("FOLDER")}`;

/** Whether a sweep has left nothing of it. */
export const isSwept = ({ swept }: Drill): boolean => swept?.left.length === 0;

/** The number of the next drill: above all that the journal tells of, and above those of which something `standing` was found. */
export const numberOfNext = (entries: readonly Entry[], standing: readonly number[]): number =>
  entries.reduce(
    (highest, e) => ("drill" in e && e.drill !== undefined ? Math.max(highest, e.drill) : highest),
    Math.max(0, ...standing),
  ) + 1;

/** Until when its copies may stay. Milliseconds since 1970 UTC. */
export const dueMs = (d: Drill): number => Date.parse(openSince(d)) + d.declared.limitHours * 3_600_000;

/** What `up` of the drill's stack means. */
export type NextDrill =
  | { readonly kind: "refused"; readonly says: string }
  /** Nobody has declared a drill: the caller prints the exact command. */
  | { readonly kind: "undeclared"; readonly says: string }
  /** A drill begins with this declaration, or one that is open goes on. */
  | { readonly kind: "start" | "go on"; readonly drill: Drill };

/** What to do when `up` of the drill's stack is called now. */
export function nextDrill(s: Situation, drill: Drill | undefined, now: Date): NextDrill {
  const never = whyNever(s);
  if (never !== undefined) return { kind: "refused", says: never };
  if (!drill) return { kind: "undeclared", says: "no drill is declared" };
  const { number, declared } = drill;
  const name = `drill ${String(number)}`;
  if (isSwept(drill)) return { kind: "undeclared", says: `${name} is over, and no other is declared` };
  if (drill.ending)
    return {
      kind: "refused",
      says: `${name} is being ended (${drill.ending.why}), and not all of it is gone yet. ${howToSweep}`,
    };
  const moved = declared.epoch !== s.epoch || declared.site === s.active;
  if (drill.started)
    return moved
      ? { kind: "refused", says: `the estate has moved since ${name} began. ${howToSweep}` }
      : { kind: "go on", drill };
  // Both ways: one that was written while the clock was ahead would otherwise stand until the clock gets there.
  const expired = Math.abs(now.getTime() - Date.parse(declared.at)) > declarationHours * 3_600_000;
  if (moved) return { kind: "undeclared", says: `the estate has moved since ${name} was declared` };
  return expired
    ? {
        kind: "undeclared",
        says: `the declaration of ${name} is older than ${String(declarationHours)} hours`,
      }
    : { kind: "start", drill };
}

/**
 * How what a drill has made is removed. The command comes first: a stack whose `up` was killed before its first resource,
 * or that was destroyed with an older state, is empty, and destroying it does nothing.
 */
export const howToSweep =
  'Remove what it has made with "parallel-standby drill sweep --as YOUR-NAME", or with "pulumi destroy -s dr-drill"';

/** Why nothing of a drill may act, whichever: a move comes first. */
export function whyNever(s: Situation): string | undefined {
  if (!s.declared)
    return 'the journal holds no facts yet. Run "pulumi up" of the passive site\'s stack first';
  const moves = movementOf(s);
  if (moves) return `${moves.says}, and no drill runs while the estate moves. ${moves.ways}`;
  if (s.declaration)
    return `a ${s.declaration.mode} move to ${s.declaration.to} is declared by ${s.declaration.as}, and no drill runs beside it. Cut over, or take the declaration back with "parallel-standby withdraw"`;
  return s.held.size > 0
    ? `restores of ${[...s.held].join(", ")} are held for a declared move, and no drill runs beside it. Let them go with "parallel-standby withdraw"`
    : undefined;
}

/** Whether a step of a drill may act now: it may, or why not. Its sweep is no such step: it may always. */
export function whyNotAct(
  s: Situation,
  last: Drill | undefined,
  number: number,
  step: { readonly id: string; readonly needs: readonly string[] },
): string | undefined {
  const name = `drill ${String(number)}`;
  if (!last || number > last.number) return `${step.id}: ${unknownDrill(number)}`;
  if (number < last.number) return `${step.id}: ${name} is past; the last is drill ${String(last.number)}`;
  if (!last.started) return `${step.id}: ${name} has not begun. Run "pulumi up -s dr-drill"`;
  const never = whyNever(s);
  if (never !== undefined) return `${step.id}: ${never}`;
  if (isSwept(last) || last.ending)
    return `${step.id}: ${name} ${isSwept(last) ? "is over" : "is being ended"}, and none of its steps acts any more`;
  if (last.declared.epoch !== s.epoch || last.declared.site === s.active)
    return `${step.id}: the estate has moved since ${name} began. ${howToSweep}`;
  const open = step.needs.find((id) => {
    const v = last.verdicts.get(id);
    return v === undefined || !isDone(v);
  });
  return open === undefined
    ? undefined
    : `${step.id}: it needs ${open} first, which has ${last.verdicts.has(open) ? `ended with "${last.verdicts.get(open)?.verdict ?? ""}"` : "not run"} in ${name}. Run "pulumi up -s dr-drill" without --target and --exclude`;
}
