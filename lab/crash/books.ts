import type { Lab } from "../world/start.ts";

/** What the servers of a lab know of themselves: how each thing stands, and how often each thing was done. */
export interface Books {
  readonly state: Readonly<Record<string, string>>;
  /** Things that have an effect each time: backups, restores, starts and stops of services, changes of a zone. */
  readonly acts: Readonly<Record<string, number>>;
}

/** The names by which people and applications find K2. */
const aliases = ["k2", "k2-sql"] as const;

/** Counts from now on how often each name is led elsewhere, which a name server keeps no book of. */
export function countFlips({ dns }: Lab): ReadonlyMap<string, number> {
  const { zone } = dns.server;
  const flips = new Map<string, number>();
  const replace = zone.replace.bind(zone);
  const leadsTo = (): readonly string[] => aliases.map((alias) => zone.values(alias, "A").join());
  zone.replace = (records) => {
    const before = leadsTo();
    replace(records);
    const now = leadsTo();
    aliases.forEach((alias, i) => {
      if (now[i] !== before[i]) flips.set(alias, (flips.get(alias) ?? 0) + 1);
    });
  };
  return flips;
}

/** Reads the books of all servers, as their administrators would. */
export async function booksOf(lab: Lab, flips: ReadonlyMap<string, number>): Promise<Books> {
  const state: Record<string, string> = {};
  const acts: Record<string, number> = {};
  const did = (what: string): void => void (acts[what] = (acts[what] ?? 0) + 1);
  for (const { name, runs } of lab.servers.filter((s) =>
    s.runs.some((what) => what === "k2" || what === "sql"),
  )) {
    const { services, events } = lab.host(name);
    for (const s of services.list()) state[`${name}: service ${s.name}`] = `${s.state}, ${s.startType}`;
    for (const e of events.read("System") ?? []) if (e.id === 7036) did(`${name}: ${e.message}`);
    if (runs.includes("sql")) await sqlBooks(lab, name, state, did);
  }
  for (const alias of aliases) state[`DNS: ${alias}`] = lab.dns.server.zone.values(alias, "A").join(", ");
  for (const [alias, n] of flips) acts[`DNS: ${alias} is led elsewhere`] = n;
  return { state, acts };
}

async function sqlBooks(
  lab: Lab,
  name: string,
  state: Record<string, string>,
  did: (what: string) => void,
): Promise<void> {
  const rows = async (batch: string): Promise<readonly string[][]> =>
    (await lab.sql(name).run(batch)).rows.map((r) => Object.values(r).map(String));
  for (const [database = "", ...how] of await rows(
    "SELECT name, state_desc, recovery_model_desc, is_read_only, is_trustworthy_on, is_broker_enabled, is_master_key_encrypted_by_server, SUSER_SNAME(owner_sid) AS owner FROM sys.databases WHERE database_id > 4",
  ))
    state[`${name}: database ${database}`] = how.join(", ");
  for (const [job = "", enabled = ""] of await rows("SELECT name, enabled FROM msdb.dbo.sysjobs"))
    state[`${name}: job ${job}`] = enabled === "1" ? "enabled" : "disabled";
  for (const [database = "", type = "", copyOnly = ""] of await rows(
    "SELECT database_name, type, is_copy_only FROM msdb.dbo.backupset",
  ))
    did(
      `${name}: backup ${type}${copyOnly === "1" || copyOnly === "true" ? " copy-only" : ""} of ${database}`,
    );
  for (const [database = "", type = ""] of await rows(
    "SELECT destination_database_name, restore_type FROM msdb.dbo.restorehistory",
  ))
    did(`${name}: restore ${type} of ${database}`);
}

/** What was done between two looks. */
export const actsSince = (before: Books, now: Books): Readonly<Record<string, number>> =>
  Object.fromEntries(
    Object.entries(now.acts).flatMap(([what, n]) => {
      const more = n - (before.acts[what] ?? 0);
      return more === 0 ? [] : [[what, more]];
    }),
  );

/** How two collections of values differ, a line for each name: empty where they are the same. */
export function differences<T>(
  wanted: Readonly<Record<string, T>>,
  found: Readonly<Record<string, T>>,
): readonly string[] {
  const names = [...new Set([...Object.keys(wanted), ...Object.keys(found)])].sort();
  return names
    .filter((name) => wanted[name] !== found[name])
    .map(
      (name) =>
        `${name}: ${String(found[name] ?? "nothing")} instead of ${String(wanted[name] ?? "nothing")}`,
    );
}
