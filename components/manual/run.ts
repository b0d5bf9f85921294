import { runs, type Io, type RunModule } from "../../steps/act.ts";
import { answered, ask, type Question } from "../../steps/ask.ts";
import { portAnswers } from "../../steps/transports/tcp.ts";
import type { SiteId } from "../../model/site.ts";
import { ManualFacts } from "./facts.ts";
import { confirmManual } from "./verbs.ts";

/** How long a probe may take to answer. Seconds. */
const probeSec = 3;

/** The code behind manual steps. */
export const runnables: RunModule["runnables"] = [
  runs(confirmManual, {
    check: ({ manual, step, to }, io) => answered(questionOf(manual, step, to, io), io),
    act: ({ manual, step, to }, io) => ask(questionOf(manual, step, to, io), io),
  }),
];

function questionOf(manual: string, step: string, to: SiteId, io: Io): Question {
  const part = io.lookup.part(manual);
  if (part?.kind !== "manual")
    throw new Error(`the facts know no manual step ${manual}. Run "pulumi up -s standby" so that they do`);
  const { text, owner, telephone, limitSec, probe } = ManualFacts.parse(part.facts);
  const at = probe?.[to];
  return {
    step,
    for: "manual step",
    says: text[to],
    owner,
    telephone,
    limitSec,
    ...(at
      ? {
          seen: async () =>
            (await portAnswers(at.address, at.port, { signal: io.signal, limitSec: probeSec }))
              ? `it is done: ${at.address} answers on port ${String(at.port)}`
              : undefined,
        }
      : {}),
  };
}
