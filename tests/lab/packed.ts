import { expect } from "chai";
import { execa } from "execa";
import { mkdir } from "node:fs/promises";
import { delimiter, dirname, join, resolve } from "node:path";

const repository = resolve(import.meta.dirname, "../..");

/** The PATH of somebody who has this repository's Node, and nothing else of its tools. */
export const userPath = [dirname(process.execPath), ...(process.env["PATH"] ?? "").split(delimiter)]
  .filter((entry) => !entry.startsWith(join(repository, "node_modules/.bin")))
  .join(delimiter);

/** Flags of an install that needs no network where npm has seen all of it before. */
export const installFlags = ["--ignore-scripts", "--prefer-offline", "--no-audit", "--no-fund"];

/** Whether npm failed because it could reach no registry: then nothing can be said about what it would install. */
export const registryIsAway = (output: string): boolean =>
  /\b(ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ENETUNREACH|ETIMEDOUT)\b/.test(output);

/** The package as it would be published. */
export interface Packed {
  /** The folder with its files. */
  readonly folder: string;
  readonly archive: string;
}

/** Builds the package below a folder, and packs it there. */
export async function packed(below: string): Promise<Packed> {
  await mkdir(below, { recursive: true });
  const env = { PATH: userPath };
  const folder = join(below, "package");
  const built = await execa(process.execPath, ["tools/pack/build.ts", folder], {
    cwd: repository,
    env,
    reject: false,
    all: true,
  });
  expect(built.exitCode, built.all).to.equal(0);
  const { stdout } = await execa("npm", ["pack", "./package", "--json"], { cwd: below, env });
  const [{ filename }] = JSON.parse(stdout) as readonly [{ readonly filename: string }];
  return { folder, archive: join(below, filename) };
}
