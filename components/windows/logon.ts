import { note, stops, type Finding } from "../../model/finding.ts";
import type { Ssh } from "../../steps/transports/ssh.ts";
import { registryValue } from "./registry-value.ts";
import { serviceState } from "./services.ts";

/** Where the rights of accounts are written for a moment; the file is removed again. */
const rightsFile = "C:\\Windows\\Temp\\parallel-standby-rights.inf";
/** Accounts that Windows itself has, and virtual ones: they have no password and the right by themselves. */
const builtIn = /^(LocalSystem|NT AUTHORITY\\|NT SERVICE\\|\.\\?$)/i;

/**
 * Whether the server's own account still counts in its domain: a computer that was off for long may have been
 * forgotten, or its password is another one. Nothing for a server of no domain.
 */
export async function trustFindings(ssh: Ssh): Promise<readonly Finding[]> {
  const domain = await registryValue(
    ssh,
    "HKLM\\SYSTEM\\CurrentControlSet\\Services\\Tcpip\\Parameters",
    "Domain",
  );
  if (domain === undefined || domain === "") return [];
  const { stdout, stderr } = await ssh.run(`nltest.exe /sc_verify:${domain}`);
  const said = `${stdout}\n${stderr}`;
  const codes = statusesIn(said);
  if (codes.length > 0 && codes.every((code) => code === 0)) return [];
  return [
    stops(
      ssh.host,
      codes.length === 0
        ? `whether the domain ${domain} still trusts it can't be told: nltest said nothing that is known`
        : `the domain ${domain} does not trust it any more (nltest: ${String(codes.find((code) => code !== 0) ?? 0)}): no domain account can log on`,
      "repair it on that server (Test-ComputerSecureChannel -Repair), or join it to the domain again; look whether a domain controller of the standby answers",
      `trust:${ssh.host}`,
    ),
  ];
}

/** The codes in what nltest prints: `Trusted DC Connection Status Status = 0 0x0 NERR_Success`. */
export const statusesIn = (output: string): readonly number[] =>
  [...output.matchAll(/Status\s*=\s*(\d+)/gi)].map(([, code]) => Number(code));

/**
 * Whether the accounts of services can log on there: each exists, and has the right to log on as a service. That its
 * password is the one that the service keeps shows only when it starts, which it must not here.
 */
export async function mayLogOn(ssh: Ssh, services: readonly string[]): Promise<readonly Finding[]> {
  const accounts = new Map<string, string[]>();
  for (const name of services) {
    const account = (await serviceState(ssh, name))?.account;
    if (account === undefined || account === "" || builtIn.test(account)) continue;
    accounts.set(account, [...(accounts.get(account) ?? []), name]);
  }
  if (accounts.size === 0) return [];
  const holders = await holdersOfRight(ssh);
  const found: Finding[] = [];
  for (const [account, names] of accounts) {
    const known = await sidOf(ssh, account);
    const of = names.map((n) => `"${n}"`).join(", ");
    if (known === "nobody")
      found.push(
        stops(
          ssh.host,
          `the account ${account} of ${of} is not known there: the service could not log on`,
          "look whether the account still exists, and whether a domain controller of the standby answers",
          `account:${ssh.host}/${account}`,
        ),
      );
    else if (holders === undefined || known === "cannot tell")
      found.push(
        note(
          ssh.host,
          `whether ${account} may log on as a service there can't be told: its rights, or the SID of the account, can't be read (secedit, wmic)`,
          "make the SSH user a member of Administrators there",
          `logon-right:${ssh.host}/${account}`,
        ),
      );
    else if (!holders.has(known.sid) && !holders.has(shortName(account)))
      found.push(
        stops(
          ssh.host,
          `${account} has no right to log on as a service there, and ${of} could not start (error 1069)`,
          'give it the right "Log on as a service" (secpol.msc, or the group policy that sets it)',
          `logon-right:${ssh.host}/${account}`,
        ),
      );
  }
  return found;
}

const shortName = (account: string): string => (account.split("\\").at(-1) ?? account).toLowerCase();

/** The SID of an account, or that nobody knows it, or that nothing there can tell. */
type Sid = { readonly sid: string } | "nobody" | "cannot tell";

/** Group managed accounts are known like others. WMIC is on every version up to Windows Server 2022; newer ones may lack it. */
async function sidOf(ssh: Ssh, account: string): Promise<Sid> {
  const [domain, name = ""] = account.includes("\\") ? account.split("\\") : [".", account];
  const where = domain === "." || domain === undefined ? "" : ` and domain='${domain}'`;
  const wmic = await ssh.run(`wmic path win32_account where "name='${name}'${where}" get sid /value`, {
    limitSec: 40,
  });
  if (wmic.code === 0) return sidIn(wmic.stdout) ?? "nobody";
  const asked = account.startsWith(".\\") ? account.slice(2) : account;
  const shell = await ssh.run(
    `powershell -NoProfile -NonInteractive -Command "(New-Object Security.Principal.NTAccount('${asked}')).Translate([Security.Principal.SecurityIdentifier]).Value"`,
    { limitSec: 40 },
  );
  return (shell.code === 0 ? sidIn(shell.stdout) : undefined) ?? "cannot tell";
}

const sidIn = (output: string): { readonly sid: string } | undefined => {
  const sid = /\b(S-1-[\d-]+)/i.exec(output)?.[1];
  return sid === undefined ? undefined : { sid: sid.toLowerCase() };
};

/** Who may log on as a service, in small letters: SIDs as secedit writes them, names where it knows one. */
async function holdersOfRight(ssh: Ssh): Promise<ReadonlySet<string> | undefined> {
  const { code } = await ssh.run(`secedit.exe /export /areas USER_RIGHTS /cfg ${rightsFile}`);
  if (code !== 0) return undefined;
  try {
    return holdersIn(await ssh.readFile(rightsFile));
  } finally {
    await ssh.run(`del /q ${rightsFile}`);
  }
}

/** Reads what secedit exports, which is UTF-16: `SeServiceLogonRight = *S-1-5-80-0,*S-1-5-21-…,svc-k2`. */
export function holdersIn(file: Buffer): ReadonlySet<string> {
  const text = file[0] === 0xff && file[1] === 0xfe ? file.toString("utf16le") : file.toString("utf8");
  const list = /^SeServiceLogonRight\s*=\s*(.*?)\s*$/m.exec(text)?.[1] ?? "";
  return new Set(
    list
      .split(",")
      .map((one) => one.trim().replace(/^\*/, "").toLowerCase())
      .flatMap((one) => [one, one.split("\\").at(-1) ?? one])
      .filter((one) => one !== ""),
  );
}
