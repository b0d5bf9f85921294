import { markList, markMap, markSet, rewindAll, type Rewind } from "../rewind.ts";
import type { HostIdentity, LabSite } from "../types.ts";

/** What happens to a connection: it works, it is refused or reset, or nothing is ever said. */
export type Verdict = "open" | "refused" | "silent";

/** How a cut link shows itself: packets are lost (the default of a firewall or a dead line), or connections are reset. */
export type CutBy = "silence" | "reset";

/** One end of a link: a host, a whole site, or the machine that runs the tool (everything that is not a lab host). */
export type LinkEnd = { readonly host: string } | { readonly site: LabSite } | "runner";

interface Link {
  readonly one: LinkEnd;
  readonly other: LinkEnd;
  readonly by: CutBy;
}

const sameEnd = (one: LinkEnd, other: LinkEnd): boolean => JSON.stringify(one) === JSON.stringify(other);

const isAt = (end: LinkEnd, host: HostIdentity | undefined): boolean => {
  if (end === "runner") return host === undefined;
  if (host === undefined) return false;
  return "host" in end ? end.host === host.name : end.site === host.site;
};

/** The faults that are in force, and what they make of a connection. Pure state: no sockets. */
export class Faults {
  readonly #down = new Set<string>();
  readonly #sitesDown = new Set<LabSite>();
  readonly #stalled = new Set<string>();
  readonly #slowMs = new Map<string, number>();
  readonly #cuts = new Map<LabSite, CutBy>();
  readonly #links: Link[] = [];

  mark(): Rewind {
    return rewindAll([
      ...[this.#down, this.#stalled].map(markSet),
      markSet(this.#sitesDown),
      markMap(this.#slowMs),
      markMap(this.#cuts),
      markList(this.#links),
    ]);
  }

  hostDown(host: string, down: boolean): void {
    if (down) this.#down.add(host);
    else this.#down.delete(host);
  }

  siteDown(site: LabSite, down: boolean): void {
    if (down) this.#sitesDown.add(site);
    else this.#sitesDown.delete(site);
  }

  stalls(host: string, stalled: boolean): void {
    if (stalled) this.#stalled.add(host);
    else this.#stalled.delete(host);
  }

  slow(host: string, delayMs: number): void {
    this.#slowMs.set(host, delayMs);
  }

  cut(site: LabSite, by: CutBy | undefined): void {
    if (by) this.#cuts.set(site, by);
    else this.#cuts.delete(site);
  }

  link(one: LinkEnd, other: LinkEnd, by: CutBy | undefined): void {
    const at = this.#links.findIndex(
      (link) =>
        (sameEnd(link.one, one) && sameEnd(link.other, other)) ||
        (sameEnd(link.one, other) && sameEnd(link.other, one)),
    );
    if (at >= 0) this.#links.splice(at, 1);
    if (by) this.#links.push({ one, other, by });
  }

  isUp(host: HostIdentity): boolean {
    return !this.#down.has(host.name) && !this.#sitesDown.has(host.site);
  }

  /** Whether the host has power, and its site is not cut off: only then does anything new reach it. */
  isOpen(host: HostIdentity): boolean {
    return this.isUp(host) && !this.isCut(host.site);
  }

  isCut(site: LabSite): boolean {
    return this.#cuts.has(site);
  }

  delayMs(host: string): number {
    return this.#slowMs.get(host) ?? 0;
  }

  /** `from` is undefined for whatever is not a lab host: the machine that runs the tool, a client. */
  verdict(from: HostIdentity | undefined, to: HostIdentity): Verdict {
    if (!this.isUp(to)) return "refused";
    if (from?.name === to.name) return "open";
    if (from && !this.isUp(from)) return "refused";
    if (this.#stalled.has(to.name)) return "silent";
    const apart = from?.site === to.site || from?.site === "third";
    const cut = apart ? undefined : (this.#cuts.get(to.site) ?? (from && this.#cuts.get(from.site)));
    const link = this.#links.find(
      ({ one, other }) => (isAt(one, from) && isAt(other, to)) || (isAt(other, from) && isAt(one, to)),
    );
    const by = cut ?? link?.by;
    if (!by) return "open";
    return by === "reset" ? "refused" : "silent";
  }
}
