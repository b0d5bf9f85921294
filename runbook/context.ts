import type { ByHand, Hand, HandContext } from "../model/by-hand.ts";
import type { Parts, Request } from "../model/part.ts";
import { clocksOf, lookupOf, type Recovery } from "../model/recovery.ts";
import { guardedHosts } from "../planning/guarded.ts";

/** What texts for people may use. */
export function contextOf(recovery: Recovery, request: Request, parts: Parts): HandContext {
  const { guard } = recovery;
  const services = guardedHosts(recovery, parts).map((g): [string, readonly string[]] => [
    g.host.id,
    g.services.map((s) => s.service),
  ]);
  return {
    lookup: lookupOf(recovery),
    request,
    targets: recovery.targets,
    pointMinutesBefore: (id) => {
      const found = recovery.parts.find((p) => p.id === id);
      const part = found && parts[found.kind];
      return part && "pointMinutesBefore" in part ? part.pointMinutesBefore(found.facts) : undefined;
    },
    clocks: clocksOf(recovery, request.from),
    ...(guard ? { guard: { leaseHours: guard.leaseHours, services: new Map(services) } } : {}),
  };
}

/** How a step is done by hand. Throws where nobody has written it. */
export function textOf(
  { id, verb, args }: { readonly id: string; readonly verb: string; readonly args: unknown },
  hands: ReadonlyMap<string, Hand>,
  context: HandContext,
): ByHand {
  const hand = hands.get(verb);
  if (!hand) throw new Error(`${id}: nobody has written how "${verb}" is done by hand`);
  return hand.text(args, context);
}

/** The numbers of steps, each once, in order. */
export const numbersOf = (ids: readonly string[], numbers: ReadonlyMap<string, number>): readonly number[] =>
  [...new Set(ids.flatMap((id) => numbers.get(id) ?? []))].toSorted((a, b) => a - b);
