import { setTimeout as wait } from "node:timers/promises";
import { abandon } from "../../../cli/abandon/run.ts";
import { answer } from "../../../cli/approve/run.ts";
import { goBack } from "../../../cli/back/run.ts";
import { declare } from "../../../cli/declare/run.ts";
import { changeMode } from "../../../cli/mode/run.ts";
import { skip } from "../../../cli/skip/run.ts";
import { waive } from "../../../cli/waive/run.ts";
import { parts } from "../../../components/registry/parts.ts";
import { runs } from "../../../components/registry/runs.ts";
import type { Entry, Fact } from "../../../journal/entries.ts";
import { situation, type Situation } from "../../../journal/situation.ts";
import { stateOf } from "../../../journal/state.ts";
import { systemOf } from "../../../journal/systems.ts";
import type { SiteId } from "../../../model/site.ts";
import type { Step } from "../../../model/verb.ts";
import { asksForLaterPoint, putAside } from "./advice.ts";
import { asleepAt } from "./asleep.ts";
import { commandsOf } from "./commands.ts";
import { quietTerminal } from "./crew.ts";
import type { Stage } from "./stage.ts";
import type { Run } from "./up.ts";
import type { Watch } from "./watch.ts";

/** Who knows the product, and does with its own commands what it asks for. */
export interface People {
  /** `latest`: to the latest point that can be had; else to the one that the estate's rule gives. */
  declare(mode: "planned" | "unplanned", waived: boolean, latest?: boolean): Promise<unknown>;
  /** What somebody does after a run; nothing where another `up` is all that is needed. */
  next(s: Situation, round: number, outcome: Run | "killed"): Promise<unknown>;
  giveUp(): Promise<void>;
  /** Goes back past no return, now or as soon as that can be done. */
  goBack(): Promise<void>;
  /** The same as what the move can still be given up by, by somebody whose laptop sleeps from its first step on. */
  fallAsleep(): Promise<void>;
  /** Who fell asleep goes on, whatever has moved since. */
  wake(): Promise<void>;
  /** Another move is to be made. */
  begin(): void;
  /** The next question is answered with no. */
  decline(): void;
  /** Hears of every entry: questions are answered after some minutes. */
  heard(entry: Entry): void;
  /** What they do while a step runs; a command that is refused is heard of and changes nothing. */
  skip(step: string | undefined): Promise<unknown>;
  goOnUnplanned(step: Step | undefined, s: Situation): Promise<unknown>;
}

/** Which way a move goes. */
export interface Way {
  readonly from: SiteId;
  readonly to: SiteId;
  /** The first move of a schedule: it is declared whatever a command would say, since the journal can hold it. */
  readonly isFirst: boolean;
}

/** How long somebody takes to answer a question. */
const answerAfterMs = 180_000;

export function peopleOf(
  stage: Stage,
  watch: Watch,
  told: string[],
  refuse: (by: string) => void,
  /** Which way the move goes that is made now. */
  way: () => Way,
): People {
  const { lab, journal } = stage;
  const terminal = quietTerminal;
  const registries = { parts, runs };
  let declines = 0;
  const command = commandsOf(stage, (what, refusal) => {
    refuse(`commands (${what})`);
    told.push(`${what}: ${refusal.slice(0, 300)}`);
  });
  const asleep: { readonly wakes: readonly (() => void)[]; readonly ended: Promise<unknown> }[] = [];
  const siteIsUp = (): boolean => lab.systems.every((s) => lab.network.isUp(s.sql[way().from]));
  const lossSec = 48 * 3600;
  /** Somebody has decided to go back, and does as soon as that can be done. */
  let goesBack = false;

  const people: People = {
    declare: (mode, waived, latest = false) => {
      told.push(
        `${mode} move declared${waived ? ", the fence waived" : ""}${latest ? ", to the latest point" : ""}`,
      );
      const fact: Fact = {
        kind: "move declared",
        to: way().to,
        mode,
        as: "ann",
        acceptLossSec: mode === "planned" ? 0 : lossSec,
        ...(mode === "planned" ? {} : { disasterAt: new Date().toISOString() }),
        ...(waived ? { waiveFence: "the site has no power" } : {}),
        ...(latest ? { point: { latest: true } } : {}),
      };
      return way().isFirst
        ? journal.append(fact)
        : command("declare", (project) => declare(fact, project, registries, terminal));
    },

    giveUp,
    goBack: () => {
      goesBack = true;
      return returned();
    },
    fallAsleep: async () => {
      const s = situation(journal.all);
      if (stateOf(s) === "active") return;
      told.push("somebody gives it up, and their laptop sleeps");
      const wakes: (() => void)[] = [];
      const ended = command("what slept", async (project, over) => {
        // By the lock of its first step the journal has its word, and others can go on with it.
        const sleeper = asleepAt(project.journal, (call) => {
          const isNow = call.startsWith("lease step ");
          // Whatever it holds is over while it sleeps.
          if (isNow) over();
          return isNow;
        });
        wakes.push(sleeper.wake);
        const sleeping = { ...project, journal: sleeper.journal };
        const who = { as: "eve", reason: "simulated", preview: false };
        await (s.noReturn
          ? goBack({ ...who, acceptLoss: "48h" }, sleeping, registries, terminal)
          : abandon(who, sleeping, registries, terminal));
      });
      asleep.push({ wakes, ended });
      // Its first words, and what it waits for: not until it has come to its steps.
      await wait(1000);
    },
    wake: async () => {
      for (const { wakes, ended } of asleep.splice(0)) {
        told.push("who slept goes on");
        await watch.woken(async () => {
          for (const wake of wakes) wake();
          await ended;
        });
      }
    },
    begin: () => {
      goesBack = false;
      declines = 0;
    },

    decline: () => {
      declines++;
    },

    heard: (entry) => {
      if (entry.kind !== "waiting") return;
      void (async () => {
        await wait(answerAfterMs);
        const isNo = declines > 0;
        if (isNo) declines--;
        told.push(`${entry.step} is ${isNo ? "declined" : "approved"}`);
        await command("an answer", (project) =>
          answer(
            { step: entry.step, verdict: isNo ? "declined" : "approved", as: "bob", reason: "simulated" },
            project,
            terminal,
          ),
        );
      })();
    },

    skip: (step) =>
      step === undefined
        ? Promise.resolve()
        : command("skip", (project) =>
            skip({ step, as: "bob", reason: "simulated" }, project, registries, terminal),
          ),

    goOnUnplanned: (step, s) => {
      const system = step && systemOf(step.id, s.last?.systems);
      const waived = !siteIsUp();
      return command("mode unplanned", (project) =>
        changeMode(
          {
            ...(system === undefined ? {} : { system }),
            reason: "simulated",
            terms: {
              mode: "unplanned",
              as: "bob",
              acceptLossSec: lossSec,
              disasterAt: new Date().toISOString(),
              ...(waived ? { waiveFence: "the site has no power" } : {}),
            },
          },
          project,
          registries,
          terminal,
        ),
      );
    },

    next: async (s, round, outcome) => {
      const isUp = siteIsUp();
      if (outcome !== "killed" && round > 3)
        told.push(...[...outcome.failed].slice(0, 1).map(([id, says]) => `${id}: ${says.slice(0, 300)}`));
      if (outcome !== "killed" && outcome.refused !== undefined)
        told.push(`refused: ${outcome.refused.slice(0, 300)}`);
      const state = stateOf(s);
      if (outcome !== "killed" && s.people.skips.size > 0) await afterSkip(s, outcome);
      if (state === "active") return people.declare(isUp ? "planned" : "unplanned", !isUp);
      if (round < 2) return undefined;
      // Nobody can abandon without the site, and a link is mended in the end.
      if (lab.network.isCut(way().from) && round > 4) {
        told.push("the link is mended");
        watch.returned();
        await lab.network.siteJoined(way().from);
      }
      if (state === "in doubt") {
        if (!isUp && round > 6) {
          told.push("the old site has power again");
          watch.returned();
          await lab.network.siteUp(way().from);
          await wait(600_000);
        }
        return s.noReturn ? returned() : giveUp();
      }
      if (state === "moving past no return") {
        if (goesBack && isUp) return returned();
        if (!isUp && outcome !== "killed") await putAside(lab, outcome.failed, told);
        return goOnPastReturn(s, round, isUp);
      }
      if (!isUp && outcome !== "killed" && asksForLaterPoint(outcome.failed))
        return people.declare("unplanned", true, true);
      if (!isUp) return s.last?.waiveFence === undefined ? people.declare("unplanned", true) : undefined;
      if (round % 4 === 2) return people.declare("unplanned", false);
      return round % 4 === 0 && round > 8 ? giveUp() : undefined;
    },
  };
  return people;

  /** What was left out is done by hand; what then stops the move is left out too, where it may be. */
  async function afterSkip({ people: { skips } }: Situation, { failed }: Run): Promise<void> {
    for (const system of lab.systems)
      if (skips.has(`${system.id}/start/${system.app[way().to]}/${system.service}`)) {
        told.push(`somebody starts ${system.service} on ${system.app[way().to]}`);
        // As the runbook has it typed: a standby's service is disabled until then.
        const services = lab.host(system.app[way().to])?.services;
        services?.configure(system.service, { startType: "manual" });
        await services?.start(system.service);
      }
    const [first] = failed.keys();
    if (first !== undefined) await people.skip(first);
  }

  /**
   * One system is open, and another stands still. Where the fence can't be proven and nothing answers, somebody answers
   * for it; else what is left is begun anew, so that its steps at the old site are tried once more.
   */
  async function goOnPastReturn(s: Situation, round: number, isUp: boolean): Promise<void> {
    const behind = (s.last?.systems ?? []).filter(({ system }) => !s.arrived.has(system));
    if (behind.length === 0) return;
    if (round % 3 === 1) {
      told.push("somebody waives the fence of what is left");
      await command("waive", (project) =>
        waive({ as: "ann", reason: "the site has no power" }, project, registries, terminal),
      );
    }
    const waits = behind.some(({ terms }) => (terms ?? s.last)?.waiveFence === undefined);
    if (round % 3 !== 2 || !(isUp || waits)) return;
    told.push("what is left goes on unplanned");
    await people.goOnUnplanned(undefined, s);
  }

  async function returned(): Promise<void> {
    told.push("somebody goes back");
    const who = { as: "ann", reason: "simulated", acceptLoss: "48h", preview: false };
    const refusal = await command("back", (project) => goBack(who, project, registries, terminal));
    // As it says: the old site is no way out.
    if (refusal?.includes("Finish the move instead") === true) goesBack = false;
  }

  async function giveUp(): Promise<void> {
    told.push("somebody abandons it");
    await command("abandon", (project) =>
      abandon({ as: "ann", reason: "simulated", preview: false }, project, registries, terminal),
    );
  }
}
