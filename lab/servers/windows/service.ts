import type { Program } from "../types.ts";

/** How Windows starts a service, in the words of `sc config start=`; manual is `demand` there. */
export type StartType = "auto" | "delayed-auto" | "manual" | "disabled";

/** The states that a service of the model can have (PAUSED is not modelled). */
export type ServiceState = "stopped" | "start-pending" | "stop-pending" | "running";

/** What can go wrong with a service. May be changed while the lab runs. */
export interface ServiceFaults {
  /**
   * The start fails with this Win32 code. 2, 3, 5, 1053 (after 30 s of lab time) and 1069 are answered by the start
   * request itself; any other lets it become START_PENDING and then stop with that exit code, as 1067 does.
   */
  readonly failsToStart?: number;
  /** It stays in START_PENDING. */
  readonly hangsOnStart?: boolean;
  /** It stays in STOP_PENDING until its process is killed. */
  readonly hangsOnStop?: boolean;
  /** It takes no stop request: 1052. */
  readonly refusesStop?: boolean;
  /** Its process ends by itself so many milliseconds of lab time after it was RUNNING. */
  readonly diesAfterMs?: number;
}

/** A service as the lab installs it. */
export interface ServiceSpec {
  /** Key name. */
  readonly name: string;
  /** Default: the key name. */
  readonly displayName?: string;
  /** Default: auto. */
  readonly startType?: StartType;
  /** Whether it runs when the lab begins. Default: what its start type leads to. */
  readonly initially?: "running" | "stopped";
  /** Default: LocalSystem. */
  readonly account?: string;
  /** Command line of its process. Default: C:\Windows\System32\svchost.exe -k <name>. */
  readonly image?: string;
  /** Key names of the services that must run before it. */
  readonly dependsOn?: readonly string[];
  /** Lab time from START_PENDING to RUNNING, in milliseconds. Default 100. */
  readonly startUpMs?: number;
  /** Lab time from STOP_PENDING to STOPPED, in milliseconds. Default 100. */
  readonly stopMs?: number;
  readonly program?: Program;
  readonly faults?: ServiceFaults;
}

/** What `sc failure` sets: what Windows does when the process ends without having been stopped. */
export interface FailureActions {
  readonly resetSec: number;
  readonly actions: readonly { readonly kind: "restart" | "none"; readonly delayMs: number }[];
}

/** A service as it is now. */
export interface Service {
  readonly name: string;
  displayName: string;
  startType: StartType;
  account: string;
  image: string;
  dependsOn: readonly string[];
  readonly startUpMs: number;
  readonly stopMs: number;
  readonly program: Program | undefined;
  faults: ServiceFaults;
  failureActions: FailureActions;
  state: ServiceState;
  /** Win32 exit code; 1077 when it was not started since the boot. */
  exitCode: number;
  /** 0 when stopped. */
  pid: number;
}

/** The service that a spec describes, before its first start. */
export function installed(spec: ServiceSpec): Service {
  return {
    name: spec.name,
    displayName: spec.displayName ?? spec.name,
    startType: spec.startType ?? "auto",
    account: spec.account ?? "LocalSystem",
    image: spec.image ?? `C:\\Windows\\System32\\svchost.exe -k ${spec.name}`,
    dependsOn: spec.dependsOn ?? [],
    startUpMs: spec.startUpMs ?? 100,
    stopMs: spec.stopMs ?? 100,
    program: spec.program,
    faults: spec.faults ?? {},
    failureActions: { resetSec: 0, actions: [] },
    state: "stopped",
    exitCode: 1077,
    pid: 0,
  };
}

/** The file name of the service's process, as the task list shows it. */
export function processName(service: Service): string {
  const path = /^"([^"]+)"/.exec(service.image)?.[1] ?? service.image.replace(/(\.exe)\s.*$/i, "$1");
  return path.slice(path.lastIndexOf("\\") + 1);
}

/** Start failures that the start request itself answers; others show as the exit code of the process. */
export const answeredByStart: ReadonlySet<number> = new Set([2, 3, 5, 1053, 1069]);
/** How long Windows waits for a started process to report in (ServicesPipeTimeout), in milliseconds. */
export const pipeTimeoutMs = 30_000;

export const noSuchService = (name: string, all: readonly Service[]): Error =>
  new Error(`There is no service ${name}; there are ${all.map((s) => s.name).join(", ") || "none"}.`);

/** The running or pending services that depend on one, those that must be stopped first in front. */
export function activeDependents(service: Service, all: readonly Service[]): readonly Service[] {
  const key = service.name.toUpperCase();
  const direct = all.filter(
    (one) => one.state !== "stopped" && one.dependsOn.some((name) => name.toUpperCase() === key),
  );
  return [...new Set(direct.flatMap((one) => [...activeDependents(one, all), one]))];
}
