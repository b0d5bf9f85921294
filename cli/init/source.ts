/** Columns and indentation that prettier keeps to where nobody tells it otherwise. */
const width = 80;
const step = 2;

/** A piece of TypeScript. Every answer goes in as `text`, so that none is ever taken for code. */
export type Code =
  | { readonly is: "code"; readonly code: string }
  | { readonly is: "text"; readonly text: string }
  | { readonly is: "list"; readonly of: readonly Code[] }
  | { readonly is: "object"; readonly open: boolean; readonly entries: readonly Entry[] }
  | { readonly is: "call"; readonly name: string; readonly args: readonly Code[] };
/** A property, one whose name says it all, or a line of comment. */
export type Entry = readonly [key: string, value: Code] | string;

export const code = (text: string | number): Code => ({ is: "code", code: String(text) });
export const text = (value: string): Code => ({ is: "text", text: value });
export const list = (of: readonly Code[]): Code => ({ is: "list", of });
export const call = (name: string, ...args: readonly Code[]): Code => ({ is: "call", name, args });
/** An object over several lines; `inline` on one, if it fits. Entries that are false are left out. */
export const object = (...entries: readonly (Entry | false)[]): Code => ({
  is: "object",
  open: true,
  entries: entries.filter((e) => e !== false),
});
export const inline = (...entries: readonly (Entry | false)[]): Code => ({
  is: "object",
  open: false,
  entries: entries.filter((e) => e !== false),
});

/** `const name = value;` or an export of it, as prettier would write it. */
export const constant = (name: string, value: Code): string => {
  const head = `const ${name} = `;
  return `${head}${written(value, 0, head.length, 1)};`;
};

/** `export const name = value;` */
export const exported = (name: string, value: Code): string => `export ${constant(name, value)}`;

/** The import of names from a package, in the order of the alphabet. */
export function imported(names: readonly string[], from: string): string {
  const sorted = names.toSorted();
  const line = `import { ${sorted.join(", ")} } from "${from}";`;
  return line.length <= width
    ? line
    : ["import {", ...sorted.map((name) => `  ${name},`), `} from "${from}";`].join("\n");
}

/** A text in quotes of the kind that needs fewer of them escaped. */
function quoted(value: string): string {
  const count = (quote: string): number => value.split(quote).length - 1;
  const double = JSON.stringify(value).replaceAll("\u2028", "\\u2028").replaceAll("\u2029", "\\u2029");
  return count('"') > count("'")
    ? `'${double.slice(1, -1).replaceAll('\\"', '"').replaceAll("'", "\\'")}'`
    : double;
}

/** It on one line, where it can stand on one. */
function flat(value: Code): string | undefined {
  switch (value.is) {
    case "code":
      return value.code;
    case "text":
      return quoted(value.text);
    case "list":
    case "call": {
      const parts = (value.is === "list" ? value.of : value.args).map(flat);
      if (parts.includes(undefined)) return undefined;
      return value.is === "list" ? `[${parts.join(", ")}]` : `${value.name}(${parts.join(", ")})`;
    }
    case "object": {
      const parts = value.entries.map((e) => (typeof e === "string" ? undefined : property(e, flat(e[1]))));
      return value.open || parts.includes(undefined) ? undefined : `{ ${parts.join(", ")} }`;
    }
  }
}

const property = ([key, value]: Exclude<Entry, string>, as: string | undefined): string | undefined =>
  as === undefined || (value.is === "code" && value.code === key) ? as : `${key}: ${as}`;

/** It with what stands before it on its line, in columns, and after it; deeper lines are indented from `indent`. */
function written(value: Code, indent: number, before: number, after: number): string {
  const line = flat(value);
  if (line !== undefined && before + line.length + after <= width) return line;
  const [outer, inner] = [" ".repeat(indent), " ".repeat(indent + step)];
  const apart = (items: readonly Code[], open: string, close: string): string =>
    [
      open,
      ...items.map((i) => `${inner}${written(i, indent + step, indent + step, 1)},`),
      outer + close,
    ].join("\n");
  switch (value.is) {
    case "code":
    case "text":
      return line ?? "";
    case "list":
      return apart(value.of, "[", "]");
    case "object":
      return ["{", ...value.entries.map((e) => entry(e, indent + step)), `${outer}}`].join("\n");
    case "call": {
      const last = value.args.at(-1);
      const others = value.args.slice(0, -1).map((arg) => `${flat(arg) ?? ""}, `);
      const head = `${value.name}(${others.join("")}`;
      return last?.is === "object" && before + head.length + 1 <= width
        ? `${head}${written(last, indent, width, 0)})`
        : apart(value.args, `${value.name}(`, ")");
    }
  }
}

/** One line of an object, or several. */
function entry(one: Entry, indent: number): string {
  const inner = " ".repeat(indent);
  if (typeof one === "string") return `${inner}${one}`;
  const [key, value] = one;
  const whole = property(one, flat(value));
  if (whole !== undefined && indent + whole.length + 1 <= width) return `${inner}${whole},`;
  return value.is === "text"
    ? `${inner}${key}:\n${inner}${" ".repeat(step)}${quoted(value.text)},`
    : `${inner}${key}: ${written(value, indent, indent + key.length + 2, 1)},`;
}
