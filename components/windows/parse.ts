/** The state of a service as the service control manager numbers it (SERVICE_STATUS, Win32). */
export const serviceStates = {
  1: "stopped",
  2: "start pending",
  3: "stop pending",
  4: "running",
  5: "continue pending",
  6: "pause pending",
  7: "paused",
} as const;
export type ServiceState = (typeof serviceStates)[keyof typeof serviceStates];

/** How a service starts. `boot` and `system` are drivers; none of them is ever set here. */
export type StartType = "auto" | "delayed-auto" | "manual" | "disabled" | "boot" | "system";

/** What `sc queryex` says of a service. */
export interface ServiceStatus {
  readonly state: ServiceState;
  /** Win32 error of its last end; 1066 stands for `serviceExitCode`, 1077 for "not started since boot". */
  readonly exitCode: number;
  readonly serviceExitCode: number;
  /** 0 where no process runs. */
  readonly pid: number;
}

/** What `sc qc` says of a service. */
export interface ServiceConfig {
  readonly startType: StartType;
  /** The account that it runs as: `CONTOSO\k2svc`, `LocalSystem`. */
  readonly account: string;
  readonly displayName: string;
}

/**
 * Reads `sc queryex`. Its labels follow the language of Windows, its numbers and their order do not: type, state,
 * exit code, service exit code, checkpoint, wait hint, process id.
 */
export function parseStatus(output: string): ServiceStatus | undefined {
  const [, state, exitCode, serviceExitCode, , , pid] = fields(output).map(({ value }) => numberOf(value));
  const name = isState(state) ? serviceStates[state] : undefined;
  if (name === undefined) return undefined;
  return { state: name, exitCode: exitCode ?? 0, serviceExitCode: serviceExitCode ?? 0, pid: pid ?? 0 };
}

/** Reads `sc qc`, by the same order: type, start type, error control, path, group, tag, display name, dependencies, account. */
export function parseConfig(output: string): ServiceConfig | undefined {
  const found = fields(output);
  const start = found[1]?.value ?? "";
  const startType = startTypes[numberOf(start) ?? -1];
  if (startType === undefined) return undefined;
  const delayed = startType === "auto" && /\(.+\)/.test(start);
  return {
    startType: delayed ? "delayed-auto" : startType,
    account: found.at(-1)?.value ?? "",
    displayName: found[6]?.value ?? "",
  };
}

/**
 * The names in `sc enumdepend NAME`: the services that stand on it. Each begins with two lines without indent, its key
 * name and its display name; the line before them all counts them.
 */
export const parseServiceNames = (output: string): readonly string[] =>
  [...output.matchAll(/^[^\s:[][^:]*:[ \t]*(\S.*?)[ \t]*\r?$/gm)]
    .map(([, name]) => name ?? "")
    .filter((name) => !/^\w+\s+=\s+\d+$/.test(name))
    .filter((_, index) => index % 2 === 0);

/** The key name in `sc getkeyname DISPLAYNAME`. */
export const parseKeyName = (output: string): string | undefined =>
  /^[^\s[][^=:]*[=:][ \t]*(\S.*?)\s*$/m.exec(output)?.[1];

const startTypes: Readonly<Record<number, StartType>> = {
  0: "boot",
  1: "system",
  2: "auto",
  3: "manual",
  4: "disabled",
};

/** Lines of the form "   LABEL : value", which begin with a blank and have a label. */
const fields = (output: string): readonly { readonly value: string }[] =>
  output.split(/\r?\n/).flatMap((line) => {
    const found = /^\s+([^\s:(][^:]*?)\s*:(?:\s+(.*?))?\s*$/.exec(line);
    return found ? [{ value: found[2] ?? "" }] : [];
  });

/** The number at the beginning of a value: `4  RUNNING`, `0x7d0`, `1077  (0x435)`. */
function numberOf(value: string): number | undefined {
  const found = /^(0x[0-9a-f]+|\d+)\b/i.exec(value)?.[1];
  return found === undefined ? undefined : Number(found);
}

const isState = (state: number | undefined): state is keyof typeof serviceStates =>
  state !== undefined && state in serviceStates;
