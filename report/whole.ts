import * as fs from "node:fs/promises";
import * as path from "node:path";

/** Writes a file so that whoever opens it at this moment sees a whole one, the old or the new. Makes its folder. */
export async function writeWhole(file: string, text: string): Promise<void> {
  await fs.mkdir(path.dirname(file), { recursive: true });
  const made = `${file}.${String(process.pid)}.new`;
  await fs.writeFile(made, text);
  await fs.rename(made, file).catch(async (error: unknown) => {
    await fs.rm(made, { force: true });
    throw error;
  });
}
