#!/usr/bin/env node
/** The command line of parallel-standby: what an owner does beside `pulumi up`. It never loads Pulumi. */
import { enableCompileCache } from "node:module";

enableCompileCache();
const { main } = await import("../cli/program.ts");
const { processTerminal } = await import("../cli/terminal.ts");
process.exitCode = await main(process.argv.slice(2), processTerminal());
