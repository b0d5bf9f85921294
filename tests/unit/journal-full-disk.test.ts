import { expect } from "chai";
import { execa } from "execa";
import * as fs from "node:fs/promises";
import * as os from "node:os";
import * as path from "node:path";
import { cannotWrite } from "../../journal/cannot-write.ts";

const failing = (code: string): Error => Object.assign(new Error(`${code}: it failed`), { code });

describe("a journal that cannot be written", () => {
  it("says what to do about it, by what went wrong", () => {
    const cases = [
      ["ENOSPC", /\(ENOSPC: it failed\)\. Its disk is full: make room there$/],
      ["EACCES", /Give this account the right to write there$/],
      ["EROFS", /It is read-only/],
      ["ENOENT", /Is its drive or share there\?$/],
      ["EIO", /Does its disk or share still answer\?$/],
    ] as const;
    for (const [code, says] of cases) expect(cannotWrite("D:\\j", failing(code)).message).to.match(says);
  });

  it("leaves no lock behind for which the next command would wait, where the disk takes nothing", async function () {
    if (process.platform === "win32") this.skip();
    const folder = await fs.mkdtemp(path.join(os.tmpdir(), "full-disk-"));
    try {
      const exclusion = new URL("../../journal/exclusion.ts", import.meta.url).href;
      // A limit for the size of files is how a process without rights gets a disk that takes nothing.
      const ran = await execa(
        "bash",
        [
          ...["-c", 'ulimit -f 0; exec "$0" --input-type=module -e "$1"', process.execPath],
          `process.on("SIGXFSZ", () => {}); const { takeTurn } = await import(${JSON.stringify(exclusion)}); await takeTurn(${JSON.stringify(folder)}).then(() => process.exit(3), (e) => process.exit(e.code === "EFBIG" ? 0 : 4))`,
        ],
        { reject: false, stdin: "ignore", stdout: "ignore", stderr: "ignore" },
      );
      expect(ran.exitCode).to.equal(0);
      expect(await fs.readdir(folder)).to.deep.equal([]);
    } finally {
      await fs.rm(folder, { recursive: true });
    }
  });
});
