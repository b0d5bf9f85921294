import * as z from "zod";
import { misspeltKeys } from "./nearest.ts";
import type { Problem } from "./part.ts";
import type { Server, Some } from "./estate.ts";
import { otherSite, SiteId, siteIds } from "./site.ts";

/** Where the guard lies on a server: only administrators write there, and it runs as SYSTEM. */
export const guardFolder = "C:\\Program Files\\parallel-standby";

/** The name of an estate as part of a file's name: plain signs only. */
export const wordsFileName = (estate: string): string =>
  `guard-${estate.toLowerCase().replaceAll(/[^a-z0-9]+/g, "-")}.txt`;

/** What stands between quotes in a batch file, and means nothing to cmd.exe there. */
const plainPath = /^[^"%<>|&^!\r\n*?]+$/;

/** A place where guarded servers read what they may run. */
export const Witness = z.strictObject({
  /** Its folder as servers of the other site, or of both, read it: `\\SQLDR01\Witness`. */
  share: z
    .string()
    .regex(/^\\\\[^\\]+\\[^\\].*$/, {
      error: "is no share. Write it as guarded servers read it: \\\\FILE03\\Witness",
    })
    .regex(plainPath, { error: "has a sign that means something to cmd.exe. Give the share a plain name" }),
  /** The same folder as it is written: on the drive of `host`, else by the runner itself. */
  folder: z.string().min(1),
  /** The server of the estate that it is written on, over SFTP. Default: the runner writes `folder` itself. */
  host: z.string().min(1).optional(),
  /** The site that it stands at: servers there do not ask it. Default: a third place, which servers of both sites ask. */
  site: SiteId.optional(),
});
export type Witness = z.infer<typeof Witness>;

/** How servers are kept from starting what belongs to the other site, as facts. */
export const GuardFacts = z.strictObject({
  /** Places where guarded servers read what they may start. */
  witnesses: z.array(Witness),
  /** How long a server may start what it runs after the last word that reached it. Hours. */
  leaseHours: z.int().min(1).max(168),
  /** Whether SQL Server and its Agent are guarded too, where their databases are provisioned. */
  sqlServer: z.boolean(),
});
export type GuardFacts = z.infer<typeof GuardFacts>;

/** A place for the guard's words, as an owner writes it. */
export interface WitnessInput {
  /** The folder as guarded servers read it: `\\SQLDR01\Witness`. Their computer accounts need to read it, and nobody but the runner's account writes it. */
  readonly share: string;
  /** The server of the estate that shares it: the runner writes it there over SFTP, and servers of that site do not ask it. */
  readonly on?: Server;
  /** Local folder of that server: `D:\Witness`. Without `on`: where the runner writes it, by default the share itself. */
  readonly folder?: string;
  /** Without `on`: the site that it stands at. Default: a third place, that both sites ask. */
  readonly site?: SiteId;
}

/**
 * Keeps servers of both sites from starting by themselves what the other site runs. Services that are guarded get the
 * start type manual, and a task on each server starts them where a witness outside of its own site says that it may.
 */
export interface GuardInput {
  /** At least one outside of each site: what a site says of itself counts for nothing. */
  readonly witnesses: Some<WitnessInput>;
  /**
   * How long a server of the active site may go on starting its services when no witness answers it. Hours; default 24.
   * The runner renews it whenever it works and with each `parallel-standby probe`: schedule that.
   */
  readonly leaseHours?: number;
  /** Whether SQL Server and its Agent are guarded too, where log shipping is provisioned. Default: true. */
  readonly sqlServer?: boolean;
}

/** A Windows service that only the guard starts. */
export interface GuardedService {
  /** Id of its server. */
  readonly host: string;
  /** Key name. */
  readonly service: string;
  /** It runs at one site at a time. Any other may run at a passive site too: SQL Server receives logs there. */
  readonly exclusive: boolean;
  /** It is adopted: nothing is written to it, so that no guard covers it. */
  readonly isAdopted?: true;
  /** How Windows starts it at the active site where no guard stands. Default: `auto`. */
  readonly startType?: "auto" | "delayed-auto" | "manual";
}

const guardKeys: Readonly<Record<keyof GuardInput, true>> = {
  witnesses: true,
  leaseHours: true,
  sqlServer: true,
};
const witnessKeys: Readonly<Record<keyof WitnessInput, true>> = {
  share: true,
  on: true,
  folder: true,
  site: true,
};

/** What stands for witnesses, whatever it is: an estate may be written without types. */
const writtenAs = (guard: GuardInput | undefined): readonly unknown[] =>
  Array.isArray(guard?.witnesses) ? (guard.witnesses as readonly unknown[]) : [];
const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
const isServer = (on: unknown): boolean =>
  isObject(on) && typeof on["id"] === "string" && isObject(on["host"]);
const isWitness = (w: unknown): w is WitnessInput =>
  isObject(w) && (w["on"] === undefined || isServer(w["on"]));
const witnessesOf = (guard: GuardInput | undefined): readonly WitnessInput[] =>
  writtenAs(guard).filter(isWitness);

/** The facts of a guard; shapes are checked by `guardProblems`. */
export const guardFactsOf = (guard: GuardInput): GuardFacts => factsOf(guard, witnessesOf(guard));
const factsOf = (
  { leaseHours = 24, sqlServer = true }: GuardInput,
  witnesses: readonly WitnessInput[],
): GuardFacts => ({
  witnesses: witnesses.map(({ share, on, folder, site }) => ({
    share,
    folder: folder ?? (on ? "" : share),
    ...(on ? { host: on.id, site: on.site } : site ? { site } : {}),
  })),
  leaseHours,
  sqlServer,
});

/** Servers that a guard names, so that they can be reached. */
export const guardServers = (guard: GuardInput | undefined): readonly Server[] =>
  witnessesOf(guard).flatMap(({ on }) => on ?? []);

/** What is wrong with how a guard is written, beyond the shape of its facts. */
export function guardProblems(guard: GuardInput): readonly Problem[] {
  const at = "estate.guard";
  const strange = writtenAs(guard).flatMap((w, i): readonly Problem[] => {
    if (isWitness(w)) return [];
    const where = `${at}.witnesses.${String(i)}`;
    return isObject(w)
      ? [
          {
            at: `${where}.on`,
            says: "it is no server of the estate",
            write: "the server itself, not its name",
          },
        ]
      : [
          {
            at: where,
            says: `it is ${w === null ? "null" : Array.isArray(w) ? "a list" : typeof w}, and no witness`,
            write: String.raw`{ share: "\\\\FILE03\\Witness" }`,
          },
        ];
  });
  if (strange.length > 0) return strange;
  const given = witnessesOf(guard);
  const misspelt = [
    ...misspeltKeys(at, guard, guardKeys),
    ...given.flatMap((w, i) => misspeltKeys(`${at}.witnesses.${String(i)}`, w, witnessKeys)),
  ];
  if (misspelt.length > 0) return misspelt;
  return [
    ...given.flatMap((w, i) => whereWritten(`${at}.witnesses.${String(i)}`, w)),
    ...siteIds
      .filter((site) => !given.some((w) => (w.on?.site ?? w.site) !== site))
      .map((site) => ({
        at: `${at}.witnesses`,
        says: `servers of ${site} have no witness outside of ${site}, and would go by what their own site says`,
        write: `one more, at ${otherSite(site)} or in a third place`,
      })),
  ];
}

function whereWritten(at: string, { on, folder, site }: WitnessInput): readonly Problem[] {
  if (!on) return [];
  return [
    ...(folder !== undefined && /^[A-Za-z]:\\./.test(folder)
      ? []
      : [
          {
            at: `${at}.folder`,
            says: `it is no folder on a drive of ${on.id}`,
            write: "the local path of what is shared there, such as D:\\Witness",
          },
        ]),
    ...(on.host.ssh
      ? []
      : [
          {
            at: `server ${on.id}.ssh`,
            says: "it is missing, and the guard's words are written there over SFTP",
            write: "ssh: { user, hostKey, privateKey } at its site or at the server",
          },
        ]),
    ...(site === undefined || site === on.site
      ? []
      : [{ at: `${at}.site`, says: `${on.id} stands at ${on.site}`, write: `nothing: "on" says it` }]),
  ];
}
