import { rmSync } from "node:fs";
import * as fs from "node:fs/promises";
import * as os from "node:os";
import * as path from "node:path";

const made: string[] = [];
// Not mocha's `after`: in a worker that plays several files this one is loaded once.
process.once("exit", () => {
  for (const folder of made) rmSync(folder, { recursive: true, force: true });
});

/** A folder of its own, which is removed when this process ends. */
export async function temporaryFolder(): Promise<string> {
  const folder = await fs.realpath(await fs.mkdtemp(path.join(os.tmpdir(), "parallel-standby-")));
  made.push(folder);
  return folder;
}
