import { connect } from "node:net";
import { wires } from "./wires.ts";

/** Whether something accepts a TCP connection there. The connection is closed at once; nothing is sent. */
export function portAnswers(
  address: string,
  port: number,
  { signal, limitSec = 5 }: { readonly signal: AbortSignal; readonly limitSec?: number },
): Promise<boolean> {
  if (signal.aborted) return Promise.resolve(false);
  const simulated = wires.getStore();
  if (simulated) return simulated.answers(address, port);
  return new Promise((resolve) => {
    const socket = connect({ host: address, port });
    const end = (answers: boolean): void => {
      clearTimeout(limit);
      signal.removeEventListener("abort", no);
      socket.destroy();
      resolve(answers);
    };
    const no = (): void => {
      end(false);
    };
    const limit = setTimeout(no, limitSec * 1000);
    signal.addEventListener("abort", no, { once: true });
    socket.once("connect", () => {
      end(true);
    });
    socket.on("error", no);
  });
}
