import { type Finding, type Well, note, stops, well } from "../../model/finding.ts";
import { moment } from "../../model/time.ts";

type Env = Readonly<Record<string, string | undefined>>;

/** The oldest Node that runs TypeScript by itself without a flag. */
export const oldestNode = [22, 18] as const;

/** Whether this Node will do. */
export function nodeFinding(version: string): Finding | Well {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  const fits = major > oldestNode[0] || (major === oldestNode[0] && minor >= oldestNode[1]);
  return fits
    ? well("node", version)
    : stops(
        "node",
        `${version} is too old`,
        `install Node ${oldestNode.join(".")} or newer, or run "npm ci" and use "npx"`,
      );
}

/** The settings of the engine that a cutover needs, as docs of the Pulumi CLI name them. */
export function settingFindings(env: Env, platform: NodeJS.Platform): readonly (Finding | Well)[] {
  const set = (name: string, value: string): string =>
    platform === "win32" ? `$env:${name}="${value}"` : `export ${name}=${value}`;
  const parallel = Number(env["PULUMI_PARALLEL"]);
  return [
    env["PULUMI_CONTINUE_ON_ERROR"] === "true"
      ? well("PULUMI_CONTINUE_ON_ERROR", "true")
      : note(
          "PULUMI_CONTINUE_ON_ERROR",
          "is not true: one system that fails would stop all others",
          set("PULUMI_CONTINUE_ON_ERROR", "true"),
        ),
    parallel >= 16
      ? well("PULUMI_PARALLEL", String(parallel))
      : note(
          "PULUMI_PARALLEL",
          Number.isNaN(parallel)
            ? "is not set: steps that wait hold the slots of others"
            : `is only ${String(parallel)}`,
          set("PULUMI_PARALLEL", "64"),
        ),
    passphrase(env, set),
  ];
}

function passphrase(env: Env, set: (name: string, value: string) => string): Finding | Well {
  const name = "PULUMI_CONFIG_PASSPHRASE";
  if (env[name] !== undefined) return well(name, env[name] === "" ? "is set, and empty" : "is set");
  if (env[`${name}_FILE`] !== undefined) return well(name, `is read from the file in ${name}_FILE`);
  return stops(
    name,
    "is not set: the engine would ask for it, and at night nobody answers",
    `${set(name, "…")}, the one that the stacks were made with; it may be empty`,
  );
}

/** The stacks that an estate needs; `up` of one that does not exist fails. */
export const neededStacks = ["primary", "standby", "dr-active", "primary-active"] as const;

/** Whether the stacks exist. Those of activations are made by provisioning. */
export function stackFinding(stacks: readonly string[]): Finding | Well {
  const missing = neededStacks.filter((name) => !stacks.includes(name));
  if (missing.length === 0) return well("stacks", neededStacks.join(", "));
  const own = missing.filter((name) => name === "primary" || name === "standby");
  const todo =
    own.length > 0
      ? own.map((name) => `pulumi stack init ${name}`).join(" && ")
      : "pulumi up -s standby makes them";
  return (missing.includes("dr-active") ? stops : note)("stacks", `missing: ${missing.join(", ")}`, todo);
}

/** Whether the clock can be right: the journal never lies in the future. */
export function clockFinding(now: Date, newest: string | undefined): Finding | Well {
  const utc = moment(now.getTime() / 1000);
  if (newest === undefined || Date.parse(newest) <= now.getTime() + 1000)
    return well("clock", `${utc}; "hosts check" compares it with the servers`);
  return stops(
    "clock",
    `${utc}, but the newest entry of the journal is of ${newest}: this clock is behind, or that one was ahead`,
    "set the clock by a time server before anything else: times decide what is lost",
  );
}
