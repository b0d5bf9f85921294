import { moment } from "../../model/time.ts";
import { count, pairs, plain, roughly } from "../layout.ts";
import { activeStack, upCommand } from "../up-command.ts";
import type { Status } from "./status.ts";

/** Facts older than this are worth a word: the estate may have changed since. Days. */
const oldFactsDays = 90;

/** A status as people read it at night: what is so, then what to do. */
export function statusText(s: Status, platform: NodeJS.Platform): string {
  const lines = pairs([
    ["estate", plain(s.estate)],
    ["active", `${s.active.site}${s.active.place === undefined ? "" : ` (${plain(s.active.place)})`}`],
    ["state", stateText(s)],
    ["declared", declarationText(s)],
    ["held", s.held.length > 0 ? `${s.held.join(", ")}: restore jobs stand still` : undefined],
    ["last move", lastText(s)],
    ...s.running.map((r): [string, string] => [
      "running",
      plain(`${r.what}, by ${r.who}, since ${at(r.since)}`),
    ]),
    ...(s.lastActivation?.outcome === "unfinished" ? s.lastActivation.failed : []).map(
      (f): [string, string] => ["failed", plain(`${f.step}: ${f.says}`)],
    ),
    ...s.owed.map((o): [string, string] => ["owed", plain(`${o.step}: ${o.says}`)]),
    ["facts", factsText(s)],
    ["report", s.lastReport],
    ["journal", `${count(s.journal.entries, "entry", "entries")} in ${s.journal.place}`],
  ]);
  const next = nextSteps(s, platform);
  return next.length === 0 ? lines : [lines, "", "next:", ...next.map((n) => `  ${n}`)].join("\n");
}

const at = (iso: string): string => moment(Date.parse(iso) / 1000);

/** Each state in words, after the direction of the move. */
const stateWords: Readonly<Record<Exclude<Status["state"], "active">, string>> = {
  moving: "before the point of no return",
  "moving past no return": "PAST NO RETURN: it can only finish, or activate back",
  "in doubt": "IN DOUBT: it is being abandoned, and not all is given back yet",
};

const stateText = ({ state, lastActivation: l }: Status): string =>
  state === "active" || !l ? "at rest" : `MOVING from ${l.from} to ${l.to}, ${stateWords[state]}`;

function declarationText({ declaration: d }: Status): string | undefined {
  if (!d) return undefined;
  const what = `${d.mode} move to ${d.to}, by ${plain(d.as)}${d.incident === undefined ? "" : ` (${plain(d.incident)})`}`;
  return `${what}, ${d.expired ? "EXPIRED" : "good until"} ${at(d.goodUntil)}${d.waived ? ", FENCE WAIVED" : ""}`;
}

function lastText({ lastActivation: l }: Status): string | undefined {
  if (!l) return undefined;
  const { steps: n } = l;
  const counts = [
    `${String(n.done)} of ${count(n.planned ?? n.total, "step")} done`,
    ...(n.running > 0 ? [`${String(n.running)} begun`] : []),
    ...(n.failed > 0 ? [`${String(n.failed)} failed`] : []),
    ...(n.waived > 0 ? [`${String(n.waived)} waived`] : []),
  ];
  return `activation ${String(l.epoch)}, ${l.mode}, ${l.from} to ${l.to}, ${l.outcome}; begun ${at(l.startedAt)} by ${plain(l.as)}; ${counts.join(", ")}`;
}

const factsText = ({ facts }: Status): string =>
  facts
    ? `${facts.hash}, ${roughly(facts.ageSec)} old${facts.ageSec > oldFactsDays * 86_400 ? ': OLD, run "pulumi up -s standby"' : ""}`
    : 'none yet: run "pulumi up -s standby"';

const goOnAbandoning = "go on giving back: parallel-standby abandon --as YOUR-NAME --reason WHY";

/** What to do, most urgent first; nothing where all is at rest. */
export function nextSteps(s: Status, platform: NodeJS.Platform): readonly string[] {
  const { lastActivation: last, declaration: d } = s;
  const runs = s.running.some((r) => r.what === "pulumi up");
  if (runs) return ['it runs: follow it with "parallel-standby journal follow"'];
  if (s.state === "in doubt") return [goOnAbandoning];
  if (s.state !== "active" && last)
    return [
      `finish it: ${upCommand(activeStack(last.to), platform)}`,
      ...(s.state === "moving"
        ? [`or give it up, ${last.from} stays active: parallel-standby abandon --as YOUR-NAME --reason WHY`]
        : []),
    ];
  return [
    ...(d && !d.expired
      ? [
          `use the declaration: ${upCommand(activeStack(d.to), platform)}`,
          "or take it back: parallel-standby withdraw --as YOUR-NAME",
        ]
      : []),
    ...(d?.expired
      ? ["the declaration has expired: declare again, or parallel-standby withdraw --as YOUR-NAME"]
      : []),
    ...(!d && s.held.length > 0
      ? ["release what is still held: parallel-standby withdraw --as YOUR-NAME"]
      : []),
    ...(s.owed.length > 0 && last
      ? [`do what is owed, once it can be done: ${upCommand(activeStack(last.to), platform)}`]
      : []),
  ];
}
