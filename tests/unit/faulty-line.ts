import { connect, createServer, type Server, type Socket } from "node:net";
import type { AddressInfo } from "node:net";

/** A connection to a server that a test may cut, slow down, or lose the answers of. */
export interface FaultyLine {
  readonly port: number;
  /** How much later what either side sends arrives. Milliseconds. */
  delayMs: number;
  /** Nothing arrives any more, in neither direction, and nobody is told. */
  isSilent: boolean;
  /** The next answer breaks its connection: what was asked for has happened, and nobody hears of it. */
  losesNextAnswer: boolean;
  /** All connections end, and new ones are refused; until `mend`. */
  cut(): Promise<void>;
  mend(): Promise<void>;
  close(): Promise<void>;
}

/** A line on the loopback address to a port there. */
export async function faultyLine(target: number): Promise<FaultyLine> {
  const sockets = new Set<Socket>();
  let server: Server | undefined;
  const accept = (client: Socket): void => {
    const upstream = connect(target, "127.0.0.1");
    const pass = (from: Socket, to: Socket, isAnswer: boolean): void => {
      from.on("data", (data: Buffer) => {
        if (line.isSilent) return;
        if (isAnswer && line.losesNextAnswer) {
          line.losesNextAnswer = false;
          client.destroy();
          upstream.destroy();
          return;
        }
        if (line.delayMs === 0) to.write(data);
        else setTimeout(() => to.destroyed || to.write(data), line.delayMs);
      });
      from.on("error", () => undefined);
      from.on("close", () => {
        sockets.delete(from);
        to.destroy();
      });
    };
    sockets.add(client).add(upstream);
    pass(client, upstream, false);
    pass(upstream, client, true);
  };
  const listen = (port: number): Promise<number> =>
    new Promise((resolve, reject) => {
      const made = createServer(accept);
      server = made;
      made.once("error", reject);
      made.listen(port, "127.0.0.1", () => resolve((made.address() as AddressInfo).port));
    });
  const cut = (): Promise<void> =>
    new Promise((resolve) => {
      for (const socket of sockets) socket.destroy();
      if (server) server.close(() => resolve());
      else resolve();
      server = undefined;
    });
  const port = await listen(0);
  const line: FaultyLine = {
    port,
    delayMs: 0,
    isSilent: false,
    losesNextAnswer: false,
    cut,
    mend: async () => {
      await listen(port);
    },
    close: cut,
  };
  return line;
}
