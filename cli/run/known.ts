import type { Entry } from "../../journal/entries.ts";
import { activeStack, type SiteId } from "../../model/site.ts";
import { refuseOlder, seenIn } from "../../stacks/seen.ts";

/** How long Pulumi may take to show what a stack has kept. Milliseconds. */
const limitMs = 10_000;

/** Reads a stack's outputs; throws where Pulumi or the stack's state is broken, or missing. */
export type OutputsOf = (stack: string, signal: AbortSignal) => Promise<Readonly<Record<string, unknown>>>;

/**
 * Throws where the journal lacks what the stack has seen that makes `target` active, as its own program would. Where
 * that cannot be read, which is what this way is for, it is only said: the journal's mirror has been asked already.
 */
export async function knownToStack(
  entries: readonly Entry[],
  target: SiteId,
  place: string,
  outputsOf: OutputsOf,
  say: (line: string) => void,
): Promise<void> {
  const stack = activeStack(target);
  let outputs: Readonly<Record<string, unknown>>;
  try {
    outputs = await outputsOf(stack, AbortSignal.timeout(limitMs));
  } catch {
    say(
      `what stack ${stack} has seen of the journal cannot be read (its state, or Pulumi, is missing or broken): only the journal and its mirror vouch for it`,
    );
    return;
  }
  refuseOlder(entries, seenIn(outputs), target, place, `stack ${stack}`);
}
