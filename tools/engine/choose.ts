import { COMMAND_VERSION, ENGINE_VERSION, OLDEST_ENGINE, type Piece } from "./layout.ts";

/** How the engine came to be there. */
export type Way = "installed" | "official" | "archive" | "built";

/** A way that puts the engine there, as opposed to finding it. */
export type Route = Exclude<Way, "installed">;

/** A way that was not open, and why, as the end of a sentence: "Go is not on the PATH". */
export interface Tried {
  readonly route: Route;
  readonly why: string;
}

/** The oldest Go that builds the engine: what the module of the Pulumi CLI 3.259.0 asks for in its go.mod. */
export const OLDEST_GO = "1.25.11";

/** Before this, Go cannot fetch a newer toolchain for itself (Go release notes 1.21). */
const FIRST_GO_WITH_TOOLCHAINS = "1.21.0";

/**
 * The next way to try: the archive that somebody named on purpose, then the official release, then the build, which
 * takes minutes.
 */
export function nextRoute(archive: string | undefined, tried: readonly Tried[]): Route | undefined {
  const order: readonly Route[] = archive ? ["archive", "official", "built"] : ["official", "built"];
  return order.find((route) => !tried.some((one) => one.route === route));
}

/** Whether dotted version `found` is `wanted` or newer. What follows the third number (`-alpha`, `rc1`) does not count. */
export function atLeast(found: string, wanted: string): boolean {
  const [a, b] = [numbers(found), numbers(wanted)];
  for (const [i, want] of b.entries()) {
    const have = a[i] ?? 0;
    if (have !== want) return have > want;
  }
  return a.length > 0;
}

/** Whether an engine found on the PATH will do. `version` is what `pulumi version` prints: `v3.270.0`. */
export function engineFits(version: string): boolean {
  return atLeast(version, OLDEST_ENGINE);
}

/**
 * Why this Go cannot build the engine, or undefined when it can.
 *
 * @param version `go env GOVERSION`: `go1.26.8`.
 * @param toolchain `go env GOTOOLCHAIN`: `local` forbids that Go fetches a newer one for itself.
 */
export function whyGoIsTooOld(version: string, toolchain: string): string | undefined {
  if (atLeast(version, OLDEST_GO)) return undefined;
  if (atLeast(version, FIRST_GO_WITH_TOOLCHAINS) && toolchain !== "local") return undefined;
  return `Go ${version.replace(/^go/, "")} is on the PATH, the build needs ${OLDEST_GO} or newer`;
}

/** What a piece is called in a message. */
export function nameOf(piece: Piece): string {
  return piece === "engine"
    ? `the Pulumi engine ${ENGINE_VERSION}`
    : `the command provider ${COMMAND_VERSION}`;
}

/** The one line that says which way was taken. */
export function tookLine(way: Way, version: string, pulumi: string): string {
  const how = {
    installed: "is installed",
    official: "was fetched from its official release",
    archive: "was unpacked from the archive in PULUMI_ENGINE",
    built: "was built from its Go modules",
  }[way];
  return `Pulumi ${version} ${how}: ${pulumi}`;
}

/** What is said when no way is open: what is missing, what was tried, what to do. */
export function noWayOpen(missing: readonly Piece[], tried: readonly Tried[]): string {
  const attempts = tried.map(({ route, why }) => `${routeName(route)}: ${why}`).join("; ");
  const what = missing.map(nameOf).join(" and ");
  return (
    `${what.charAt(0).toUpperCase()}${what.slice(1)} ${missing.length > 1 ? "are" : "is"} not on this machine, ` +
    `and no way to get there is open (${attempts}). Install Pulumi ${OLDEST_ENGINE} or newer ` +
    `(https://www.pulumi.com/docs/install), or Go ${OLDEST_GO} or newer for a build of ten minutes, or name an archive ` +
    `of the engine in PULUMI_ENGINE; then run this again.`
  );
}

/** What a way is called in a message. */
export function routeName(route: Route): string {
  return {
    official: "official release",
    archive: "archive in PULUMI_ENGINE",
    built: "build from Go modules",
  }[route];
}

function numbers(version: string): number[] {
  const digits = /\d+(\.\d+)*/.exec(version)?.[0] ?? "";
  return digits === "" ? [] : digits.split(".").slice(0, 3).map(Number);
}
