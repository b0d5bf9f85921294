import { situation } from "../../journal/situation.ts";
import type { Request } from "../../model/part.ts";
import type { Recovery } from "../../model/recovery.ts";
import { holdsOf, releasesOf, runErrands, type ErrandArgs } from "../drafts.ts";
import { CliError } from "../failure.ts";
import { plain } from "../layout.ts";
import type { Terminal } from "../terminal.ts";

/** Lets the parts run again that a declaration holds, and those that the move itself has held. */
export async function releaseAll(
  recovery: Recovery,
  request: Request,
  args: ErrandArgs,
  terminal: Terminal,
): Promise<void> {
  const { held } = situation(await args.world.journal.entries());
  const stopped = holdsOf(recovery, request, args.world.parts).map((e) => e.part);
  await release(new Set([...held, ...stopped]), recovery, request, args, terminal);
}

/** Lets these parts run again, writes it down, and throws where one can't. */
export async function release(
  held: ReadonlySet<string>,
  recovery: Recovery,
  request: Request,
  args: ErrandArgs,
  terminal: Terminal,
): Promise<void> {
  const { journal, parts } = args.world;
  const outcomes = await runErrands(releasesOf(held, recovery, request, parts), args);
  const stuck: string[] = [];
  for (const part of held) {
    const outcome = outcomes.find((o) => o.part === part);
    if (outcome && outcome.failed.length === 0 && outcome.done.length > 0) {
      const says = outcome.done.join("; ");
      await journal.append({ kind: "released", part, says });
      terminal.out(`released: ${part}: ${plain(says)}`);
      continue;
    }
    const why =
      outcome && outcome.failed.length > 0
        ? outcome.failed.map((f) => `${f.step}: ${f.says}`).join("; ")
        : undefined;
    stuck.push(
      `${part}: ${why ?? 'it can\'t be released by itself; "pulumi up -s standby" sets its jobs up again'}`,
    );
  }
  if (stuck.length > 0)
    throw new CliError(
      `the declaration is withdrawn, but not everything is released: ${plain(stuck.join("; "))}. Mend it and run "parallel-standby withdraw" again`,
    );
}
