import * as fs from "node:fs";
import * as path from "node:path";

/** The folder with Pulumi.yaml, from here upwards: what relative paths in an estate are relative to. */
export function projectRoot(from: string = process.cwd()): string {
  for (let at = path.resolve(from); ; at = path.dirname(at)) {
    if (fs.existsSync(path.join(at, "Pulumi.yaml"))) return at;
    if (path.dirname(at) === at)
      throw new Error(
        `no Pulumi.yaml in ${from} or above it. Change to the folder of your project, or make one with "parallel-standby init"`,
      );
  }
}
