import fs from "node:fs";
import { syncBuiltinESMExports } from "node:module";
import * as path from "node:path";
import { MemoryFiles } from "../../servers/disk/memory-files.ts";
import type { Rewind } from "../../servers/rewind.ts";

/** The folder of an owner's project, where runners keep what is theirs. */
export interface RunnersFolder {
  /** Its files as they are now. */
  mark(): Rewind;
  /** Runs work in it. */
  within<T>(work: () => Promise<T>): Promise<T>;
}

/** Where the folder seems to be: no disk has it. */
const folder = "/parallel-standby-simulator";

type Callable = (...args: never[]) => unknown;

/**
 * A project's folder whose files are in memory only: what is written to a real disk is there a little sooner or later,
 * and a schedule could not be played twice in the same way. Calls of Node's file system that lead into it are taken,
 * while work is done in it; all others go on to the real one.
 */
export function runnersFolder(): RunnersFolder {
  const files = new MemoryFiles();
  files.makeFolderNow(folder);
  const isOurs = (at: unknown): at is string =>
    typeof at === "string" && (at === folder || at.startsWith(`${folder}/`));
  const encoded = (data: Buffer, how: unknown): Buffer | string => {
    const encoding = typeof how === "object" && how !== null && "encoding" in how ? how.encoding : how;
    return typeof encoding === "string" ? data.toString(encoding as BufferEncoding) : data;
  };
  const real = { ...fs.promises };
  const ours = {
    readFile: async (at: string, how?: unknown) => encoded(await files.read(at), how),
    writeFile: (at: string, data: string | Uint8Array) => files.write(at, Buffer.from(data as string)),
    mkdir: (at: string) => files.makeFolder(at),
    readdir: (at: string) => files.list(at),
    rename: (from: string, to: string) => files.rename(from, to),
    rm: (at: string, { force = false }: { readonly force?: boolean } = {}) =>
      files.remove(at).catch((error: unknown) => {
        if (!force) throw error;
      }),
  };
  const taken = Object.fromEntries(
    Object.entries(ours).map(([name, own]) => [
      name,
      (...args: never[]) =>
        isOurs(args[0]) ? (own as Callable)(...args) : (real[name as keyof typeof ours] as Callable)(...args),
    ]),
  );
  return {
    mark: () => files.mark(),
    within: async (work) => {
      const { cwd } = process;
      const { existsSync } = fs;
      const project = path.join(folder, "Pulumi.yaml");
      process.cwd = () => folder;
      Object.assign(fs.promises, taken);
      fs.existsSync = (at) => at === project || existsSync(at);
      syncBuiltinESMExports();
      try {
        return await work();
      } finally {
        process.cwd = cwd;
        Object.assign(fs.promises, real);
        fs.existsSync = existsSync;
        syncBuiltinESMExports();
      }
    },
  };
}
