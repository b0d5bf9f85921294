/** What a drill's first resource runs when it is deleted: `node -e "import('parallel-standby/sweep')"`, its envelope on standard input. */
import { enableCompileCache } from "node:module";
import { text } from "node:stream/consumers";

enableCompileCache();
process.on("uncaughtException", (error) => {
  process.stderr.write(
    `${error instanceof Error ? error.message : String(error)}. Run "pulumi destroy" again\n`,
  );
  process.exit(1);
});

const { runStepProcess, sweep } = await import("../steps/process.ts");
const { parts } = await import("../components/registry/parts.ts");
const { runs } = await import("../components/registry/runs.ts");
process.exit(await runStepProcess(await text(process.stdin), { parts, runs }, { work: sweep }));
