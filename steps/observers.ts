import { withinLimit } from "../journal/within-limit.ts";
import type { Host } from "../model/host.ts";
import type { Observer } from "../model/observer.ts";
import type { Recovery } from "../model/recovery.ts";
import type { SiteId } from "../model/site.ts";
import { accepting, portsOf } from "./accepting.ts";
import type { Io, LifeSign } from "./act.ts";
import { notInTime, seenFrom, type TcpPort } from "./transports/seen-from.ts";
import { portAnswers } from "./transports/tcp.ts";

/** What an observer sees of a site's servers that the runner does not reach. */
export interface Sighting {
  /** Its name. */
  readonly observer: string;
  /** Names of the servers that accept a connection from there. */
  readonly sees: readonly string[];
  /** Why it could not be asked, or not for everything, as a sentence. What it does not see then is not known to be dark. */
  readonly trouble?: string;
}

/** Seconds in which a server must accept a connection of the runner. */
export const acceptLimitSec = 3;
/** Seconds for an observer, all of them side by side, after the runner's own look: its connection has 10, and what it tries 5. */
export const observerLimitSec = 16;

/**
 * Asks each observer of the estate for those servers of a site that the runner itself does not reach. What the runner
 * reaches is looked at by the parts, which see more than a port.
 */
export async function sightings(
  recovery: Pick<Recovery, "hosts" | "observers">,
  site: SiteId,
  io: Io,
  limitSec: number = observerLimitSec,
): Promise<readonly Sighting[]> {
  const { observers = [] } = recovery;
  if (observers.length === 0) return [];
  const own = recovery.hosts.filter((h) => h.site === site && portsOf(h).length > 0);
  const reached = await accepting(own, acceptLimitSec, io.signal);
  const dark = own.filter((h) => !reached.includes(h));
  if (dark.length === 0) return [];
  const signal = AbortSignal.any([io.signal, AbortSignal.timeout(Math.ceil(limitSec * 1000))]);
  return Promise.all(observers.map((observer) => seenBy(observer, dark, { ...io, signal }, limitSec)));
}

async function seenBy(
  observer: Observer,
  hosts: readonly Host[],
  io: Io,
  limitSec: number,
): Promise<Sighting> {
  const ports = hosts.flatMap((h): (TcpPort & { host: string })[] =>
    portsOf(h).map((port) => ({ host: h.id, address: h.address, port })),
  );
  try {
    // The signal first: what was seen until then is told. What ignores it, such as the store of a secret, is left behind.
    const open = await withinLimit(
      seenFrom(observer, ports, io),
      limitSec + 1,
      () => new Error(notInTime(observer)),
    );
    const untold = open.find((o): o is string => typeof o === "string");
    return {
      observer: observer.id,
      sees: [...new Set(ports.filter((_, i) => open[i] === true).map((p) => p.host))],
      ...(untold === undefined ? {} : { trouble: untold }),
    };
  } catch (error) {
    const says = error instanceof Error ? error.message : String(error);
    return {
      observer: observer.id,
      sees: [],
      // What is cut short says that the time of a step is over, which it is not.
      trouble: io.signal.aborted ? notInTime(observer) : says,
    };
  }
}

/** A sighting as signs of life: the same words each time, so that two people can answer for one that was seen before. */
export const signsOf = (seen: readonly Sighting[]): readonly LifeSign[] =>
  seen.flatMap(({ observer, sees }) =>
    sees.map((host) => ({
      indirect: true,
      says: `${host} accepts connections from ${observer} (third place), and not from here`,
    })),
  );

/** What observers see of a site that two people have not answered for. For a fence that is waived, and so not proven. */
export async function observedLife(
  recovery: Pick<Recovery, "hosts" | "observers">,
  site: SiteId,
  io: Io,
  accepted: readonly string[] = [],
  limitSec: number = observerLimitSec,
): Promise<readonly string[]> {
  const seen = await sightings(recovery, site, io, limitSec);
  for (const { observer, trouble } of seen)
    if (trouble !== undefined) io.say(`${observer} could not be asked: ${trouble}`);
  return signsOf(seen)
    .map((s) => s.says)
    .filter((says) => !accepted.includes(says));
}

/**
 * What keeps an observer from being a witness on a quiet day: ports of a site that the runner reaches now, and that it
 * does not. One that cannot reach them at all would say in a disaster that all is dark.
 */
export async function blindSpots(
  observer: Observer,
  hosts: readonly Host[],
  io: Io,
): Promise<readonly string[]> {
  const ports = hosts.flatMap((h) => portsOf(h).map((port) => ({ host: h.id, address: h.address, port })));
  const lives = await Promise.all(
    ports.map(({ address, port }) =>
      portAnswers(address, port, { signal: io.signal, limitSec: acceptLimitSec }).catch(() => false),
    ),
  );
  const living = ports.filter((_, i) => lives[i]);
  const open = await seenFrom(observer, living, io);
  return living.flatMap(({ host, address, port }, i) => {
    const found = open[i];
    if (found === true) return [];
    return typeof found === "string"
      ? [found]
      : [`${observer.id} does not reach ${host} (${address}:${String(port)}), which answers here`];
  });
}
