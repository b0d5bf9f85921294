import { mkdirSync } from "node:fs";
import { mkdir, readFile, readdir, rename, rm, stat, utimes, writeFile } from "node:fs/promises";

/** Where the files of a host's disks lie. Fails with the codes of Node's own file system. */
export interface Files {
  makeFolderNow(path: string): void;
  makeFolder(path: string): Promise<void>;
  read(path: string): Promise<Buffer>;
  write(path: string, data: Buffer): Promise<void>;
  list(folder: string): Promise<readonly string[]>;
  stat(
    path: string,
  ): Promise<{ readonly isFolder: boolean; readonly size: number; readonly modifiedMs: number }>;
  stamp(path: string, modifiedMs: number): Promise<void>;
  rename(from: string, to: string): Promise<void>;
  /** With all that is below it. */
  remove(path: string): Promise<void>;
}

/** On this machine's own disk. */
export const realFiles: Files = {
  makeFolderNow: (path) => void mkdirSync(path, { recursive: true }),
  makeFolder: async (path) => {
    await mkdir(path, { recursive: true });
  },
  read: (path) => readFile(path),
  write: (path, data) => writeFile(path, data),
  list: (folder) => readdir(folder),
  stat: async (path) => {
    const info = await stat(path);
    return { isFolder: info.isDirectory(), size: info.size, modifiedMs: info.mtimeMs };
  },
  stamp: (path, modifiedMs) => utimes(path, new Date(modifiedMs), new Date(modifiedMs)),
  rename,
  remove: (path) => rm(path, { recursive: true }),
};
