import type { Finding } from "../../../../model/finding.ts";
import type { Lookup, Request } from "../../../../model/part.ts";
import { provisionAgain } from "../../../../model/site.ts";
import type { RecoveryPart } from "../../../../model/recovery.ts";
import type { Io, Look } from "../../../../steps/act.ts";
import { sqlOn } from "../../../../steps/transports/sql.ts";
import { alignmentLook, type UsedDatabase } from "../../instance/alignment-look.ts";
import { readInstance } from "../../instance/facts.ts";
import { onlyThereFindings } from "../away.ts";
import { LogShippingFacts, shippedOn } from "../facts.ts";
import { filesOf, look } from "../look.ts";
import { backupJobName, copyAwayJobName } from "../tsql/shipping.ts";
import { defaultFolders } from "../tsql/looks.ts";
import { databasesOfPeople, fileSizes, freeSpace } from "../tsql/readiness.ts";
import { jobsOfRole, secondariesOf } from "../run/hold.ts";
import { lastOutcome, readJobs } from "../run/jobs.ts";
import { missingLogins, staleRecords } from "../run/record.ts";
import { shippingOf } from "../run/shipping.ts";
import { sourceFitRunnables } from "../run/source-fit.ts";
import { isAlone } from "../../../../steps/alone.ts";
import { isHeld } from "../../../../steps/held.ts";
import {
  gapFindings,
  jobFindings,
  loginFindings,
  staleFindings,
  strayJobFindings,
  undeclaredFindings,
  versionFindings,
  type JobsAt,
  type Of,
} from "./judge.ts";
import { awayJobFindings } from "./away-job.ts";
import { spaceFindings, type FileSize } from "./space.ts";

/** What readiness looks at for databases that are shipped, beside the preflight of a move. */
export function looks(part: RecoveryPart, { from, to }: Request, lookup: Lookup): readonly Look[] {
  const f = LogShippingFacts.parse(part.facts);
  const [source, standby] = [f.host[from], f.host[to]];
  const way = f.way[from];
  const isAdopted = f.manage === "adopt";
  const { id } = part;
  const at = (name: string, host: string, run: Look["run"]): Look => ({
    id: `${name}:${id}`,
    at: id,
    host,
    run,
  });
  return [
    ...f.databases.flatMap((database): readonly Look[] => {
      const of: Of = { part: id, database, to };
      const each = (name: string, host: string, run: Look["run"]): Look => ({
        ...at(name, host, run),
        id: `${name}:${id}/${database}`,
      });
      return [
        each("gap", standby, async (io) =>
          gapFindings(of, await look(database, shippingOf(f, io).place, io)),
        ),
        each("logins", standby, async (io) => {
          const { missing, strangers } = await missingLogins(database, standby, io);
          return loginFindings(
            of,
            { host: standby, isAdopted },
            missing.map((l) => l.name),
            strangers,
          );
        }),
        ...(f.recordIdentity
          ? [
              each("recorded", source, async (io) => {
                const { stale } = await staleRecords(database, source, standby, io);
                return staleFindings(of, source, stale);
              }),
            ]
          : []),
        each("standby-jobs", standby, (io) => standbyJobs(of, { host: standby, site: to, isAdopted }, io)),
        each("source-jobs", source, (io) => sourceJobs(of, { host: source, site: from, isAdopted }, io)),
        ...awayLooks(of, f, from, each),
        each("source-fit", source, async (io) => {
          const args = { database, host: source, backupFolder: way.backupFolder, adoptChain: f.adoptChain };
          for (const runnable of sourceFitRunnables) await runnable.bind(args).check(io);
          return [];
        }),
      ];
    }),
    {
      id: `away:${id}`,
      at: id,
      run: async (io) => onlyThereFindings(id, f, { from, to }, await isAlone(io)),
    },
    // These ask both; without the source nothing can be compared.
    at("disk", source, (io) => space(id, f, { from, to }, io)),
    at("version", source, async (io) => {
      const of = async (host: string) => ({
        host,
        version: (await readInstance(await sqlOn(host, io))).version,
      });
      return versionFindings(id, await of(source), await of(standby));
    }),
    alignmentLook(source, standby, usedOn(source, lookup)),
    at("undeclared", source, async (io) => {
      const rows = await (await sqlOn(source, io)).rows<{ name: string }>(databasesOfPeople);
      return undeclaredFindings(
        source,
        rows.map((r) => r.name),
        usedOn(source, lookup).map((d) => d.name),
      );
    }),
  ];
}

/** The job that copies backups of the active site away, where the estate names a place for them. */
function awayLooks(
  { part, database }: Of,
  f: LogShippingFacts,
  from: Request["from"],
  each: (name: string, host: string, run: Look["run"]) => Look,
): readonly Look[] {
  const awayTo = f.awayTo?.[from];
  if (awayTo === undefined) return [];
  const host = f.host[from];
  return [
    {
      ...each("away-job", host, async (io) => {
        const sql = await sqlOn(host, io);
        const job = copyAwayJobName(database);
        const [state] = await readJobs(sql, [job]);
        const outcome = await lastOutcome(sql, job);
        const seen = {
          database,
          host,
          job,
          isEnabled: state?.isEnabled,
          awayTo,
          own: await filesOf(sql, f.way[from].backupFolder),
          away: await filesOf(sql, awayTo),
          ...(outcome === undefined || outcome.isWell ? {} : { failed: outcome.says }),
        };
        return awayJobFindings(part, seen, f.everyMin, `have it made again: ${provisionAgain(from)}`);
      }),
      failing: "risk",
    },
  ];
}

/** Databases on a server that some part of this kind takes along. */
const usedOn = (host: string, lookup: Lookup): readonly UsedDatabase[] =>
  shippedOn(host, lookup).flatMap(({ facts }) =>
    facts.databases.map((name) => ({ name, isRecorded: facts.recordIdentity })),
  );

async function standbyJobs(of: Of, at: JobsAt, io: Io): Promise<readonly Finding[]> {
  const { host } = at;
  const sql = await sqlOn(host, io);
  // Without any it is the preflight that says so.
  const wanted = (await secondariesOf(sql, of.database)).flatMap((row) => [
    ...(row.copyJob === null ? [] : [{ name: row.copyJob, does: "copies the logs of" }]),
    ...(row.restoreJob === null ? [] : [{ name: row.restoreJob, does: "restores the logs of" }]),
  ]);
  const held = await isHeld(of.part, io);
  const due = wanted.filter((w) => !held || !w.does.startsWith("restores"));
  const strays = await jobsOfRole(sql, of.database, "source");
  return [
    ...jobFindings(
      of,
      at,
      due,
      await readJobs(
        sql,
        due.map((w) => w.name),
      ),
    ),
    ...strayJobFindings(of, host, await readJobs(sql, strays)),
  ];
}

async function sourceJobs(of: Of, at: JobsAt, io: Io): Promise<readonly Finding[]> {
  const { host } = at;
  const sql = await sqlOn(host, io);
  const [backup = backupJobName(of.database)] = await jobsOfRole(sql, of.database, "source");
  const wanted = [{ name: backup, does: "backs up the log of" }];
  return jobFindings(of, at, wanted, await readJobs(sql, [backup]));
}

async function space(
  part: string,
  f: LogShippingFacts,
  { from, to }: Pick<Request, "from" | "to">,
  io: Io,
): Promise<readonly Finding[]> {
  const host = f.host[to];
  const standby = await sqlOn(host, io);
  const source = await sqlOn(f.host[from], io);
  const [folders] = await standby.rows<{ data: string | null; log: string | null }>(defaultFolders);
  const drives = await standby.rows<{ drive: string; mb: number }>(freeSpace);
  return spaceFindings({
    part,
    host,
    source: await source.rows<FileSize>(fileSizes(f.databases)),
    standby: await standby.rows<FileSize>(fileSizes(f.databases)),
    defaults: { data: folders?.data ?? "", log: folders?.log ?? "" },
    copyTo: f.way[from].copyTo,
    backupFolder: f.way[to].backupFolder,
    free: new Map(drives.map((d) => [d.drive.toUpperCase(), d.mb])),
  });
}
