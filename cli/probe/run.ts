import { situation } from "../../journal/situation.ts";
import { isLease } from "../../journal/store.ts";
import { besideText } from "../../journal/two-writers.ts";
import type { Host } from "../../model/host.ts";
import { upgraded } from "../../model/upgrade.ts";
import { siteAnswers } from "../../stacks/owed.ts";
import type { World } from "../../steps/find.ts";
import { withIo } from "../../steps/io.ts";
import { runActivationStep } from "../../steps/runner.ts";
import { portAnswers } from "../../steps/transports/tcp.ts";
import { notBrought, publishWords } from "../../steps/words.ts";
import { workedBeside } from "../../steps/worked-beside.ts";
import { CliError, exitCodes } from "../failure.ts";
import { count, plain } from "../layout.ts";
import { ownJournal } from "../own-journal.ts";
import type { Project } from "../project.ts";
import type { Terminal } from "../terminal.ts";
import { dueOf, type Due } from "./due.ts";
import { lookAt } from "./vain.ts";
import { quietProgress } from "./progress.ts";
import type { News } from "./said.ts";
import { siteText } from "../../model/site-text.ts";

/** How long bringing the words to all places may take. Seconds. */
const publishLimitSec = 30;
/** How long the lease of a probe outlives one that was killed on another machine. */
const probeTtlMs = 30_000;

/** How long a probe may be at work before it is one that hangs. Fencing a whole site takes minutes. */
const longestMs = 15 * 60_000;

/** What a probe came to. */
export interface Found extends News {
  readonly exitCode: number;
}
const rest: Found = {
  about: "",
  text: "nothing is owed at the site that was left",
  exitCode: exitCodes.done,
};

/**
 * Publishes the guard's words, and does what is owed at a site that answers again. Gives what there is to tell; undefined
 * where another probe is at work, which tells it. Throws where it cannot probe.
 */
export async function probe(
  project: Project,
  registries: Pick<World, "parts" | "runs">,
  terminal: Terminal,
): Promise<Found | undefined> {
  const { estate, journal } = project;
  await ownJournal(journal, estate.name);
  const alone = await journal.store.lease("probe", probeTtlMs);
  if (!isLease(alone)) {
    const says = `another probe is at work: ${alone.who}, since ${alone.since}`;
    if (terminal.now().getTime() - Date.parse(alone.since) > longestMs)
      throw new CliError(`${says}. It does not come to an end: look at it there, and end it`);
    terminal.out(says);
    return undefined;
  }
  try {
    const world: World = { ...registries, journal };
    const missed = await publish(project, world);
    const fence = await payFence(project, world, terminal);
    // Where nothing is owed any more, SQL Server there may run again, with Agent.
    const again = fence.about === "" ? undefined : await publish(project, world);
    const words = again ?? missed;
    return words === undefined || fence.exitCode !== exitCodes.done
      ? fence
      : { about: `${fence.about}|words`, text: `${fence.text}; ${words}`, exitCode: exitCodes.failed };
  } finally {
    await alone.release();
  }
}

/** Why a place did not get the guard's words; undefined where all did, or where there is no guard. */
async function publish({ estate, journal }: Project, world: World): Promise<string | undefined> {
  const entries = await journal.entries();
  const s = situation(entries);
  if (!s.declared) return undefined;
  const recovery = upgraded(s.declared.recovery, world.parts);
  if (!recovery.guard) return undefined;
  const brought = await withIo(
    {
      known: recovery,
      journal,
      journalRef: estate.journal,
      to: s.active,
      say: () => undefined,
      limitSec: publishLimitSec,
    },
    (io) => publishWords(entries, recovery, world.parts, io),
  );
  // A server that is off is no news, and a witness of the site that was left answers again when the site does.
  const gone = s.last?.from;
  const dark = new Set(recovery.guard.witnesses.filter((w) => w.site === gone).map((w) => w.share));
  return notBrought(
    brought.filter((b) =>
      b.kind === "witness"
        ? !dark.has(b.place)
        : recovery.hosts.some((h) => h.id === b.place && h.site === s.active),
    ),
  );
}

/** Tries what is owed at the old site where something of it answers; and what Azure proves where nothing does. */
async function payFence(project: Project, world: World, terminal: Terminal): Promise<Found> {
  const { estate, journal } = project;
  const due = dueOf(await journal.entries(), world.parts);
  if (!due) return rest;
  const { from, to, epoch } = due.started;
  const site = siteText(from, due.recovery);
  const hosts = due.recovery.hosts.filter((h) => h.site === from);
  const answers = await siteAnswers(hosts);
  const looks = new Map(
    answers || hosts.some((h) => h.azure)
      ? await Promise.all(
          due.steps.map(async (d) => [d, await lookAt(d, due, estate.journal, world)] as const),
        )
      : [],
  );
  const steps = due.steps.filter((d) => answers || looks.get(d)?.shows === "paid");
  if (steps.length === 0) return dark(site, due);
  // Why there is something to do now, and what it is.
  const { seen, doing } = answers
    ? { seen: `${site} answers`, doing: "fencing it" }
    : { seen: `nothing of ${site} answers, and Azure shows what is owed there`, doing: "recording it" };
  // Whoever fences it: what worked there is seen before that.
  const beside = answers
    ? await workedBeside({ from, to, epoch, recovery: due.recovery }, estate.journal, world)
    : [];
  const andBeside = (text: string): string =>
    beside.length === 0 ? text : `${text}. ${besideText(site, beside)}`;
  const running = (await journal.store.leases()).find((l) => l.name === "run");
  if (running)
    return {
      ...rest,
      text: andBeside(
        `${seen}; a run is under way and ${answers ? "fences" : "records"} it: ${running.who}, since ${running.since}`,
      ),
    };
  terminal.note(`${seen}: ${doing}`);
  const failed: string[] = [];
  let paidNow = false;
  for (const d of steps) {
    const { step, attempt } = d;
    const before = looks.get(d);
    // What was done here just now may be what this one waited for.
    const look =
      paidNow && before?.shows === "nothing" ? await lookAt(d, due, estate.journal, world) : before;
    // What stands in the journal already, word for word, is not written every few minutes.
    if (look?.shows === "nothing" && look.again) {
      failed.push(`${step.id}: ${look.says}`);
      continue;
    }
    const progress = quietProgress((line) => terminal.note(`${step.id}: ${line}`));
    try {
      const says = await runActivationStep(
        {
          journal: estate.journal,
          epoch,
          ...(attempt === undefined ? {} : { attempt }),
          step,
        },
        world,
        progress,
      );
      terminal.note(`${step.id}: ${plain(says)}`);
      paidNow ||= !situation(await journal.entries()).owed.has(step.id);
    } catch (error) {
      failed.push(`${step.id}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  const left = dueOf(await journal.entries(), world.parts);
  if (!answers) return darkVerdict(due, site, left, failed);
  const found = verdictOf(due, site, left, failed, await anyAnswers(hosts));
  return { ...found, text: andBeside(found.text) };
}

const dark = (site: string, { steps }: Due): Found => ({
  about: "",
  text: `the fence of ${site} is owed (${count(steps.length, "step")}), and nothing of it answers`,
  exitCode: exitCodes.fenceOwed,
});

/** What is left of the fence of a site of which nothing answers, once what Azure shows of it is recorded. */
function darkVerdict(due: Due, site: string, left: Due | undefined, failed: readonly string[]): Found {
  if (left) return dark(site, left);
  // Nothing is owed any more, and not by what was done here.
  if (failed.length > 0) return rest;
  return {
    about: `fenced ${String(due.started.epoch)}`,
    text: `nothing of ${site} answers, and Azure shows it fenced: ${due.steps.map(({ step }) => step.id).join(", ")}`,
    exitCode: exitCodes.done,
  };
}

/** Whether SQL Server of any of these servers accepts a connection. */
async function anyAnswers(hosts: readonly Host[]): Promise<boolean> {
  const signal = AbortSignal.timeout(5000);
  const found = await Promise.all(
    hosts.flatMap(({ address, sql }) =>
      sql ? [portAnswers(address, sql.port, { signal, limitSec: 4 })] : [],
    ),
  );
  return found.includes(true);
}

/** What is left of a fence once all that was owed was tried. */
function verdictOf(
  due: Due,
  site: string,
  left: Due | undefined,
  failed: readonly string[],
  sqlAnswers: boolean,
): Found {
  const paid = due.steps.length - (left?.steps.length ?? 0);
  if (!left && failed.length === 0)
    return {
      about: `fenced ${String(due.started.epoch)}`,
      text: `${site} answered again and is fenced: ${due.steps.map(({ step }) => step.id).join(", ")}`,
      exitCode: exitCodes.done,
    };
  const open = left?.steps.map(({ step }) => step.id) ?? [];
  // Nothing that writes by itself runs there any more, and SQL Server does not run at all.
  if (left && !sqlAnswers && left.steps.every(({ step }) => step.phase === "fence-data"))
    return {
      about: `data ${String(due.started.epoch)}`,
      text: `${site} answers again: its services are stopped and disabled, and SQL Server does not run there; its databases are not closed yet (open: ${open.join(", ")})`,
      exitCode: exitCodes.fenceOwed,
    };
  return {
    about: `open ${String(due.started.epoch)} ${open.join(" ")}`,
    text: `ALARM: ${site} answers again and is not fenced: ${String(paid)} of ${count(due.steps.length, "step")} done, open: ${open.join(", ")}${failed.length > 0 ? ` (${failed.join("; ")})` : ""}. Look with "parallel-standby status"`,
    exitCode: exitCodes.notFenced,
  };
}
