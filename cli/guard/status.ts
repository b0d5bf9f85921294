import { wordAt, type Word } from "../../journal/words.ts";
import type { SiteId } from "../../model/site.ts";
import { moment } from "../../model/time.ts";
import type { GuardedHost } from "../../planning/guarded.ts";
import type { Io } from "../../steps/act.ts";
import { ownWords, wordFindings } from "../../steps/own-words.ts";
import type { World } from "../../steps/find.ts";
import { wrongWithGuard } from "../../steps/guard-check.ts";
import { portAnswers } from "../../steps/transports/tcp.ts";
import { CliError } from "../failure.ts";
import { plain, table } from "../layout.ts";
import type { Project } from "../project.ts";
import type { Terminal } from "../terminal.ts";
import { atServers, guardedEstate, type GuardedEstate } from "./estate.ts";

/** How a guarded server stands, as `guard status --json` prints it. Times are ISO 8601 in UTC. */
export interface GuardStanding {
  readonly host: string;
  readonly site: SiteId;
  /** What the journal says it may start. */
  readonly word: Word;
  /** What it knows itself; absent where it knows nothing or was not reached. */
  readonly knows?: Word;
  /** Until when it may start its services without a new word. */
  readonly until?: string;
  readonly reached: boolean;
  /** What is not as it should be; each a sentence without a full stop. */
  readonly findings: readonly string[];
}

/** How long all servers together may take. Seconds. */
const limitSec = 40;
/** Looks at every guarded server and prints how it stands; throws where something is wrong, or cannot be seen at the active site. */
export async function guardStatus(
  { json }: { readonly json?: true },
  project: Project,
  registries: Pick<World, "parts" | "runs">,
  terminal: Terminal,
): Promise<void> {
  const guarded = await guardedEstate(project, registries);
  const nowSec = terminal.now().getTime() / 1000;
  const all = await atServers(project, guarded, limitSec, terminal.note, (io) =>
    Promise.all(guarded.hosts.map((h) => standingOf(h, guarded, registries, io, nowSec))),
  );
  terminal.out(json ? JSON.stringify(all, undefined, 2) : standingsText(all));
  const wrong = all.filter((h) => h.findings.length > 0).length;
  if (wrong > 0)
    throw new CliError(
      `${String(wrong)} of ${String(all.length)} guarded servers ${wrong === 1 ? "needs" : "need"} a look`,
    );
}

async function standingOf(
  guarded: GuardedHost,
  { recovery, guard, s }: GuardedEstate,
  { runs }: Pick<World, "runs">,
  io: Io,
  nowSec: number,
): Promise<GuardStanding> {
  const { host, parts } = guarded;
  const word = wordAt(s, host.site, parts);
  const common = { host: host.id, site: host.site, word };
  const isActive = s.active === host.site;
  const { ssh } = host;
  if (!ssh || !(await portAnswers(host.address, ssh.port, { signal: io.signal, limitSec: 5 })))
    return { ...common, reached: false, findings: isActive ? ["it does not answer"] : [] };
  try {
    const wrong = await wrongWithGuard(guarded, recovery, runs, io);
    const own = await ownWords(host.id, recovery.estate, io);
    const knows = own?.hosts.get(host.id);
    return {
      ...common,
      reached: true,
      ...(knows ? { knows } : {}),
      ...(own ? { until: new Date(own.untilSec * 1000).toISOString() } : {}),
      findings: [
        ...(wrong === undefined ? [] : [wrong]),
        ...wordFindings(word, own, host.id, guard.leaseHours, nowSec),
      ],
    };
  } catch (error) {
    return {
      ...common,
      reached: true,
      findings: [`it could not be looked at: ${error instanceof Error ? error.message : String(error)}`],
    };
  }
}

const standingsText = (all: readonly GuardStanding[]): string =>
  [
    table(
      ["server", "site", "journal", "goes by", "good until"],
      all.map((h) => [
        h.host,
        h.site,
        h.word,
        h.knows ?? (h.reached ? "nothing" : "no answer"),
        h.knows === "run" && h.until !== undefined ? moment(Date.parse(h.until) / 1000) : "",
      ]),
    ),
    ...all.flatMap((h) => h.findings.map((f) => `! ${h.host}: ${plain(f)}`)),
  ].join("\n");
