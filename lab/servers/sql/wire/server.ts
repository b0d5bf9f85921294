import { createServer, type Server } from "node:net";
import type { Duplex } from "node:stream";
import { createSecureContext } from "node:tls";
import type { Instance } from "../contract.ts";
import { selfSigned } from "./certificate.ts";
import { serveConnection, type ServerContext } from "./connection.ts";
import type { Faults } from "./faults.ts";
import type { EncryptionMode } from "./handshake.ts";

/** How the server presents itself. */
export interface TdsServerOptions {
  /** Default `offered`, as SQL Server has it. */
  readonly encryption?: EncryptionMode;
  /**
   * Gets an exception that the engine or the wire threw. The client is told anyway, with an error of severity 21; by
   * default nobody else is.
   */
  readonly onDefect?: (error: Error) => void;
}

/** A TDS 7.4 server in front of a SQL Server instance. */
export interface TdsServer {
  /** Set a field to switch a fault on or off; it holds from the next connection or answer. */
  readonly faults: Faults;
  /** Client connections that are open, stalled ones among them. */
  readonly openConnections: number;
  /** Starts to listen and gives the port; port 0 lets the system choose one. Can be called again after close(). */
  listen(address: string, port: number): Promise<number>;
  /** Serves a client whose connection somebody else has accepted. */
  accept(connection: Duplex): void;
  /** Stops listening and destroys all connections. Resolves when their sessions are closed. */
  close(): Promise<void>;
}

/**
 * Serves an instance over TDS 7.4 ([MS-TDS], Tabular Data Stream Protocol): PRELOGIN with or without TLS 1.2, SQL
 * logins, batches, procedure calls, transactions, ATTENTION and session resets. No MARS, bulk load, integrated login.
 */
export function tdsServer(instance: Instance, options: TdsServerOptions = {}): TdsServer {
  const faults: Faults = { stallHandshake: false, delayMs: 0, dropNext: false };
  const sockets = new Map<Duplex, Promise<void>>();
  let listener: Server | undefined;
  let shared: ServerContext | undefined;
  const context = (): ServerContext =>
    (shared ??= {
      instance,
      encryption: options.encryption ?? "offered",
      // Clients of TDS 7.4 wrap the handshake in packets, which TLS 1.3 with its own order of messages breaks.
      secureContext: createSecureContext({ ...selfSigned(instance.serverName), maxVersion: "TLSv1.2" }),
      faults,
      onDefect: options.onDefect ?? (() => undefined),
    });

  const accept = (socket: Duplex): void => {
    const served = faults.stallHandshake ? stall(socket) : serveConnection(socket, context());
    sockets.set(socket, served);
    void served.then(() => sockets.delete(socket));
  };

  return {
    faults,
    get openConnections(): number {
      return sockets.size;
    },
    accept,
    listen: (address, port) => {
      if (listener !== undefined)
        return Promise.reject(
          new Error(`${instance.serverName} listens already; close it before it listens again.`),
        );
      const opened = createServer({ noDelay: true }, accept);
      listener = opened;
      return new Promise((resolve, reject) => {
        opened.once("error", (error) => {
          listener = undefined;
          reject(error);
        });
        opened.listen(port, address, () => {
          const bound = opened.address();
          resolve(bound !== null && typeof bound === "object" ? bound.port : port);
        });
      });
    },
    close: async () => {
      const closing = listener;
      listener = undefined;
      const stopped = new Promise<void>((resolve) => {
        if (closing === undefined) resolve();
        else closing.close(() => resolve());
      });
      for (const socket of sockets.keys()) socket.destroy();
      await Promise.all([stopped, ...sockets.values()]);
    },
  };
}

/** Reads what comes, so that a client which hangs up is noticed, and says nothing. */
function stall(socket: Duplex): Promise<void> {
  socket.on("error", () => undefined);
  socket.resume();
  return new Promise((resolve) => {
    socket.once("close", () => resolve());
  });
}
