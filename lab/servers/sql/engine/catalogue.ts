import { agentViews } from "./catalogue-agent.ts";
import { databaseViews } from "./catalogue-databases.ts";
import { objectViews } from "./catalogue-objects.ts";
import { keyViews } from "./catalogue-keys.ts";
import { databaseSecurityViews } from "./catalogue-security.ts";
import { serverViews } from "./catalogue-server.ts";
import type { Context } from "./context.ts";
import { Cursor } from "./cursor.ts";
import type { Database } from "./database.ts";
import { parseType } from "./parse-types.ts";
import type { SourceColumn } from "./scope.ts";
import type { V } from "./types.ts";

/** A row of a catalogue view by column name; what is left out is NULL. */
export type CatalogueRow = Readonly<Record<string, V | boolean | undefined>>;
/** A catalogue view: its columns (`name type, ...`) and what it shows for the database it is read in. */
export interface View {
  readonly columns: string;
  readonly rows: (context: Context) => Iterable<CatalogueRow>;
}
/** Views by `schema.name`, in lower case. */
export type Views = Readonly<Record<string, View>>;

const views: Views = {
  ...serverViews,
  ...databaseViews,
  ...objectViews,
  ...keyViews,
  ...databaseSecurityViews,
  ...agentViews,
};
const parsed = new Map<string, readonly SourceColumn[]>();

/** The columns of a `name type, name type` text; there are as many as the engine's own files hold. */
export function columnsOf(text: string): readonly SourceColumn[] {
  const found = parsed.get(text);
  if (found) return found;
  const cursor = new Cursor(text);
  const columns = cursor.list(() => ({ name: cursor.next().text, type: parseType(cursor).type }));
  parsed.set(text, columns);
  return columns;
}

/** A catalogue view as a source of rows; undefined where there is none of that name. Old names (sysdatabases) work in any schema. */
export function catalogueView(
  schema: string,
  name: string,
  database: Database,
):
  | {
      readonly columns: readonly SourceColumn[];
      readonly rows: (context: Context) => readonly (readonly V[])[];
    }
  | undefined {
  const key = `${schema.toLowerCase()}.${name.toLowerCase()}`;
  const view =
    views[key] ??
    (/^(dbo)$/i.test(schema)
      ? views[`sys.${name.toLowerCase()}`.replace(/^sys\.(?!sys)/, "none.")]
      : undefined) ??
    (database.name === "msdb" ? views[`msdb.${name.toLowerCase()}`] : undefined);
  if (!view) return undefined;
  const columns = columnsOf(view.columns);
  const cell = (value: V | boolean | undefined): V =>
    value === undefined ? null : typeof value === "boolean" ? (value ? 1 : 0) : value;
  return {
    columns,
    rows: (context) => [...view.rows(context)].map((row) => columns.map((column) => cell(row[column.name]))),
  };
}
