import { setTimeout as wait } from "node:timers/promises";
import { fromLocalTime } from "../../model/time.ts";
import { runs, type Found, type Io, type Runnable } from "../../steps/act.ts";
import { sshTo, type Ssh } from "../../steps/transports/ssh.ts";
import { servicesOn, serviceState } from "../windows/services.ts";
import type { ListedService } from "../windows/parse-services.ts";
import {
  errorLines,
  errorsOfK2,
  errorsSinceCommand,
  lastChange,
  parseEvents,
  stateChangesCommand,
  type LogEvent,
} from "./events.ts";
import { portAnswers } from "../../steps/transports/tcp.ts";
import { healthy, listens, noOtherServices } from "./verbs.ts";
import type * as z from "zod";

type Args = z.infer<(typeof healthy)["args"]>;

/** When the service started, by the server's own clock, UTC. Seconds since 1970 and as the event log writes it. */
interface Start {
  readonly atSec: number;
  readonly text: string;
}

/** From the event log; where that has no word of it, from the journal. */
async function startOf({ host, service, startedBy }: Args, ssh: Ssh, io: Io): Promise<Start> {
  const displayName = (await serviceState(ssh, service))?.displayName ?? service;
  const time = lastChange(await eventsBy(ssh, host, stateChangesCommand), displayName);
  if (time !== undefined) return { atSec: Date.parse(time) / 1000, text: time };
  const entries = await io.journal.entries();
  const began = entries.findLast((e) => e.kind === "step" && e.step === startedBy && e.verdict === "started");
  if (!began)
    throw new Error(
      `neither the event log of ${host} nor the journal says when "${service}" was started. Restart the service, or write health: { log: "none" }`,
    );
  return { atSec: Date.parse(began.at) / 1000, text: began.at };
}

async function eventsBy(ssh: Ssh, host: string, command: string): Promise<readonly LogEvent[]> {
  const { code, stdout, stderr } = await ssh.run(command);
  if (code === 0) return parseEvents(stdout);
  throw new Error(
    `${host}: the event log cannot be read (wevtutil: ${String(code)} ${(stderr || stdout).trim()}). Make the SSH user a member of Event Log Readers there`,
  );
}

/** What the log says of errors since the start, newest first. */
async function errors(args: Args, ssh: Ssh, start: Start, io: Io): Promise<readonly string[]> {
  const { host, log, ignore } = args;
  const texts =
    log.kind === "event"
      ? errorsOfK2(await eventsBy(ssh, host, errorsSinceCommand(start.text)), log.sources).map(
          ({ provider, texts }) => `${provider}: ${texts.join(" ")}`,
        )
      : await errorsInFile(ssh, host, log.folder, start, io);
  return texts.filter((text) => !ignore.some((known) => text.includes(known)));
}

async function errorsInFile(
  ssh: Ssh,
  host: string,
  folder: string,
  start: Start,
  io: Io,
): Promise<readonly string[]> {
  const { code, stdout } = await ssh.run(`dir /b /a-d /o-d "${folder}\\HostServer*.log"`);
  const newest = stdout.split(/\r?\n/)[0]?.trim() ?? "";
  if (code !== 0 || newest === "")
    throw new Error(
      `${host} has no HostServer*.log in ${folder}. K2 writes it only where FileExtension is active in HostServerLogging.config; or write health: { log: "event" }`,
    );
  const log = (await ssh.readFile(`${folder}\\${newest}`)).toString("utf8");
  // Times in the log are whole seconds.
  const since = Math.floor(start.atSec);
  return errorLines(log)
    .filter(({ time }) => fromLocalTime(time, io.host(host).timeZone) >= since)
    .map(({ text }) => text)
    .reverse();
}

const short = (text: string): string => {
  const line = text.replaceAll(/\s+/g, " ").trim();
  return line.length > 300 ? `${line.slice(0, 300)}…` : line;
};

export const runnables: readonly Runnable[] = [
  runs(listens, {
    check: async ({ host, port }, io): Promise<Found> => {
      const answers = await portAnswers(io.host(host).address, port, { signal: io.signal });
      return {
        there: answers,
        says: `port ${String(port)} of ${host} ${answers ? "answers" : "does not answer"}`,
        expected: "K2 to answer where it works. If it listens on another port, write it under port",
      };
    },
  }),
  runs(healthy, {
    check: async (args, io): Promise<Found> => {
      const ssh = await sshTo(args.host, io);
      const start = await startOf(args, ssh, io);
      let found = await errors(args, ssh, start, io);
      if (found.length === 0 && args.settleSec > 0) {
        // The port answers before all of K2 has started.
        await wait(args.settleSec * 1000, undefined, { signal: io.signal });
        found = await errors(args, ssh, start, io);
      }
      const where = args.log.kind === "event" ? "the event log" : "the Host Server log";
      return {
        there: found.length === 0,
        says:
          found.length === 0
            ? `${where} of ${args.host} tells of no error of K2 since ${start.text}`
            : `${where} of ${args.host} tells of ${found.length === 1 ? "an error" : `${String(found.length)} errors`} since "${args.service}" started (${start.text}): ${short(found[0] ?? "")}`,
        expected: "none; mend what it says and restart the service, and only errors after that count",
      };
    },
  }),
  runs(noOtherServices, {
    check: async ({ host, services }, io): Promise<Found> => {
      const ssh = await sshTo(host, io);
      const others = await othersOn(ssh, services);
      if (others.length > 0)
        throw new Error(
          `${host} has other services of K2: ${others.map(({ name, displayName }) => (name === displayName ? `"${name}"` : `"${name}" (${displayName})`)).join(", ")}. Name them under services, so that they stop and start with K2, or under otherServices, so that they are left alone`,
        );
      return {
        there: true,
        says: `all services of K2 on ${host} are named`,
        expected: "no service of K2 that runs at both sites",
      };
    },
  }),
];

/** Services of K2 on a host that the estate does not name. */
export async function othersOn(ssh: Ssh, named: readonly string[]): Promise<readonly ListedService[]> {
  const known = new Set(named.map((s) => s.toLowerCase()));
  return (await servicesOn(ssh)).filter(
    ({ name, displayName }) =>
      (/^K2\b/i.test(name) || /^K2\b/i.test(displayName)) && !known.has(name.toLowerCase()),
  );
}
