import { randomInt } from "node:crypto";

/**
 * A port for a stand-in server. Below 32768, where systems take ports for outgoing connections and for whoever asks for
 * any: a server that is off for hours, or starts only at the cutover, must find its port free then.
 */
export const somePort = (): number => randomInt(20_000, 32_768);
