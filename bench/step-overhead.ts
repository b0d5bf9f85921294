/**
 * What a step costs beside its conversation with the server: the whole process of a step that finds its work done,
 * against the same check in this process, pair by pair. Prints both medians and their difference in seconds.
 *
 *     node bench/step-overhead.ts [pairs]
 */
import { execFile } from "node:child_process";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { openJournal } from "../steps/open-journal.ts";
import { parts } from "../components/registry/parts.ts";
import { runs } from "../components/registry/runs.ts";
import { runActivationStep } from "../steps/runner.ts";
import type { ActivationEnvelope } from "../steps/envelope.ts";
import { hashOf, type Recovery } from "../model/recovery.ts";

const pairs = Number(process.argv[2] ?? 11);
const folder = join(import.meta.dirname, "..", ".cache", "bench-step");
await rm(folder, { recursive: true, force: true });
await mkdir(folder, { recursive: true });
await writeFile(join(folder, "Pulumi.yaml"), "name: bench\n");
process.chdir(folder);

const recovery: Recovery = {
  format: 1,
  estate: "bench",
  sites: { primary: { place: "London", timeZone: "UTC" }, dr: { place: "Leeds", timeZone: "UTC" } },
  hosts: [],
  targets: { rtoMin: 60, rpoMin: 240 },
  parts: [],
};
const journal = openJournal({ folder: "journal" });
const factsHash = hashOf(recovery);
await journal.append({ kind: "genesis", estate: "bench", active: "primary" });
await journal.append({ kind: "declared", factsHash, recovery });
await journal.append({ kind: "move declared", to: "dr", mode: "planned", as: "bench", acceptLossSec: 0 });
await journal.append({
  kind: "activation started",
  epoch: 1,
  from: "primary",
  to: "dr",
  mode: "planned",
  as: "bench",
  factsHash,
  planHash: "bench",
  declaration: 2,
  acceptLossSec: 0,
});
const envelope: ActivationEnvelope = {
  journal: { folder: "journal" },
  epoch: 1,
  step: {
    id: "gate",
    verb: "machinery/gate",
    args: {},
    phase: "hold",
    needs: [],
    critical: true,
    timeoutSec: 30,
  },
};

const timed = async (work: () => Promise<unknown>): Promise<number> => {
  const began = performance.now();
  await work();
  return (performance.now() - began) / 1000;
};
const asProcess = (): Promise<void> =>
  new Promise((resolve, reject) => {
    const child = execFile(process.execPath, ["-e", "import('parallel-standby/step')"], (error) =>
      error ? reject(new Error(error.message)) : resolve(),
    );
    child.stdin?.end(JSON.stringify(envelope));
  });
const inProcess = (): Promise<string> =>
  runActivationStep(
    envelope,
    { journal, parts, runs },
    {
      begin: () => undefined,
      say: () => undefined,
      tick: () => undefined,
      last: () => undefined,
      lines: [],
    },
  );

const whole: number[] = [];
const inner: number[] = [];
await asProcess();
for (let i = 0; i < pairs; i++) {
  whole.push(await timed(asProcess));
  inner.push(await timed(inProcess));
}
const median = (numbers: readonly number[]): number =>
  [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? Number.NaN;
process.stdout.write(
  `a step's process ${median(whole).toFixed(3)} s, the same work in one process ${median(inner).toFixed(3)} s, overhead ${(median(whole) - median(inner)).toFixed(3)} s (medians of ${String(pairs)} pairs)\n`,
);
await rm(folder, { recursive: true, force: true });
