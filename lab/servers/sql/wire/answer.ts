import type { Column, Message, Reply } from "../contract.ts";
import type { MessageWriter } from "./packets.ts";
import * as token from "./tokens.ts";
import { DoneStatus } from "./tokens.ts";

type Done = Extract<Reply, { kind: "done" }>;

/** CurCmd of EXECUTE, which a procedure's own DONE has. */
const executeCommand = 224;

/**
 * Turns the replies of a statement into the tokens of one answer. A DONE tells whether more follows, so each waits for
 * the next reply; an information message between statements has a DONE of its own, as BACKUP's and RESTORE's do.
 */
export class Answer {
  readonly #writer: MessageWriter;
  readonly #serverName: string;
  readonly #inProcedure: boolean;
  #columns: readonly Column[] | undefined;
  #waiting: { readonly done: Done; readonly isOfMessage: boolean } | undefined;
  #database: string;
  #lastError: Message | undefined;
  #endedInError = false;
  #isFatal = false;
  #returned: number | undefined;
  readonly #outputs: Buffer[] = [];

  constructor(
    writer: MessageWriter,
    told: { readonly serverName: string; readonly inProcedure: boolean; readonly database: string },
  ) {
    this.#writer = writer;
    this.#serverName = told.serverName;
    this.#inProcedure = told.inProcedure;
    this.#database = told.database;
  }

  /** The last error among the messages. */
  get lastError(): Message | undefined {
    return this.#lastError;
  }
  /** The database after the last "Changed database context". */
  get database(): string {
    return this.#database;
  }
  /** Whether a message was so severe that the connection has to close. */
  get isFatal(): boolean {
    return this.#isFatal;
  }

  take(reply: Reply): void {
    switch (reply.kind) {
      case "columns":
        this.#settle();
        this.#columns = reply.columns;
        this.#writer.write(token.columnMetadata(reply.columns));
        break;
      case "row":
        if (this.#columns === undefined) throw new Error("A row came before its columns.");
        this.#writer.write(token.row(this.#columns, reply.values));
        break;
      case "message":
        this.message(reply.message);
        break;
      case "done":
        // The DONE of an information message is that of its statement where it is the statement's last word.
        if (this.#waiting?.isOfMessage === false) this.#settle();
        this.#waiting = { done: reply, isOfMessage: false };
        this.#columns = undefined;
        break;
      case "output":
        this.#outputs.push(token.returnValue(this.#outputs.length, reply.name, reply.column, reply.value));
        break;
      case "return":
        this.#returned = reply.status;
    }
  }

  /** Sends a message at once: progress is of use only while the statement runs. */
  message(message: Message): void {
    this.#settle();
    const changed = /^Changed database context to '(.*)'\.$/.exec(message.text)?.[1];
    if (changed !== undefined) {
      this.#writer.write(token.textChange(1, changed, this.#database));
      this.#database = changed;
    }
    this.#writer.write(token.message(this.#serverName, message));
    if (message.severity >= token.errorSeverity) this.#lastError = message;
    else if (this.#columns === undefined) this.#waiting = { done: { kind: "done" }, isOfMessage: true };
    if (message.severity >= token.fatalSeverity) this.#isFatal = true;
    this.#writer.flush();
  }

  /** Writes the last tokens. The message itself is still open. */
  finish(): void {
    if (!this.#inProcedure) {
      const failed = this.#lastError !== undefined;
      this.#writeDone("done", this.#waiting?.done ?? { kind: "done", failed }, DoneStatus.final);
      return;
    }
    if (this.#columns !== undefined) this.#waiting = { done: { kind: "done" }, isOfMessage: false };
    if (this.#waiting === undefined) this.#endedInError = this.#lastError !== undefined;
    this.#settle();
    this.#writer.write(token.returnStatus(this.#returned ?? this.#lastError?.number ?? 0));
    for (const output of this.#outputs) this.#writer.write(output);
    const status = this.#endedInError ? DoneStatus.error : DoneStatus.final;
    this.#writer.write(token.done("doneProc", status, executeCommand));
  }

  #settle(): void {
    if (this.#waiting === undefined) return;
    this.#writeDone(this.#inProcedure ? "doneInProc" : "done", this.#waiting.done, DoneStatus.more);
    this.#waiting = undefined;
  }

  #writeDone(kind: token.DoneToken, done: Done, status: number): void {
    this.#endedInError = done.failed === true;
    const flags = status | (this.#endedInError ? DoneStatus.error : 0);
    this.#writer.write(token.done(kind, flags, done.command, done.rows));
    this.#columns = undefined;
  }
}
