import type { Socket } from "node:net";
import { Duplex } from "node:stream";

interface Item {
  readonly readyAt: number;
  readonly deliver: () => void;
}

/** One direction of a line: delivers in order, each item when its delay is over and nothing while it is held. */
class Lane {
  readonly #items: Item[] = [];
  #held = false;
  #timer: NodeJS.Timeout | undefined;

  add(delayMs: number, deliver: () => void): void {
    this.#items.push({ readyAt: performance.now() + delayMs, deliver });
    this.#run();
  }

  hold(held: boolean): void {
    this.#held = held;
    if (!held) this.#run();
  }

  clear(): void {
    this.#items.length = 0;
    clearTimeout(this.#timer);
  }

  #run(): void {
    clearTimeout(this.#timer);
    for (let item = this.#items[0]; item && !this.#held; item = this.#items[0]) {
      const waitMs = item.readyAt - performance.now();
      if (waitMs > 0) {
        this.#timer = setTimeout(() => this.#run(), Math.ceil(waitMs)).unref();
        return;
      }
      this.#items.shift();
      item.deliver();
    }
  }
}

/**
 * A connection as a stand-in server gets it: a TCP socket behind which the lab's network can fall silent, slow down
 * or break. What is sent while it is silent arrives when it ends, as TCP would send it again.
 */
export class Line extends Duplex {
  readonly #raw: Socket;
  readonly #delayMs: () => number;
  readonly #in = new Lane();
  readonly #out = new Lane();
  public readonly remoteAddress: string | undefined;
  public readonly remoteFamily: string | undefined;
  public readonly remotePort: number | undefined;
  public readonly localAddress: string | undefined;
  public readonly localPort: number | undefined;

  constructor(raw: Socket, delayMs: () => number) {
    super({ allowHalfOpen: false });
    this.#raw = raw;
    this.#delayMs = delayMs;
    this.remoteAddress = raw.remoteAddress;
    this.remoteFamily = raw.remoteFamily;
    this.remotePort = raw.remotePort;
    this.localAddress = raw.localAddress;
    this.localPort = raw.localPort;
    // Stand-ins write in small pieces: waiting to fill a packet would cost 40 ms each.
    raw.setNoDelay(true);
    raw.pause();
    raw.on("data", (chunk: Buffer) => {
      this.#in.add(this.#delayMs(), () => {
        if (!this.push(chunk)) raw.pause();
      });
    });
    raw.on("end", () => this.#in.add(this.#delayMs(), () => this.push(null)));
    raw.on("error", (error) => this.destroy(error));
    raw.on("close", () => {
      if (!this.readableEnded || !this.writableFinished) this.#in.add(this.#delayMs(), () => this.destroy());
    });
  }

  /** Holds everything that is on its way in both directions, or lets it go. */
  silence(held: boolean): void {
    this.#in.hold(held);
    this.#out.hold(held);
  }

  /** Breaks the connection as a host does that has lost it: the other end sees a reset. */
  reset(): void {
    this.#raw.resetAndDestroy();
    this.destroy();
  }

  /** As on a socket of `node:net`; stand-in servers call it. */
  setNoDelay(noDelay?: boolean): this {
    this.#raw.setNoDelay(noDelay);
    return this;
  }

  /** As on a socket of `node:net`; stand-in servers call it. */
  setKeepAlive(enable?: boolean, initialDelayMs?: number): this {
    this.#raw.setKeepAlive(enable, initialDelayMs);
    return this;
  }

  override _read(): void {
    this.#raw.resume();
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    this.#out.add(this.#delayMs(), () => {
      if (this.#raw.writable) this.#raw.write(chunk, (error) => done(error));
      else done();
    });
  }

  override _final(done: (error?: Error | null) => void): void {
    this.#out.add(this.#delayMs(), () => {
      this.#raw.end();
      done();
    });
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#in.clear();
    this.#out.clear();
    this.#raw.destroy();
    done(error);
  }
}
