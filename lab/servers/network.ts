import { type Door, type Reply, TcpDoor, UdpDoor } from "./network/doors.ts";
import { type CutBy, Faults, type LinkEnd, type Verdict } from "./network/faults.ts";
import type { Line } from "./network/line.ts";
import { MemoryDoor } from "./network/memory-door.ts";
import { markMap, markSet, rewindAll, type Rewind } from "./rewind.ts";
import type { HostIdentity, LabSite } from "./types.ts";

export type { CutBy, LinkEnd, Verdict } from "./network/faults.ts";
export type { Reply } from "./network/doors.ts";
export { Line } from "./network/line.ts";

/** A port that a stand-in server listens on. `port` stays the same when a fault shuts it and opens it again. */
export interface Listener {
  readonly port: number;
  close(): Promise<void>;
}

type PowerWork = (on: boolean) => void | Promise<void>;

/**
 * The lab's network: hosts by name and address, the ports that their stand-ins listen on, and the faults between
 * them. A connection's origin is known by its source address: an address of a lab host is that host, any other is
 * the machine that runs the tool. Every call that changes a fault resolves when its listeners are shut or open.
 */
export class LabNetwork {
  readonly #hosts = new Map<string, HostIdentity>();
  readonly #doors = new Map<string, Set<Door>>();
  readonly #power = new Map<string, Set<PowerWork>>();
  readonly #faults = new Faults();
  readonly #sockets: boolean;
  #nextPort = 40_000;

  constructor({ sockets }: { readonly sockets: boolean }) {
    this.#sockets = sockets;
  }

  /** Makes a host known. Name and address must be new. */
  addHost(identity: HostIdentity): void {
    for (const key of [identity.name, identity.address]) {
      const found = this.host(key);
      if (found) {
        throw new Error(
          `The lab network already has a host ${found.name} at ${found.address}; ${key} must be new.`,
        );
      }
    }
    this.#hosts.set(identity.name.toUpperCase(), identity);
  }

  /** The host of that name (short or fully qualified, any case) or address. */
  host(nameOrAddress: string): HostIdentity | undefined {
    for (const host of this.#hosts.values()) if (host.address === nameOrAddress) return host;
    const name = nameOrAddress.toUpperCase();
    return this.#hosts.get(name) ?? this.#hosts.get(name.split(".")[0] ?? name);
  }

  /** All hosts, in the order in which they were added. */
  hosts(): readonly HostIdentity[] {
    return [...this.#hosts.values()];
  }

  /**
   * Listens on TCP at the host's address; port 0 takes a free one. A server made with `node:net` or `ssh2` takes the
   * lines with `server.emit("connection", line)` or `injectSocket(line)`.
   */
  async listen(
    host: string,
    { port, onConnection }: { readonly port: number; readonly onConnection: (line: Line) => void },
  ): Promise<Listener> {
    const at = this.#known(host);
    if (!this.#sockets) return this.#hang(at, new MemoryDoor(port === 0 ? this.#nextPort++ : port));
    return this.#hang(at, new TcpDoor(at, port, this.#guard(at), onConnection));
  }

  /** Listens on UDP at the host's address; port 0 takes a free one. */
  async listenDatagrams(
    host: string,
    {
      port,
      onMessage,
    }: { readonly port: number; readonly onMessage: (message: Buffer, reply: Reply) => void },
  ): Promise<Listener> {
    const at = this.#known(host);
    if (!this.#sockets) return this.#hang(at, new MemoryDoor(port === 0 ? this.#nextPort++ : port));
    return this.#hang(at, new UdpDoor(at, port, this.#guard(at), onMessage));
  }

  /** What a connection meets. `from` may be a lab host or `runner`. */
  verdict(from: string, to: string): Verdict {
    return this.#faults.verdict(from === "runner" ? undefined : this.#known(from), this.#known(to));
  }

  /** What whoever is no host of the lab meets at a port, where the network has no sockets. */
  knock(address: string, port: number): Verdict {
    const at = this.host(address);
    if (!at) return "refused";
    const verdict = this.#faults.verdict(undefined, at);
    if (verdict !== "open") return verdict;
    const doors = [...(this.#doors.get(at.name) ?? [])];
    return doors.some((d) => d instanceof MemoryDoor && d.port === port && d.isOpen) ? "open" : "refused";
  }

  /**
   * What one host meets at a port of another. Asked of the network itself, since a site that is cut off has no door for
   * anybody of this machine, while a third place still reaches it.
   */
  knockFrom(from: string, address: string, port: number): Verdict {
    const [one, other] = [this.host(from), this.host(address)];
    if (!one || !other) return "refused";
    const verdict = this.#faults.verdict(one, other);
    if (verdict !== "open") return verdict;
    return [...(this.#doors.get(other.name) ?? [])].some((d) => d.port === port) ? "open" : "refused";
  }

  /** Whether one host reaches another, for shares and for what stand-ins do among themselves. Names may be unknown. */
  reachable(from: string, to: string): boolean {
    const [one, other] = [this.host(from), this.host(to)];
    return one !== undefined && other !== undefined && this.#faults.verdict(one, other) === "open";
  }

  /** Whether the host has power: neither it nor its site is down. */
  isUp(host: string): boolean {
    return this.#faults.isUp(this.#known(host));
  }

  /** Calls `work` when the host loses power (listeners are shut by then) and gets it back. Gives a function that ends it. */
  onPower(host: string, work: PowerWork): () => void {
    const works = this.#power.get(this.#known(host).name) ?? new Set<PowerWork>();
    this.#power.set(this.#known(host).name, works);
    works.add(work);
    return () => works.delete(work);
  }

  /** Takes the power: ports are shut, connections reset, whatever ran there stops at once. */
  async hostDown(host: string): Promise<void> {
    const at = this.#known(host);
    await this.#change(() => this.#faults.hostDown(at.name, true));
  }

  /** Gives the power back: ports open again, a Windows host boots. */
  async hostUp(host: string): Promise<void> {
    const at = this.#known(host);
    await this.#change(() => this.#faults.hostDown(at.name, false));
  }

  /** All hosts of the site lose their power. */
  async siteDown(site: LabSite): Promise<void> {
    await this.#change(() => this.#faults.siteDown(site, true));
  }

  /** The site has power again. A host that was down by itself stays down. */
  async siteUp(site: LabSite): Promise<void> {
    await this.#change(() => this.#faults.siteDown(site, false));
  }

  /** Whether `siteCut` is in force. */
  isCut(site: LabSite): boolean {
    return this.#faults.isCut(site);
  }

  /**
   * The site runs on, but neither the other site nor the machine that runs the tool reaches it, and it reaches neither.
   * New connections are refused, whoever tries: the kernel completes a connection to a port that listens before anybody
   * can ask where it comes from, and one that completes would look like a server that is alive. What stands between
   * hosts of the site goes on; what stands from outside falls silent, or breaks.
   */
  async siteCut(site: LabSite, by: CutBy = "silence"): Promise<void> {
    await this.#change(() => this.#faults.cut(site, by));
  }

  /** Ends `siteCut`. */
  async siteJoined(site: LabSite): Promise<void> {
    await this.#change(() => this.#faults.cut(site, undefined));
  }

  /** Cuts what lies between two hosts, two sites, or one of them and the machine that runs the tool. */
  linkCut(one: LinkEnd, other: LinkEnd, by: CutBy = "silence"): void {
    this.#faults.link(one, other, by);
    this.#review();
  }

  /** Ends `linkCut` of the same two ends. */
  linkJoined(one: LinkEnd, other: LinkEnd): void {
    this.#faults.link(one, other, undefined);
    this.#review();
  }

  /** The host accepts connections and says nothing, on new ones and on those that stand. */
  hostStalls(host: string): void {
    this.#faults.stalls(this.#known(host).name, true);
    this.#review();
  }

  /** Ends `hostStalls`; what was sent meanwhile is delivered. */
  hostAnswers(host: string): void {
    this.#faults.stalls(this.#known(host).name, false);
    this.#review();
  }

  /** Everything to and from the host takes so many real milliseconds longer; 0 ends it. */
  hostSlow(host: string, delayMs: number): void {
    this.#faults.slow(this.#known(host).name, delayMs);
  }

  /** Ports, whether they are open, and what is wrong. Only without sockets. */
  mark(): Rewind {
    const doors = [...this.#doors.values()].flatMap((some) => [...some]);
    const port = this.#nextPort;
    const rewind = rewindAll([
      this.#faults.mark(),
      markMap(this.#doors),
      ...[...this.#doors.values()].map(markSet),
      ...doors.flatMap((d) => (d instanceof MemoryDoor ? [d.mark()] : [])),
      markMap(this.#power),
      ...[...this.#power.values()].map(markSet),
    ]);
    return () => {
      this.#nextPort = port;
      rewind();
    };
  }

  /** Shuts all ports for good. */
  async close(): Promise<void> {
    const doors = [...this.#doors.values()].flatMap((some) => [...some]);
    this.#doors.clear();
    this.#power.clear();
    await Promise.all(doors.map((door) => door.shut()));
  }

  #known(host: string): HostIdentity {
    const found = this.host(host);
    if (found) return found;
    const names = this.hosts().map(({ name }) => name);
    throw new Error(`The lab network has no host ${host}; it has ${names.join(", ") || "none"}.`);
  }

  #guard(to: HostIdentity) {
    return {
      verdict: (fromAddress: string | undefined): Verdict =>
        this.#faults.verdict(fromAddress === undefined ? undefined : this.host(fromAddress), to),
      delayMs: () => this.#faults.delayMs(to.name),
    };
  }

  async #hang(at: HostIdentity, door: Door): Promise<Listener> {
    // A port that a host asks for which is without power or cut off opens when that is over.
    await this.#set(door, at);
    const doors = this.#doors.get(at.name) ?? new Set<Door>();
    this.#doors.set(at.name, doors);
    doors.add(door);
    return {
      get port() {
        return door.port;
      },
      close: async () => {
        doors.delete(door);
        await door.shut();
      },
    };
  }

  /** A fault that shuts ports or opens them, of hosts that lose their power, get it back, or are cut off and joined. */
  async #change(change: () => void): Promise<void> {
    const faults = this.#faults;
    const before = this.hosts().map((host) => [host, faults.isUp(host), faults.isOpen(host)] as const);
    change();
    await Promise.all(
      before.map(async ([host, wasUp, wasOpen]) => {
        const isUp = faults.isUp(host);
        if (isUp === wasUp && faults.isOpen(host) === wasOpen) return;
        await Promise.all([...(this.#doors.get(host.name) ?? [])].map((door) => this.#set(door, host)));
        if (isUp !== wasUp) for (const work of [...(this.#power.get(host.name) ?? [])]) await work(isUp);
      }),
    );
    this.#review();
  }

  /** Brings a port into the state that the faults leave it. */
  async #set(door: Door, at: HostIdentity): Promise<void> {
    if (this.#faults.isOpen(at)) await door.open();
    else if (this.#faults.isUp(at)) door.turnAway();
    else await door.shut();
  }

  #review(): void {
    for (const doors of this.#doors.values()) for (const door of doors) door.review();
  }
}

/** A network without hosts and faults. Without `sockets` nothing listens outside this process. */
export function labNetwork({ sockets = true }: { readonly sockets?: boolean } = {}): LabNetwork {
  return new LabNetwork({ sockets });
}
