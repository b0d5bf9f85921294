import { watchActivation } from "./watch.ts";
import type { Act, Memory, Stage } from "./scenario.ts";
import type { Ran } from "./machine.ts";

/** The name under which scenarios act. */
export const operator = "rehearsal";

/** Throws the end of what a command printed where it failed. */
export function succeeded(ran: Ran, what: string): Ran {
  if (ran.code === 0) return ran;
  throw new Error(
    `${what} ended with ${String(ran.code)}:\n${ran.all.trimEnd().split("\n").slice(-25).join("\n")}`,
  );
}

/** The journal's first entry, and the two stacks that provision. */
export const begin: Act<Memory> = {
  title: "journal and stacks",
  run: async (_memory, { rig }) => {
    succeeded(await rig.cli(["journal", "init", "--active", "primary", "--as", operator]), "journal init");
    for (const stack of ["primary", "standby"])
      succeeded(await rig.pulumi(["stack", "init", stack, "--no-select"]), `pulumi stack init ${stack}`);
  },
};

/** `pulumi up` of a provisioning stack. */
export const provision = (stack: "primary" | "standby", place: string): Act<Memory> => up(stack, place);

/** Lab time goes by; what falls due in it happens: work, log backups, copies, restores. */
export const timeGoesBy = (hours: number, title: string): Act<Memory> => ({
  title,
  run: async (_memory, { rig, say }) => {
    for (let i = 0; i < hours * 4; i++) {
      await rig.lab.clock.advance(15 * 60_000);
      say(`it is ${new Date(rig.lab.clock.now()).toISOString().slice(0, 16)}Z`);
    }
  },
});

/** Preview and cutover, with live progress from the journal. */
export const cutOver: Act<Memory> = {
  title: "pulumi preview, pulumi up -s dr-active",
  run: async (_memory, stage) => {
    stage.say("pulumi preview -s dr-active");
    succeeded(await stage.rig.pulumi(["preview", "-s", "dr-active"]), "pulumi preview -s dr-active");
    await goOn(stage);
  },
};

/** The cutover goes on, with live progress from the journal. */
export const goOn = (stage: Stage): Promise<void> =>
  watched(stage, ["up", "-s", "dr-active", "--skip-preview", "--yes"], "pulumi up -s dr-active");

/** `pulumi up` of a stack, with live progress from the journal. `why` is what the title says of it. */
export const up = (stack: string, why: string): Act<Memory> => ({
  title: `pulumi up -s ${stack} (${why})`,
  run: async (_memory, stage) =>
    watched(stage, ["up", "-s", stack, "--skip-preview", "--yes"], `pulumi up -s ${stack}`),
});

/** A verb of the command line. */
export const cli = (...args: readonly string[]): Act<Memory> => ({
  title: `parallel-standby ${args.slice(0, 3).join(" ")}`,
  run: async (_memory, { rig, say }) => {
    const ran = succeeded(await rig.cli([...args, "--as", operator]), args[0] ?? "");
    say(ran.stdout.trim().split("\n").at(-1) ?? "");
  },
});

async function watched(stage: Stage, args: readonly string[], what: string): Promise<void> {
  const watch = watchActivation(stage);
  try {
    succeeded(await stage.rig.pulumi(args), what);
  } finally {
    watch.end();
  }
}
