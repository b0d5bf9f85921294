import { parseArgs } from "node:util";
import type { Phase } from "../../../model/phase.ts";
import { draw } from "../../../planning/plan.ts";
import { modelParts, modelRecovery } from "./parts.ts";
import { search } from "./search.ts";
import { movesOf } from "./state.ts";

const usage = `Looks at every state that a move of some small systems can come to, and holds the rules against each.

  node lab/simulator/check/main.ts [--systems N] [--databases N] [--activations N] [--faults N] [--most N]

  --systems      how many systems move, side by side. Default: 2
  --databases    how many each has. Default: 1
  --activations  how often it is begun anew, at most. Default: 2
  --faults       how many things go wrong, at most. Default: 1
  --most         ends the search after so many states. Default: 5000000; a million take about 4 GB:
                 node --max-old-space-size=16000 lab/simulator/check/main.ts`;

/** Phases in which what one system does is nothing to the other, and in which a step that dies is only done again. */
export const apart: ReadonlySet<Phase> = new Set<Phase>([
  "preflight",
  "fence-apps",
  "repair-databases",
  "repair-identity",
  "verify-services",
  "protect",
  "fence-data",
]);

function main(): number {
  const { values } = parseArgs({
    options: {
      systems: { type: "string", default: "2" },
      databases: { type: "string", default: "1" },
      activations: { type: "string", default: "2" },
      faults: { type: "string", default: "1" },
      most: { type: "string", default: "5000000" },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) {
    process.stdout.write(`${usage}\n`);
    return 0;
  }
  const whole = (text: string, what: string): number => {
    if (!/^\d+$/.test(text)) throw new Error(`--${what} ${text}: expected a whole number`);
    return Number(text);
  };
  const databases = whole(values.databases, "databases");
  const systems = Array.from({ length: whole(values.systems, "systems") }, () => ({ databases }));
  const recovery = modelRecovery({ systems });
  const moves = movesOf(
    recovery,
    { from: "primary", to: "dr" },
    (request) => draw(recovery, request, modelParts).graph,
  );
  const begun = performance.now();
  const seen = search(moves, {
    faults: whole(values.faults, "faults"),
    epochs: whole(values.activations, "activations"),
    skips: false,
    eager: apart,
    most: whole(values.most, "most"),
  });
  const took = `${String(Math.round((performance.now() - begun) / 1000))} s`;
  process.stdout.write(
    `${String(seen.states)} states, ${String(seen.moves)} moves between them, in ${took}${seen.whole ? "" : "; not all was seen"}\n`,
  );
  if (seen.breach) {
    const { rule, says, schedule } = seen.breach;
    process.stdout.write(
      `A rule was broken: ${rule}: ${says}\n${schedule.map((line) => `  ${line}\n`).join("")}`,
    );
    return 1;
  }
  process.stdout.write(seen.whole ? "no rule was broken\n" : "");
  return seen.whole ? 0 : 2;
}

if (import.meta.main) process.exitCode = main();
