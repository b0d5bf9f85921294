import { note, risk, type Finding } from "../../model/finding.ts";
import type { Io, Look } from "../../steps/act.ts";
import { sshTo } from "../../steps/transports/ssh.ts";
import { certificatesOf, type Certificate } from "./certificates.ts";
import { registryValue } from "./registry-value.ts";
import { serviceState } from "./services.ts";

/** What is compared of a Windows server. */
export interface ServerAligned {
  readonly host: string;
  /** `20348.2849`: build and update. */
  readonly build: string;
  /** Windows's own name: `GMT Standard Time`. */
  readonly timeZone: string;
  /** By key name, the account that a service runs as; absent for one that is not there. */
  readonly accounts: Readonly<Record<string, string>>;
  readonly certificates: readonly Certificate[];
}

/** Two servers that take one another's place: what has to be alike. */
export const serverAlignmentLook = (active: string, standby: string, services: readonly string[]): Look => ({
  id: `alignment:${active}/${standby}/${services.join()}`,
  at: standby,
  host: active,
  failing: "risk",
  run: async (io) => {
    const [a, b] = await Promise.all([aligned(active, services, io), aligned(standby, services, io)]);
    return serverAlignmentFindings(a, b);
  },
});

/** What of the active site's server the standby's lacks or has otherwise. */
export function serverAlignmentFindings(active: ServerAligned, standby: ServerAligned): readonly Finding[] {
  const id = (what: string): string => `align-${what}:${active.host}/${standby.host}`;
  const builds = [active.build.split(".")[0], standby.build.split(".")[0]];
  const accounts = Object.entries(active.accounts).filter(
    ([name, account]) =>
      standby.accounts[name] !== undefined && standby.accounts[name].toLowerCase() !== account.toLowerCase(),
  );
  const has = new Set(standby.certificates.map((c) => ownName(c.subject, standby.host)));
  const lacks = active.certificates.filter((c) => !has.has(ownName(c.subject, active.host)));
  return [
    ...(active.timeZone.toLowerCase() === standby.timeZone.toLowerCase()
      ? []
      : [
          risk(
            standby.host,
            `its time zone is ${standby.timeZone}, that of ${active.host} is ${active.timeZone}: local times jump with a move`,
            "set the same time zone on both (tzutil /s)",
            id("time-zone"),
          ),
        ]),
    ...(active.build === standby.build
      ? []
      : [
          (builds[0] === builds[1] ? note : risk)(
            standby.host,
            `it runs Windows build ${standby.build}, ${active.host} ${active.build}`,
            builds[0] === builds[1]
              ? "bring both to the same update, the standby first"
              : "bring both to the same version of Windows, or try K2 on the other one in a drill",
            id("build"),
          ),
        ]),
    ...accounts.map(([name, account]) =>
      risk(
        standby.host,
        `"${name}" runs as ${standby.accounts[name] ?? ""} there, as ${account} on ${active.host}`,
        "give it the same account, or make sure that the other one has the same rights in SQL Server and on shares",
        id(`account/${name}`),
      ),
    ),
    ...(lacks.length === 0
      ? []
      : [
          risk(
            standby.host,
            `its store has no certificate ${lacks.map((c) => c.subject).join("; ")}, which ${active.host} has`,
            "import it there with its private key, or make one for that name",
            id("certificates"),
          ),
        ]),
  ];
}

/** A certificate for a server's own name has its like at the other one. */
const ownName = (subject: string, host: string): string =>
  subject.toLowerCase().replaceAll(host.toLowerCase(), "%computername%");

async function aligned(host: string, services: readonly string[], io: Io): Promise<ServerAligned> {
  const ssh = await sshTo(host, io);
  const accounts: Record<string, string> = {};
  for (const name of services) {
    const service = await serviceState(ssh, name);
    if (service) accounts[name] = service.account;
  }
  const [build, update, timeZone] = [
    await registryValue(ssh, windowsNow, "CurrentBuildNumber"),
    await registryValue(ssh, windowsNow, "UBR"),
    await registryValue(
      ssh,
      "HKLM\\SYSTEM\\CurrentControlSet\\Control\\TimeZoneInformation",
      "TimeZoneKeyName",
    ),
  ];
  return {
    host,
    build: `${build ?? "unknown"}.${update === undefined ? "0" : String(Number(update))}`,
    timeZone: timeZone ?? "unknown",
    accounts,
    certificates: await certificatesOf(ssh),
  };
}

/** Where Windows says which build and update it is. */
const windowsNow = '"HKLM\\SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion"';
