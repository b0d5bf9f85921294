import { Command } from "commander";
import { mkdir, readdir, rm } from "node:fs/promises";
import { join, relative } from "node:path";
import { ensureEngine } from "../tools/engine/ensure.ts";
import { orderHelp, orderOf } from "./control/orders.ts";
import { labIn, order, runningLabs } from "./control/running.ts";
import { engineShell } from "./world/lab-file.ts";
import { startLab } from "./world/start.ts";

const project = join(import.meta.dirname, "project");
const rehearsals = join(import.meta.dirname, ".lab", "rehearsals");

const program = new Command("npm run lab --")
  .description(
    "Starts the lab's two sites on loopback and keeps them running, or gives orders to a lab that runs.",
  )
  .argument("[order...]", "fault, clock, sql or status, to a lab that runs")
  .addHelpText("after", `\n${orderHelp}`)
  .action(async (words: string[]) => {
    if (words.length > 0) await tell(words);
    else await run();
  });
await program.parseAsync();

async function run(): Promise<void> {
  if (process.platform === "win32")
    throw new Error("the lab needs Linux (or WSL2): its servers stand on many loopback addresses");
  const running = await labIn(project);
  if (running)
    fail(`a lab runs here already (${running.control}). Stop it first, with Ctrl+C where it was started`);
  const began = performance.now();
  const engine = await ensureEngine();
  // The servers of a new lab are empty: state, journal and stacks of the one before speak of others.
  const settings = (await readdir(project)).filter((name) => /^Pulumi\..+\.yaml$/.test(name));
  for (const old of [".lab", ".state", ...settings])
    await rm(join(project, old), { recursive: true, force: true });
  await mkdir(join(project, ".state"), { recursive: true });
  const lab = await startLab({
    folder: project,
    shell: engineShell(engine.env),
  });
  const at = relative(process.cwd(), project) || ".";
  const up = relative(project, join(import.meta.dirname, ".."));
  process.stdout
    .write(`The lab runs (${((performance.now() - began) / 1000).toFixed(1)} s). Lab time ${new Date(lab.clock.now()).toISOString().slice(0, 19)}+00:00; it can be moved on.

In another terminal:
  cd ${at}
  source .lab/lab.env.sh                   # PowerShell: . .lab/lab.env.ps1
  parallel-standby journal init --active primary --as YOUR-NAME
  pulumi stack init primary; pulumi up -s primary
  pulumi stack init standby; pulumi up -s standby
  npm --prefix ${up} run lab -- clock +6h
  npm --prefix ${up} run lab -- fault primary down
  pulumi up -s dr-active                   # changes nothing: prints the declaration that it needs
  parallel-standby declare --to dr --mode unplanned --disaster-at "$(node -p 'new Date().toISOString()')" --accept-loss 4h --waive-fence "I took its power" --incident TRY-1 --as YOUR-NAME
  pulumi up -s dr-active                   # the cutover
  parallel-standby report

Orders to this lab, from anywhere in the repository:
${orderHelp.replaceAll(/^/gm, "  ")}

In that shell every Node program has the lab's time: use another one for anything that is not the lab.
Ctrl+C stops it; the next "npm run lab" begins anew. Engine: ${engine.way}, ${engine.version}.
`);
  await new Promise<void>((resolve) => {
    for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => resolve());
  });
  await lab.close();
}

/** Gives an order to the lab that was started here, or else to the newest that a rehearsal keeps. */
async function tell(words: readonly string[]): Promise<void> {
  const made = orderOf(words);
  if ("wrong" in made) fail(`${made.wrong}\n\n${orderHelp}`);
  const [lab, ...others] = await runningLabs(project, rehearsals);
  if (!lab) fail('no lab runs. Start one with "npm run lab", or "npm run rehearse -- --keep"');
  if (others.length > 0)
    process.stderr.write(`several labs run; this is the one of ${relative(process.cwd(), lab.folder)}\n`);
  const { ok, says } = await order(lab.control, words);
  if (!ok) fail(says);
  process.stdout.write(`${says}\n`);
}

function fail(says: string): never {
  process.stderr.write(`${says}\n`);
  process.exit(1);
}
