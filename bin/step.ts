/** What a step resource runs: `node -e "import('parallel-standby/step')"`, one step, its envelope on standard input. */
import { enableCompileCache } from "node:module";
import { text } from "node:stream/consumers";

enableCompileCache();
const { runStepProcess } = await import("../steps/process.ts");
const { parts } = await import("../components/registry/parts.ts");
const { runs } = await import("../components/registry/runs.ts");
process.exit(await runStepProcess(await text(process.stdin), { parts, runs }));
