import type { LabNetwork, Listener } from "./network.ts";
import { markSet, type Rewind } from "./rewind.ts";
import type { HostIdentity, LabClock, Program } from "./types.ts";

/** What a service of an owner's own is made of. */
export interface AppServerOptions {
  readonly identity: HostIdentity;
  readonly clock: LabClock;
  readonly network: LabNetwork;
  readonly port: number;
  /** Rejects while its database cannot be had. */
  readonly connect: () => Promise<unknown>;
  /** What it writes to its database every minute of lab time. */
  readonly work: () => Promise<void>;
}

const minuteMs = 60_000;
/** Lab time between two tries to reach its database, in milliseconds. */
const retryMs = 1000;

/**
 * The program behind a plain Windows service: it runs at once, tries its database until it has it, and only then its
 * port until that is free. It asks nobody which site is active: where it runs, it writes.
 */
export class AppServer implements Program {
  readonly #options: AppServerOptions;
  readonly #cancels = new Set<() => void>();
  #listener: Listener | undefined;
  #generation = 0;

  constructor(options: AppServerOptions) {
    this.#options = options;
  }

  mark(): Rewind {
    const [listener, generation] = [this.#listener, this.#generation];
    const cancels = markSet(this.#cancels);
    return () => {
      [this.#listener, this.#generation] = [listener, generation];
      cancels();
    };
  }

  start(): Promise<void> {
    const generation = ++this.#generation;
    this.#later(200, () => this.#open(generation));
    return Promise.resolve();
  }

  async stop(): Promise<void> {
    this.#generation++;
    for (const cancel of this.#cancels) cancel();
    this.#cancels.clear();
    const listener = this.#listener;
    this.#listener = undefined;
    await listener?.close();
  }

  async #open(generation: number): Promise<void> {
    const { network, identity, port, connect } = this.#options;
    const has = await connect().then(
      () => true,
      () => false,
    );
    if (generation !== this.#generation) return;
    if (!has) {
      this.#later(retryMs, () => this.#open(generation));
      return;
    }
    const opening = network.listen(identity.name, { port, onConnection: (line) => line.resume() });
    const listener = await opening.catch(() => undefined);
    if (!listener) {
      if (generation === this.#generation) this.#later(retryMs, () => this.#open(generation));
      return;
    }
    if (generation !== this.#generation) return listener.close();
    this.#listener = listener;
    this.#workEveryMinute(generation);
  }

  #workEveryMinute(generation: number): void {
    this.#later(minuteMs, async () => {
      if (generation !== this.#generation) return;
      this.#workEveryMinute(generation);
      // A minute whose work fails is lost, as it is for the people who were at work then; the next one is tried again.
      await this.#options.work().catch(() => undefined);
    });
  }

  #later(afterMs: number, work: () => Promise<void>): void {
    const { clock } = this.#options;
    const cancel = clock.at(clock.now() + afterMs, () => {
      this.#cancels.delete(cancel);
      return work();
    });
    this.#cancels.add(cancel);
  }
}
