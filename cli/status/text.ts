import { otherSite, stackOf } from "../../model/site.ts";
import { clockTime, moment } from "../../model/time.ts";
import { guardsUntilText } from "../../journal/guards-until.ts";
import { twoWritersText, twoWritersTodo } from "../../journal/two-writers.ts";
import { standingText, type StepSays } from "../../journal/standing.ts";
import { pointLossText } from "../../report/loss.ts";
import { standbyTodo } from "../../stacks/completed-text.ts";
import { onlyThereTodo } from "../../stacks/only-there.ts";
import { count, pairs, plain, roughly } from "../layout.ts";
import { activeStack, upCommand } from "../up-command.ts";
import { probeText } from "./probe-text.ts";
import type { Status } from "./status.ts";
import { answersTo, waitingLine } from "./waiting-text.ts";
import { siteNamed } from "../../model/site-text.ts";

/** Facts older than this are worth a word: the estate may have changed since. Days. */
const oldFactsDays = 90;

/** A status as people read it at night: what is so, then what to do. */
export function statusText(s: Status, platform: NodeJS.Platform): string {
  const last = s.lastActivation;
  const moves = last?.outcome === "unfinished" ? last : undefined;
  const lines = pairs([
    ["estate", plain(s.estate)],
    ...(last?.exceptions ?? []).map(step("EXCEPTION")),
    ["TWO WRITERS", s.twoWriters && plain(twoWritersText(named(s.twoWriters), s.twoWriters))],
    ["active", activeText(s)],
    ["state", stateText(s)],
    ...s.waiting.map((w): Row => ["waits for", waitingLine(w)]),
    ...(moves?.failed ?? []).map(step("stopped by")),
    ...systemRows(s),
    ["declared", declarationText(s)],
    ["held", s.held.length > 0 && !s.open ? `${s.held.join(", ")}: restore jobs stand still` : undefined],
    ["drill", drillText(s)],
    ["last move", lastText(s)],
    ["recorded", takenText(s)],
    ...dataRows(s),
    ...s.running.map((r): Row => ["running", plain(`${r.what}, by ${r.who}, since ${at(r.since)}`)]),
    ...(moves?.notHad ?? []).map(step("not had", "; the move goes on")),
    // While it moves they are what was not had; afterwards somebody has to see to them.
    ...(moves ? [] : s.owed).map((o) => step("owed", ` (last tried ${at(o.triedAt)})`)(o)),
    ["guards", guardsText(s)],
    ["probe", s.probe && probeText(s.probe)],
    ["standby", standbyText(s) ?? unfinishedText(s)],
    ...(s.withoutStandby?.failed ?? []).map(step("failed")),
    ...(s.alone ?? []).map((o): Row => ["backups", plain(o.says)]),
    ["readiness", readinessText(s)],
    ["facts", factsText(s)],
    ["report", s.lastReport],
    ["journal", `${count(s.journal.entries, "entry", "entries")} in ${s.journal.place}`],
  ]);
  const next = nextSteps(s, platform);
  return next.length === 0 ? lines : [lines, "", "next:", ...next.map((n) => `  ${n}`)].join("\n");
}

type Row = [string, string];

/** Each system of a move that has several, and what the next `up` changes of them. */
function systemRows({ lastActivation: l }: Status): readonly Row[] {
  if (!l || l.outcome === "abandoned") return [];
  return [
    ...(l.systems.length > 1 ? l.systems : []).map((x): Row => ["system", plain(standingText(x))]),
    ...l.modeChanges.map((c): Row => [
      "changed",
      plain(`${c.system} goes on unplanned with the next run, by ${c.as}, ${at(c.at)}`),
    ]),
  ];
}

function drillText({ drill: d }: Status): string | undefined {
  if (!d) return undefined;
  const left = d.left.length === 0 ? "" : `; not removed: ${d.left.join("; ")}`;
  return plain(
    `drill ${String(d.drill)} of ${d.as} is OPEN for ${roughly(d.ageSec)}, ${d.ending === undefined ? (d.verified ? "its copies are verified" : "its copies are not verified") : `being ended: ${d.ending}`}; ${d.overdue ? "OVERDUE, they might stay" : "they may stay"} until ${at(d.dueAt)}${left}`,
  );
}

const at = (iso: string): string => moment(Date.parse(iso) / 1000);

const step =
  (name: string, more = "") =>
  (s: StepSays): Row => [name, plain(`${s.step}: ${s.says}${more}`)];

const named = ({ site, place }: Status["active"]): string => siteNamed(site, place);

/** Past no return the site that a move leaves is active no more, and the new one is not yet. */
const activeText = ({ active, open }: Status): string =>
  open
    ? `neither is at rest: databases are open at ${named(open)} since ${at(open.since)}, and nothing may write at ${named(active)}`
    : named(active);

/** Each state in words, after the direction of the move. */
const stateWords: Readonly<Record<Exclude<Status["state"], "active">, string>> = {
  moving: "before the point of no return",
  "moving past no return": "PAST NO RETURN: finish it, or go back and lose what was written since",
  "in doubt": "IN DOUBT: the old site is being given back what the move took, and not all of it is",
};

/** At rest is an estate of which the site that was left is fenced and follows; what lacks is said beside it. */
const restText = ({ active, owed, withoutStandby: w, unfinishedStandby: u }: Status): string => {
  const lacks = [
    ...(owed.some((o) => o.isFence) ? [`${otherSite(active.site)} IS NOT FENCED`] : []),
    ...(w ? ["NO STANDBY"] : u ? ["the standby may not be whole"] : []),
  ];
  return lacks.length === 0 ? "at rest" : `active, ${lacks.join(", ")}`;
};

const stateText = (s: Status): string => {
  const { state, lastActivation: l } = s;
  return state === "active" || !l ? restText(s) : `MOVING from ${l.from} to ${l.to}, ${stateWords[state]}`;
};

const takenText = ({ taken: t, active }: Status): string | undefined =>
  t &&
  plain(
    `${active.site} is active, by ${t.as} on ${at(t.at)}${t.how === "adopted" ? "" : " (BREAK GLASS)"}: ${t.reason}`,
  );

/** Where the data of the last move stands, and what that costs. */
function dataRows({ lastActivation: l, open }: Status): readonly Row[] {
  if (!l || l.outcome === "abandoned") return [];
  return l.points.map((p) => {
    const own = l.systems.find((x) => x.system === p.group);
    const isOpen = own ? own.openAt !== undefined : open !== undefined || l.outcome.startsWith("completed");
    const target =
      (own?.mode ?? l.mode) === "planned" || p.rpoTargetSec === undefined
        ? ""
        : ` (target ${clockTime(p.rpoTargetSec)})`;
    return [
      "data",
      plain(
        `${p.group}: ${p.to === "end" ? "to the end of its logs" : `to ${moment(p.atSec)}`}, ${pointLossText(p, isOpen)}${target}`,
      ),
    ];
  });
}

/** That the active site has no standby, since when and why; undefined where it has one, as far as is known. */
export const standbyText = ({
  withoutStandby: w,
  active,
}: Pick<Status, "withoutStandby" | "active">): string | undefined =>
  w &&
  (w.noPoint
    ? `none since ${at(w.since)}: ${w.site} was provisioned, but readiness found at ${at(w.noPoint.at)} that ${plain(w.noPoint.says)}`
    : `none since ${at(w.since)}, as far as the journal shows: nothing of ${named(active)} is copied to ${w.site} until that is re-protected`);

const unfinishedText = ({ unfinishedStandby: u, active }: Status): string | undefined =>
  u &&
  `${u.site} is re-protected: databases of ${named(active)} are copied there; the journal does not show that its services, names and facts are provisioned since`;

const guardsText = ({ guardsUntil, lastActivation: l, active }: Status): string | undefined =>
  guardsUntil === undefined
    ? undefined
    : guardsUntilText(l?.from ?? otherSite(active.site), Date.parse(guardsUntil) / 1000);

function declarationText({ declaration: d }: Status): string | undefined {
  if (!d) return undefined;
  const what = `${d.mode} move to ${d.to}, by ${plain(d.as)}${d.incident === undefined ? "" : ` (${plain(d.incident)})`}`;
  return `${what}, ${d.expired ? "EXPIRED" : "good until"} ${at(d.goodUntil)}${d.waived ? ", FENCE WAIVED" : ""}`;
}

function lastText({ lastActivation: l }: Status): string | undefined {
  if (!l) return undefined;
  const { steps: n } = l;
  const failed = n.failed + n.waived + n.skipped - l.notHad.length - l.exceptions.length;
  const counts = [
    `${String(n.done)} of ${count(n.planned ?? n.total, "step")} done`,
    ...(n.running > 0 ? [`${String(n.running)} begun`] : []),
    ...(failed > 0 ? [`${String(failed)} failed`] : []),
    ...(l.exceptions.length > 0 ? [count(l.exceptions.length, "exception")] : []),
    ...(l.notHad.length > 0 ? [`${String(l.notHad.length)} not had`] : []),
  ];
  return `activation ${String(l.epoch)}, ${l.mode}, ${l.from} to ${l.to}, ${l.outcome}; begun ${at(l.startedAt)} by ${plain(l.as)}; ${counts.join(", ")}`;
}

/** While it moves, and before there are facts, nobody looks at readiness. */
function readinessText({ readiness: r, state, facts, lastActivation, taken }: Status): string | undefined {
  if (state !== "active" || !facts) return undefined;
  const how = "it should run every half hour: docs/readiness.md";
  const never = lastActivation || taken ? "not looked at since the last move" : "never looked at";
  if (!r) return `${never}: run "parallel-standby readiness"; ${how}`;
  const verdict = `${r.verdict === "not ready" ? "NOT READY" : r.verdict} for ${r.to}`;
  return `${verdict}, ${count(r.findings, "finding")}, ${roughly(r.ageSec)} ago${r.stale ? `: IT HAS NOT RUN SINCE; ${how}` : ""}`;
}

const factsText = ({ facts, active }: Status): string =>
  facts
    ? `${facts.hash}, ${roughly(facts.ageSec)} old${facts.ageSec > oldFactsDays * 86_400 ? `: OLD, run "pulumi up -s ${stackOf[otherSite(active.site)]}"` : ""}`
    : `none yet: run "pulumi up -s ${stackOf[otherSite(active.site)]}"`;

const goOnBack = "go on: parallel-standby back --as YOUR-NAME --reason WHY";
const goOnAbandoning = "go on giving back: parallel-standby abandon --as YOUR-NAME --reason WHY";

/** What to do, most urgent first; nothing where all is at rest. */
export function nextSteps(s: Status, platform: NodeJS.Platform): readonly string[] {
  const { lastActivation: last } = s;
  const runs = s.running.some((r) => r.what === "pulumi up");
  const answers = s.waiting.filter((w) => !w.answer).flatMap(answersTo);
  if (runs) return [...answers, 'it runs: follow it with "parallel-standby journal follow"'];
  if (answers.length > 0 && last) return [...answers, ...whileMoving(s, last, platform)];
  return s.state !== "active" && last ? whileMoving(s, last, platform) : atRest(s, platform);
}

const sweepIt = (drill: number): string =>
  `remove what drill ${String(drill)} has made: parallel-standby drill sweep --as YOUR-NAME, or pulumi destroy -s dr-drill`;

const takeBack = "or take it back: parallel-standby withdraw --as YOUR-NAME";

function whileMoving(
  { state, declaration: d, open }: Status,
  last: NonNullable<Status["lastActivation"]>,
  platform: NodeJS.Platform,
): readonly string[] {
  const up = upCommand(activeStack(last.to), platform);
  const expired = d?.expired
    ? ["the declaration that waits has expired: declare again, or parallel-standby withdraw --as YOUR-NAME"]
    : [];
  const changed = last.modeChanges.map((c) => c.system).join(", ");
  const finish = changed === "" ? `finish it: ${up}` : `go on, ${changed} unplanned: ${up}`;
  if (state === "moving past no return")
    return [
      finish,
      ...(changed === "" ? orUnplanned(last) : [takeBack]),
      `or go back to ${last.from}, if it still has all that it had: parallel-standby back --as YOUR-NAME --reason WHY --preview`,
      ...(d && !d.expired && d.to !== last.to
        ? [`the move back to ${d.to} that ${plain(d.as)} declared comes after that`]
        : []),
      ...expired,
    ];
  const giveUp = `or give it up, ${last.from} stays active: parallel-standby abandon --as YOUR-NAME --reason WHY`;
  // A declaration toward the same site ends what is under way, an abandoning too: the next `up` begins with it.
  const anew = d?.begins ? `begin anew with what ${plain(d.as)} declared (${d.mode}): ${up}` : undefined;
  const takeBackToo = anew === undefined && changed === "" ? [] : [takeBack];
  return state === "in doubt"
    ? [
        open ? goOnBack : goOnAbandoning,
        ...(anew === undefined ? [] : [`or ${anew}`]),
        ...takeBackToo,
        ...expired,
      ]
    : [anew ?? finish, ...takeBackToo, giveUp, ...expired];
}

/** The way on for a system that another one's opening has cut off from `declare` and `abandon`. */
const orUnplanned = ({ systems, from }: NonNullable<Status["lastActivation"]>): readonly string[] =>
  systems
    .filter((x) => x.state === "failed" && x.openAt === undefined)
    .map(
      (x) =>
        `or, ${x.mode === "planned" ? `if what ${x.system} has at ${from} is lost` : `to move ${x.system} on other terms`}: parallel-standby mode unplanned --system ${x.system} (its options: --help)`,
    );

function atRest(s: Status, platform: NodeJS.Platform): readonly string[] {
  const { lastActivation: last, declaration: d } = s;
  return [
    ...(s.drill ? [sweepIt(s.drill.drill)] : []),
    ...(d?.begins ? [`use the declaration: ${upCommand(activeStack(d.to), platform)}`, takeBack] : []),
    ...(d?.expired
      ? ["the declaration has expired: declare again, or parallel-standby withdraw --as YOUR-NAME"]
      : []),
    ...(!d && s.held.length > 0
      ? ["release what is still held: parallel-standby withdraw --as YOUR-NAME"]
      : []),
    ...(s.twoWriters ? [twoWritersTodo(s.twoWriters)] : []),
    ...(s.owed.some((o) => o.isFence)
      ? [
          `keep the power or the network of ${otherSite(s.active.site)} off until it is fenced; if it comes back: parallel-standby probe`,
        ]
      : []),
    ...(s.owed.length > 0 && last
      ? [`do what is owed, once it can be done: ${upCommand(activeStack(last.to), platform)}`]
      : []),
    ...standbyNext(s),
  ];
}

function standbyNext(s: Status): readonly string[] {
  const { active, withoutStandby: w, unfinishedStandby: u, alone = [] } = s;
  const todo = standbyTodo(active.site, w, u);
  return [
    ...(todo === undefined ? [] : [w && !w.noPoint ? `${todo}, then look here again` : todo]),
    ...alone.map((o) => onlyThereTodo(o, { active: active.site })),
  ];
}
