import { operator, succeeded } from "../acts.ts";
import { addressOf } from "../checks.ts";
import { declarePlanned, lookAtStandby, production } from "../k2-acts.ts";
import { startMove, untilItWaits, withPeople } from "../people.ts";
import type { Act, Memory, Scenario } from "../scenario.ts";
import { watchActivation } from "../watch.ts";

const step = "k2/approve-clients";
const colleague = "colleague";
const reason = "the claims of today are missing";

const askPeople: Act<Memory> = {
  title: "estate.ts: nobody is let in before somebody approves",
  run: async (_memory, { rig }) => {
    await withPeople(rig, { approve: true, pool: false });
  },
};

const declined: Act<Memory> = {
  title: "pulumi up -s dr-active, and the colleague declines",
  run: async (memory, stage) => {
    const { rig, say } = stage;
    const watch = watchActivation(stage);
    try {
      const running = startMove(rig);
      await untilItWaits(rig, step, running);
      const waits = succeeded(await rig.cli(["status"]), "status");
      say("parallel-standby decline");
      succeeded(await rig.cli(["decline", step, "--as", colleague, "--reason", reason]), "decline");
      const ended = await running.done;
      const address = await addressOf(rig.lab, "k2.corp.example");
      const production = rig.lab.host("K2PRD01").identity.address;
      const after = succeeded(await rig.cli(["status"]), "status");
      memory.seen = [
        {
          name: "status names what waits and what can be typed",
          ok: waits.stdout.includes(`parallel-standby approve ${step} --as YOUR-NAME`),
          detail: lineOf(waits.stdout, /waits for/),
        },
        {
          name: "the run ends and says who declined, and why",
          ok: ended.code !== 0 && ended.all.includes(`declined by ${colleague} ("${reason}")`),
          detail: lineOf(ended.all, /declined by/),
        },
        {
          name: "nobody was let in",
          ok: address === production,
          detail: `k2.corp.example is ${address} still, K2PRD01 is ${production}`,
        },
        {
          name: "the move is unfinished, and says what stops it",
          ok: /stopped by\s+k2\/approve-clients: declined by colleague/.test(after.stdout),
          detail: lineOf(after.stdout, /stopped by/),
        },
      ];
    } finally {
      watch.end();
    }
  },
};

const approved: Act<Memory> = {
  title: "pulumi up -s dr-active again: it asks anew, and is approved",
  run: async (_memory, stage) => {
    const { rig } = stage;
    const watch = watchActivation(stage);
    try {
      const running = startMove(rig);
      await untilItWaits(rig, step, running);
      succeeded(
        await rig.cli(["approve", step, "--as", operator, "--reason", "they are all there"]),
        "approve",
      );
      succeeded(await running.done, "pulumi up -s dr-active");
    } finally {
      watch.end();
    }
  },
};

const lineOf = (text: string, of: RegExp): string =>
  text
    .split("\n")
    .find((line) => of.test(line))
    ?.trim() ?? "nothing";

/** A move that a colleague holds up before people are let in. */
export const declinedApproval: Scenario = {
  name: "declined-approval",
  about:
    "a colleague declines before people are let in; nobody was; asked anew and approved, the move finishes",
  acts: [askPeople, ...production, declarePlanned, declined, approved, lookAtStandby],
};
