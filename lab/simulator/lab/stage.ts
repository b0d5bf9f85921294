import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { parts } from "../../../components/registry/parts.ts";
import { runs } from "../../../components/registry/runs.ts";
import type { Estate } from "../../../model/estate.ts";
import type { ProvisioningEnvelope } from "../../../steps/envelope.ts";
import { runProvisioningStep } from "../../../steps/provisioning-runner.ts";
import { wires } from "../../../steps/transports/wires.ts";
import { memoryJournal, type MemoryJournal } from "../memory-journal.ts";
import { virtualTime } from "../virtual-time.ts";
import { simEstate } from "./estate.ts";
import { secrets, simLab, type SimLab } from "./lab.ts";
import { provisioningOf } from "./provision.ts";
import { silent } from "./up.ts";
import { wiresTo } from "./wires.ts";

/** An estate in memory that is provisioned and has run for some hours, and what stands around it. */
export interface Stage {
  readonly lab: SimLab;
  readonly estate: Estate;
  readonly journal: MemoryJournal;
  readonly databases: readonly string[];
}

/** 22 November 2026, 03:00 in London. */
const beginMs = Date.UTC(2026, 10, 22, 3);
/** Long enough that logs have been restored up to the hold of three hours, and the last is half an hour old. Hours. */
const ranHours = 4.5;
export const databases = ["K2", "Claims"] as const;

let envelopes: readonly ProvisioningEnvelope[] | undefined;

/** The steps of provisioning are the same every time: the servers are. Made before time is taken over. */
export async function prepareStage(): Promise<void> {
  Object.assign(process.env, secrets);
  for (const load of Object.values(runs)) await load();
  const time = virtualTime(beginMs);
  let lab: SimLab;
  try {
    lab = await time.run(() => simLab(beginMs));
  } finally {
    time.end();
  }
  const estate = simEstate(lab);
  envelopes = [
    ...(await provisioningOf(estate, "primary", "primary")),
    ...(await provisioningOf(estate, "dr", "primary")),
  ];
}

/** Runs work on a stage of its own, in virtual time. */
export async function onStage<T>(work: (stage: Stage) => Promise<T>): Promise<T> {
  const known = envelopes;
  if (!known) throw new Error("the stage is not prepared");
  const before = process.cwd();
  const memory = fs.existsSync("/dev/shm") ? "/dev/shm" : os.tmpdir();
  const folder = fs.mkdtempSync(path.join(memory, "parallel-standby-sim-"));
  fs.writeFileSync(path.join(folder, "Pulumi.yaml"), "name: simulator\n");
  process.chdir(folder);
  const time = virtualTime(beginMs);
  try {
    return await time.run(async () => {
      const lab = await simLab(beginMs);
      const journal = memoryJournal();
      try {
        return await wires.run(wiresTo(lab), async () => {
          await journal.append({ kind: "genesis", estate: "simulator", active: "primary" });
          for (const envelope of known) await runProvisioningStep(envelope, { journal, parts, runs }, silent);
          await wait(ranHours * 3_600_000);
          return await work({ lab, estate: simEstate(lab), journal, databases });
        });
      } finally {
        await lab.close();
      }
    });
  } finally {
    time.end();
    process.chdir(before);
    fs.rmSync(folder, { recursive: true, force: true });
  }
}
