import { DateTime } from "luxon";
import { risk, stops, type Finding } from "../../model/finding.ts";
import { nameOf, type Captured, type TableRows } from "./captured.ts";

/** Days before a licence ends from which on it is a finding. */
const soonDays = 30;

/**
 * Licences that end. K2 publishes no column lists, so any column of the licence table counts that is named after an end
 * and holds a date; licences without an end have NULL or a far date there.
 */
export function licenceFindings(
  part: string,
  { licenceKey, site }: Captured,
  nowMs: number,
): readonly Finding[] {
  const ends = endsIn(licenceKey).map((at) => at - nowMs);
  const soonest = Math.min(...ends);
  const days = Math.ceil(soonest / 86_400_000);
  if (days > soonDays) return [];
  const table = nameOf(licenceKey.name);
  return soonest <= 0
    ? [
        stops(
          part,
          `a captured licence of ${site} in ${table} has ended ${String(-Math.floor(soonest / 86_400_000))} days ago: K2 does not start on it`,
          "get a new one from Nintex, enter it at that site, and provision it again",
          `licence-ends:${part}`,
        ),
      ]
    : [
        risk(
          part,
          `a captured licence of ${site} in ${table} ends in ${String(days)} days`,
          "get a new one from Nintex, enter it at that site, and provision it again",
          `licence-ends:${part}`,
        ),
      ];
}

const isEnd = (column: string): boolean => /expir|validto|valid_to|enddate|end_date/i.test(column);

function endsIn({ columns, rows }: TableRows): readonly number[] {
  return columns.flatMap(({ name }, i) =>
    isEnd(name)
      ? rows.flatMap((row) => {
          const at = DateTime.fromISO(row[i] ?? "", { zone: "utc" });
          return at.isValid ? [at.toMillis()] : [];
        })
      : [],
  );
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
