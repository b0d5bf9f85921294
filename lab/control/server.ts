import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { orderOf } from "./orders.ts";
import type { Order } from "./orders.ts";

/** Takes orders for a running lab over HTTP on loopback: the words of one, as a JSON array, in; some lines of text out. */
export async function controlServer(
  obey: (order: Order) => Promise<string>,
): Promise<{ readonly url: string; close(): Promise<void> }> {
  const server: Server = createServer((request, response) => {
    const answer = async (): Promise<[number, string]> => {
      const order = orderOf(wordsOf(await text(request)));
      return "wrong" in order ? [400, order.wrong] : [200, await obey(order)];
    };
    answer()
      .catch((error: unknown): [number, string] => [
        500,
        error instanceof Error ? error.message : String(error),
      ])
      .then(([status, says]) =>
        response.writeHead(status, { "content-type": "text/plain; charset=utf-8" }).end(says),
      )
      .catch(() => response.destroy());
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject).listen(0, "127.0.0.1", () => {
      resolve();
    });
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${String(port)}/`,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => {
          resolve();
        });
      }),
  };
}

/** The words that were sent; none where it is no array of them. */
function wordsOf(body: string): readonly string[] {
  const sent: unknown = JSON.parse(body);
  return Array.isArray(sent) ? sent.map(String) : [];
}
