import { coolDownAt, defaultCoolDownMin } from "../../journal/cool-down.ts";
import { lineOf } from "../../journal/chain.ts";
import type { Entry } from "../../journal/entries.ts";
import { next } from "../../journal/next.ts";
import { situation, type Situation } from "../../journal/situation.ts";
import { isMoving } from "../../journal/state.ts";
import type { Request } from "../../model/part.ts";
import { moment } from "../../model/time.ts";
import { activeStack } from "../up-command.ts";
import { CliError } from "../failure.ts";
import type { Declaration } from "./request.ts";

/** What `up` would begin with this declaration. Throws the reason where it could begin nothing. */
export function wouldStart(
  entries: readonly Entry[],
  fact: Declaration,
  now: Date,
): { readonly request: Request; readonly epoch: number } {
  const declared = JSON.parse(lineOf(fact, entries, now, "")) as Entry;
  const s = situation([...entries, declared]);
  const then = next(s, fact.to, now);
  switch (then.kind) {
    case "start":
      refuseCoolDown(entries, fact, now);
      return { request: then.request, epoch: then.epoch };
    case "refused":
      throw new CliError(then.says);
    case "nothing":
    case "go on":
    case "undeclared":
      throw new CliError(
        isMoving(s)
          ? `activation ${String(s.epoch)} toward ${fact.to} is past the point of no return: it needs no declaration. Finish it with "pulumi up -s ${activeStack(fact.to)}"${otherTerms(s)}`
          : `${fact.to} is active already: there is nothing to declare`,
      );
  }
}

/** What is left of a declaration once one system has arrived: the others can still go on on other terms. */
function otherTerms({ last, arrived }: Situation): string {
  const others = (last?.systems ?? []).map((m) => m.system).filter((system) => !arrived.has(system));
  return others.length === 0
    ? ""
    : `. For ${others.join(", ")} other terms can be declared: "parallel-standby mode unplanned --system ${others[0] ?? ""}"`;
}

/** A second move on the heels of the first: refused, unless the declaration says why it is one all the same. */
function refuseCoolDown(entries: readonly Entry[], { overrideCoolDown, to }: Declaration, now: Date): void {
  const s = situation(entries);
  const minutes = s.declared?.recovery.coolDownMin ?? defaultCoolDownMin;
  const cool = coolDownAt(entries, s, minutes, now);
  if (!cool || overrideCoolDown !== undefined) return;
  const { last, end, until } = cool;
  const moved =
    end.kind === "completed"
      ? `${last.as} moved the estate to ${last.to} (activation ${String(last.epoch)}, completed ${timeOf(end.at)})`
      : `${end.as} went back to ${last.from} (from activation ${String(last.epoch)} to ${last.to}, gone back ${timeOf(end.at)})`;
  throw new CliError(
    `cool-down: ${moved}, and no move to ${to} is declared before ${timeOf(until.toISOString())}. A second move on the heels of the first is more often a symptom than a decision: look first. If it has to be, say why with --override-cool-down REASON`,
  );
}

const timeOf = (iso: string): string => moment(Date.parse(iso) / 1000);
