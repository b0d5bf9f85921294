import { note, risk, stops, type Finding } from "../../../model/finding.ts";
import type { Aligned, Named } from "./alignment.ts";
import { lacking, listed, one } from "./alignment-names.ts";

/** By login in small letters, those that databases of the estate are used by. */
export type UsedLogins = ReadonlyMap<
  string,
  {
    /**
     * A move stops where the standby lacks it: users go by it. Not so the owner alone, in whose place a cutover puts
     * that of the installation, nor where logins are recorded for the standby, which has a finding of its own.
     */
    readonly isNeeded: boolean;
  }
>;

type Side = Pick<Aligned, "host" | "logins" | "roles" | "permissions">;

/**
 * What logins lack at the standby of what they have at the active site: the login itself, that it is enabled, server
 * roles, permissions on the server. Of a login that a database of the estate is used by it hurts after a move; of any
 * other somebody has to know.
 */
export function loginAlignment(active: Side, standby: Side, used: UsedLogins): readonly Finding[] {
  const id = (what: string): string => `align-${what}:${active.host}/${standby.host}`;
  const absent = lacking(active.logins, standby.logins);
  const stopping = absent.filter((name) => used.get(name.toLowerCase())?.isNeeded);
  const there = new Set(standby.logins.map((l) => l.name.toLowerCase()));
  const atBoth = active.logins.filter((l) => there.has(l.name.toLowerCase()));
  const enabled = new Set(standby.logins.filter((l) => l.is === "0").map((l) => l.name.toLowerCase()));
  const disabled = atBoth
    .filter((l) => l.is === "0" && !enabled.has(l.name.toLowerCase()))
    .map((l) => l.name);
  const isUsed = (name: string): boolean => used.has(name.toLowerCase());
  const each = (
    what: string,
    names: readonly string[],
    usedToo: (name: string) => boolean,
    says: (names: string) => string,
    todo: string,
  ): readonly Finding[] => {
    const [ours, others] = [names.filter(usedToo), names.filter((n) => !usedToo(n))];
    return [
      ...(ours.length > 0 ? [risk(standby.host, says(listed(ours)), todo, id(what))] : []),
      ...(others.length > 0 ? [note(standby.host, says(listed(others)), todo, id(`${what}-others`))] : []),
    ];
  };
  const roles = missingPairs(active.roles, standby.roles, there);
  // What a login may by a role of the owner's own is a permission of that role.
  const ownRoles = new Set(
    active.roles.flatMap((r) => (isUsed(r.name) && r.is !== null ? [r.is.toLowerCase()] : [])),
  );
  const known = new Set([...there, ...standby.roles.map((r) => (r.is ?? "").toLowerCase())]);
  const permissions = missingPairs(active.permissions, standby.permissions, known);
  const ofUsed = (pair: string): boolean => isUsed(nameIn(pair)) || ownRoles.has(nameIn(pair).toLowerCase());
  return [
    ...(stopping.length > 0
      ? [
          stops(
            standby.host,
            `${standby.host} has no login ${listed(stopping)}, which users of the estate's databases on ${active.host} need: nobody would get in by ${one(listed(stopping)) ? "it" : "them"}`,
            "create it there with the SID and the password that it has at the active site (sp_help_revlogin), or set recordIdentity: true, and provisioning does",
            id("logins-used"),
          ),
        ]
      : []),
    ...noted(
      standby.host,
      absent.filter((name) => !stopping.includes(name)),
      active.host,
      id("logins"),
    ),
    ...each(
      "logins-disabled",
      disabled,
      isUsed,
      (n) => `login ${n} is disabled on ${standby.host}, and enabled on ${active.host}`,
      "enable it there, unless nobody is to get in by it after a move",
    ),
    ...each(
      "server-roles",
      roles,
      (pair) => isUsed(nameIn(pair)),
      (n) => `logins of ${standby.host} are not in the server roles that they are in on ${active.host}: ${n}`,
      "add them there: ALTER SERVER ROLE … ADD MEMBER …",
    ),
    ...each(
      "server-permissions",
      permissions,
      ofUsed,
      (n) => `permissions on the server lack on ${standby.host}, or are others than on ${active.host}: ${n}`,
      "grant, or deny, them there",
    ),
  ];
}

const noted = (host: string, names: readonly string[], active: string, id: string): readonly Finding[] =>
  names.length === 0
    ? []
    : [
        note(
          host,
          `${host} has no login ${listed(names)}, which ${active} has`,
          "create those that somebody needs there; logins of shipped databases are created by provisioning",
          id,
        ),
      ];

/** Between a name and what it has, where both stand in one text. */
const arrow = " > ";
const nameIn = (pair: string): string => pair.split(arrow)[0] ?? pair;

/** What names that both know have at one side alone: `app > sysadmin`. */
function missingPairs(
  active: readonly Named[],
  standby: readonly Named[],
  known: ReadonlySet<string>,
): readonly string[] {
  const pair = ({ name, is }: Named): string => `${name}${arrow}${is ?? ""}`;
  const there = new Set(standby.map((n) => pair(n).toLowerCase()));
  return active
    .filter((n) => known.has(n.name.toLowerCase()) && !there.has(pair(n).toLowerCase()))
    .map(pair)
    .toSorted();
}
