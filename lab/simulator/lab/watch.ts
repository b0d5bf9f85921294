import type { Entry } from "../../../journal/entries.ts";
import { situation } from "../../../journal/situation.ts";
import { requestOf } from "../../../journal/next.ts";
import { wordsFileName } from "../../../model/guard.ts";
import type { Recovery } from "../../../model/recovery.ts";
import type { Parts } from "../../../model/part.ts";
import { letsWrite } from "../../../model/phase.ts";
import { draw } from "../../../planning/plan.ts";
import type { Graph } from "../../../planning/graph.ts";
import type { Happened } from "../../../planning/rule.ts";
import { rules } from "../../../planning/rules.ts";
import { short, type Call } from "./points.ts";
import type { Stage } from "./stage.ts";
import { nowIn } from "./truth.ts";

/** The file in which the guard's words stand. */
const words = wordsFileName("simulator");

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
  /** When a step began: what comes back between its last look and its act, nobody can have seen. */
  readonly #begunAt = new Map<string, number>();
  /** Runners that are at a step now. */
  readonly #at = new Map<string, Set<string>>();
  readonly #dead = new Set<string>();
  readonly #stage: Stage;
  readonly #recovery: Recovery;
  readonly #parts: Parts;

  constructor(stage: Stage, recovery: Recovery, parts: Parts) {
    this.#stage = stage;
    this.#recovery = recovery;
    this.#parts = parts;
  }

  /** Something at the old site has come back by itself. */
  returned(): void {
    this.#returnedAt = ++this.#seq;
  }

  died(runner: string): void {
    this.#dead.add(runner);
    for (const [step, who] of this.#at) if (who.delete(runner) && who.size === 0) this.#at.delete(step);
  }

  called({ host, step, changes, what }: Call): void {
    const site = host === undefined ? undefined : this.#stage.lab.host(host)?.identity.site;
    if (site === "primary") this.#lookedAt = ++this.#seq;
    // What servers may start is said before anything acts on it.
    if (!changes || !step || host === undefined || what.includes(words)) return;
    const entries = this.#stage.journal.all;
    const { last } = situation(entries);
    if (!last) return;
    if (letsWrite.has(step.phase) && site === last.to)
      this.#ask({ kind: "acts", step, epoch: last.epoch }, entries);
    if (site === last.from && /RESTORE (DATABASE|LOG)\s.*\sFROM\s/s.test(what))
      this.#ask({ kind: "overwrites", site: last.from, database: short(what), unshipped: true }, entries);
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
    if (entry.kind === "abandoned") this.#ask({ kind: "abandoned" }, before);
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
      unseen: this.#returnedAt > this.#lookedAt && this.#returnedAt > this.#begun(happened),
    });
    for (const rule of rules) {
      const says = rule.moment?.(happened, now, graph);
      if (says !== undefined) this.breach ??= { rule: rule.name, says };
    }
  }
}
