import type { Message } from "../contract.ts";
import { catalogue } from "./messages.ts";

/** The messages of a statement that failed, in the order a server sends them. The last one is what ERROR_NUMBER() gives. */
export class SqlError extends Error {
  public readonly messages: readonly Message[];
  /** The rest of the batch does not run (a wrong object name, a failed conversion, THROW). */
  public readonly endsBatch: boolean;
  constructor(messages: readonly Message[], endsBatch = false) {
    super(messages.map((message) => `Msg ${message.number}: ${message.text}`).join(" | "));
    this.messages = messages;
    this.endsBatch = endsBatch;
  }
  /** The message that TRY...CATCH and @@ERROR see. */
  get last(): Message {
    return this.messages.at(-1) ?? { number: 50000, state: 1, severity: 16, text: "", line: 1 };
  }
}

/** ATTENTION arrived: the batch ends without an error message. */
export class Cancelled extends Error {}

const endingBatch = new Set([
  207, 208, 209, 245, 241, 295, 529, 8115, 8169, 206, 4104, 1088, 4145, 4902, 137, 141, 911, 942, 927, 922,
  926, 924, 8114, 8120, 107, 195, 4121, 174, 8155,
]);

/** A message of the catalogue (sys.messages) with its places filled in, in order. */
export function message(number: number, ...fill: readonly (string | number | bigint)[]): Message {
  const entry = catalogue[number];
  if (!entry) throw new Error(`message ${number} is not in the catalogue`);
  const [severity, state, template] = entry;
  let next = 0;
  const text = template.replace(/%/g, () => String(fill[next++] ?? ""));
  return { number, state, severity, text, line: 1 };
}

/** An error of one message of the catalogue. */
export function refuse(number: number, ...fill: readonly (string | number | bigint)[]): SqlError {
  return new SqlError([message(number, ...fill)], endingBatch.has(number));
}

/** An error of several messages, such as 3201 followed by 3013. */
export function refuseWith(...messages: readonly Message[]): SqlError {
  return new SqlError(messages);
}

/** The same message with another state. */
export function withState(given: Message, state: number): Message {
  return { ...given, state };
}
