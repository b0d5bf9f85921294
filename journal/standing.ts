import type { Mode } from "../model/part.ts";
import { exceptionsOf, owedOf } from "./exceptions.ts";
import { isDone, type Situation } from "./situation.ts";
import { systemOf, termsOf } from "./systems.ts";
import type { MovingSystem } from "./terms.ts";

/** A step with what was last said of it. */
export interface StepSays {
  readonly step: string;
  readonly says: string;
}

/** How one system of an activation stands. */
export interface SystemStanding {
  readonly system: string;
  /** Ids of its parts. */
  readonly parts: readonly string[];
  readonly mode: Mode;
  /** `failed`: a step stops it. `waits`: it only waits for another system. */
  readonly state: "up" | "up with exceptions" | "failed" | "waits" | "moving" | "not begun" | "abandoned";
  /** Since when it is up; ISO 8601, UTC. */
  readonly upAt?: string;
  /** Since when it can only be finished; ISO 8601, UTC. */
  readonly openAt?: string;
  /** Steps that stop it. */
  readonly failed: readonly StepSays[];
  /** Systems that are not up yet, and after which its services start. */
  readonly waitsFor: readonly string[];
  /** What went otherwise than planned: skipped by somebody, or allowed to fail. */
  readonly exceptions: readonly StepSays[];
  readonly owed: readonly StepSays[];
}

/** How each system of the last activation stands; none where its journal knows no systems. */
export const standingOf = (s: Situation): readonly SystemStanding[] =>
  (s.last?.systems ?? []).map((m) => standing(s, m));

function standing(s: Situation, m: MovingSystem): SystemStanding {
  const { system } = m;
  const isOwn = (step: string): boolean => systemOf(step, s.last?.systems) === system;
  const says = (steps: readonly string[]): readonly StepSays[] =>
    steps.map((step) => ({ step, says: s.verdicts.get(step)?.says ?? "" }));
  const own = [...s.verdicts.values()].filter((v) => isOwn(v.step));
  const runs = [...s.begun].some(isOwn);
  const up = s.completed.get(system);
  const opened = s.opened.get(system);
  const failed = up
    ? []
    : own.filter((v) => v.critical && v.verdict === "failed" && !s.begun.has(v.step)).map((v) => v.step);
  const passed = (other: string): boolean =>
    own.some((v) => isDone(v) && m.parts.some((part) => v.step === `${part}/after-${other}`));
  const waitsFor = up ? [] : m.after.filter((other) => !s.completed.has(other) && !passed(other));
  const exceptions = exceptionsOf(s, system);
  return {
    system,
    parts: m.parts,
    mode: s.last ? termsOf(s.last, system).mode : "planned",
    state: stateOf(),
    ...(up ? { upAt: up.at } : {}),
    ...(opened ? { openAt: opened.at } : {}),
    failed: says(failed),
    waitsFor,
    exceptions: says(exceptions),
    owed: says(owedOf(s, system)),
  };

  function stateOf(): SystemStanding["state"] {
    if (up) return exceptions.length > 0 ? "up with exceptions" : "up";
    if (s.ended.get(s.epoch) === "abandoned") return "abandoned";
    if (failed.length > 0) return "failed";
    if (own.length === 0 && !runs) return "not begun";
    return waitsFor.length > 0 && !runs && s.arrived.has(system) ? "waits" : "moving";
  }
}

/** How a system stands, in a sentence: `claims: failed at claims/choose-point: a log lacks`. */
export function standingText(x: SystemStanding): string {
  const named = (steps: readonly StepSays[]): string => steps.map((f) => `${f.step}: ${f.says}`).join("; ");
  const owed =
    x.owed.length > 0 ? `; owed: ${String(x.owed.length)} ${x.owed.length === 1 ? "step" : "steps"}` : "";
  const waits = x.waitsFor.length > 0 ? `; its services wait for ${x.waitsFor.join(", ")}` : "";
  const words: Readonly<Record<SystemStanding["state"], string>> = {
    up: `up${owed}`,
    "up with exceptions": `up, WITH EXCEPTIONS: ${named(x.exceptions)}${owed}`,
    failed: `failed at ${named(x.failed)}`,
    waits: `its databases are open, and its services wait for ${x.waitsFor.join(", ")}`,
    moving: `under way${x.openAt === undefined ? "" : ", past no return"}${waits}`,
    "not begun": "not begun",
    abandoned: "abandoned",
  };
  return `${x.system}${x.mode === "unplanned" ? " (unplanned)" : ""}: ${words[x.state]}`;
}

const rank: Readonly<Record<SystemStanding["state"], number>> = {
  "up with exceptions": 0,
  failed: 1,
  waits: 2,
  moving: 3,
  "not begun": 3,
  abandoned: 3,
  up: 4,
};

/** Systems with exceptions first, then those that something stops; those that are well last. */
export const bySeverity = (all: readonly SystemStanding[]): readonly SystemStanding[] =>
  all.toSorted((a, b) => rank[a.state] - rank[b.state]);
