import { requestOf } from "../../journal/next.ts";
import { factsOf, situation } from "../../journal/situation.ts";
import { parseDuration, durationText } from "../../model/time.ts";
import { upgraded } from "../../model/upgrade.ts";
import { back, type Back } from "../../planning/back.ts";
import { evidenceOfLife } from "../../steps/fence.ts";
import type { World } from "../../steps/find.ts";
import { announce } from "../../steps/words.ts";
import { look } from "../../stacks/look.ts";
import { siteText } from "../../model/site-text.ts";
import { runErrands, type Errand, type ErrandArgs, type Outcome } from "../drafts.ts";
import { CliError, UsageError } from "../failure.ts";
import { plain } from "../layout.ts";
import { ownJournal } from "../own-journal.ts";
import { noStepActs, nothingRuns } from "../nothing-runs.ts";
import { ended, overtaken, refuseOvertaken } from "../overtaken.ts";
import type { Project } from "../project.ts";
import type { Terminal } from "../terminal.ts";
import { refuseLoss, returnable, writtenSec } from "./may.ts";

/** The options of `back`, as they were typed. */
export interface BackOptions {
  readonly as: string;
  readonly reason: string;
  readonly acceptLoss?: string;
  readonly preview: boolean;
}

/** How long the look at the target, before the old site is opened again, may take. */
const lookSec = 15;

/**
 * Goes back to the old site past no return. First a look that changes nothing; then the journal says so, from where on no
 * step of the move acts; then the target is closed, and nothing at the old site is opened before all of it is, proven
 * now. Broken off anywhere, the same again goes on: each step finds out what is to do.
 */
export async function goBack(
  { as, reason, acceptLoss, preview }: BackOptions,
  { estate, journal }: Project,
  registries: Pick<World, "parts" | "runs">,
  terminal: Terminal,
): Promise<void> {
  const accepts = acceptLoss === undefined ? undefined : parseDuration(acceptLoss);
  if (acceptLoss !== undefined && accepts === undefined)
    throw new UsageError(
      `--accept-loss ${JSON.stringify(acceptLoss.slice(0, 80))} is not a duration. Write it as 30m, 4h or 1h30m`,
    );
  const world: World = { ...registries, journal };
  const entries = await ownJournal(journal, estate.name);
  const from = returnable(entries);
  const { last } = from;
  const recovery = upgraded(factsOf(entries, situation(entries))?.recovery, registries.parts);
  const plans = back(recovery, requestOf(last), registries.parts);
  const fence = plans.flatMap((p) => p.fence.map((step) => step.id));
  const [target, old] = [siteText(last.to, recovery), siteText(last.from, recovery)];
  const written = async (): Promise<number> =>
    writtenSec(await journal.entries(), from, fence, terminal.now().getTime() / 1000);
  terminal.out(planText());
  if (preview) return;
  refuseLoss(await written(), accepts ?? from.begun?.acceptLossSec, target);

  const args: ErrandArgs = {
    world,
    recovery,
    // Seen from the site that is worked at: what is "there" for its steps is the site that is gone back to.
    request: { from: last.to, to: last.from, mode: last.mode },
    journalRef: estate.journal,
    epoch: last.epoch,
    say: (line) => terminal.note(line),
    mayNot: (now) => overtaken(now, last.epoch),
    recorded: true,
  };
  await all(
    (p) => p.looks,
    { ...args, recorded: false, mayNot: (now) => ended(now, last.epoch) },
    `${old} cannot be opened as it was: nothing was changed`,
  );
  await journal.append((now) => {
    const still = returnable(now);
    if (still.last.epoch !== last.epoch)
      throw new CliError("at this moment another activation began: look again");
    if (still.begun && accepts === undefined) return undefined;
    const acceptLossSec = accepts ?? 0;
    return { kind: "abandoning", epoch: last.epoch, as: as.trim(), reason: reason.trim(), acceptLossSec };
  });
  await announcing();
  await nothingRuns(journal.store, terminal, noStepActs);
  // A step that was waited for may have completed the move, and somebody else gone back.
  refuseOvertaken(await journal.entries(), last.epoch);
  await all(
    (p) => p.fence,
    args,
    `${target} is not closed yet, and nothing of ${old} is opened before it is`,
  );
  const closed = await journal.entries();
  refuseOvertaken(closed, last.epoch);
  const accepted = returnable(closed).begun?.acceptLossSec;
  refuseLoss(await written(), accepted, target);
  await refuseWhileAlive();
  await journal.append((now) => {
    refuseOvertaken(now, last.epoch);
    return situation(now).targetClosed ? undefined : { kind: "target closed", epoch: last.epoch };
  });
  // A guard that still goes by the move would stop again what is given back.
  await announcing();
  await all((p) => p.returns, args, `${old} is not given back yet`);
  await refuseWhileAlive();
  const lossSec = await written();
  await journal.append((now) => {
    refuseOvertaken(now, last.epoch);
    return { kind: "abandoned", epoch: last.epoch, as: as.trim(), reason: reason.trim(), lossSec };
  });
  await announcing();
  terminal.out(
    `gone back: ${old} is active; lost there: what was written at ${last.to} in ${durationText(lossSec)}. It is in the databases of ${last.to}, which are offline`,
  );
  terminal.out(
    `next: ${last.from} has no standby. "pulumi up" of both sites looks at everything again, and overwrites nothing at ${last.to}: "parallel-standby reprotect" saves it and has it follow`,
  );

  function announcing(): Promise<void> {
    return look(args, lookSec, args.say, (io) => announce(world, recovery, io)).catch((error: unknown) => {
      args.say(error instanceof Error ? error.message : String(error));
    });
  }

  function planText(): string {
    return [
      `goes back from activation ${String(last.epoch)}: closes ${target}, then opens ${old} again as it was when the move closed it`,
      ...plans
        .flatMap((p) => [...p.looks, ...p.fence, ...p.returns])
        .map((step) => `  ${step.phase}: ${step.id}`),
      ...plans.flatMap((p) => p.byHand).map((step) => `  by hand: what ${step} was about`),
      `databases are open at ${last.to} since ${new Date(from.openSec * 1000).toISOString()}: what was written there is not at ${last.from}`,
    ].join("\n");
  }

  /** Steps of all chains side by side; throws where one failed, and says what was done. */
  async function all(of: (p: Back) => Errand["drafts"], how: ErrandArgs, else_: string): Promise<void> {
    const errands = plans.map((p): Errand => ({ part: p.parts.at(-1) ?? "", drafts: of(p) }));
    const outcomes: readonly Outcome[] = await runErrands(errands, how);
    for (const says of outcomes.flatMap((o) => o.done)) terminal.out(`✔ ${plain(says)}`);
    const failed = outcomes.flatMap((o) => o.failed);
    const since = how.mayNot(await journal.entries());
    if (since !== undefined) throw new CliError(`${since}: this command does nothing more`);
    if (failed.length > 0)
      throw new CliError(
        `${else_}: ${plain(failed.map((f) => `${f.step}: ${f.says}`).join("; "))}. Mend it and type the same again`,
      );
  }

  /** What was closed a moment ago is looked at now: an hour-old proof is none. */
  async function refuseWhileAlive(): Promise<void> {
    const parts = recovery.parts.map((p) => p.id);
    const life = await look(args, lookSec, args.say, (io) =>
      evidenceOfLife(parts, recovery, last.to, world.runs, io),
    );
    if (life.length > 0)
      throw new CliError(
        `${target} still works: ${plain(life.join("; "))}. Two sites must never write: stop it there, then type the same again`,
      );
  }
}
