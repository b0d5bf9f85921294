import { setTimeout as wait } from "node:timers/promises";
import { parts } from "../../../components/registry/parts.ts";
import { runs } from "../../../components/registry/runs.ts";
import type { Estate } from "../../../model/estate.ts";
import { wires } from "../../../steps/transports/wires.ts";
import { rewindAll } from "../../servers/rewind.ts";
import { memoryJournal, type MemoryJournal } from "../memory-journal.ts";
import { virtualTime } from "../virtual-time.ts";
import { simEstate } from "./estate.ts";
import { runnersFolder } from "./folder.ts";
import { secrets, simLab, type SimLab } from "./lab.ts";
import { provisionUp } from "./provision.ts";
import { plainShape, type Shape } from "./shape.ts";
import { wiresTo } from "./wires.ts";

/** An estate in memory that is provisioned and has run for some hours, and what stands around it. */
export interface Stage {
  readonly lab: SimLab;
  readonly estate: Estate;
  readonly journal: MemoryJournal;
}

/** 22 November 2026, 03:00 in London. */
const beginMs = Date.UTC(2026, 10, 22, 3);
/** Long enough that logs have been restored up to the hold of three hours, and the last is half an hour old. Hours. */
const ranHours = 4.5;

/** A stage that is put back to its first moment for each schedule that is played on it. */
interface Staged {
  on<T>(work: (stage: Stage) => Promise<T>): Promise<T>;
}

/** Stages by the shape of their estate: each is made once, and some megabytes large. */
const stages = new Map<string, Promise<Staged>>();
const mostStages = 40;

/** Makes the stage of an estate: both sites provisioned by the product's own steps, and some hours of work. */
export function prepareStage(shape: Shape = plainShape): Promise<Staged> {
  const key = JSON.stringify(shape);
  const found = stages.get(key);
  if (found) return found;
  const [oldest] = stages.keys();
  if (oldest !== undefined && stages.size >= mostStages) stages.delete(oldest);
  const made = makeStage(shape);
  stages.set(key, made);
  return made;
}

/** Runs work on the stage of an estate as it was made, in virtual time. One at a time. */
export const onStage = async <T>(work: (stage: Stage) => Promise<T>, shape: Shape = plainShape): Promise<T> =>
  (await prepareStage(shape)).on(work);

async function makeStage(shape: Shape): Promise<Staged> {
  Object.assign(process.env, secrets);
  for (const load of Object.values(runs)) await load();
  const time = virtualTime(beginMs);
  const lab = await time.run(() => simLab(beginMs, shape));
  const estate = simEstate(lab, shape);
  const folder = runnersFolder();
  const made = memoryJournal();
  await folder.within(() =>
    time.run(() =>
      wires.run(wiresTo(lab), async () => {
        await made.append({ kind: "genesis", estate: "simulator", active: "primary" });
        for (const site of ["primary", "dr"] as const)
          await provisionUp(estate, site, { journal: made, parts, runs });
        await wait(ranHours * 3_600_000);
      }),
    ),
  );
  const rewind = rewindAll([time.mark(), lab.mark(), folder.mark()]);
  return {
    on: (work) => {
      rewind();
      const journal = memoryJournal(made.all);
      return folder.within(() =>
        time.run(() => wires.run(wiresTo(lab), () => work({ lab, estate, journal }))),
      );
    },
  };
}
