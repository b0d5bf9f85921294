import { DateTime } from "luxon";
import { note, risk, stops, type Finding } from "../../model/finding.ts";
import { nameOf, type Captured, type TableRows } from "./captured.ts";

/** Days before a licence ends from which on it is a finding. */
const soonDays = 30;

/**
 * Licences that end. K2 publishes no column lists, so any column of the licence table counts that is named after an end
 * and holds dates; licences without an end have NULL or a far date there. Where none can be read, what the estate says
 * counts: `endsAt`, the last day of that site's licence.
 */
export function licenceFindings(
  part: string,
  { licenceKey, site }: Captured,
  nowMs: number,
  endsAt?: string,
): readonly Finding[] {
  const table = nameOf(licenceKey.name);
  const read = endsIn(licenceKey);
  if (read === undefined && endsAt === undefined)
    return [
      note(
        part,
        `when the licence of ${site} ends can't be read: no column of ${table} is named after an end and holds dates`,
        `write its last day into the estate, licence: { endsAt: { ${site}: "YYYY-MM-DD" } }, and readiness tells of it in time`,
        `licence-end-unknown:${part}`,
      ),
    ];
  const ends = read ?? [
    DateTime.fromISO(endsAt ?? "", { zone: "utc" })
      .endOf("day")
      .toMillis(),
  ];
  const soonest = Math.min(...ends) - nowMs;
  const days = Math.ceil(soonest / 86_400_000);
  if (days > soonDays) return [];
  const licence =
    read === undefined
      ? `the licence of ${site} (licence.endsAt.${site} of the estate)`
      : `a captured licence of ${site} in ${table}`;
  const todo = `get a new one from Nintex, enter it at that site, and provision it again${read === undefined ? "; then write its last day into the estate" : ""}`;
  return soonest <= 0
    ? [
        stops(
          part,
          `${licence} has ended ${daysText(-Math.floor(soonest / 86_400_000))} ago: K2 does not start on it`,
          todo,
          `licence-ends:${part}`,
        ),
      ]
    : [risk(part, `${licence} ends in ${daysText(days)}`, todo, `licence-ends:${part}`)];
}

const daysText = (days: number): string => `${String(days)} ${days === 1 ? "day" : "days"}`;

const isEnd = (column: string): boolean => /expir|validto|valid_to|enddate|end_date/i.test(column);

/** The ends that the rows tell, none where no licence ends; undefined where the table has no column that tells. */
function endsIn({ columns, rows }: TableRows): readonly number[] | undefined {
  const told = columns.flatMap(({ name }, i) => {
    if (!isEnd(name)) return [];
    const cells = rows.flatMap((row) => row[i] ?? []);
    const dates = cells.map(dateIn).filter((d) => d.isValid);
    // Text that nobody can read as a date tells nothing, nor that there is no end.
    return cells.length > 0 && dates.length === 0 ? [] : [dates.map((d) => d.toMillis())];
  });
  return told.length === 0 ? undefined : told.flat();
}

function dateIn(text: string): DateTime {
  const iso = DateTime.fromISO(text.trim(), { zone: "utc" });
  return iso.isValid ? iso : DateTime.fromSQL(text.trim(), { zone: "utc" });
}

/** What keys a database has; 1 or 0 each. */
export interface KeysThere {
  readonly database: string;
  readonly host: string;
  readonly masterKey: number;
  readonly symmetricKey: number;
  readonly certificate: number;
}

/** A database with a master key and without what K2 encrypts by: then nothing proves at the standby that it opens. */
export function keyFindings(
  part: string,
  there: readonly KeysThere[],
  names: { readonly symmetricKey: string; readonly certificate: string },
): readonly Finding[] {
  return there.flatMap(({ database, host, masterKey, symmetricKey, certificate }): readonly Finding[] => {
    const lacks = [
      ...(symmetricKey === 0 ? [`symmetric key ${names.symmetricKey}`] : []),
      ...(certificate === 0 ? [`certificate ${names.certificate}`] : []),
    ];
    return masterKey === 0 || lacks.length === 0
      ? []
      : [
          risk(
            part,
            `${database} on ${host} has a master key and no ${lacks.join(" and no ")}: that K2 can decrypt its settings after a move is not proven`,
            "look at masterKey in the estate: your K2 may name them otherwise",
            `keys:${part}/${database}`,
          ),
        ];
  });
}
