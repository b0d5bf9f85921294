import { guardFolder } from "../../../model/guard.ts";
import type { StartType } from "../parse.ts";
import type { Service } from "../services.ts";
import { guardFile } from "./place.ts";
import { startedBy } from "./script.ts";

/** What of a guard is there on a server. */
export interface GuardThere {
  /** Its own text; undefined where it is not there. */
  readonly script: string | undefined;
  /** Names of its scheduled tasks. */
  readonly tasks: readonly string[];
  /** Whole paths of the files that it left beside itself. */
  readonly files: readonly string[];
  /** Of the services that it starts, or that are asked for, those that Windows knows. */
  readonly services: readonly Pick<Service, "name" | "startType" | "state">[];
}

/** How Windows is to start a service once no guard does. */
export interface StartsLater {
  readonly service: string;
  readonly startType: StartType;
}

/** What is to be done so that nothing of a guard is left, in this order. */
export interface GuardRemoval {
  readonly startTypes: readonly (StartsLater & {
    readonly from: StartType;
    /** It does not run, and nothing starts it before Windows does. */
    readonly isStopped: boolean;
  })[];
  readonly tasks: readonly string[];
  /** Whole paths, the guard itself last: while it is there, it says what it held back. */
  readonly files: readonly string[];
  /** Services that it held back, and of which the estate says nothing: left as they are. */
  readonly unknown: readonly string[];
}

/** What must be done to remove what is there; undefined where nothing of a guard is left. */
export function removalOf(later: readonly StartsLater[], there: GuardThere): GuardRemoval | undefined {
  const files = [...there.files, ...(there.script === undefined ? [] : [guardFile])];
  if (files.length + there.tasks.length === 0) return undefined;
  const started = new Set(startedBy(there.script ?? "").map((s) => s.toLowerCase()));
  // One whose text is gone, or says nothing any more, may have held back all of them.
  const held = (service: string): boolean => started.size === 0 || started.has(service.toLowerCase());
  return {
    startTypes: later.flatMap((l) => {
      const found = serviceIn(there, l.service);
      return found && held(l.service) && changes(found.startType, l.startType)
        ? [{ ...l, from: found.startType, isStopped: found.state === "stopped" }]
        : [];
    }),
    tasks: there.tasks,
    files,
    unknown: there.services
      .filter(
        ({ name, startType }) =>
          startType === "manual" &&
          started.has(name.toLowerCase()) &&
          !later.some((l) => l.service.toLowerCase() === name.toLowerCase()),
      )
      .map(({ name }) => name),
  };
}

/** A guard leaves `manual` behind. What a cutover or a person has disabled stays so, and what is to be disabled becomes so. */
const changes = (is: StartType, later: StartType): boolean =>
  is !== later && (is === "manual" || later === "disabled");

const serviceIn = ({ services }: GuardThere, name: string): GuardThere["services"][number] | undefined =>
  services.find((s) => s.name.toLowerCase() === name.toLowerCase());

/** What is to be done, in its order, without a full stop. */
export function removalText({ startTypes, tasks, files, unknown }: GuardRemoval): string {
  return [
    ...startTypes.map(
      ({ service, from, startType, isStopped }) =>
        `set the start type of "${service}" from ${from} to ${startType}${isStopped && startType !== "disabled" ? " (it is stopped, and stays so until Windows or somebody starts it)" : ""}`,
    ),
    ...(tasks.length === 0 ? [] : [`delete the scheduled ${named("task", tasks)}`]),
    ...(files.length === 0
      ? []
      : [`delete ${files.map((f) => f.slice(guardFolder.length + 1)).join(", ")} in ${guardFolder}`]),
    ...unknown.map(
      (service) =>
        `by hand: set the start type of "${service}", which is none of the estate's; nothing starts it without the guard`,
    ),
  ].join("; ");
}

const named = (what: string, names: readonly string[]): string =>
  `${what}${names.length === 1 ? "" : "s"} ${names.map((n) => `"${n}"`).join(", ")}`;

/** That no guard is there, and what would start with Windows but for its start type: somebody may have removed it by hand. */
export function noGuardText(host: string, later: readonly StartsLater[], there: GuardThere): string {
  const manual = later.filter(
    (l) =>
      changes(serviceIn(there, l.service)?.startType ?? l.startType, l.startType) &&
      l.startType !== "disabled",
  );
  return [
    `${host} has no guard`,
    ...manual.map((l) => `"${l.service}" has the start type manual there, and nothing starts it`),
  ].join("; ");
}
