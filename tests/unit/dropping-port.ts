import { connect, createServer, type AddressInfo, type Socket } from "node:net";
import { once } from "node:events";
import { Worker } from "node:worker_threads";

/** A port of 127.0.0.1 that drops what is sent to it: whoever connects hears nothing, as of a server without power. */
export interface DroppingPort {
  readonly port: number;
  close(): Promise<void>;
}

/** Listens, never accepts, and sleeps: its queue is as short as can be, and full once a few have connected. */
const listener = `
const { createServer } = require("node:net");
const { parentPort } = require("node:worker_threads");
const server = createServer();
server.listen({ port: 0, host: "127.0.0.1", backlog: 1 }, () => {
  parentPort.postMessage(server.address().port);
  setImmediate(() => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0));
});
`;

/** How many connections a queue may take before this gives up on filling it. */
const mostHeld = 20;
/** On loopback an answer comes before those to connections that are begun after it: after so many of these there is none. */
const othersAnswered = 5;

export async function droppingPort(): Promise<DroppingPort> {
  const worker = new Worker(listener, { eval: true });
  const [port] = (await once(worker, "message")) as [number];
  const held: Socket[] = [];
  const close = async (): Promise<void> => {
    for (const socket of held) socket.destroy();
    await worker.terminate();
  };
  const other = createServer((socket) => socket.destroy()).listen(0, "127.0.0.1");
  await once(other, "listening");
  const { port: otherPort } = other.address() as AddressInfo;
  try {
    while (held.length < mostHeld) {
      const socket = connect({ port, host: "127.0.0.1" });
      socket.on("error", () => undefined);
      held.push(socket);
      for (let i = 0; i < othersAnswered && socket.connecting; i++) {
        const answered = connect({ port: otherPort, host: "127.0.0.1" });
        await once(answered, "connect");
        answered.destroy();
      }
      if (socket.connecting) return { port, close };
    }
  } finally {
    other.close();
  }
  await close();
  throw new Error(`port ${String(port)} has answered ${String(mostHeld)} times and does not drop`);
}
