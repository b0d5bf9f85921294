import { readFile, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { situation, type Situation } from "../../journal/situation.ts";
import { freePort } from "../world/free-port.ts";
import type { Child } from "./machine.ts";
import type { Rig } from "./rig.ts";

/** Where the load balancer answers once its pool is pointed at the standby. */
const poolAddress = "127.20.1.50";

/** What people look after in the lab. */
export interface People {
  /** The network team does its work: from then on the pool answers at the standby. */
  pointThePool(): Promise<void>;
  close(): void;
}

/** Makes the lab's estate one in which people are asked: before provisioning, as an owner would write it. */
export async function withPeople(
  { folder }: Pick<Rig, "folder">,
  { approve, pool: withPool }: { readonly approve: boolean; readonly pool: boolean },
): Promise<People> {
  const pool = { address: poolAddress, port: await freePort([poolAddress]) };
  const file = join(folder, ".lab", "lab.json");
  const lab = JSON.parse(await readFile(file, "utf8")) as object;
  await writeFile(
    file,
    `${JSON.stringify({ ...lab, people: { approve, ...(withPool ? { pool } : {}) } }, undefined, 2)}\n`,
  );
  const balancer = createServer((socket) => socket.end());
  // It ends with the process that plays, whatever becomes of it.
  balancer.unref();
  return {
    pointThePool: () =>
      new Promise((resolve) => {
        balancer.listen(pool.port, pool.address, resolve);
      }),
    close: () => void balancer.close(),
  };
}

/** Waits until a step waits for people; throws what the command printed where it ends before. */
export async function untilItWaits(rig: Rig, step: string, running: Child, limitMs = 120_000): Promise<void> {
  const end = Date.now() + limitMs;
  const state = { over: false };
  void running.done.then(() => (state.over = true));
  for (;;) {
    const entries = await rig.entries();
    const s: Situation | undefined = entries.length > 0 ? situation(entries) : undefined;
    if (s?.people.waiting.has(step)) return;
    if (state.over)
      throw new Error(`${step} never waited:\n${running.said().split("\n").slice(-25).join("\n")}`);
    if (Date.now() > end) throw new Error(`waited ${String(limitMs / 1000)} s in vain for ${step} to wait`);
    await pause(100);
  }
}

/** `pulumi up` of the move to the standby, left running. */
export const startMove = (rig: Rig): Child =>
  rig.start("pulumi", [
    "up",
    "-s",
    "dr-active",
    "--skip-preview",
    "--yes",
    "--non-interactive",
    "--color",
    "never",
  ]);
