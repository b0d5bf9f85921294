import { once } from "node:events";
import { connect, createServer, type AddressInfo, type Socket } from "node:net";
import { loopback } from "./ports.ts";

/** A network line to a server, on which connections can be counted and which can go dead. */
export interface Line {
  readonly address: string;
  readonly port: number;
  /** How many connections came in so far. */
  taken(): number;
  /** Waits until all that came in are closed by their clients. */
  empty(): Promise<void>;
  /** From now on nothing passes, in either direction, not even the end of a connection. */
  goDead(): void;
  close(): Promise<void>;
}

/** Lays a line to a server. */
export async function lineTo(server: { readonly address: string; readonly port: number }): Promise<Line> {
  const sockets: Socket[] = [];
  const closed: Promise<unknown>[] = [];
  const listener = createServer({ allowHalfOpen: true }, (near) => {
    const far = connect({ host: server.address, port: server.port, allowHalfOpen: true });
    for (const socket of [near, far]) sockets.push(socket.on("error", () => undefined));
    closed.push(new Promise((resolve) => near.once("close", resolve)));
    near.pipe(far);
    far.pipe(near);
  }).listen(0, loopback);
  await once(listener, "listening");
  return {
    address: loopback,
    port: (listener.address() as AddressInfo).port,
    taken: () => closed.length,
    empty: async () => {
      await Promise.all(closed);
    },
    goDead: () => {
      for (const socket of sockets) socket.unpipe().pause();
    },
    close: async () => {
      for (const socket of sockets) socket.destroy();
      listener.close();
      await once(listener, "close");
    },
  };
}
