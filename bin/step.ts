/** What a step resource runs: `node -e "import('parallel-standby/step')"`, one step, its envelope on standard input. */
import { enableCompileCache } from "node:module";
import { text } from "node:stream/consumers";

enableCompileCache();
// Anything that gets past the step's own handling ends it as a sentence, not as a stack trace: `up` tries it again.
process.on("uncaughtException", (error) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}. Run "pulumi up" again\n`);
  process.exit(1);
});

const { runStepProcess } = await import("../steps/process.ts");
const { parts } = await import("../components/registry/parts.ts");
const { runs } = await import("../components/registry/runs.ts");
const { keepReport } = await import("./keep-report.ts");
process.exit(await runStepProcess(await text(process.stdin), { parts, runs }, { ended: keepReport }));
