import type { Entry, EntryOf } from "./entries.ts";
import { isDone, type Situation } from "./situation.ts";
import { otherSite, stackOf, type SiteId } from "../model/site.ts";

/** That the active site has no standby, as far as the journal shows. */
export interface WithoutStandby {
  /** The site that would be its standby. */
  readonly site: SiteId;
  /** When the other one was left alone: by a move that was completed or gone back from, or by what somebody recorded. ISO 8601. */
  readonly since: string;
  /** Steps of provisioning there that failed since and were not made good. */
  readonly failed: readonly { readonly step: string; readonly says: string }[];
  /** Why it is none although it was provisioned: the last look at readiness found no point there. */
  readonly noPoint?: { readonly at: string; readonly says: string };
}

type Step = EntryOf<"step">;

/**
 * A move leaves the new site alone: its standby is provisioned anew, by hand. The journal keeps what provisioning did and
 * what failed, and what it found done only after that; so a step that did something at a server of the passive site since
 * the move counts as provisioned, unless one failed there after it, or readiness saw no point at all there since. Where
 * all of it was found there already, or is adopted, what `reprotect` ended with or readiness saw shows it.
 */
export function withoutStandby(entries: readonly Entry[], s: Situation): WithoutStandby | undefined {
  const { taken } = s;
  const since = sinceLeft(entries, s);
  if (!since) return undefined;
  const site = otherSite(s.active);
  const hosts = hostsOf(s, site);
  const there = provisioned(since).filter((e) => isAt(e, hosts));
  const follows = there.some(isDone) || since.some((e) => showsFollowing(e, site));
  const failed = notMadeGood(there, hosts);
  const noPoint = noPointIn(since, site);
  if (follows && failed.length === 0 && noPoint === undefined) return undefined;
  // A journal that begins anew has lost what would show one: only what is seen since tells that there is none.
  if (taken?.kind === "break-glass" && failed.length === 0 && noPoint === undefined) return undefined;
  const newest = new Map(failed.map(({ step, says }) => [step, says]));
  return {
    site,
    since: since[0]?.at ?? "",
    failed: [...newest].map(([step, says]) => ({ step, says })),
    ...(follows && noPoint ? { noPoint } : {}),
  };
}

/** A standby of which the journal does not show that all of it is provisioned. */
export interface UnfinishedStandby {
  readonly site: SiteId;
  /** Stacks of which no step did anything since, or one failed, in the order in which they are run. */
  readonly stacks: readonly string[];
}

/**
 * `reprotect` makes databases follow; services, names and facts come with `up` of both stacks. Until each of them did
 * something after it, without a failure that stands, the standby is not known to be whole. Where a stack finds all done
 * already it writes nothing: then readiness, with nothing that stops a move there, shows it.
 */
export function unfinishedStandby(entries: readonly Entry[], s: Situation): UnfinishedStandby | undefined {
  const since = sinceLeft(entries, s);
  const site = otherSite(s.active);
  const from = since?.findLastIndex((e) => isReprotected(e, site)) ?? -1;
  if (!since || from < 0 || since.slice(from).some((e) => seenReady(e, site))) return undefined;
  const steps = provisioned(since.slice(from));
  const passive = hostsOf(s, site);
  const isWhole = (at: SiteId): boolean => {
    const hosts = hostsOf(s, at);
    // What the passive site's stack does may name both servers: whence and whereto.
    const own = steps.filter((e) => isAt(e, hosts) && (at === site || !isAt(e, passive)));
    return own.some(isDone) && notMadeGood(own, hosts).length === 0;
  };
  const stacks = [s.active, site].filter((at) => !isWhole(at)).map((at) => stackOf[at]);
  return stacks.length === 0 ? undefined : { site, stacks };
}

/** What the journal holds since the active site was left without a standby; undefined where it never was. */
function sinceLeft(
  entries: readonly Entry[],
  { last, taken, declared }: Situation,
): readonly Entry[] | undefined {
  if (!declared) return undefined;
  const end = taken
    ? entries.indexOf(taken)
    : entries.findIndex((e) => leavesAlone(e) && e.epoch === last?.epoch);
  return end < 0 ? undefined : entries.slice(end);
}

const hostsOf = ({ declared }: Situation, site: SiteId): readonly string[] =>
  declared?.recovery.hosts.filter((h) => h.site === site).map((h) => h.id) ?? [];

/** Steps of provisioning. */
const provisioned = (entries: readonly Entry[]): readonly Step[] =>
  entries.filter((e): e is Step => e.kind === "step" && e.epoch === undefined && e.phase === undefined);

const isAt = (e: Step, hosts: readonly string[]): boolean =>
  hosts.some((host) => names(`${e.step} ${e.says}`, host));

/** Steps that failed, and that nothing which comes after them has made good. */
const notMadeGood = (steps: readonly Step[], hosts: readonly string[]): readonly Step[] =>
  steps.filter(
    (e) =>
      e.verdict === "failed" &&
      !steps.some((d) => isDone(d) && d.seq > e.seq && comesAfter(d.step, e.step, hosts)),
  );

const isReprotected = (e: Entry, site: SiteId): boolean => e.kind === "re-protected" && e.site === site;

/** A look at readiness that saw nothing which stops a move there. */
const seenReady = (e: Entry, site: SiteId): boolean =>
  e.kind === "readiness" && e.to === site && e.verdict !== "not ready";

/** What shows that a site follows the active one, whoever set it up. */
const showsFollowing = (e: Entry, site: SiteId): boolean => isReprotected(e, site) || seenReady(e, site);

/** That the last look at readiness found nothing at all to go to. A point that is only late is a risk, and a standby. */
function noPointIn(since: readonly Entry[], site: SiteId): WithoutStandby["noPoint"] {
  // A look from before the re-protection tells nothing of what follows since.
  const looked = since.findLast((e) => isReprotected(e, site) || (e.kind === "readiness" && e.to === site));
  if (looked?.kind !== "readiness") return undefined;
  const found = looked.findings.find((f) => f.severity === "stops" && f.id.startsWith("no-point:"));
  return found && { at: looked.at, says: `${found.at}: ${found.says}` };
}

/** A move that was completed, or gone back from past no return: what it opened follows nothing. */
export const leavesAlone = (e: Entry): e is EntryOf<"completed"> | EntryOf<"abandoned"> =>
  e.kind === "completed" || (e.kind === "abandoned" && e.lossSec !== undefined);

/** From it on the standby is another one than before: nothing of the one before is held, or left running, any more. */
export const changesStandby = (e: Entry): boolean =>
  leavesAlone(e) || e.kind === "adopted" || e.kind === "break-glass";

/** Whether a text names a server: by its whole id, not by a part of another's. */
const names = (text: string, host: string): boolean =>
  [...text.matchAll(/[\w.-]*[\w-]/g)].some(([word]) => word.toLowerCase() === host.toLowerCase());

/**
 * Whether a step can have run only because another has ended well by then: steps are called `part/what/of what`, and in
 * one part what is done for a database follows what was done for it before, and for its server.
 */
function comesAfter(later: string, earlier: string, hosts: readonly string[]): boolean {
  if (later === earlier) return true;
  const [part] = earlier.split("/");
  const of = earlier.split("/").at(-1) ?? "";
  return later.split("/")[0] === part && (later.split("/").at(-1) === of || hosts.includes(of));
}
