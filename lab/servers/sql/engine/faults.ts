import { markFields, rewindAll, type Rewind } from "../../rewind.ts";
import type { Disk } from "../../types.ts";
import { message, refuseWith, type SqlError } from "./errors.ts";

/** A failure that the lab orders: the next statement that matches fails with this message. */
export interface OrderedFailure {
  readonly statement: RegExp;
  readonly number: number;
  readonly text: string;
  readonly severity?: number;
  readonly state?: number;
  /** How many matching statements fail. @default 1 */
  readonly times?: number;
}

/** Faults of an instance, ordered by a scenario. */
export class Faults {
  private orders: { order: OrderedFailure; left: number }[] = [];

  mark(): Rewind {
    return rewindAll([markFields(this), ...this.orders.map(markFields)]);
  }

  /** The next statements whose text matches fail. */
  failNext(order: OrderedFailure): void {
    this.orders = [...this.orders, { order, left: order.times ?? 1 }];
  }
  clear(): void {
    this.orders = [];
  }
  /** The failure ordered for a batch with this text, used up by it. BACKUP and RESTORE end with 3013. */
  take(text: string): SqlError | undefined {
    const found = this.orders.find(({ order, left }) => left > 0 && order.statement.test(text));
    if (!found) return undefined;
    found.left--;
    const { number, severity = 16, state = 1 } = found.order;
    const ordered = { number, severity, state, text: found.order.text, line: 1 };
    const media = /^\s*((BACKUP|RESTORE) (DATABASE|LOG))/i.exec(text)?.[1];
    return media === undefined
      ? refuseWith(ordered)
      : refuseWith(ordered, message(3013, media.toUpperCase()));
  }
}

/** Overwrites bytes in the middle of a file, as a bad disk would. */
export async function corruptFile(disk: Disk, path: string): Promise<void> {
  const data = Buffer.from(await disk.read(path));
  const from = Math.floor(data.length / 2);
  for (let i = from; i < Math.min(data.length, from + 64); i++) data[i] = (data[i] ?? 0) ^ 0x5a;
  await disk.write(path, data);
}
