import { randomInt } from "node:crypto";
import { createServer } from "node:net";

/**
 * Ports for stand-in servers. Below 32768, where systems take ports for outgoing connections and for whoever asks for
 * any: a server that is off for hours, or starts only at the cutover, must find its port free then.
 */
const range = { from: 20_000, to: 32_768 };
/** How many a process has for itself. */
const perProcess = 300;
/** Where a process holds its ports: no server of a lab has that address. */
const heldAt = "127.255.255.254";

let first: Promise<number> | undefined;
let given = 0;

/**
 * A port for a stand-in server: one that no other process of this machine picks, and this one not again before it has
 * been through all of its own.
 */
export async function somePort(): Promise<number> {
  first ??= ownPorts();
  const own = await first;
  given = (given % (perProcess - 1)) + 1;
  return own + given;
}

/** The first of the ports that are this process's from now on until it ends; the first itself is what holds them. */
async function ownPorts(): Promise<number> {
  const many = Math.floor((range.to - range.from) / perProcess);
  const begin = randomInt(many);
  for (let i = 0; i < many; i++) {
    const port = range.from + ((begin + i) % many) * perProcess;
    if (await holds(port)) return port;
  }
  throw new Error(`${String(many)} programs hold ports for labs on this machine already. End some of them`);
}

const holds = (port: number): Promise<boolean> =>
  new Promise((done) => {
    const server = createServer();
    server.once("error", () => {
      done(false);
    });
    server.listen(port, heldAt, () => {
      server.unref();
      done(true);
    });
  });
