import { createServer } from "node:net";

/** A port that is free at each of these addresses now. */
export async function freePort(addresses: readonly string[]): Promise<number> {
  const [first = "127.0.0.1", ...others] = addresses;
  for (;;) {
    const one = await open(first, 0);
    if (!one) continue;
    const rest = await Promise.all(others.map((a) => open(a, one.port)));
    await Promise.all([one, ...rest].flatMap((s) => s?.close() ?? []));
    if (rest.every((s) => s !== undefined)) return one.port;
  }
}

const open = (address: string, port: number): Promise<{ port: number; close(): Promise<void> } | undefined> =>
  new Promise((done) => {
    const server = createServer();
    server.once("error", () => {
      done(undefined);
    });
    server.listen(port, address, () => {
      const bound = server.address();
      done({
        port: bound !== null && typeof bound === "object" ? bound.port : port,
        close: () => new Promise((closed) => server.close(() => closed())),
      });
    });
  });
