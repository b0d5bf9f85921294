import { drillOf, howToSweep, isOpen, numberOfNext, openSince, whyNever } from "../../journal/drills.ts";
import type { Entry, Fact } from "../../journal/entries.ts";
import { declarationHours } from "../../journal/next.ts";
import { situation } from "../../journal/situation.ts";
import { otherSite } from "../../model/site.ts";
import { upgraded } from "../../model/upgrade.ts";
import { planDrill } from "../../planning/drill.ts";
import { dataOnly } from "../../report/entry-text.ts";
import { placeholders } from "../../stacks/declare-command.ts";
import { standingDrills } from "../../steps/drill/standing.ts";
import type { World } from "../../steps/find.ts";
import { pointFrom } from "../declare/request.ts";
import { trouble } from "../declare/words.ts";
import { CliError, UsageError } from "../failure.ts";
import { plain } from "../layout.ts";
import { ownJournal } from "../own-journal.ts";
import type { Project } from "../project.ts";
import type { Terminal } from "../terminal.ts";
import { upCommand } from "../up-command.ts";
import { siteText } from "../../model/site-text.ts";

/** The options of `drill declare`, as they were typed. */
export interface DrillOptions {
  readonly as?: string;
  readonly point?: string;
  readonly systems?: readonly string[];
  readonly check: string;
  readonly limitHours: string;
}

type Declared = Extract<Fact, { kind: "drill declared" }>;
/** What of it a person decides. */
export type Wish = Pick<Declared, "as" | "point" | "systems" | "check" | "limitHours">;

/** The longest time that copies may stay: a month. Hours. */
const longestHours = 31 * 24;

/** What the options ask for, or one `UsageError` that names everything to mend. */
export function drillFrom(options: DrillOptions, now: Date): Wish {
  const wrong: string[] = [];
  const as = options.as ?? "";
  const why = options.as === undefined ? undefined : trouble(as);
  if (options.as === undefined || as.trim() === placeholders.as)
    wrong.push("--as is missing: your name, you answer for this");
  else if (why !== undefined) wrong.push(`--as: ${why}`);
  const point = pointFrom(options.point, undefined, now, wrong);
  const { check } = options;
  if (check !== "full" && check !== "physical")
    wrong.push(`--check ${JSON.stringify(check)} is not known. Write full or physical`);
  const limitHours = Number(options.limitHours);
  if (!/^\d{1,4}$/.test(options.limitHours) || limitHours < 1 || limitHours > longestHours)
    wrong.push(
      `--limit-hours ${JSON.stringify(options.limitHours)} is no time that copies may stay. Write 1 to ${String(longestHours)}`,
    );
  if (wrong.length > 0) throw new UsageError(wrong.join("\n"));
  return {
    as: as.trim(),
    ...(point ? { point } : {}),
    ...(options.systems ? { systems: [...new Set(options.systems)] } : {}),
    check: check === "physical" ? "physical" : "full",
    limitHours,
  };
}

/**
 * The entry that declares this drill now, with a number above those of drills of which something is `standing`. Throws
 * the reason where it may not be.
 */
function drillDeclaration(entries: readonly Entry[], wish: Wish, standing: readonly number[] = []): Declared {
  const s = situation(entries);
  const never = whyNever(s);
  if (never !== undefined) throw new CliError(never);
  const last = drillOf(entries);
  if (last && isOpen(last))
    throw new CliError(
      `drill ${String(last.number)} is open since ${openSince(last)}: one at a time. ${howToSweep}`,
    );
  return {
    kind: "drill declared",
    drill: numberOfNext(entries, standing),
    site: otherSite(s.active),
    epoch: s.epoch,
    ...wish,
  };
}

/** Declares a drill, and says what it will do and what to type next. */
export async function declareDrill(
  options: DrillOptions,
  { estate, journal }: Project,
  { parts, runs }: Pick<World, "parts" | "runs">,
  terminal: Terminal,
): Promise<void> {
  const wish = drillFrom(options, terminal.now());
  const entries = await ownJournal(journal, estate.name);
  const { site } = drillDeclaration(entries, wish);
  const recovery = upgraded(situation(entries).declared?.recovery, parts);
  const plan = planned();
  // A journal that was put back, or begun anew, has forgotten drills; their copies must not pass for those of this one.
  const { numbers, unseen } = await standingDrills(recovery, site, { journal, runs }, estate.journal);
  for (const line of unseen)
    terminal.note(
      plain(`copies of drills that the journal has forgotten can't be looked for at ${site}: ${line}`),
    );
  let number = 0;
  await journal.append((now) => {
    const fact = drillDeclaration(now, wish, numbers);
    number = fact.drill;
    return fact;
  });
  terminal.out(
    [
      `declared: drill ${String(number)} at ${siteText(site, recovery)} for ${plan.groups.join(", ")}, good for ${String(declarationHours)} hours`,
      ...numbers.map(
        (n) =>
          `copies of drill ${String(n)} stand at ${site}, and the journal does not know of them: remove them with "parallel-standby drill sweep --drill ${String(n)} --as YOUR-NAME"`,
      ),
      dataOnly,
      ...(plan.without.length > 0 ? [`no drill can try ${plan.without.join(", ")}`] : []),
      `next: ${upCommand("dr-drill", terminal.platform)}`,
      `then: pulumi destroy -s dr-drill (a drill has succeeded when nothing of it is left)`,
    ].join("\n"),
  );

  function planned(): ReturnType<typeof planDrill> {
    try {
      return planDrill(recovery, { from: otherSite(site), to: site }, parts, wish.systems);
    } catch (error) {
      throw new CliError(error instanceof Error ? error.message : String(error));
    }
  }
}
