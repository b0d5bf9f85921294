import { mkdir, writeFile } from "node:fs/promises";
import { delimiter, dirname, join, resolve } from "node:path";
import { answersOf } from "./answers.ts";
import type { LabServer } from "./places.ts";

/** Where the lab's servers listen this time: what `estate.ts` and the lab's own commands read. */
export interface LabFile {
  readonly hosts: Readonly<
    Record<
      string,
      { readonly address: string; readonly ssh: number; readonly hostKey: string; readonly sql?: number }
    >
  >;
  readonly ssh: { readonly user: string; readonly privateKey: string };
  readonly dns: { readonly address: string; readonly port: number };
  readonly k2Port: number;
  /** Present where the lab has a second system. */
  readonly claimsPort?: number;
  /** Present where the estate has a guard. */
  readonly guard?: true;
  /** Present where the journal is kept on a SQL Server: which one, and the folder of its mirror. */
  readonly journal?: { readonly sqlServer: string; readonly mirror: string };
  /** Where the lab takes orders: `npm run lab -- fault …`. */
  readonly control: string;
  readonly azure?: { readonly subscriptionId: string; readonly resourceGroup: string };
}

/**
 * Writes lab.json, the environment for a shell of either kind, and the answers with which `init` makes a project for these
 * servers, into the project's `.lab` folder.
 */
export async function writeLabFiles(
  folder: string,
  file: LabFile,
  env: Readonly<Record<string, string>>,
  servers: readonly LabServer[],
): Promise<void> {
  const at = join(folder, ".lab");
  await mkdir(at, { recursive: true });
  const lines = Object.entries(env);
  await writeFile(join(at, "lab.json"), `${JSON.stringify(file, undefined, 2)}\n`);
  await writeFile(
    join(at, "answers.json"),
    `${JSON.stringify(answersOf(file, servers, resolve(folder)), undefined, 2)}\n`,
  );
  await writeFile(join(at, "lab.env.sh"), lines.map(([k, v]) => `export ${k}=${shellQuoted(v)}\n`).join(""), {
    mode: 0o600,
  });
  await writeFile(
    join(at, "lab.env.ps1"),
    lines.map(([k, v]) => `$env:${k} = ${powerShellQuoted(v)}\n`).join(""),
    { mode: 0o600 },
  );
}

/** Puts `parallel-standby` into a folder for the PATH: npm links no program of the package that it stands in. */
export async function writeLauncher(folder: string, program: string): Promise<string> {
  const bin = join(folder, ".lab", "bin");
  await mkdir(bin, { recursive: true });
  const lines = ["#!/bin/sh", `exec ${shellQuoted(process.execPath)} ${shellQuoted(program)} "$@"`, ""];
  await writeFile(join(bin, "parallel-standby"), lines.join("\n"), { mode: 0o755 });
  return bin;
}

/** What a shell of the lab needs of the engine that was made sure of. */
export const engineShell = (
  env: Readonly<Record<string, string | undefined>>,
): Readonly<Record<string, string>> => ({
  PULUMI_HOME: env["PULUMI_HOME"] ?? "",
  PULUMI_SKIP_UPDATE_CHECK: "true",
  PATH: env["PATH"] ?? "",
});

/** `PATH` with these folders first, and the Node that runs this. */
export const pathWith = (folders: readonly string[]): string =>
  [...folders, dirname(process.execPath), process.env["PATH"] ?? ""].join(delimiter);

const shellQuoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;
const powerShellQuoted = (text: string): string => `'${text.replaceAll("'", "''")}'`;
