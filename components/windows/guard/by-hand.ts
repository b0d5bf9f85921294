import * as z from "zod";
import {
  guardSteps,
  placeOf,
  type Hand,
  type HandCommand,
  type HandContext,
} from "../../../model/by-hand.ts";
import { guardFile, guardTasks, lastFile } from "./place.ts";

const Hosts = z.strictObject({ hosts: z.array(z.string().min(1)) });

/** As docs/guard.md has an owner name what runs on the runner every five minutes. */
const probeTask = "parallel-standby probe";
const probeTimer = "parallel-standby-probe.timer";

const change = (names: readonly string[], to: "disable" | "enable"): string =>
  names.map((name) => `schtasks /change /${to} /tn "${name}"`).join("\n");

const guards = (hosts: readonly string[], to: "disable" | "enable", c: HandContext): readonly HandCommand[] =>
  hosts.map((host) => ({
    on: placeOf(c, host),
    with: "cmd",
    type: change(
      guardTasks.map(({ name }) => name),
      to,
    ),
  }));

const probe = (to: "disable" | "enable"): HandCommand => ({
  on: `the runner, if probe is scheduled there (Linux: systemctl ${to === "disable" ? "stop" : "start"} ${probeTimer})`,
  with: "cmd",
  type: change([probeTask], to),
});

/**
 * Lets a server start its services although its word is still that of before. Nothing where none of them is guarded: the
 * guard stops what its word does not allow, every five minutes.
 */
export const allowed = (host: string, service: string, c: HandContext): readonly string[] =>
  c.guard?.services.get(host)?.some((s) => s.toLowerCase() === service.toLowerCase())
    ? [`"${guardFile}" allow "<your name>" "runbook"`]
    : [];

/** What is typed so that guards don't undo what people do. */
export const guardHands: readonly Hand[] = [
  {
    verb: guardSteps.off,
    text: (args, c) => ({
      what: `The guards at ${c.request.from} start nothing: their word there is still "run"`,
      commands: [...guards(Hosts.parse(args).hosts, "disable", c), probe("disable")],
      see: "no error. With its tasks disabled a guarded service stays as it is, also after a restart",
      careful: `A server that does not answer: its power or network stays off until "journal adopt" and "guard publish" are done. Its witness still says "run", and its guard starts everything as soon as Windows is up`,
    }),
  },
  {
    verb: guardSteps.on,
    text: (args, c) => ({
      what: "The guards have the new word, and work again",
      commands: [
        {
          on: "the runner, once the journal says who is active",
          with: "cmd",
          type: "npx --no parallel-standby guard publish\nnpx --no parallel-standby guard status",
        },
        ...guards(Hosts.parse(args).hosts, "enable", c),
        probe("enable"),
      ],
      see: `guard status: "run" at ${c.request.to}, and no "run" at ${c.request.from}. Only then enable the tasks; the power of what was kept dark may come back`,
      careful: `What was allowed by hand ends ${String(c.guard?.leaseHours ?? 0)} h after it was typed: without the new word the services at ${c.request.to} are stopped again`,
    }),
  },
  {
    verb: guardSteps.back,
    text: (args, c) => ({
      what: `The guards at ${c.request.from} work again`,
      commands: [...guards(Hosts.parse(args).hosts, "enable", c), probe("enable")],
      see: `"run" as the word in ${lastFile} on each of them`,
    }),
  },
];
