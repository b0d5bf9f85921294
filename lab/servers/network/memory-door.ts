import type { Rewind } from "../rewind.ts";
import type { Door } from "./doors.ts";

/** A port of a lab that has no sockets: it has a number, and is open or shut. Who asks it calls what listens by name. */
export class MemoryDoor implements Door {
  public readonly port: number;
  #open = false;

  constructor(port: number) {
    this.port = port;
  }

  get isOpen(): boolean {
    return this.#open;
  }
  open(): Promise<void> {
    this.#open = true;
    return Promise.resolve();
  }
  shut(): Promise<void> {
    this.#open = false;
    return Promise.resolve();
  }
  mark(): Rewind {
    const open = this.#open;
    return () => {
      this.#open = open;
    };
  }
  /** Who may come in is asked each time. */
  turnAway(): void {}
  review(): void {}
}
