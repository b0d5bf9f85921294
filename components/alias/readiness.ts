import { note, risk, stops, type Finding } from "../../model/finding.ts";
import { durationText, moment } from "../../model/time.ts";
import type { Request } from "../../model/part.ts";
import type { AliasFacts } from "./facts.ts";
import { holds, seenSays, type Seen } from "./judge.ts";

/** A TTL as an earlier look saw it. */
export interface TtlSeen {
  readonly atSec: number;
  readonly value: number;
}

/** What one name server answered, or why not. */
export interface Answer {
  /** `10.20.0.10:53` */
  readonly server: string;
  readonly seen?: Seen;
  readonly problem?: string;
}

/** Whether a name stands as it should before a move: at the active site's value, everywhere, and quick to follow. */
export function aliasFindings(
  part: string,
  facts: AliasFacts,
  { from, to }: Pick<Request, "from" | "to">,
  answers: readonly Answer[],
): readonly Finding[] {
  const { name, value } = facts;
  return answers.flatMap(({ server, seen, problem }): readonly Finding[] => {
    if (problem !== undefined)
      return [
        risk(
          part,
          `the name server ${server}, which holds ${name}, does not answer: ${problem}`,
          "look whether it runs; where it is of the site that is left, a move does not wait for it",
          `dns:${part}/${server}`,
        ),
      ];
    if (holds(seen, value[from])) return [];
    return holds(seen, value[to])
      ? [
          risk(
            part,
            `${name} is ${seenSays(seen)} on ${server} already, the value of ${to}, while ${from} is active`,
            `set it to ${value[from].value} there, unless people are meant to be sent to ${to}`,
            `alias:${part}/${server}`,
          ),
        ]
      : [
          stops(
            part,
            `${name} is ${seenSays(seen)} on ${server}, and the estate says ${value[from].value} (${from}) or ${value[to].value} (${to})`,
            `find out who changed it and why; then set it to ${value[from].value}, or correct the estate`,
            `alias:${part}/${server}`,
          ),
        ];
  });
}

/**
 * Whether clients follow as soon as the estate says. A TTL that was lowered lately is not the whole truth: answers that
 * were given before live on for the old one.
 */
export function ttlFindings(
  part: string,
  { name, ttlSec }: Pick<AliasFacts, "name" | "ttlSec">,
  nowTtlSec: number,
  before: readonly TtlSeen[],
  nowSec: number,
): readonly Finding[] {
  if (nowTtlSec > ttlSec)
    return [
      risk(
        part,
        `the TTL of ${name} is ${durationText(nowTtlSec)}, more than the ${durationText(ttlSec)} of the estate: clients follow a move only after that time`,
        `lower it at the name server to ${String(ttlSec)} s; a move sets it, and answers given before it live on`,
        `ttl:${part}`,
      ),
    ];
  const longUntil = Math.max(
    ...before.filter((b) => b.value > ttlSec).map((b) => b.atSec + b.value),
    Number.NEGATIVE_INFINITY,
  );
  return longUntil > nowSec
    ? [
        note(
          part,
          `the TTL of ${name} was lowered, and answers with the old one live on until ${moment(Math.ceil(longUntil))}`,
          "wait until then before a planned move, or expect clients that follow late",
          `ttl-lowered:${part}`,
        ),
      ]
    : [];
}
