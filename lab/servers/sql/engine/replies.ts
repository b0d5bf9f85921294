import type { Reply } from "../contract.ts";

/** Replies on their way to whoever reads them, in order, as they come. */
export class ReplyQueue implements AsyncIterable<Reply> {
  private readonly waiting: Reply[] = [];
  private isEnded = false;
  private error: Error | undefined;
  private wake: (() => void) | undefined;

  push(reply: Reply): void {
    this.waiting.push(reply);
    this.wake?.();
  }
  end(): void {
    this.isEnded = true;
    this.wake?.();
  }
  fail(error: unknown): void {
    this.error = error instanceof Error ? error : new Error(String(error));
    this.end();
  }
  async *[Symbol.asyncIterator](): AsyncIterator<Reply> {
    for (;;) {
      const batch = this.waiting.splice(0);
      yield* batch;
      if (this.waiting.length > 0) continue;
      if (this.error) throw this.error;
      if (this.isEnded) return;
      await new Promise<void>((resolve) => (this.wake = resolve));
      this.wake = undefined;
    }
  }
}
