import type { Situation } from "../../journal/situation.ts";
import type { ProbeRan } from "../probe/ran.ts";
import { probeTrouble, whyProbe } from "../probe/silent.ts";

/** How the scheduled probe stands. */
export interface ProbeStanding {
  /** When the last one ended, ISO 8601 in UTC; absent where none has run here. */
  readonly at?: string;
  readonly ageSec?: number;
  /** What it found. */
  readonly says?: string;
  /** What depends on it now; absent where nothing does. */
  readonly why?: string;
  /** It does not run, or fails; a sentence without a full stop. */
  readonly trouble?: string;
}

/** How the probe stands; nothing where nothing depends on one and none has run. */
export function probeOf(
  s: Situation,
  ran: ProbeRan | undefined,
  now: Date,
): { readonly probe?: ProbeStanding } {
  const why = whyProbe(s);
  if (!ran && why === undefined) return {};
  const trouble = probeTrouble(ran, now);
  const ageSec = ran && Math.max(0, Math.round((now.getTime() - Date.parse(ran.at)) / 1000));
  return {
    probe: {
      ...(ran && ageSec !== undefined ? { at: ran.at, ageSec, says: ran.text } : {}),
      ...(why === undefined ? {} : { why }),
      ...(trouble === undefined ? {} : { trouble }),
    },
  };
}
