import type { World } from "../../steps/find.ts";
import { CliError, exitCodes, UsageError } from "../failure.ts";
import { plain } from "../layout.ts";
import { notify } from "../notify.ts";
import type { ProbeOptions } from "../probe.ts";
import type { Project } from "../project.ts";
import { withReport } from "../report/beside.ts";
import type { Terminal } from "../terminal.ts";
import { probe, type Found } from "./run.ts";
import { keepRan } from "./ran.ts";
import { isTold, told } from "./said.ts";

/** What a probe works with; opening it may fail. */
export interface Opened {
  readonly project: Project;
  readonly registries: Pick<World, "parts" | "runs">;
}

/**
 * Probes, and tells whoever is to be told when it is another thing than last time: also that it could not probe at all,
 * since nobody sits there. Whoever is told may take long, and holds up no other probe. Ends with the code of what was
 * found, whether it could be told or not.
 */
export async function probeAndTell(
  more: readonly string[],
  { notify: whom }: ProbeOptions,
  open: () => Promise<Opened>,
  terminal: Terminal,
): Promise<void> {
  if (more.length > 0 && !whom)
    throw new UsageError(`${more.join(" ")}: arguments after -- belong to --notify, which is missing`);
  let project: Project | undefined;
  let found: Found | undefined;
  try {
    const opened = await open();
    ({ project } = opened);
    await withReport(opened.project, terminal, async () => {
      found = await probe(opened.project, opened.registries, terminal);
    });
  } catch (error) {
    if (error instanceof UsageError) throw error;
    const text = `could not probe: ${error instanceof Error ? error.message : String(error)}`;
    found = { about: text, text, exitCode: exitCodes.failed };
  }
  if (!found) return;
  if (project)
    await keepRan(project.folder, {
      at: terminal.now().toISOString(),
      exitCode: found.exitCode,
      text: found.text,
    }).catch((error: unknown) => {
      terminal.note(`that it ran is not kept: ${error instanceof Error ? error.message : String(error)}`);
    });
  terminal.out(plain(found.text));
  await tell(found);
  if (found.exitCode !== exitCodes.done) throw new CliError(plain(found.text), found.exitCode);

  async function tell(news: Found): Promise<void> {
    try {
      if (project && (await isTold(project.folder, news))) return;
      if (whom) {
        const [program, ...args] = whom;
        const text = project ? `${project.estate.name}: ${news.text}` : news.text;
        // What is over is told too: somebody was told that it had begun.
        await notify([program, ...args, ...more], `${text}\n`, { env: terminal.env });
      }
      if (project) await told(project.folder, news);
    } catch (error) {
      terminal.note(error instanceof Error ? error.message : String(error));
    }
  }
}
