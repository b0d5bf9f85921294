import * as z from "zod";
import type { SshInput } from "./estate.ts";
import { SshAccess } from "./host.ts";
import { misspeltKeys } from "./nearest.ts";
import type { Problem } from "./part.ts";
import { shape } from "./shape.ts";

/**
 * A server in a third place, as facts. Where the runner reaches nothing of a site, it is asked whether it does: a site
 * that only the runner's line has lost looks the same from one place as one that is gone.
 */
export const Observer = z.strictObject({
  /** What it is called, by which messages name it. */
  id: z.string().min(1),
  /** Name or address by which the runner reaches it. */
  address: z.string().min(1),
  /** Its OpenSSH server opens the connections (RFC 4254, section 7.2): no program is started there. */
  ssh: SshAccess,
});
export type Observer = z.infer<typeof Observer>;

/** A server in a third place, as an owner writes it. */
export interface ObserverInput {
  /** Its name: `OBS01`. */
  readonly name: string;
  /** Name or address by which the runner reaches it, over another line than the production site. */
  readonly address: string;
  /**
   * Port 22 unless it says otherwise. The account needs no right but to log on and to forward TCP (`AllowTcpForwarding
   * local`, or OpenSSH's default `yes`). It runs Windows or anything else.
   */
  readonly ssh: SshInput;
}

const keys: Readonly<Record<keyof ObserverInput, true>> = { name: true, address: true, ssh: true };

/** The facts of observers, as they are written. */
export const observerFacts = (given: readonly ObserverInput[]): Observer[] =>
  given.map(({ name, address, ssh }) => ({ id: name, address, ssh: { port: 22, ...ssh } as SshAccess }));

/** What is wrong with observers as they are written; `servers`: names that are taken. */
export function observerProblems(
  given: readonly ObserverInput[],
  servers: readonly string[],
): readonly Problem[] {
  return given.flatMap((one, i): readonly Problem[] => {
    const at = `estate.observers.${String(i)}`;
    const misspelt = misspeltKeys(at, one, keys);
    if (misspelt.length > 0) return misspelt;
    if (given.findIndex((other) => other.name === one.name) < i || servers.includes(one.name))
      return [
        {
          at: `${at}.name`,
          says: `${one.name} is the name of another server of the estate`,
          write: "the name of a server at neither site: one that stands at a site goes dark with it",
        },
      ];
    return shape(`observer ${one.name}`, Observer, observerFacts([one])[0]);
  });
}
