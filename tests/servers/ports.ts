import { createSocket } from "node:dgram";
import { once } from "node:events";
import { createServer, type AddressInfo } from "node:net";

/** Where all servers of the tests listen: BIND takes only addresses that an interface has, and that is this one. */
export const loopback = "127.0.0.1";

/** A port that is free for TCP and for UDP. Somebody may take it before its user does, who then asks again. */
export async function freePort(): Promise<number> {
  for (;;) {
    const tcp = createServer().listen(0, loopback);
    await once(tcp, "listening");
    const { port } = tcp.address() as AddressInfo;
    const udp = createSocket("udp4");
    const free = new Promise<boolean>((resolve) => {
      udp.once("error", () => {
        resolve(false);
      });
      udp.bind(port, loopback, () => {
        resolve(true);
      });
    });
    const isFree = await free;
    udp.close();
    tcp.close();
    await once(tcp, "close");
    if (isFree) return port;
  }
}
