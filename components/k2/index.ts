import { approvalProblems, approvalsFrom, type ApprovalsInput } from "../../model/approvals.ts";
import type { Declared, DeclaredData, Server, Some } from "../../model/estate.ts";
import { misspeltKeys, unknownWord } from "../../model/nearest.ts";
import type { OptionalStep } from "../../model/optional.ts";
import type { SecretRef } from "../../model/secret.ts";
import type { Targets } from "../../model/targets.ts";
import { defaultsOf, licenceLayouts, licenceTables } from "./defaults.ts";
import type { K2Facts } from "./facts.ts";
import type { HealthInput, LicenceInput, MasterKeyInput } from "./inputs.ts";

/** A K2 as its owner declares it. */
export interface K2Args {
  /** 4 is K2 blackpearl; 5 is K2 Five and Nintex Automation K2. Decides the names of service and folder. */
  readonly version: 4 | 5;
  /**
   * `warm` and `hot`: the standby's servers have names, and so licences, of their own. `cold`: they have the same names
   * as production's, and nothing is captured or put back (K2's words for the three, Nintex "Restoring a K2 environment").
   */
  readonly standby: "cold" | "warm" | "hot";
  /** K2 servers of each site, in start order. The id of each is its computer name. */
  readonly servers: { readonly primary: Some<Server<"primary">>; readonly dr: Some<Server<"dr">> };
  /** Its databases, and those of the solutions that run on it: they must not be of different times. */
  readonly data: Some<DeclaredData>;
  /** Names by which K2 finds its database (role `dependency`) and people find K2 (role `client`). Default: none. */
  readonly aliases?: readonly Declared<"alias">[];
  /** What people do in a move of it: load balancer, public DNS, firewall. What `manualStep` gives. Default: none. */
  readonly manual?: readonly Declared<"manual">[];
  /** What somebody has to approve in a move of it, while it runs. Default: nothing; the declaration is consent enough. */
  readonly approve?: ApprovalsInput | ApprovalsInput["before"];
  /**
   * Key names of its Windows services, in start order, K2's server first. K2 Five has more of them, whose names differ:
   * provisioning lists those that are missing here. Default: `K2 blackpearl Server` (4), `K2 Server` (5).
   */
  readonly services?: Some<string>;
  /** Services of K2 that may run at both sites and are left alone. Default: none. */
  readonly otherServices?: readonly string[];
  /** Start type of the services at the active site; at the other they are disabled. Default: auto, so that a server that restarts comes back with K2. Where the estate has a guard, which starts them, always manual. */
  readonly startType?: "auto" | "delayed-auto" | "manual";
  /** Seconds in which a service must have stopped. Default: 150; scripts for K2 that are public wait 120. */
  readonly stopSec?: number;
  /** Seconds in which a service must have started. Default: 240, twice what they wait. */
  readonly startSec?: number;
  /** TCP port of the Host Server, which answers some seconds after the service runs. Default: 5555, as K2 is installed. */
  readonly port?: number;
  /** TCP port on which clients use K2 through its client aliases: 443 for its web pages. Default: `port`. */
  readonly clientPort?: number;
  /** Where licence rows are and what becomes of them. Default: as each key says; a cold standby has none. */
  readonly licence?: LicenceInput;
  /** Needed where a database has a master key, as every K2 on its own SQL Server does; provisioning finds out. */
  readonly masterKey?: MasterKeyInput;
  /** Passphrase of the file in which licence rows are kept beside the journal. Not needed for a cold standby. */
  readonly captureKey?: SecretRef;
  /**
   * The id that this K2 had when its licence rows were first captured: they are kept under it. For a K2 that was renamed.
   * Default: its id.
   */
  readonly keptAs?: string;
  /** How it is seen that K2 is well once its port answers. Default: the event log. */
  readonly health?: HealthInput;
  /** How long K2 may be away and how much data may be lost. Minutes. */
  readonly targets: Targets;
  /**
   * Systems that are up before K2's services start, such as the SharePoint whose pages it fills: their services answer
   * first. Databases are brought to their point side by side all the same, and a system that fails holds back no more
   * than these services. Default: none.
   */
  readonly after?: readonly Declared[];
  /**
   * What may fail without stopping the cutover; it then completes with exceptions. `health`: errors in K2's log.
   * `smoke-test`: what is asked as a client would. That K2 answers always has to be. Default: nothing.
   */
  readonly optional?: readonly OptionalStep[];
}

/**
 * Declares a K2 farm that runs at one site at a time: every K2 server that runs works on workflows. `id` names its steps
 * in the journal. What is wrong with it `describe` says, key by key.
 */
export function k2(id: string, args: K2Args): Declared<"k2"> {
  const {
    version,
    standby,
    servers,
    data,
    aliases = [],
    manual = [],
    approve,
    services,
    otherServices = [],
    startType = "auto",
    stopSec = 150,
    startSec = 240,
    port = 5555,
    clientPort = port,
    licence = {},
    masterKey,
    captureKey,
    keptAs = id,
    health = { log: "event" },
    targets,
    after = [],
    optional = [],
  } = args;
  const { layout, namesHosts = true, otherRows = "remove", copies, endsAt } = licence;
  const defaults = defaultsOf(version);
  const databases = data.flatMap((d) => d.databases);
  const facts: K2Facts = {
    version,
    standby,
    servers: { primary: idsOf(servers.primary), dr: idsOf(servers.dr) },
    services: [...(services ?? defaults.services)],
    otherServices: [...otherServices],
    startType,
    stopSec,
    startSec,
    port,
    clientPort,
    data: data.map((d) => ({
      id: d.id,
      sql: { primary: d.sql.primary.id, dr: d.sql.dr.id },
      databases: [...d.databases],
    })),
    aliases: aliases.map((a) => a.id),
    ...(manual.length > 0 ? { manual: manual.map((m) => m.id) } : {}),
    ...(approve ? { approve: approvalsFrom(approve) } : {}),
    keptAs,
    ...(captureKey ? { captureKey } : {}),
    ...(standby === "cold"
      ? {}
      : {
          licence: {
            ...licenceTables(licence, databases),
            namesHosts,
            otherRows,
            copies: Object.fromEntries(
              Object.entries(copies ?? {}).map(([site, names]) => [site, { ...names }]),
            ),
            ...(endsAt ? { endsAt: { ...endsAt } } : {}),
          },
        }),
    masterKey: {
      ...(masterKey ? { password: masterKey.password } : {}),
      databases: [...(masterKey?.databases ?? databases)],
      symmetricKey: masterKey?.symmetricKey ?? "SCSSOKey",
      certificate: masterKey?.certificate ?? "SCHostServerCert",
      proof: masterKey?.proof ?? "count",
      encrypted: {
        schema: "HostServer",
        table: "Configuration",
        value: "VariableValue",
        flag: "Encrypted",
        ...masterKey?.encrypted,
      },
    },
    health: healthOf(health, defaults.logFolder),
  };
  return {
    id,
    kind: "k2",
    facts,
    servers: [...servers.primary, ...servers.dr],
    uses: [...data, ...aliases, ...manual],
    problems: [
      ...misspeltKeys(`k2 ${id}`, args, k2Keys),
      ...misspeltKeys(`k2 ${id}.licence`, licence, licenceKeys),
      ...approvalProblems(`k2 ${id}.approve`, approve),
      ...(masterKey ? misspeltKeys(`k2 ${id}.masterKey`, masterKey, masterKeyKeys) : []),
      ...unknownWord(`k2 ${id}.licence.layout`, layout, licenceLayouts),
    ],
    targets,
    after,
    optional,
  };
}

const k2Keys: Readonly<Record<keyof K2Args, true>> = {
  version: true,
  standby: true,
  servers: true,
  data: true,
  aliases: true,
  manual: true,
  approve: true,
  services: true,
  otherServices: true,
  startType: true,
  stopSec: true,
  startSec: true,
  port: true,
  clientPort: true,
  licence: true,
  masterKey: true,
  captureKey: true,
  keptAs: true,
  health: true,
  targets: true,
  after: true,
  optional: true,
};
const licenceKeys: Readonly<Record<keyof LicenceInput, true>> = {
  layout: true,
  server: true,
  licenceKey: true,
  namesHosts: true,
  otherRows: true,
  copies: true,
  endsAt: true,
};
const masterKeyKeys: Readonly<Record<keyof MasterKeyInput, true>> = {
  password: true,
  databases: true,
  symmetricKey: true,
  certificate: true,
  proof: true,
  encrypted: true,
};

/** A program without types may give none: `describe` then says so in a sentence. */
const idsOf = (servers: readonly Server[]): [string, ...string[]] =>
  servers.map((s) => s.id) as [string, ...string[]];

function healthOf(input: HealthInput, logFolder: string): K2Facts["health"] {
  if (input.log === "none") return { log: "none" };
  const common = { ignore: [...(input.ignore ?? [])], settleSec: input.settleSec ?? 10 };
  return input.log === "event"
    ? { log: "event", sources: [...(input.sources ?? ["K2", "SourceCode"])], ...common }
    : { log: input.log, folder: input.folder ?? logFolder, ...common };
}
