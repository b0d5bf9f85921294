import { inTwo, type Finding } from "../model/finding.ts";
import { secondsText } from "../model/time.ts";
import { plain } from "../model/plain.ts";
import type { Host } from "../model/host.ts";
import { otherSite, type SiteId } from "../model/site.ts";
import type { Io, Look, Memory } from "../steps/act.ts";
import { Unreachable } from "../steps/transports/unreachable.ts";
import { inOrder } from "./verdict.ts";

/** What came of looking. */
export interface Gathered {
  /** In order, the gravest first. */
  readonly findings: readonly Finding[];
  /** What was asked, with whether anything was found and whether it was answered. */
  readonly asked: readonly Asked[];
  /** What later looks compare with, by name. */
  readonly noted: Readonly<Record<string, number>>;
}

/** A look that was made. */
export interface Asked {
  readonly id: string;
  readonly at: string;
  readonly isWell: boolean;
  readonly isAnswered: boolean;
}

/** What gathering needs beside the looks. */
export interface GatherArgs {
  readonly io: Io;
  /** The site that would become active: what is silent there stops a move, what is silent at the other one is a risk. */
  readonly to: SiteId;
  readonly hosts: readonly Host[];
  /** All looks run side by side; one that has not answered after so long is a finding. Seconds. */
  readonly limitSec: number;
  readonly before: Memory["before"];
}

/** Looks side by side. Never throws: what fails, and what does not answer in time, is a finding. */
export async function gather(looks: readonly Look[], args: GatherArgs): Promise<Gathered> {
  const noted: Record<string, number> = {};
  const memory: Memory = { before: args.before, note: (name, value) => void (noted[name] = value) };
  let limit: NodeJS.Timeout | undefined;
  const late = new Promise<"late">((resolve) => {
    limit = setTimeout(() => resolve("late"), args.limitSec * 1000);
  });
  const ended = await Promise.all(
    looks.map(
      async (look): Promise<{ readonly findings: readonly Finding[]; readonly answered: boolean }> => {
        const running = asked(look, args.io, memory);
        running.catch(() => undefined);
        try {
          const found = await Promise.race([running, late]);
          return found === "late"
            ? { findings: [tooLate(look, args)], answered: false }
            : { findings: found, answered: true };
        } catch (error) {
          return error instanceof Unreachable
            ? { findings: [unreachable(error, args)], answered: false }
            : { findings: [failed(look, error)], answered: true };
        }
      },
    ),
  );
  clearTimeout(limit);
  return {
    findings: inOrder(ended.flatMap((e) => e.findings).map(oneLine)),
    asked: looks.map(({ id, at }, i) => ({
      id,
      at,
      isWell: ended[i]?.findings.length === 0,
      isAnswered: ended[i]?.answered === true,
    })),
    noted,
  };
}

/** A look that throws before it has given a promise is caught like any other. */
const asked = async (look: Look, io: Io, memory: Memory): Promise<readonly Finding[]> => look.run(io, memory);

const siteOf = (id: string, { hosts }: GatherArgs): SiteId | undefined =>
  hosts.find((h) => h.id === id)?.site;

/** What is needed after a move stops it; of a server that is left, only a planned move has need. */
const severityAt = (host: string | undefined, args: GatherArgs): Finding["severity"] =>
  host !== undefined && siteOf(host, args) === otherSite(args.to) ? "risk" : "stops";

function unreachable(error: Unreachable, args: GatherArgs): Finding {
  const { host, port, obstacle } = error;
  const what = obstacle === "host key" ? "host-key" : obstacle === "login" ? "login" : "unreachable";
  return {
    id: `${what}:${host}:${String(port)}`,
    severity: severityAt(host, args),
    at: host,
    ...inTwo(error.message, "mend that, then look again"),
  };
}

function tooLate(look: Look, args: GatherArgs): Finding {
  const { host, at } = look;
  const who = host ?? at;
  return {
    id: host === undefined ? `silent:${look.id}` : `silent:${host}`,
    severity: look.failing ?? severityAt(host, args),
    at: who,
    says: `${who} did not say in ${secondsText(args.limitSec)} what was asked of it`,
    todo: `look whether it can be reached and is not overloaded; "parallel-standby readiness" waits longer than a preview`,
  };
}

const failed = (look: Look, error: unknown): Finding => ({
  id: look.id,
  severity: look.failing ?? "stops",
  at: look.at,
  ...inTwo(error instanceof Error ? error.message : String(error), "mend that, then look again"),
});

const oneLine = (f: Finding): Finding => ({ ...f, says: plain(f.says), todo: plain(f.todo) });
