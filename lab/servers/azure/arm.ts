import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { actionOf, type Answer, answer } from "./routes.ts";
import { ArmError, regionUnavailable } from "./errors.ts";
import { isObject, type Json, type JsonObject } from "./json.ts";
import type { Azure } from "./model.ts";

/** The endpoint of Azure Resource Manager, as the Azure SDKs and the simulated provider use it. */
export interface ArmServer {
  /** `http://127.0.0.1:41234`, without a slash at the end. */
  readonly url: string;
  close(): Promise<void>;
}

/** What the endpoint may be told. */
export interface ArmOptions {
  /** A loopback address. 127.0.0.1 by default. */
  readonly address?: string;
  /** 0, the default, lets the system choose. */
  readonly port?: number;
  /** Seconds that clients are told to wait between two looks at an operation; by default they are told nothing. */
  readonly pollAfterSec?: number;
}

/** Serves a simulated Azure over HTTP. */
export async function serveArm(azure: Azure, options: ArmOptions = {}): Promise<ArmServer> {
  const address = options.address ?? "127.0.0.1";
  const closing = new AbortController();
  const server: Server = createServer((request, response) => {
    void respond(azure, request, response, closing.signal, options.pollAfterSec);
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject).listen(options.port ?? 0, address, resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://${address}:${String(port)}`,
    close: async () => {
      closing.abort();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function respond(
  azure: Azure,
  request: IncomingMessage,
  response: ServerResponse,
  closing: AbortSignal,
  pollAfterSec: number | undefined,
): Promise<void> {
  const base = `http://${request.headers.host ?? "127.0.0.1"}`;
  try {
    const url = new URL(request.url ?? "/", base);
    const body = await bodyOf(request);
    const found = await admitted(azure, request, url, body, closing);
    if (!found || response.destroyed) return;
    const headers: Record<string, string> = {};
    if (found.operation) {
      const at = `${base}/subscriptions/${azure.subscription}/providers/Microsoft.Compute/locations/${found.operation.location}`;
      const version = `api-version=${url.searchParams.get("api-version") ?? ""}`;
      headers["Azure-AsyncOperation"] = `${at}/operations/${found.operation.id}?${version}`;
      headers["Location"] = `${at}/operations/${found.operation.id}?monitor=true&${version}`;
      if (pollAfterSec !== undefined) headers["Retry-After"] = String(pollAfterSec);
    }
    send(response, found.status, found.body, headers);
  } catch (error) {
    const arm = error instanceof ArmError ? error : new ArmError(500, "InternalServerError", String(error));
    const headers: Record<string, string> =
      arm.retryAfterSec === undefined ? {} : { "Retry-After": String(arm.retryAfterSec) };
    send(response, arm.status, { error: { code: arm.code, message: arm.message } }, headers);
  }
}

/** The answer, after everything that can stand in the way of a request: identity, version, rights, a region that is down. */
async function admitted(
  azure: Azure,
  request: IncomingMessage,
  url: URL,
  body: JsonObject,
  closing: AbortSignal,
): Promise<Answer | undefined> {
  const method = request.method ?? "GET";
  if (!/^Bearer \S+$/.test(request.headers.authorization ?? "")) {
    throw new ArmError(
      401,
      "AuthenticationFailed",
      "Authentication failed. The 'Authorization' header is missing or invalid.",
    );
  }
  if (!url.searchParams.get("api-version")) {
    throw new ArmError(
      400,
      "MissingApiVersionParameter",
      "The api-version query parameter (?api-version=) is required for all requests.",
    );
  }
  const { action, location } = actionOf(azure, method, url, body);
  azure.faults.admit(action, decodeURIComponent(url.pathname));
  if (azure.faults.region(location) === "silent") {
    await azure.faults.untilRegionAnswers(location, closing);
    if (closing.aborted) return undefined;
  }
  if (azure.faults.region(location) === "refuses") throw regionUnavailable(location);
  return answer(azure, method, url, body);
}

async function bodyOf(request: IncomingMessage): Promise<JsonObject> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  const text = Buffer.concat(parts).toString("utf8");
  if (text === "") return {};
  try {
    const parsed = JSON.parse(text) as Json;
    if (isObject(parsed)) return parsed;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  throw new ArmError(
    400,
    "InvalidRequestContent",
    "The request content was invalid and could not be deserialized.",
  );
}

function send(
  response: ServerResponse,
  status: number,
  body: Json | undefined,
  headers: Record<string, string>,
): void {
  const text = body === undefined ? "" : JSON.stringify(body);
  response.writeHead(status, {
    ...headers,
    ...(text === "" ? {} : { "Content-Type": "application/json; charset=utf-8" }),
  });
  response.end(text);
}
