import { byHand, type Hand } from "../../model/by-hand.ts";
import { ManualFacts } from "./facts.ts";
import { confirmManual } from "./verbs.ts";

/** What people do in any case, whatever runs. */
export const hands: readonly Hand[] = [
  byHand(confirmManual, ({ manual, to }, { lookup }) => {
    const f = ManualFacts.parse(lookup.part(manual)?.facts);
    const at = f.probe?.[to];
    return {
      what: f.text[to],
      commands: [{ on: f.owner, with: "person", type: `${f.owner}, ${f.telephone}: ${f.text[to]}` }],
      see: at
        ? `port ${String(at.port)} of ${at.address} answers`
        : `${f.owner} says that it is done; write down when`,
    };
  }),
];
