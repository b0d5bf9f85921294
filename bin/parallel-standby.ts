#!/usr/bin/env node
/** The command line of parallel-standby: what an owner does beside `pulumi up`. It never loads Pulumi. */
import * as nodeModule from "node:module";

const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
if (major < 22 || (major === 22 && minor < 18)) {
  process.stderr.write(
    `Node ${process.version} is too old for parallel-standby. Install Node 22.18 or newer.\n`,
  );
  process.exit(1);
}
nodeModule.enableCompileCache();
// Whoever reads has seen enough (`| head`): nothing more is shown, and what was begun is brought to its end.
for (const stream of [process.stdout, process.stderr])
  stream.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") throw error;
  });
const { main } = await import("../cli/program.ts");
const { processTerminal } = await import("../cli/terminal.ts");
const args = process.argv.slice(2);
const code = await main(args, processTerminal(args));
// A connection that nobody waits for any more must not keep the command from ending.
for (const stream of [process.stdout, process.stderr])
  await new Promise<void>((resolve) => stream.write("", () => resolve()));
process.exit(code);
