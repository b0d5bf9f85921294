import { factsOf, situation } from "../../journal/situation.ts";
import { requestOf } from "../../journal/next.ts";
import type { Request } from "../../model/part.ts";
import type { Recovery } from "../../model/recovery.ts";
import { upgraded } from "../../model/upgrade.ts";
import type { Draft } from "../../model/verb.ts";
import { inverse, type Inverse } from "../../planning/inverse.ts";
import { evidenceOfLife } from "../../steps/fence.ts";
import type { World } from "../../steps/find.ts";
import { announce } from "../../steps/words.ts";
import { look } from "../../stacks/look.ts";
import { runErrands, type ErrandArgs, type Outcome } from "../drafts.ts";
import { CliError } from "../failure.ts";
import { plain } from "../layout.ts";
import { ownJournal } from "../own-journal.ts";
import { noStepActs, nothingRuns } from "../nothing-runs.ts";
import { overtaken, refuseOvertaken } from "../overtaken.ts";
import type { Project } from "../project.ts";
import type { Terminal } from "../terminal.ts";
import { releaseAll } from "../withdraw/release.ts";
import { abandonable } from "./may.ts";
import { siteText } from "../../model/site-text.ts";

/** How long the look at the target, before production is opened again, may take. */
const lookSec = 15;

/**
 * Gives up a move before no return. First the journal says so, from where on none of its steps acts; then what still
 * runs is waited for; then the old site is given back, chain by chain; only when all of it has succeeded is the move
 * `abandoned`, and the site that it left active as it was.
 */
export async function abandon(
  { as, reason, preview }: { readonly as: string; readonly reason: string; readonly preview: boolean },
  { estate, journal }: Project,
  registries: Pick<World, "parts" | "runs">,
  terminal: Terminal,
): Promise<void> {
  const world: World = { ...registries, journal };
  const entries = await ownJournal(journal, estate.name);
  const { last } = abandonable(entries);
  const recovery = upgraded(factsOf(entries, situation(entries))?.recovery, registries.parts);
  const request = requestOf(last);
  const plans = inverse(recovery, request, registries.parts);
  const active = siteText(last.from, recovery);
  terminal.out(
    `abandons activation ${String(last.epoch)} toward ${last.to}: ${active} stays active, and is given back what was taken`,
  );
  for (const step of plans.flatMap((p) => p.steps)) terminal.out(`  ${step.phase}: ${step.id}`);
  if (preview) return;

  await journal.append((now) => {
    const { last: still, begun } = abandonable(now);
    if (still.epoch !== last.epoch) throw new CliError("at this moment another activation began: look again");
    return begun
      ? undefined
      : { kind: "abandoning", epoch: last.epoch, as: as.trim(), reason: reason.trim() };
  });
  await nothingRuns(journal.store, terminal, noStepActs);
  refuseOvertaken(await journal.entries(), last.epoch);

  const args: ErrandArgs = {
    world,
    recovery,
    // Seen from the site that is worked at: what is "there" for its steps is the site that stays active.
    request: { from: last.to, to: last.from, mode: last.mode },
    journalRef: estate.journal,
    epoch: last.epoch,
    say: (line) => terminal.note(line),
    mayNot: (now) => overtaken(now, last.epoch),
    recorded: true,
  };
  const announcing = (): Promise<void> =>
    look(args, lookSec, args.say, (io) => announce(world, recovery, io)).catch((error: unknown) => {
      args.say(error instanceof Error ? error.message : String(error));
    });
  // A guard that still goes by the move would stop again what is given back.
  await announcing();
  const given = new Map<string, Promise<Outcome>>();
  for (const p of plans)
    given.set(p.parts.at(-1) ?? "", give(p, recovery, request, { ...args, before: othersOf(p, given) }));
  const outcomes = await Promise.all(given.values());
  const failed = outcomes.flatMap((o) => o.failed);
  for (const says of outcomes.flatMap((o) => o.done)) terminal.out(`✔ ${plain(says)}`);
  refuseOvertaken(await journal.entries(), last.epoch);
  if (failed.length > 0)
    throw new CliError(
      `${active} is not given back yet: ${plain(failed.map((f) => `${f.step}: ${f.says}`).join("; "))}. Mend it and type the same again`,
    );
  await journal.append((now) => {
    refuseOvertaken(now, last.epoch);
    return { kind: "abandoned", epoch: last.epoch, as: as.trim(), reason: reason.trim() };
  });
  terminal.out(`abandoned: activation ${String(last.epoch)}; ${active} is active as before`);
  await announcing();
  await releaseAll(recovery, request, { ...args, request, recorded: false }, terminal);
  terminal.out('next: "pulumi up -s primary" and "pulumi up -s standby" look at everything again');
}

/**
 * Services come back after those of the systems that they come after; whether these came back or not: production is
 * given back as far as it can be. Databases wait for nobody.
 */
const othersOf =
  ({ after }: Inverse, given: ReadonlyMap<string, Promise<Outcome>>) =>
  async (draft: Draft): Promise<void> => {
    if ("phase" in draft && draft.phase === "restart-services")
      await Promise.all(after.flatMap((name) => given.get(name) ?? []));
  };

/** One chain. It is not opened again where the target works with its data, whatever the journal says. */
async function give(
  { parts, steps }: Inverse,
  recovery: Recovery,
  { to }: Request,
  args: ErrandArgs,
): Promise<Outcome> {
  const name = parts.at(-1) ?? "";
  try {
    const life = await look(args, lookSec, args.say, (io) =>
      evidenceOfLife(parts, recovery, to, args.world.runs, io),
    );
    if (life.length > 0)
      return {
        part: name,
        done: [],
        failed: [
          {
            step: name,
            says: `${to} works with its data or can't be looked into: ${life.join("; ")}. Two sites must never write: stop it there`,
          },
        ],
      };
  } catch (error) {
    return {
      part: name,
      done: [],
      failed: [{ step: name, says: error instanceof Error ? error.message : String(error) }],
    };
  }
  const [outcome] = await runErrands([{ part: name, drafts: steps }], args);
  return outcome ?? { part: name, done: [], failed: [] };
}
