import { portAnswers } from "../steps/transports/tcp.ts";

/** How often the engine is looked for, and how often in a row it must be missed. Milliseconds. */
const lookEveryMs = 500;
const missesToBeGone = 2;

/**
 * Calls `gone`, once, when the engine at that address (`127.0.0.1:40123`) takes no connections any more. An engine that
 * is killed leaves its program behind, which waits for it for ever and would hold what it holds. Does not keep the
 * process alive; without an address nothing is looked for.
 */
export function whenEngineIsGone(address: string | undefined, gone: () => void): void {
  const [host, port] = address?.split(/:(?=\d+$)/) ?? [];
  if (host === undefined || port === undefined) return;
  let misses = 0;
  const look = async (): Promise<void> => {
    const answers = await portAnswers(host, Number(port), { signal: new AbortController().signal });
    misses = answers ? 0 : misses + 1;
    if (misses < missesToBeGone) later();
    else gone();
  };
  const later = (): void => void setTimeout(() => void look(), lookEveryMs).unref();
  later();
}
