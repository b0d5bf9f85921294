import { createServer } from "node:net";
import { somePort } from "../servers/network/ports.ts";

/** How many ports are tried before one gives up. */
const tries = 200;

/** A port that is free at each of these addresses now, and that no program is given unasked later. */
export async function freePort(
  addresses: readonly string[],
  pick: () => number | Promise<number> = somePort,
): Promise<number> {
  for (let i = 0; i < tries; i++) {
    const port = await pick();
    const free = await Promise.all(addresses.map((address) => isFree(address, port)));
    if (!free.includes(false)) return port;
  }
  throw new Error(`none of ${String(tries)} ports is free at ${addresses.join(", ")}`);
}

const isFree = (address: string, port: number): Promise<boolean> =>
  new Promise((done) => {
    const server = createServer();
    server.once("error", () => {
      done(false);
    });
    server.listen(port, address, () => server.close(() => done(true)));
  });
