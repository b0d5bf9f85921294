import { note, risk, stops, type Finding } from "../../../../model/finding.ts";
import { provisionAgain, type SiteId } from "../../../../model/site.ts";
import { versionSays } from "../../instance/facts.ts";
import { linesOf } from "../lines.ts";
import type { JobState } from "../run/jobs.ts";
import type { DatabaseSeen } from "../seen.ts";

/** Which part and database a finding is of, and the site that would become active. */
export interface Of {
  readonly part: string;
  readonly database: string;
  readonly to: SiteId;
}

/** A chain that breaks off: what was backed up after the gap cannot be restored. */
export function gapFindings({ part, database }: Of, seen: DatabaseSeen): readonly Finding[] {
  const lines = linesOf(seen);
  if ("refused" in lines || lines.best.broken === undefined) return [];
  return [
    stops(
      part,
      `the logs of ${database} at the standby have a gap: ${lines.best.broken}`,
      "bring the missing file over; where it is gone, take a full backup at the source and let the standby be seeded anew (reseed)",
      `gap:${part}/${database}`,
    ),
  ];
}

/** Logins that users of the database need and that the standby lacks, or has under another SID. */
export function loginFindings(
  { part, database, to }: Of,
  { host, isAdopted = false }: { readonly host: string; readonly isAdopted?: boolean },
  missing: readonly string[],
  strangers: readonly string[],
): readonly Finding[] {
  return [
    ...(missing.length > 0
      ? [
          stops(
            part,
            `${host} lacks logins that ${database} needs: ${missing.join(", ")}. Nobody would get into it by them`,
            isAdopted
              ? "create them there with the SID and the password that they have at the source (sp_help_revlogin)"
              : `have them created with the SID and the password that they have at the source: ${provisionAgain(to)}`,
            `logins:${part}/${database}`,
          ),
        ]
      : []),
    ...(strangers.length > 0
      ? [
          note(
            part,
            `${host} has logins of ${database} under another SID: ${strangers.join(", ")}`,
            "their users are linked by name in a cutover, and their passwords are those of the standby: look whether they are the same",
            `login-sids:${part}/${database}`,
          ),
        ]
      : []),
  ];
}

/** Owner, settings and logins that have changed at the source since they were recorded. */
export const staleFindings = (
  { part, database, to }: Of,
  source: string,
  stale: readonly string[],
): readonly Finding[] =>
  stale.length === 0
    ? []
    : [
        risk(
          part,
          `owner, settings or logins of ${database} have changed on ${source} since they were recorded (${stale.join(", ")})`,
          `have them recorded: ${provisionAgain(to)}`,
          `recorded:${part}/${database}`,
        ),
      ];

/** A server whose jobs are looked at. */
export interface JobsAt {
  readonly host: string;
  readonly site: SiteId;
  /** Nothing is written there: whoever set log shipping up mends it. */
  readonly isAdopted: boolean;
}

/** Jobs of one server in its role, as far as they lack or stand still. */
export function jobFindings(
  { part, database }: Of,
  { host, site, isAdopted }: JobsAt,
  wanted: readonly { readonly name: string; readonly does: string }[],
  jobs: readonly JobState[],
): readonly Finding[] {
  return wanted.flatMap(({ name, does }): readonly Finding[] => {
    const job = jobs.find((j) => j.name.toLowerCase() === name.toLowerCase());
    if (!job)
      return [
        stops(
          part,
          `${host} has no job "${name}", which ${does} ${database}`,
          isAdopted
            ? "make it again by hand: log shipping that is adopted is only looked at"
            : `have it made again: ${provisionAgain(site)}`,
          `job:${part}/${host}/${name}`,
        ),
      ];
    return job.isEnabled
      ? []
      : [
          risk(
            part,
            `the job "${name}" on ${host}, which ${does} ${database}, is disabled`,
            "find out who disabled it, and enable it",
            `job:${part}/${host}/${name}`,
          ),
        ];
  });
}

/** Jobs of the role that a server does not have now, and that run there all the same. */
export const strayJobFindings = (
  { part, database }: Of,
  host: string,
  jobs: readonly JobState[],
): readonly Finding[] =>
  jobs
    .filter((j) => j.isEnabled)
    .map((j) =>
      risk(
        part,
        `the job "${j.name}" is enabled on ${host}, which is the standby of ${database}: it belongs to the site that is active`,
        "disable it there",
        `stray-job:${part}/${host}/${j.name}`,
      ),
    );

/** Versions of both servers: backups go up to a newer one, never down to an older one. */
export function versionFindings(
  part: string,
  source: { readonly host: string; readonly version: string },
  standby: { readonly host: string; readonly version: string },
): readonly Finding[] {
  const major = (v: string): readonly [number, number] => {
    const [first = 0, second = 0] = v.split(".").map(Number);
    // 10.50 is a release of its own (2008 R2); later second numbers are always 0.
    return [first, second];
  };
  const [a, b] = [major(source.version), major(standby.version)];
  const differ = b[0] - a[0] || b[1] - a[1];
  if (differ === 0) return [];
  const both = `${standby.host} runs ${versionSays(standby.version)}, ${source.host} ${versionSays(source.version)}`;
  return differ < 0
    ? [
        stops(
          part,
          `${both}: an older SQL Server restores no backup of a newer one (error 3169)`,
          "bring the standby to the version of the source",
          `version:${part}`,
        ),
      ]
    : [
        risk(
          part,
          `${both}: a move is one way, since databases opened on the newer one never go back to the older`,
          `bring ${source.host} to the same version before a move, else there is no failback`,
          `version:${part}`,
        ),
      ];
}

/** Databases at the source that no part of the estate takes along. */
export const undeclaredFindings = (
  host: string,
  there: readonly string[],
  declared: readonly string[],
): readonly Finding[] => {
  const known = new Set(declared.map((d) => d.toLowerCase()));
  const left = there.filter((d) => !known.has(d.toLowerCase()));
  return left.length === 0
    ? []
    : [
        risk(
          host,
          `${host} has databases that no part of the estate takes along: ${left.join(", ")}. After a move they are where they were`,
          "declare them where a system needs them, or move them away from this server",
          `undeclared:${host}`,
        ),
      ];
};
