import type { ForClause } from "./ast.ts";
import { textOf } from "./convert.ts";
import { asJson } from "./json.ts";
import type { CompiledQuery } from "./scope.ts";
import { nvarcharMax } from "./types.ts";

const escape = (text: string): string =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");

/** FOR JSON and FOR XML: all rows as one text. */
export function formatFor(clause: ForClause, query: CompiledQuery): CompiledQuery {
  const name =
    clause.mode === "JSON"
      ? "JSON_F52E2B61-18A1-11d1-B105-00805F49916B"
      : "XML_F52E2B61-18A1-11d1-B105-00805F49916B";
  const columns = [{ name, type: nvarcharMax }];
  if (clause.mode === "XML") return { columns, run: (env) => xml(clause, query, query.run(env)) };
  return {
    columns,
    run: (env) => {
      const rows = query.run(env);
      if (rows.length === 0 && clause.root === undefined) return [];
      const objects = rows.map((row) => jsonObject(clause, query, row));
      const text = clause.withoutWrapper
        ? objects.map((o) => JSON.stringify(o)).join(",")
        : JSON.stringify(objects);
      return [[clause.root === undefined ? text : `{${JSON.stringify(clause.root)}:${text}}`]];
    },
  };
}

/** Names with dots make nested objects. */
function jsonObject(
  clause: ForClause,
  query: CompiledQuery,
  row: readonly unknown[],
): Record<string, unknown> {
  const result: Record<string, unknown> = {};
  query.columns.forEach((column, i) => {
    const value = asJson((row[i] ?? null) as Parameters<typeof asJson>[0], column.type);
    if (value === null && !clause.includeNulls) return;
    const path = column.name.split(".");
    let at = result;
    for (const part of path.slice(0, -1)) at = (at[part] ??= {}) as Record<string, unknown>;
    at[path.at(-1) ?? ""] = value;
  });
  return result;
}

function xml(
  clause: ForClause,
  query: CompiledQuery,
  rows: ReturnType<CompiledQuery["run"]>,
): ReturnType<CompiledQuery["run"]> {
  const elements = rows.map((row) => {
    const inner = query.columns.map((column, i) => {
      const value = row[i] ?? null;
      if (value === null) return "";
      const text = escape(textOf(value, column.type, 126));
      return column.name === "" || column.name === "*" || column.name === "text()"
        ? text
        : `<${column.name}>${text}</${column.name}>`;
    });
    return clause.element === ""
      ? inner.join("")
      : `<${clause.element}>${inner.join("")}</${clause.element}>`;
  });
  if (elements.length === 0) return [[null]];
  const text = elements.join("");
  return [[clause.root === undefined ? text : `<${clause.root}>${text}</${clause.root}>`]];
}
