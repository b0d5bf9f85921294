import * as vm from "node:vm";
import { alias, defineEstate, k2, logShipping, secret, site } from "../../index.ts";
import type { Estate } from "../../model/estate.ts";

/** A function of the package as an estate called it. */
export interface Called {
  readonly what: string;
  readonly args: readonly unknown[];
}

/** Runs the text of an estate, which but for one word is JavaScript, with other functions in place of the package's, and gives what it exports. */
function ran(text: string, functions: Readonly<Record<string, unknown>>): unknown {
  const code = text
    .replace(/^import [^]*? from "parallel-standby";\n/, "")
    .replace("\nexport const estate", "\nconst estate")
    .replace(/^( {2}algorithm: "hmac-sha\d+") as const,$/m, "$1,");
  const run = vm.compileFunction(`${code}\nreturn estate;`, Object.keys(functions)) as (
    ...args: readonly unknown[]
  ) => unknown;
  return run(...Object.values(functions));
}

/** The estate that a text declares, by the package's own functions. */
export const estateIn = (text: string): Estate =>
  ran(text, { alias, defineEstate, k2, logShipping, secret, site }) as Estate;

/** The calls in a text, with functions that only note how they were called. */
export function callsIn(text: string): readonly Called[] {
  const calls: Called[] = [];
  const noting =
    (what: string) =>
    (...args: unknown[]): unknown => {
      calls.push({ what, args });
      return what === "site" ? { server: noting("server") } : {};
    };
  const names = ["alias", "defineEstate", "k2", "logShipping", "site"];
  ran(text, {
    secret: { env: noting("env"), file: noting("file") },
    ...Object.fromEntries(names.map((n) => [n, noting(n)])),
  });
  return calls;
}
