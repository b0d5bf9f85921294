import type { Entry } from "../../journal/entries.ts";
import { situation } from "../../journal/situation.ts";
import type { Request } from "../../model/part.ts";
import type { Recovery } from "../../model/recovery.ts";
import { holdsOf, releasesOf, runErrands, type ErrandArgs } from "../drafts.ts";
import { CliError } from "../failure.ts";
import { plain } from "../layout.ts";
import { heldOn } from "../overtaken.ts";
import type { Terminal } from "../terminal.ts";

/**
 * Lets the parts run again that a declaration holds, and those that the move itself has held. Where somebody has declared
 * the next unplanned move, or moves, they stay held for it, and that is said.
 */
export async function releaseAll(
  recovery: Recovery,
  request: Request,
  args: Omit<ErrandArgs, "mayNot">,
  terminal: Terminal,
): Promise<void> {
  const entries = await args.world.journal.entries();
  const why = heldOn(entries, args.epoch);
  if (why !== undefined) {
    terminal.out(`restores stay held: ${plain(why)}`);
    return;
  }
  const { held } = situation(entries);
  const stopped = holdsOf(recovery, request, args.world.parts).map((e) => e.part);
  await release(new Set([...held, ...stopped]), recovery, request, args, terminal);
}

/** Lets these parts run again, writes it down, and throws where one can't. */
export async function release(
  held: ReadonlySet<string>,
  recovery: Recovery,
  request: Request,
  args: Omit<ErrandArgs, "mayNot">,
  terminal: Terminal,
): Promise<void> {
  const { journal, parts } = args.world;
  const mayNot = (now: readonly Entry[]): string | undefined => heldOn(now, args.epoch);
  const outcomes = await runErrands(releasesOf(held, recovery, request, parts), { ...args, mayNot });
  const stuck: string[] = [];
  for (const part of held) {
    const outcome = outcomes.find((o) => o.part === part);
    if (outcome && outcome.failed.length === 0 && outcome.done.length > 0) {
      const says = outcome.done.join("; ");
      // What a newer declaration holds is not taken from it.
      await journal.append((now) => {
        const why = mayNot(now);
        if (why !== undefined) throw new CliError(`${part} stays held: ${why}`);
        return { kind: "released", part, says };
      });
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
  const since = mayNot(await journal.entries());
  if (since !== undefined)
    throw new CliError(`not everything is released, and what is left stays held: ${plain(since)}`);
  if (stuck.length > 0)
    throw new CliError(
      `the declaration is withdrawn, but not everything is released: ${plain(stuck.join("; "))}. Mend it and run "parallel-standby withdraw" again`,
    );
}
