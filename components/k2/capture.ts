import { otherSite } from "../../model/site.ts";
import { runs, type Found, type Io, type Runnable } from "../../steps/act.ts";
import { sqlOn } from "../../steps/transports/sql.ts";
import {
  digestOf,
  nameOf,
  sameButTimes,
  unnamedHosts,
  withoutHosts,
  type Captured,
  type TableName,
} from "./captured.ts";
import {
  filePlace,
  lookIn,
  newestOf,
  otherParts,
  sqlPlace,
  type Held,
  type Place,
  type Whose,
} from "./places.ts";
import { readTable, useOf } from "./read-rows.ts";
import { capture, rowsCaptured } from "./verbs.ts";
import type * as z from "zod";

type CaptureArgs = z.infer<(typeof capture)["args"]>;
type KeptArgs = Pick<CaptureArgs, "part" | "site" | "captureKey" | "named" | "keepOn">;

/** All places of a part's rows at a site: the file first, it is always at hand. */
export const placesOf = ({ keepOn, captureKey, ...whose }: KeptArgs, io: Io): readonly Place[] => [
  filePlace(whose, captureKey, io),
  ...keepOn.map((host) => sqlPlace(whose, host, io)),
];

/** The newest rows that are kept of a part at a site, and where; throws a sentence where there are none, not its own, or not all places could be read. */
export async function keptRows(
  args: KeptArgs,
  io: Io,
): Promise<{ readonly captured: Captured; readonly from: string }> {
  const held = await lookIn(placesOf(args, io), args);
  const found = newestOf(held);
  if (!found?.captured && held.some((h) => h.error !== undefined)) throw new Error(notSeen(args, held));
  if (!found?.captured)
    throw new Error(`${noneKept(args, held)}. ${await keptOfOthers(args, io)}${whatToDo(args)}`);
  for (const h of held) if (h.error !== undefined) io.say(`not seen: ${h.error}`);
  const foreign = unnamedHosts(found.captured.licenceKey, args.named);
  if (foreign.length > 0)
    throw new Error(
      `the licence rows kept of ${args.part} at ${args.site} (${found.place.name}) do not name ${foreign.join(", ")}, so K2 finds no licence there. ${whatToDo(args)}`,
    );
  return { captured: found.captured, from: found.place.name };
}

const noneKept = ({ part, site }: Whose, held: readonly Held[]): string =>
  `no licence rows of ${part} at ${site} are kept (${held.map((h) => `${h.place.name}: nothing`).join("; ")})`;

/** What could not be read may hold them: nothing is to be captured, restored or overwritten on that ground. */
function notSeen({ part, site }: Whose, held: readonly Held[]): string {
  const errors = held.flatMap((h) => (h.error === undefined ? [] : [h.error.replace(/\.$/, "")]));
  const nothing = held.filter((h) => h.error === undefined).map((h) => `${h.place.name}: nothing`);
  return `licence rows of ${part} at ${site} could not be read, which does not say that none are kept: ${errors.join("; ")}${nothing.length > 0 ? ` (${nothing.join("; ")})` : ""}. Mend that and look again, before anything is done about the rows`;
}

const whatToDo = ({ site }: Whose): string =>
  `Run "pulumi up -s ${site === "dr" ? "standby" : "primary"}" while the database of ${site} is its own; where production's lies over it already, restore a backup of the K2 database of ${site} under another name and name it under licence.copies.${site}`;

/** Rows are kept under the K2's id: one that was renamed has them under another. Empty where nothing else is kept. */
async function keptOfOthers(args: KeptArgs, io: Io): Promise<string> {
  const others = await otherParts(placesOf(args, io), args.part);
  const [first] = others;
  return first === undefined
    ? ""
    : `Rows of ${args.site} are kept of ${others.join(", ")}: if this K2 had ${others.length === 1 ? "that id" : "one of these ids"}, write it as keptAs (keptAs: ${JSON.stringify(first)}). Else: `;
}

/** What is to be kept: of a passive site what is kept already, else what the tables say now; nothing where they have become the other site's. */
async function wanted(args: CaptureArgs, held: readonly Held[], io: Io): Promise<Captured | undefined> {
  const kept = newestOf(held)?.captured;
  if (kept && args.database === "own") return kept;
  const now = await readNow(args, io);
  if (!now) return kept;
  return kept && sameButTimes(now.server, kept.server) && sameButTimes(now.licenceKey, kept.licenceKey)
    ? kept
    : now;
}

async function readNow(args: CaptureArgs, io: Io): Promise<Captured | undefined> {
  const { part, site, sql: host, tables, named } = args;
  const sql = await sqlOn(host, io);
  const read = async (name: TableName) => {
    const database = args.copies[name.database] ?? name.database;
    const use = await useOf(sql, database);
    if (use === "absent")
      throw new Error(
        `${host} has no database ${database}. Install K2 at ${site} with a database of its own before production's is restored over it: its licence is bound to its servers`,
      );
    if (use !== "online")
      throw new Error(
        `${database} on ${host} is ${use.state}, and no licence rows of ${part} at ${site} were captured before. ${await keptOfOthers(args, io)}Restore a backup of the K2 database of ${site} under another name on ${host}, and name it: licence: { copies: { ${site}: { ${name.database}: "…" } } }`,
      );
    return withoutHosts(await readTable(sql, host, name, database), args.others);
  };
  const server = await read(tables.server);
  const licenceKey = await read(tables.licenceKey);
  const foreign = unnamedHosts(licenceKey, named);
  if (foreign.length > 0 && args.database === "restored") return undefined;
  if (foreign.length > 0)
    throw new Error(
      args.database === "live"
        ? `no row of ${nameOf(tables.licenceKey)} on ${host} names ${foreign.join(", ")}. Give ${foreign.length === 1 ? "that server" : "those servers"} a licence in K2, or write licence: { namesHosts: false } where your K2 keeps no host names there`
        : `no row of ${nameOf(tables.licenceKey)} on ${host} names ${foreign.join(", ")}: they are the rows of ${otherSite(site)}, restored there before. ${await keptOfOthers(args, io)}Restore a backup of the K2 database of ${site} under another name, and name it under licence.copies.${site}`,
    );
  return { format: 1, part, site, at: new Date().toISOString(), server, licenceKey };
}

const lacking = (held: readonly Held[], captured: Captured): readonly Held[] => {
  const digest = digestOf(captured);
  return held.filter((h) => h.digest !== digest);
};

/** The file and at least one SQL Server must have the rows; a server that does not answer now gets them another time. */
const isKept = (held: readonly Held[], captured: Captured): boolean => {
  const lack = lacking(held, captured);
  const file = held[0];
  return (
    file !== undefined && !lack.includes(file) && lack.length < held.length - 1 && lack.every((h) => h.error)
  );
};

const rowCount = ({ server, licenceKey }: Captured): string =>
  [server, licenceKey].map((t) => `${String(t.rows.length)} of ${nameOf(t.name)}`).join(" and ");

export const runnables: readonly Runnable[] = [
  runs(capture, {
    check: async (args, io): Promise<Found> => {
      const held = await lookIn(placesOf(args, io), args);
      const captured = await wanted(args, held, io);
      if (!captured)
        return {
          there: true,
          says: `the rows of ${args.site} on ${args.sql} have been replaced already, and none were kept before`,
          expected: "nothing: they are gone",
        };
      const lack = lacking(held, captured).map((h) => h.error ?? `${h.place.name} lacks them`);
      return {
        there: isKept(held, captured),
        says: `rows of ${args.site}: ${rowCount(captured)}, captured ${captured.at}${lack.length > 0 ? `; ${lack.join("; ")}` : ""}`,
        expected: "kept beside the journal and on a SQL Server",
      };
    },
    act: async (args, io) => {
      const held = await lookIn(placesOf(args, io), args);
      const captured = await wanted(args, held, io);
      if (!captured) return;
      for (const { place } of lacking(held, captured))
        try {
          await place.write(captured);
          io.say(`kept the rows of ${args.site} in ${place.name}`);
        } catch (error) {
          io.say(`not kept in ${place.name}: ${error instanceof Error ? error.message : String(error)}`);
        }
    },
  }),
  runs(rowsCaptured, {
    check: async (args, io): Promise<Found> => {
      const { captured, from } = await keptRows(args, io);
      return {
        there: true,
        says: `rows of ${args.site}: ${rowCount(captured)}, captured ${captured.at}, in ${from}`,
        expected: "rows that can be put back",
      };
    },
  }),
];
