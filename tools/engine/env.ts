import { delimiter } from "node:path";
import { places } from "./layout.ts";

/** A whole environment for a child process: only set variables, no `undefined`. */
export type Environment = Readonly<Record<string, string>>;

/** The engine never fetches a plugin, so that a machine without a network fails at once and says what is missing. */
const NO_FETCHING = { PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true" } as const;

/** `env` with `folder` first on the PATH, under whatever spelling the PATH has there (`Path` on Windows). */
export function withPath(env: NodeJS.ProcessEnv, folder: string): Record<string, string> {
  const name = Object.keys(env).find((key) => key.toUpperCase() === "PATH") ?? "PATH";
  const rest = (env[name] ?? "").split(delimiter).filter((entry) => entry !== "" && entry !== folder);
  return { ...defined(env), [name]: [folder, ...rest].join(delimiter) };
}

/**
 * The environment to run a user's own `pulumi` commands in: theirs, with the engine that was found first on the PATH.
 *
 * @param mayFetch whether the engine may acquire plugins by itself; false where the official release is out of reach.
 */
export function engineEnv(env: NodeJS.ProcessEnv, home: string, bin: string, mayFetch: boolean): Environment {
  return {
    ...withPath(env, bin),
    PULUMI_HOME: home,
    PULUMI_SKIP_UPDATE_CHECK: "true",
    ...(mayFetch ? {} : NO_FETCHING),
  };
}

/**
 * The environment of a lab or a test: nothing of the user's own Pulumi settings gets in (tokens, backend, passphrase,
 * options), nothing is fetched and nothing is asked.
 *
 * @param home the Pulumi home whose engine and plugins are used.
 * @param extra what is set on top: `PULUMI_BACKEND_URL`, `PULUMI_CONFIG_PASSPHRASE`, `PULUMI_PARALLEL` and so on.
 * @param bin the folder of the `pulumi` to run, where it is another than the one under `home`: `dirname(engine.pulumi)`.
 */
export function offlineEnv(
  home: string,
  extra: Environment = {},
  bin: string = places(home).bin,
): Record<string, string> {
  const own = Object.entries(process.env).filter(([name]) => !name.toUpperCase().startsWith("PULUMI_"));
  return {
    ...withPath(Object.fromEntries(own), bin),
    PULUMI_HOME: home,
    PULUMI_SKIP_UPDATE_CHECK: "true",
    PULUMI_SKIP_CONFIRMATIONS: "true",
    PULUMI_AUTOMATION_API_SKIP_VERSION_CHECK: "true",
    NO_COLOR: "1",
    ...NO_FETCHING,
    ...extra,
  };
}

function defined(env: NodeJS.ProcessEnv): Record<string, string> {
  const entries = Object.entries(env).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, value]],
  );
  return Object.fromEntries(entries) as Record<string, string>;
}
