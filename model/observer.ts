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

/** What is wrong with observers as they are written, in a program without types too; `servers`: names that are taken. */
export function observerProblems(given: unknown, servers: readonly string[]): readonly Problem[] {
  if (given === undefined || given === false) return [];
  const at = "estate.observers";
  if (!Array.isArray(given))
    return [{ at, says: "it is no list", write: '[{ name: "OBS01", address, ssh }], or false for none' }];
  const names: unknown[] = given.map((one: unknown) =>
    typeof one === "object" && one !== null && "name" in one ? one.name : undefined,
  );
  return given.flatMap((one: unknown, i): readonly Problem[] => {
    const here = `${at}.${String(i)}`;
    if (typeof one !== "object" || one === null)
      return [{ at: here, says: "it is no observer", write: '{ name: "OBS01", address, ssh }' }];
    const input = one as ObserverInput;
    const misspelt = misspeltKeys(here, input, keys);
    if (misspelt.length > 0) return misspelt;
    const { name } = input;
    if (typeof name !== "string" || !/^[\w.-]{1,63}$/.test(name))
      return [
        {
          at: `${here}.name`,
          says: "it is no name of a server",
          write: 'its computer name, such as "OBS01"',
        },
      ];
    if (names.indexOf(name) < i || servers.includes(name))
      return [
        {
          at: `${here}.name`,
          says: `${name} is the name of another server of the estate`,
          write: "the name of a server at neither site: one that stands at a site goes dark with it",
        },
      ];
    return shape(`observer ${name}`, Observer, observerFacts([input])[0]);
  });
}
