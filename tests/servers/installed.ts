import { accessSync, constants } from "node:fs";
import * as path from "node:path";

/** A server program that a suite needs. */
export interface Program {
  /** Absolute, since sshd starts itself again by it; absent where the program is not installed. */
  readonly path: string | undefined;
  /** For the suite's title: why its tests are skipped; empty where the program is installed. */
  readonly note: string;
}

/** Folders of server programs, which are often not in the search path of people. */
const serverFolders = ["/usr/sbin", "/usr/local/sbin", "/sbin"];

/** Looks for a program by name. `debianPackage` is named where it is missing. */
export function installed(name: string, debianPackage: string): Program {
  const folders = [...(process.env.PATH ?? "").split(path.delimiter), ...serverFolders];
  const found = folders
    .filter((folder) => path.isAbsolute(folder))
    .map((folder) => path.join(folder, name))
    .find(mayRun);
  return {
    path: found,
    note:
      found === undefined ? ` (skipped: ${name} of Debian's package ${debianPackage} is not installed)` : "",
  };
}

function mayRun(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
