import type { TableRef } from "./ast.ts";
import { compile } from "./compile.ts";
import { refuse } from "./errors.ts";
import { jsonAt, jsonText, jsonValue, openJson } from "./json.ts";
import { as } from "./operators.ts";
import type { CompiledQuery, Env, Scope } from "./scope.ts";
import { int, nvarchar, nvarcharMax, plain } from "./types.ts";

/** Functions that stand in FROM: OPENJSON, STRING_SPLIT. Any other name is 208. */
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
  throw refuse(208, ref.name.join("."));
}
