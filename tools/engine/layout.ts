import { homedir } from "node:os";
import { join } from "node:path";

/** The engine that the repository runs on: the version of the npm package `pulumi`, which looks for it under this number. */
export const ENGINE_VERSION = "3.259.0";

/** The provider behind `@pulumi/command` 1.2.1. The engine finds a plugin by the exact version in its folder's name. */
export const COMMAND_VERSION = "1.2.1";

/** The oldest engine that will do: before 3.226 a `replacementTrigger` fires without cause (Pulumi changelog). */
export const OLDEST_ENGINE = "3.226.0";

/** What has to be there: the engine with its language host for Node, and the provider of `@pulumi/command`. */
export type Piece = "engine" | "command";

/** Where everything lies under a Pulumi home: the places that the official launcher and the engine look into. */
export interface Places {
  readonly home: string;
  /** The folder of one engine version: `versions/3.259.0`. */
  readonly version: string;
  readonly bin: string;
  readonly pulumi: string;
  readonly languageHost: string;
  /** The script that serves dynamic providers; a shell script, and a `.cmd` on Windows. */
  readonly dynamicHost: string;
  readonly plugin: string;
  /** The engine writes this beside a plugin's folder while it installs it; as long as it is there, the plugin is broken. */
  readonly pluginPartial: string;
  /** One word about where the files came from, for the next run. Written by this tool only. */
  readonly origin: string;
  /** New files are made here and moved into place when they are whole. */
  readonly staging: string;
  readonly lock: string;
}

/**
 * The places under `home`.
 *
 * @param platform decides the ends of file names; the running machine's by default.
 */
export function places(home: string, platform: NodeJS.Platform = process.platform): Places {
  const exe = platform === "win32" ? ".exe" : "";
  const version = join(home, "versions", ENGINE_VERSION);
  const bin = join(version, "bin");
  const pluginFolder = join(home, "plugins", `resource-command-v${COMMAND_VERSION}`);
  return {
    home,
    version,
    bin,
    pulumi: join(bin, `pulumi${exe}`),
    languageHost: join(bin, `pulumi-language-nodejs${exe}`),
    dynamicHost: join(bin, `pulumi-resource-pulumi-nodejs${platform === "win32" ? ".cmd" : ""}`),
    plugin: join(pluginFolder, `pulumi-resource-command${exe}`),
    pluginPartial: `${pluginFolder}.partial`,
    origin: join(version, "origin"),
    staging: join(home, ".parallel-standby-engine"),
    lock: join(home, ".parallel-standby-engine.lock"),
  };
}

/** The files of a piece, the one that shows the piece to be whole last. */
export function filesOf(piece: Piece, at: Places): readonly string[] {
  return piece === "engine" ? [at.dynamicHost, at.languageHost, at.pulumi] : [at.plugin];
}

/** The Pulumi home of an environment: `PULUMI_HOME`, else `.pulumi` in the user's home folder, as the engine has it. */
export function homeOf(env: NodeJS.ProcessEnv): string {
  return env["PULUMI_HOME"] || join(homedir(), ".pulumi");
}
