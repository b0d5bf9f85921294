import { plainShape, shapeText, smallShape, type Shape } from "../lab/simulator/lab/shape.ts";
import { prepareStage, tried } from "../lab/simulator/lab/try.ts";

/**
 * Whole planned cutovers a minute on one core, in the simulator, by estate: each is played on both sites as they were
 * provisioned, with some hours of work. The stage itself is made once. Run: node bench/cutovers.ts [HOW-MANY]
 */
const runs = Number(process.argv[2] ?? "100");
/** The first pay for the compiler. */
const warm = 20;

const [system] = plainShape.systems;
const oneDatabase: Shape = { ...plainShape, systems: [{ ...system, databases: 1 }] };

for (const estate of [plainShape, oneDatabase, smallShape]) {
  await prepareStage(estate);
  const once = async (): Promise<void> => {
    const { ended, breach } = await tried({ estate, begins: "planned", events: [] });
    if (ended !== "completed" || breach) throw new Error(`a plain cutover ended as ${ended}`);
  };
  for (let i = 0; i < warm; i++) await once();
  const before = process.cpuUsage();
  for (let i = 0; i < runs; i++) await once();
  const used = process.cpuUsage(before);
  const seconds = (used.user + used.system) / 1e6;
  process.stdout.write(
    `${shapeText(estate)}: ${(seconds / runs).toFixed(3)} s of processor time each, ${String(Math.round((60 * runs) / seconds))} a minute (${String(runs)} played)\n`,
  );
}
