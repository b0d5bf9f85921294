import { readdir, stat } from "node:fs/promises";
import { basename, join, resolve } from "node:path";
import { ENGINE_VERSION } from "./layout.ts";
import { versionOf } from "./installed.ts";
import { freshStaging, NotOpen, place, staged, type Task } from "./place.ts";

/** How long the unpacking may take, in milliseconds: 184 MB take 4 s; a slow disk gets five minutes. */
const UNPACK_LIMIT_MS = 300_000;

/** The archive for a machine among the files of a folder: `engine-linux-x64.tar.xz`, `engine-win32-x64.tar.gz`. */
export function archiveFor(
  files: readonly string[],
  platform: string = process.platform,
  arch: string = process.arch,
): string | undefined {
  const name = new RegExp(`^engine-${platform}-${arch}\\.tar\\.(xz|gz)$`);
  return files.find((file) => name.test(file));
}

/**
 * Takes the missing pieces from an archive of the engine.
 *
 * @param named the archive (`.tar.xz` or `.tar.gz` with `bin/` and `plugins/`), or a folder of archives, one for each
 *   kind of machine.
 */
export async function fromArchive(named: string, { missing, at, env, signal }: Task): Promise<void> {
  const archive = await archiveNamed(resolve(named));
  const folder = await freshStaging(at);
  const { execa } = await import("execa");
  const ended = await execa("tar", ["-xf", archive, "-C", folder], {
    stdin: "ignore",
    timeout: UNPACK_LIMIT_MS,
    reject: false,
    cancelSignal: signal,
  });
  signal.throwIfAborted();
  if (ended.failed) throw new NotOpen(whyTarFailed(archive, ended.code, ended.stderr));
  if (missing.includes("engine")) {
    const version = await versionOf(staged(at.pulumi, at, folder), env, at.home, signal);
    if (version !== ENGINE_VERSION) {
      throw new NotOpen(
        version
          ? `${archive} holds Pulumi ${version}, expected ${ENGINE_VERSION}`
          : `the ${basename(at.pulumi)} in ${archive} does not run on ${process.platform} ${process.arch}`,
      );
    }
  }
  for (const piece of missing) await place(piece, at, "archive");
}

async function archiveNamed(path: string): Promise<string> {
  const seen = await stat(path).catch(() => undefined);
  if (!seen) throw new NotOpen(`there is no ${path}`);
  if (!seen.isDirectory()) return path;
  const found = archiveFor(await readdir(path));
  if (found) return join(path, found);
  throw new NotOpen(`the folder ${path} has no engine-${process.platform}-${process.arch}.tar.xz`);
}

function whyTarFailed(archive: string, code: string | undefined, stderr: string): string {
  if (code === "ENOENT") return `there is no tar program on the PATH to unpack ${archive} with`;
  const said = stderr.trim().split("\n")[0] ?? "";
  const hint = /xz/.test(said) ? " (GNU tar needs the xz program: package xz-utils or xz)" : "";
  return `tar could not unpack ${archive}: ${said || "it ended without a message"}${hint}`;
}
