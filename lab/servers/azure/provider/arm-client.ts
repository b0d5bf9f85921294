import { type Json, type JsonObject, isObject, objectAt, textAt } from "../json.ts";

/** How often an operation is looked at, in milliseconds, where ARM does not say. */
const POLL_MS = 100;

/** An answer of ARM that is not a success. */
export class ArmFailure extends Error {
  public readonly status: number;
  constructor(status: number, body: JsonObject) {
    const error = objectAt(body, "error");
    super(
      `Status=${String(status)} Code="${textAt(error, "code") ?? ""}" Message="${textAt(error, "message") ?? ""}"`,
    );
    this.status = status;
  }
}

/** Reads, writes and removes resources of the lab's Azure over HTTP, and waits for their operations. */
export class ArmClient {
  readonly #base: string;
  /** @param base address of the lab's ARM endpoint. */
  constructor(base: string) {
    this.#base = base.replace(/\/+$/, "");
  }

  /** The resource, or undefined when there is none. */
  async get(id: string, apiVersion: string, signal: AbortSignal): Promise<JsonObject | undefined> {
    const answer = await this.#send("GET", `${this.#base}${id}?api-version=${apiVersion}`, undefined, signal);
    if (answer.status === 404) return undefined;
    return await bodyOrThrow(answer);
  }

  /** Writes a resource. Gives the waiting for its operation, so that a failure after acceptance can be told apart. */
  async put(
    id: string,
    apiVersion: string,
    body: JsonObject,
    signal: AbortSignal,
  ): Promise<() => Promise<void>> {
    const answer = await this.#send("PUT", `${this.#base}${id}?api-version=${apiVersion}`, body, signal);
    await bodyOrThrow(answer);
    return () => this.#finish(answer, signal);
  }

  /** Removes a resource; one that is not there is fine. */
  async delete(id: string, apiVersion: string, signal: AbortSignal): Promise<void> {
    const answer = await this.#send(
      "DELETE",
      `${this.#base}${id}?api-version=${apiVersion}`,
      undefined,
      signal,
    );
    if (answer.status === 404) return;
    await bodyOrThrow(answer);
    await this.#finish(answer, signal);
  }

  async #finish(answer: Response, signal: AbortSignal): Promise<void> {
    const poll = answer.headers.get("azure-asyncoperation");
    if (poll === null) return;
    for (;;) {
      const seen = await bodyOrThrow(await this.#send("GET", poll, undefined, signal));
      if (seen["status"] === "Succeeded") return;
      if (seen["status"] === "Failed") throw new ArmFailure(200, seen);
      await pause(Number(answer.headers.get("retry-after") ?? 0) * 1000 || POLL_MS, signal);
    }
  }

  async #send(
    method: string,
    url: string,
    body: JsonObject | undefined,
    signal: AbortSignal,
  ): Promise<Response> {
    try {
      return await fetch(url, {
        method,
        signal,
        headers: { Authorization: "Bearer lab", "Content-Type": "application/json" },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
    } catch (error) {
      signal.throwIfAborted();
      const cause =
        error instanceof Error && error.cause instanceof Error ? error.cause.message : String(error);
      throw new Error(`the lab's Azure at ${this.#base} does not answer: ${cause}. Is the lab running?`);
    }
  }
}

async function bodyOrThrow(answer: Response): Promise<JsonObject> {
  const text = await answer.text();
  const parsed: Json = text === "" ? {} : (JSON.parse(text) as Json);
  const body = isObject(parsed) ? parsed : {};
  if (!answer.ok) throw new ArmFailure(answer.status, body);
  return body;
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  await new Promise<void>((resolve, reject) => {
    const stop = (): void => {
      clearTimeout(timer);
      reject(signal.reason instanceof Error ? signal.reason : new Error("cancelled"));
    };
    const timer = setTimeout(() => {
      signal.removeEventListener("abort", stop);
      resolve();
    }, ms);
    signal.addEventListener("abort", stop, { once: true });
  });
}
