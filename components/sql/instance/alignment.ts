import { note, risk, type Finding } from "../../../model/finding.ts";
import { loginAlignment, type UsedLogins } from "./alignment-logins.ts";
import { keyed, lacking, listed, one } from "./alignment-names.ts";
import { versionSays, type InstanceFacts } from "./facts.ts";

/** A name with what it is: a setting with its value, a linked server with where it leads. */
export interface Named {
  readonly name: string;
  readonly is: string | null;
}

/** What is compared of an instance. */
export interface Aligned {
  readonly host: string;
  readonly facts: Pick<InstanceFacts, "version" | "edition" | "collation" | "offsetSec">;
  /** Whether each is disabled: 1 or 0. */
  readonly logins: readonly Named[];
  /** Server roles, by login, a row for each. */
  readonly roles: readonly Named[];
  /** Permissions on the server, by login or server role, a row for each: `GRANT VIEW SERVER STATE`. */
  readonly permissions: readonly Named[];
  readonly jobs: readonly Named[];
  readonly linkedServers: readonly Named[];
  readonly settings: readonly Named[];
  readonly certificates: readonly Named[];
  readonly services: readonly Named[];
}

/** What of the active site's instance the standby's lacks or has otherwise, where that hurts after a move; `used`: logins of the estate's databases. */
export function alignmentFindings(
  active: Aligned,
  standby: Aligned,
  used: UsedLogins = new Map(),
): readonly Finding[] {
  const id = (what: string): string => `align-${what}:${active.host}/${standby.host}`;
  const differ = (
    make: typeof risk,
    what: string,
    names: readonly string[],
    says: (names: string) => string,
    todo: string,
  ): readonly Finding[] =>
    names.length === 0 ? [] : [make(standby.host, says(listed(names)), todo, id(what))];
  const both = (is: (a: Aligned) => string): string =>
    `${is(standby)} on ${standby.host}, ${is(active)} on ${active.host}`;
  return [
    ...differ(
      risk,
      "jobs",
      lacking(active.jobs, standby.jobs),
      (n) => `${standby.host} has no ${n} among its jobs, which ${active.host} has`,
      "script them there, disabled, and write down who enables them after a move",
    ),
    ...differ(
      risk,
      "jobs-run",
      enabledAt(active.jobs, standby.jobs),
      (n) => `${n} ${one(n) ? "is a job" : "are jobs"} of both sites and enabled on ${standby.host}`,
      "disable them while that site is passive, unless they are meant to run at both",
    ),
    ...loginAlignment(active, standby, used),
    ...differ(
      risk,
      "linked",
      lacking(active.linkedServers, standby.linkedServers),
      (n) => `${standby.host} has no linked server ${n}, which ${active.host} has`,
      "create it there, with a login that works from there",
    ),
    ...differ(
      note,
      "linked-to",
      otherwise(active.linkedServers, standby.linkedServers),
      (n) => `the linked server leads elsewhere: ${n}`,
      "look whether that is meant",
    ),
    ...differ(
      risk,
      "settings",
      otherwise(active.settings, standby.settings),
      (n) => `settings of ${standby.host} are not those of ${active.host}: ${n}`,
      "set them alike with sp_configure",
    ),
    ...differ(
      risk,
      "certificates",
      lacking(active.certificates, standby.certificates),
      (n) => `master on ${standby.host} has no certificate ${n}, which ${active.host} has`,
      "restore it with its private key: what is encrypted by it cannot be read without",
    ),
    ...differ(
      risk,
      "certificates-other",
      otherwise(active.certificates, standby.certificates).map((n) => n.split(" ")[0] ?? n),
      (n) => `certificate ${n} in master is another one on ${standby.host} than on ${active.host}`,
      "restore the one that the active site uses, with its private key",
    ),
    ...differ(
      note,
      "services",
      otherwise(active.services, standby.services),
      (n) => `services of SQL Server run by other accounts: ${n}`,
      "look whether that account may read the folders of backups and write those of databases",
    ),
    ...(active.facts.collation === standby.facts.collation
      ? []
      : [
          risk(
            standby.host,
            `the collation of the instance is ${both((a) => a.facts.collation)}: joins with temporary tables fail (error 468)`,
            "rebuild the standby's system databases with the collation of the active site",
            id("collation"),
          ),
        ]),
    ...(active.facts.offsetSec === standby.facts.offsetSec
      ? []
      : [
          risk(
            standby.host,
            `its local time is ${String(Math.abs(active.facts.offsetSec - standby.facts.offsetSec) / 60)} minutes apart from that of ${active.host}: GETDATE() jumps with a move`,
            "set the same time zone at both sites, or make sure that no program keeps local time",
            id("time-zone"),
          ),
        ]),
    ...(active.facts.version === standby.facts.version || major(active) !== major(standby)
      ? []
      : [
          note(
            standby.host,
            `updates differ: ${both((a) => versionSays(a.facts.version))}`,
            "bring both to the same update, the standby first",
            id("updates"),
          ),
        ]),
    ...(active.facts.edition === standby.facts.edition
      ? []
      : [
          risk(
            standby.host,
            `the edition is ${both((a) => a.facts.edition)}: a database that uses what only one has does not open on the other`,
            "look at sys.dm_db_persisted_sku_features of the databases, or bring both to one edition",
            id("edition"),
          ),
        ]),
  ];
}

const major = ({ facts }: Aligned): string => facts.version.split(".").slice(0, 2).join(".");

/** What both have, and not alike: `clr enabled 0, not 1`. */
function otherwise(active: readonly Named[], standby: readonly Named[]): readonly string[] {
  const there = keyed(standby);
  return active.flatMap((n) => {
    const other = there.get(n.name.toLowerCase());
    return other && (other.is ?? "").toLowerCase() !== (n.is ?? "").toLowerCase()
      ? [`${n.name} ${other.is ?? "nothing"}, not ${n.is ?? "nothing"}`]
      : [];
  });
}

/** Jobs that both sites have and that would run at the passive one. */
function enabledAt(active: readonly Named[], standby: readonly Named[]): readonly string[] {
  const names = keyed(active);
  return standby.filter((n) => n.is === "1" && names.has(n.name.toLowerCase())).map((n) => n.name);
}
