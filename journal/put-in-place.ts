import * as fs from "node:fs/promises";
import * as path from "node:path";

/**
 * Puts a text in the place of a file, whole or not at all, and keeps the file as it was beside it under a name with the
 * time; gives that name, nothing where there was no file.
 */
export async function putInPlace(file: string, text: string): Promise<readonly string[]> {
  await fs.mkdir(path.dirname(file), { recursive: true });
  const kept = await keepBeside(file);
  const next = `${file}.next`;
  const handle = await fs.open(next, "w");
  try {
    await handle.writeFile(text);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await fs.rename(next, file);
  return kept;
}

/** A copy of a file beside it: `journal.given-up-2026-11-30T091400123Z.jsonl`. Nothing where there is no file. */
export async function keepBeside(file: string): Promise<readonly string[]> {
  const { dir, name, ext } = path.parse(file);
  const time = new Date().toISOString().replaceAll(/[:.]/g, "");
  const aside = path.join(dir, `${name}.given-up-${time}${ext}`);
  try {
    await fs.copyFile(file, aside, fs.constants.COPYFILE_EXCL);
    return [aside];
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return [];
    throw error;
  }
}
