import { mkdtemp, rm } from "node:fs/promises";
import * as os from "node:os";
import { join } from "node:path";
import { startLab } from "../../lab/world/start.ts";

/** A program of its own: starts a lab, stops it, and prints what that took. */
const folder = await mkdtemp(join(os.tmpdir(), "lab-start-"));
const lab = await startLab({ folder, systems: 2 });
const startedMs = performance.now();
await lab.close();
await rm(folder, { recursive: true, force: true });
process.stdout.write(
  `${JSON.stringify({ startedMs, peakMb: process.resourceUsage().maxRSS / 1024, closedMs: performance.now() })}\n`,
);
