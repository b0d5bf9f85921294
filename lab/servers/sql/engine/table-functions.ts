import type { TableRef } from "./ast.ts";
import { compile } from "./compile.ts";
import { refuse } from "./errors.ts";
import { jsonAt, jsonText, jsonValue, openJson } from "./json.ts";
import { as } from "./operators.ts";
import type { CompiledQuery, Env, Scope } from "./scope.ts";
import { int, nvarchar, nvarcharMax, plain } from "./types.ts";

/** Functions that stand in FROM: OPENJSON, STRING_SPLIT, sys.dm_os_volume_stats. Any other name is 208. */
export function compileTableFunction(
  ref: Extract<TableRef, { kind: "function" }>,
  scope: Scope,
): { columns: CompiledQuery["columns"]; run: (env: Env) => ReturnType<CompiledQuery["run"]> } {
  const name = ref.name.at(-1)?.toUpperCase() ?? "";
  const args = ref.args.map((arg) => as(compile(arg, scope), nvarcharMax));
  const text = (env: Env, at: number): string | null => {
    const value = args[at]?.run(env) ?? null;
    return value === null ? null : plain(value);
  };
  if (name === "STRING_SPLIT" && scope.context.instance.version.major >= 13) {
    return {
      columns: [
        { name: "value", type: nvarchar(4000) },
        { name: "ordinal", type: { name: "bigint" } },
      ].slice(0, args.length === 3 ? 2 : 1) as CompiledQuery["columns"],
      run: (env) => (text(env, 0) ?? "").split(text(env, 1) ?? ",").map((part, i) => [part, BigInt(i + 1)]),
    };
  }
  if (name === "OPENJSON" && scope.context.instance.version.major >= 13) {
    const schema = ref.schema;
    const rows = (env: Env): ReturnType<typeof openJson> => {
      const json = text(env, 0);
      return json === null ? [] : openJson(json, text(env, 1) ?? "$");
    };
    if (!schema) {
      return {
        columns: [
          { name: "key", type: nvarchar(4000) },
          { name: "value", type: nvarcharMax },
          { name: "type", type: int },
        ],
        run: (env) => rows(env).map(([key, value, type]) => [key, jsonText(value), type]),
      };
    }
    return {
      columns: schema.map(({ name: column, type }) => ({ name: column, type })),
      run: (env) => {
        const json = text(env, 0);
        const isArray = json !== null && Array.isArray(jsonAt(json, text(env, 1) ?? "$"));
        const elements = isArray
          ? rows(env).map(([, value]) => value)
          : json === null
            ? []
            : [jsonAt(json, text(env, 1) ?? "$") ?? null];
        return elements.map((element) =>
          schema.map((column) => {
            const found = jsonAt(JSON.stringify(element), column.path ?? `$."${column.name}"`);
            return column.isJson
              ? found === undefined || found === null
                ? null
                : JSON.stringify(found)
              : typeof found === "object"
                ? null
                : jsonValue(found, column.type);
          }),
        );
      },
    };
  }
  if (name === "DM_OS_VOLUME_STATS") return volumeStats(scope, text);
  throw refuse(208, ref.name.join("."));
}

/** The volume that a file of a database lies on; no row for a file that is not there. */
function volumeStats(
  { context: { instance } }: Scope,
  text: (env: Env, at: number) => string | null,
): ReturnType<typeof compileTableFunction> {
  return {
    columns: [
      { name: "database_id", type: int },
      { name: "file_id", type: int },
      { name: "volume_mount_point", type: nvarchar(512) },
      { name: "total_bytes", type: { name: "bigint" } },
      { name: "available_bytes", type: { name: "bigint" } },
    ],
    run: (env) => {
      const database = instance.databases().find((d) => String(d.id) === text(env, 0));
      const file = database?.files.find((f) => String(f.fileId) === text(env, 1));
      if (!database || !file) return [];
      const free = instance.disk.free(file.physicalName);
      return [
        [
          database.id,
          file.fileId,
          `${file.physicalName.slice(0, 2)}\\`,
          BigInt(Math.max(free, 200 * 1024 ** 3)),
          BigInt(free),
        ],
      ];
    },
  };
}
