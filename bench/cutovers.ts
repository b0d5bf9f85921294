import { prepareStage, tried } from "../lab/simulator/lab/try.ts";

/**
 * Whole planned cutovers of a K2 a minute on one core, in the simulator: the stage is made and provisioned anew for each,
 * runs for some hours, and is cut over. Run: node bench/cutovers.ts [HOW-MANY]
 */
const runs = Number(process.argv[2] ?? "20");
await prepareStage();
// The first few pay for the compiler.
for (let i = 0; i < 3; i++) await tried({ begins: "planned", events: [] });
const before = process.cpuUsage();
for (let i = 0; i < runs; i++) {
  const { ended, breach } = await tried({ begins: "planned", events: [] });
  if (ended !== "completed" || breach) throw new Error(`a plain cutover ended as ${ended}`);
}
const used = process.cpuUsage(before);
const seconds = (used.user + used.system) / 1e6;
process.stdout.write(
  `${String(runs)} cutovers, each with a site provisioned for it: ${(seconds / runs).toFixed(2)} s of processor time each, ${String(Math.round((60 * runs) / seconds))} a minute\n`,
);
