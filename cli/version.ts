import { readFileSync } from "node:fs";
import * as path from "node:path";
import { CliError } from "./failure.ts";

/** The version of this package: of the folder above that is named so, compiled or not. */
export function ownVersion(): string {
  for (let at = import.meta.dirname; ; at = path.dirname(at)) {
    const { name, version } = manifestIn(at);
    if (name === "parallel-standby" && version !== undefined) return version;
    if (path.dirname(at) === at)
      throw new CliError("the package parallel-standby is not whole: its package.json is missing");
  }
}

function manifestIn(folder: string): { readonly name?: string; readonly version?: string } {
  try {
    return JSON.parse(readFileSync(path.join(folder, "package.json"), "utf8")) as object;
  } catch {
    return {};
  }
}
