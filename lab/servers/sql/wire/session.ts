import type { Duplex } from "node:stream";
import { setTimeout as wait } from "node:timers/promises";
import type { Parameter, Session } from "../contract.ts";
import { Answer } from "./answer.ts";
import type { Faults } from "./faults.ts";
import { type ClientMessage, MessageWriter, PacketStatus, PacketType } from "./packets.ts";
import { PreparedStatements, type Statement } from "./procedures.ts";
import {
  readBatch,
  readProcedureCall,
  readTransactionCall,
  RequestError,
  type TransactionCall,
} from "./requests.ts";
import * as token from "./tokens.ts";
import { DoneStatus } from "./tokens.ts";

/** What a session's requests need of their connection and server. */
export interface SessionContext {
  readonly serverName: string;
  readonly packetSize: number;
  /** The database after the login. */
  readonly database: string;
  readonly faults: Faults;
  readonly onDefect: (error: Error) => void;
}

/** Answers the requests of one logged-in client, one at a time. */
export class SessionServer {
  readonly #session: Session;
  readonly #channel: Duplex;
  readonly #context: SessionContext;
  readonly #prepared = new PreparedStatements();
  #current: AbortController | undefined;
  #isAttentionDue = false;
  #database: string;
  #transactions = 0n;
  #isStopped = false;

  constructor(session: Session, channel: Duplex, context: SessionContext) {
    this.#session = session;
    this.#channel = channel;
    this.#context = context;
    this.#database = context.database;
    const drop = (): void => {
      channel.destroy();
    };
    if (session.killed?.aborted === true) drop();
    else session.killed?.addEventListener("abort", drop, { once: true });
  }

  /** A request has come in: an ATTENTION from now on is meant for it. */
  expect(): void {
    this.#current ??= new AbortController();
  }

  /** The client takes its request back. The answer ends first; the acknowledgement is a message of its own. */
  attention(): void {
    if (this.#current === undefined) {
      this.#acknowledgeAttention();
      return;
    }
    this.#isAttentionDue = true;
    this.#current.abort();
  }

  /** The connection is gone: what runs is to stop. */
  stop(): void {
    this.#isStopped = true;
    this.#current?.abort();
  }

  /** Ends the engine's session; nothing of it may run any more. */
  close(): void {
    this.#session.close();
  }

  /** Runs one request and sends its answer. */
  async serve(message: ClientMessage): Promise<void> {
    const current = (this.#current ??= new AbortController());
    try {
      await this.#answer(message, current.signal);
    } finally {
      this.#current = undefined;
    }
    if (!this.#isAttentionDue) return;
    this.#isAttentionDue = false;
    this.#acknowledgeAttention();
  }

  #acknowledgeAttention(): void {
    const writer = this.#writer(false);
    writer.write(token.done("done", DoneStatus.attention));
    writer.end();
  }

  async #answer(message: ClientMessage, signal: AbortSignal): Promise<void> {
    if ((message.status & PacketStatus.ignore) !== 0) {
      // The client gave up while it was still sending; it waits for an answer all the same.
      const writer = this.#writer(false);
      writer.write(token.done("done", DoneStatus.error));
      writer.end();
      return;
    }
    const { faults } = this.#context;
    if (faults.delayMs > 0) await wait(faults.delayMs, undefined, { signal }).catch(() => undefined);
    if (this.#isStopped) return;

    const isReset = (message.status & (PacketStatus.reset | PacketStatus.resetKeepTransaction)) !== 0;
    if (isReset) {
      this.#session.reset();
      this.#prepared.clear();
    }
    const work = this.#read(message);
    const isDropped = this.#takesDrop(work);
    const writer = this.#writer(isDropped);
    if (isReset) writer.write(token.resetDone());
    const answer = new Answer(writer, {
      serverName: this.#context.serverName,
      inProcedure: message.type === PacketType.rpc,
      database: this.#database,
    });
    await this.#run(work, answer, writer, signal);
    this.#database = answer.database;
    if (isDropped) writer.cut();
    else writer.end();
    if (answer.isFatal) this.#channel.end();
  }

  /** The request's statement, or the error that it cannot be read. */
  #read(message: ClientMessage): Work {
    try {
      switch (message.type) {
        case PacketType.batch:
          return { sql: readBatch(message.payload), parameters: [] };
        case PacketType.rpc:
          return this.#prepared.statementOf(readProcedureCall(message.payload));
        case PacketType.transaction: {
          const transaction = readTransactionCall(message.payload);
          return { sql: transaction.sql, parameters: [], transaction };
        }
        default:
          throw new RangeError(`A request of type ${String(message.type)} cannot follow a login.`);
      }
    } catch (error) {
      if (error instanceof RequestError) return { refusal: error, parameters: [] };
      throw error;
    }
  }

  async #run(work: Work, answer: Answer, writer: MessageWriter, signal: AbortSignal): Promise<void> {
    if (work.refusal !== undefined) {
      const { number, message } = work.refusal;
      answer.message({ number, state: 1, severity: 16, text: message, line: 1 });
    }
    if (work.sql !== undefined) {
      try {
        await this.#stream(work.sql, work.parameters, answer, writer, signal);
      } catch (error) {
        if (!signal.aborted || (error !== signal.reason && !isAbort(error))) this.#defect(error, answer);
      }
    }
    if (work.handle !== undefined) answer.take({ kind: "output", ...work.handle });
    if (work.transaction !== undefined && answer.lastError === undefined && !signal.aborted)
      this.#noteTransaction(work.transaction, writer);
    answer.finish();
  }

  async #stream(
    sql: string,
    parameters: readonly Parameter[],
    answer: Answer,
    writer: MessageWriter,
    signal: AbortSignal,
  ): Promise<void> {
    if (signal.aborted) return;
    for await (const reply of this.#session.run({ sql, parameters, signal })) {
      // The engine stops at the signal; what it still says is heard, its rows no client waits for.
      if (isAborted(signal) && (reply.kind === "row" || reply.kind === "columns")) continue;
      answer.take(reply);
      await writer.drained();
    }
  }

  #noteTransaction(call: TransactionCall, writer: MessageWriter): void {
    if (call.action === "save") return;
    if (call.action === "begin") this.#transactions += 1n;
    const descriptor = Buffer.alloc(8);
    descriptor.writeBigUInt64LE(this.#transactions);
    const type = { begin: 8, commit: 9, rollback: 10 } as const;
    writer.write(token.transactionChange(type[call.action], descriptor));
  }

  /** An exception of the engine: the client gets its text and loses the connection, as after a severe error. */
  #defect(error: unknown, answer: Answer): void {
    const defect = error instanceof Error ? error : new Error(String(error));
    this.#context.onDefect(defect);
    const text = `The SQL Server stand-in failed: ${defect.message}`;
    answer.message({ number: 50000, state: 1, severity: 21, text, line: 0 });
  }

  #takesDrop(work: Work): boolean {
    const { faults } = this.#context;
    const asked = faults.dropNext;
    const isMeant = asked instanceof RegExp ? asked.test(work.sql ?? "") : asked;
    if (isMeant) faults.dropNext = false;
    return isMeant;
  }

  #writer(hold: boolean): MessageWriter {
    return new MessageWriter(this.#channel, this.#context.packetSize, this.#session.spid, hold);
  }
}

interface Work extends Statement {
  readonly transaction?: TransactionCall;
  readonly refusal?: RequestError;
}

function isAbort(error: unknown): boolean {
  return error instanceof Error && error.name === "AbortError";
}

/** Asked anew: it may have been aborted since the last look. */
const isAborted = (signal: AbortSignal): boolean => signal.aborted;
