import type { TableName } from "./captured.ts";
import type { LicenceInput, TableInput } from "./inputs.ts";

/** What differs between K2 blackpearl and K2 Five: the service's key name, and where the Host Server log is. */
export const defaultsOf = (
  version: 4 | 5,
): { readonly services: readonly [string]; readonly logFolder: string } =>
  version === 4
    ? {
        services: ["K2 blackpearl Server"],
        logFolder: "C:\\Program Files (x86)\\K2 blackpearl\\Host Server\\Bin",
      }
    : { services: ["K2 Server"], logFolder: "C:\\Program Files\\K2\\Host Server\\Bin" };

/** Which databases, schemas and tables a K2 has; see `LicenceInput.layout`. */
export type LicenceLayout = "consolidated" | "separate" | "pre-4.6";

const layouts: Readonly<
  Record<LicenceLayout, { readonly server: TableName; readonly licenceKey: TableName }>
> = {
  consolidated: {
    server: { database: "K2", schema: "Server", table: "Server" },
    licenceKey: { database: "K2", schema: "HostServer", table: "LicenseKey" },
  },
  separate: {
    server: { database: "K2Server", schema: "Server", table: "Server" },
    licenceKey: { database: "K2HostServer", schema: "HostServer", table: "LicenseKey" },
  },
  "pre-4.6": {
    server: { database: "K2Server", schema: "dbo", table: "_Server" },
    licenceKey: { database: "K2HostServer", schema: "dbo", table: "LicenceKeys" },
  },
};

/** All layouts, for messages. */
export const licenceLayouts: readonly string[] = Object.keys(layouts);

const layoutNamed = (name: string): (typeof layouts)[LicenceLayout] | undefined =>
  (layouts as Readonly<Record<string, (typeof layouts)[LicenceLayout]>>)[name];

/** The two tables. A consolidated database may have any name: where K2 has only one, it is that one. */
export function licenceTables(
  { layout = "consolidated", server, licenceKey }: LicenceInput,
  databases: readonly string[],
): { readonly server: TableName; readonly licenceKey: TableName } {
  // A program without types may misspell it: `describe` then says so, and of nothing that only follows from it.
  const usual = layoutNamed(layout) ?? layouts.consolidated;
  const only = layout === "consolidated" && databases.length === 1 ? databases[0] : undefined;
  const named = (table: TableName, input: TableInput = {}): TableName => ({
    database: input.database ?? only ?? table.database,
    schema: input.schema ?? table.schema,
    table: input.table ?? table.table,
    ...(input.key ? { key: [...input.key] } : {}),
  });
  return { server: named(usual.server, server), licenceKey: named(usual.licenceKey, licenceKey) };
}
