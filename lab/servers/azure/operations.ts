import { randomUUID } from "node:crypto";
import type { LabClock } from "../types.ts";
import { ArmError, internalError } from "./errors.ts";
import type { AzureFaults } from "./faults.ts";

/** A long-running operation, as a client polls it. */
export interface Operation {
  readonly id: string;
  readonly location: string;
  /** The resource that it changes, and the kind of change: of two on one resource, the second is refused. */
  readonly on: string;
  readonly kind: string;
  readonly startedMs: number;
  status: "InProgress" | "Succeeded" | "Failed";
  endedMs?: number;
  error?: ArmError;
}

/** The long-running operations of the simulated Azure, on the lab's clock. */
export class Operations {
  readonly #clock: LabClock;
  readonly #faults: AzureFaults;
  readonly #all = new Map<string, Operation>();
  readonly #cancels = new Set<() => void>();

  constructor(clock: LabClock, faults: AzureFaults) {
    this.#clock = clock;
    this.#faults = faults;
  }

  find(id: string): Operation | undefined {
    return this.#all.get(id);
  }

  /** The operation under way on a resource. */
  underWay(on: string): Operation | undefined {
    return [...this.#all.values()].find((one) => one.on === on && one.status === "InProgress");
  }

  /** Begins an operation that does its `work` after a time. In a region that is down by then, it fails. */
  begin(
    about: Pick<Operation, "on" | "kind" | "location">,
    durationMs: number,
    work: () => Promise<void> | void,
    failed: (error: ArmError) => void = () => undefined,
  ): Operation {
    const operation: Operation = {
      ...about,
      id: randomUUID(),
      startedMs: this.#clock.now(),
      status: "InProgress",
    };
    this.#all.set(operation.id, operation);
    const run = async (): Promise<void> => {
      try {
        if (this.#faults.region(about.location) !== "up") throw internalError();
        await work();
        operation.status = "Succeeded";
      } catch (error) {
        operation.error =
          error instanceof ArmError
            ? error
            : internalError(error instanceof Error ? error.message : String(error));
        operation.status = "Failed";
        failed(operation.error);
      }
      operation.endedMs = this.#clock.now();
    };
    this.#cancels.add(this.#clock.at(operation.startedMs + durationMs, run));
    return operation;
  }

  /** Drops what is under way: the lab ends. */
  close(): void {
    for (const cancel of this.#cancels) cancel();
    this.#cancels.clear();
  }
}
