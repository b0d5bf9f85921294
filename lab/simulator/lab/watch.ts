import type { Entry } from "../../../journal/entries.ts";
import { situation } from "../../../journal/situation.ts";
import { stateOf } from "../../../journal/state.ts";
import { requestOf } from "../../../journal/next.ts";
import { wordsFileName } from "../../../model/guard.ts";
import type { Recovery } from "../../../model/recovery.ts";
import type { Parts } from "../../../model/part.ts";
import { letsWrite } from "../../../model/phase.ts";
import { otherSite } from "../../../model/site.ts";
import { draw } from "../../../planning/plan.ts";
import type { Graph } from "../../../planning/graph.ts";
import type { Happened } from "../../../planning/rule.ts";
import { rules } from "../../../planning/rules.ts";
import { Ledger, onlyAt } from "./only.ts";
import { short, type Call } from "./points.ts";
import type { Stage } from "./stage.ts";
import { nowIn, writersAt } from "./truth.ts";

/** The file in which the guard's words stand. */
const words = wordsFileName("simulator");

/** A statement that takes the place of what a database holds. */
const overwriting = /\b(?:RESTORE\s+(?:DATABASE|LOG)\s+\[([^\]]+)\]\s+FROM|DROP\s+DATABASE\s+\[([^\]]+)\])/;

/** What opens a database or starts a service. */
const givingBack = /\bWITH\s+RECOVERY\b|\bSET\s+ONLINE\b|\bsc(\.exe)?\s+start\b/i;

/** A rule that was broken in a run. */
export interface Breach {
  readonly rule: string;
  readonly says: string;
}

/** Asks the rules at every moment of a run; keeps the first that is broken. */
export class Watch {
  public breach: Breach | undefined;
  /** Counts what happens, so that it is known whether anybody has looked since something came back. */
  #seq = 0;
  #lookedAt = 0;
  #returnedAt = 0;
  /** When a step has looked at the old site last: what another one sees it does not know. */
  readonly #stepLookedAt = new Map<string, number>();
  /** When a step began: what comes back between its last look and its act, nobody can have seen. */
  readonly #begunAt = new Map<string, number>();
  /** Runners that are at a step now. */
  readonly #at = new Map<string, Set<string>>();
  /** By runner and step, the journal as it was when that asked it, if it has called nobody since. */
  readonly #asked = new Map<string, readonly Entry[]>();
  readonly #dead = new Set<string>();
  readonly #stage: Stage;
  readonly #recovery: Recovery;
  readonly #parts: Parts;
  readonly #ledger: Ledger;

  constructor(stage: Stage, recovery: Recovery, parts: Parts) {
    this.#stage = stage;
    this.#recovery = recovery;
    this.#parts = parts;
    this.#ledger = new Ledger(stage.lab);
  }

  /** Something at the old site has come back by itself. */
  returned(): void {
    this.#returnedAt = ++this.#seq;
  }

  died(runner: string): void {
    this.#dead.add(runner);
    for (const [step, who] of this.#at) if (who.delete(runner) && who.size === 0) this.#at.delete(step);
  }

  asked({ runner, step }: Pick<Call, "runner" | "step">): void {
    this.#asked.set(`${runner.name} ${step?.id ?? ""}`, this.#stage.journal.all);
  }

  async called({ runner, host, step, changes, what }: Call): Promise<void> {
    const key = `${runner.name} ${step?.id ?? ""}`;
    const asked = this.#asked.get(key);
    this.#asked.delete(key);
    const site = host === undefined ? undefined : this.#stage.lab.host(host)?.identity.site;
    const entries = this.#stage.journal.all;
    const { last } = situation(entries);
    if (!last) return;
    if (site === last.from) {
      this.#lookedAt = ++this.#seq;
      if (step) this.#stepLookedAt.set(step.id, this.#seq);
    }
    // What servers may start is said before anything acts on it.
    if (!changes || host === undefined || what.includes(words)) return;
    // What is written between its question and its act nobody can have read: who writes it waits for the step's lock.
    const seen = asked ?? entries;
    const { epoch } = situation(seen).last ?? last;
    if (step && letsWrite.has(step.phase) && site === last.to) this.#ask({ kind: "acts", step, epoch }, seen);
    if (site === last.from && stateOf(situation(entries)) === "in doubt" && givingBack.test(what))
      for (const chain of this.#graph(entries)?.chains ?? [])
        this.#ask({ kind: "gives back", what: short(what), chain }, entries);
    const over = overwriting.exec(what);
    const database = over?.[1] ?? over?.[2];
    if (database === undefined || (site !== "primary" && site !== "dr")) return;
    const only = await onlyAt(this.#stage.lab, site, host, database);
    if (only > 0)
      this.#ask(
        {
          kind: "overwrites",
          site,
          database: `${database} (${String(only)} minutes of work)`,
          unshipped: true,
        },
        this.#stage.journal.all,
      );
  }

  wrote(entry: Entry, before: readonly Entry[]): void {
    const entries = this.#stage.journal.all;
    if (entry.kind === "activation started") {
      // A change of the mode under way is somebody's word for the activation that goes on with it.
      const { declaration, modeChanges } = situation(before);
      const declared = declaration !== undefined || modeChanges.size > 0;
      this.#ask({ kind: "begins", epoch: entry.epoch, declared }, entries);
    }
    if (entry.kind === "completed") this.#ask({ kind: "completes" }, before);
    if (entry.kind === "abandoned") {
      const { lossSec } = entry;
      this.#ask({ kind: "abandoned", ...(lossSec === undefined ? {} : { lossSec }) }, before);
    }
    if (entry.kind !== "step" || entry.epoch === undefined) return;
    const step = this.#graph(before)?.step(entry.step);
    if (!step) return;
    if (entry.verdict === "started") {
      const who = this.#at.get(entry.step) ?? new Set<string>();
      this.#ask({ kind: "starts", step, epoch: entry.epoch, beside: [...who] }, before);
      // A line that was on its way when its runner was killed is written; nobody is at the step then.
      if (!this.#dead.has(entry.by)) who.add(entry.by);
      this.#at.set(entry.step, who);
      this.#begunAt.set(entry.step, ++this.#seq);
      return;
    }
    if (entry.verdict === "refused") return;
    this.#at.get(entry.step)?.delete(entry.by);
    this.#ask({ kind: "verdict", step, verdict: entry.verdict }, entries);
  }

  /** Somebody goes on who slept: where the moves have ended meanwhile, nothing opens or starts at the passive site by it. */
  async woken(goesOn: () => Promise<void>): Promise<void> {
    const { lab, journal } = this.#stage;
    const s = situation(journal.all);
    const passive = otherSite(s.active);
    const writers = (): readonly string[] => lab.systems.flatMap((system) => writersAt(lab, passive, system));
    const before = new Set(writers());
    await goesOn();
    const opened = writers().filter((w) => !before.has(w));
    if (stateOf(s) === "active" && opened.length > 0)
      this.breach ??= {
        rule: "one writer",
        says: `${opened.join(", ")} can write by a command that slept, and ${s.active} is active`,
      };
  }

  /** Between two moves: takes down what there is, and looks for what was there. */
  async atRest(): Promise<void> {
    const gone = await this.#ledger.gone();
    if (gone !== undefined)
      this.breach ??= {
        rule: "nothing is overwritten",
        says: `${gone} were there once, and are nowhere now`,
      };
    this.#ledger.take();
  }

  #looked(happened: Happened): number {
    return happened.kind === "acts" ? (this.#stepLookedAt.get(happened.step.id) ?? 0) : this.#lookedAt;
  }

  #begun(happened: Happened): number {
    return happened.kind === "acts" ? (this.#begunAt.get(happened.step.id) ?? 0) : 0;
  }

  #graph(entries: readonly Entry[]): Graph | undefined {
    const { last } = situation(entries);
    return last && draw(this.#recovery, requestOf(last), this.#parts).graph;
  }

  #ask(happened: Happened, entries: readonly Entry[]): void {
    const graph = this.#graph(happened.kind === "begins" ? this.#stage.journal.all : entries);
    if (!graph || this.breach) return;
    const now = nowIn(this.#stage.lab, entries, graph, {
      unseen: this.#returnedAt > this.#looked(happened) && this.#returnedAt > this.#begun(happened),
    });
    for (const rule of rules) {
      const says = rule.moment?.(happened, now, graph);
      if (says !== undefined) this.breach ??= { rule: rule.name, says };
    }
  }
}
