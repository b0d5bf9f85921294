import { execFile } from "node:child_process";
import * as fs from "node:fs/promises";
import * as os from "node:os";
import * as path from "node:path";
import { promisify } from "node:util";
import { type Finding, type Well, note, stops, well } from "../../model/finding.ts";

type Env = Readonly<Record<string, string | undefined>>;

/** The provider behind `@pulumi/command`, found by the exact version in its folder's name. */
export const commandVersion = "1.2.1";
/** The oldest engine that will do: before it a `replacementTrigger` fires without cause (Pulumi changelog, 3.226.0). */
export const oldestEngine = [3, 226, 0] as const;
/** `pulumi version` takes 0.15 s; a shim that asks for something never ends. */
const versionLimitMs = 10_000;

/** Whether an engine and its plugins are on this machine, so that nothing has to be fetched at night. */
export async function engineFindings(
  env: Env,
  platform: NodeJS.Platform,
): Promise<readonly (Finding | Well)[]> {
  const home = env["PULUMI_HOME"] ?? path.join(os.homedir(), ".pulumi");
  const pulumi = await findPulumi(env, home, platform);
  const plugin = await pluginFinding(home, platform);
  if (pulumi === undefined)
    return [
      stops(
        "engine",
        `no pulumi on the PATH, and none under ${path.join(home, "versions")}`,
        "install Pulumi (pulumi.com/docs/install) while there is a network",
      ),
      plugin,
    ];
  const version = (await isOnPath(env, platform))
    ? await versionFinding(pulumi)
    : stops("engine", `${pulumi} is not on the PATH`, `add ${path.dirname(pulumi)} to the PATH`);
  return [version, await languageFinding(pulumi, platform), plugin];
}

/** The engine itself: the launcher of the npm package `pulumi` is passed over, since it may have to fetch one. */
async function findPulumi(env: Env, home: string, platform: NodeJS.Platform): Promise<string | undefined> {
  const file = programOf(platform);
  const versions = path.join(home, "versions");
  const own = (await fs.readdir(versions).catch(() => [])).map((v) => path.join(versions, v, "bin"));
  for (const folder of [...pathOf(env), ...own]) {
    const candidate = path.join(folder, file);
    if (!(await runs(candidate))) continue;
    const real = await fs.realpath(candidate);
    if (!real.includes(`${path.sep}node_modules${path.sep}`)) return candidate;
  }
  return undefined;
}

const programOf = (platform: NodeJS.Platform): string => (platform === "win32" ? "pulumi.exe" : "pulumi");

function pathOf(env: Env): readonly string[] {
  const name = Object.keys(env).find((key) => key.toUpperCase() === "PATH") ?? "PATH";
  return (env[name] ?? "").split(path.delimiter).filter((f) => f !== "");
}

/** Whether "pulumi" can be typed, and started by the steps of a provisioning: the launcher will do for that. */
async function isOnPath(env: Env, platform: NodeJS.Platform): Promise<boolean> {
  const found = await Promise.all(pathOf(env).map((folder) => runs(path.join(folder, programOf(platform)))));
  return found.includes(true);
}

async function versionFinding(pulumi: string): Promise<Finding | Well> {
  try {
    const { stdout } = await promisify(execFile)(pulumi, ["version"], {
      timeout: versionLimitMs,
      windowsHide: true,
      env: { ...process.env, PULUMI_SKIP_UPDATE_CHECK: "true" },
    });
    return engineVersion(stdout.trim().replace(/^v/, ""), pulumi);
  } catch {
    return stops(
      "engine",
      `${pulumi} does not say its version in ${String(versionLimitMs / 1000)} s`,
      "run it by hand and see",
    );
  }
}

/** Whether an engine of that version will do. */
export function engineVersion(version: string, pulumi: string): Finding | Well {
  const found = version.split(/[.-]/).map(Number);
  const differs = oldestEngine.findIndex((n, i) => found[i] !== n);
  const fits = differs === -1 || (found[differs] ?? -1) > (oldestEngine[differs] ?? 0);
  return fits
    ? well("engine", `pulumi ${version}, ${pulumi}`)
    : stops("engine", `pulumi ${version} is too old`, `install ${oldestEngine.join(".")} or newer`);
}

async function languageFinding(pulumi: string, platform: NodeJS.Platform): Promise<Finding | Well> {
  const real = path.dirname(await fs.realpath(pulumi));
  const name = `pulumi-language-nodejs${platform === "win32" ? ".exe" : ""}`;
  const places = [path.dirname(pulumi), real].map((folder) => path.join(folder, name));
  for (const file of places) if (await runs(file)) return well("language host", file);
  return stops(
    "language host",
    `no ${name} beside ${pulumi}`,
    "install the whole Pulumi archive, not only its main program",
  );
}

async function pluginFinding(home: string, platform: NodeJS.Platform): Promise<Finding | Well> {
  const folder = path.join(home, "plugins", `resource-command-v${commandVersion}`);
  const file = path.join(folder, `pulumi-resource-command${platform === "win32" ? ".exe" : ""}`);
  const half = await fs.stat(`${folder}.partial`).then(
    () => true,
    () => false,
  );
  const install = `pulumi plugin install resource command ${commandVersion}`;
  if (half)
    return stops(
      "command plugin",
      `its installation in ${folder} was broken off`,
      `delete the folder, then ${install}`,
    );
  return (await runs(file))
    ? well("command plugin", `${commandVersion}, ${folder}`)
    : note(
        "command plugin",
        `${commandVersion} is not in ${folder}: the engine would fetch it over the network`,
        `${install}, while there is a network`,
      );
}

async function runs(file: string): Promise<boolean> {
  try {
    await fs.access(file, fs.constants.X_OK);
    return (await fs.stat(file)).isFile();
  } catch {
    return false;
  }
}
