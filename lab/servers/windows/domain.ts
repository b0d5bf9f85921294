import { createHash } from "node:crypto";
import { markFields, markSet, rewindAll, type Rewind } from "../rewind.ts";

/** What a Windows server of the lab is in its domain, and which of the domain's accounts may do what on it. */
export class DomainMember {
  /** DNS name of the domain; empty for a server of a workgroup. */
  public name = "corp.example";
  /** What verifying the secure channel ends with: 0, or a Win32 code such as 1311 (no logon servers) or 1786 (no trust). */
  public channelStatus = 0;
  readonly #deleted = new Set<string>();
  readonly #mayNot = new Set<string>();

  mark(): Rewind {
    return rewindAll([markFields(this), markSet(this.#deleted), markSet(this.#mayNot)]);
  }

  /** The account is deleted in the domain. */
  deleteAccount(account: string): void {
    this.#deleted.add(account.toLowerCase());
  }

  /** The account has no right to log on as a service here any more. */
  denyServiceLogon(account: string): void {
    this.#mayNot.add(account.toLowerCase());
  }

  mayLogOnAsService(account: string): boolean {
    return !this.#mayNot.has(account.toLowerCase());
  }

  /** The account's SID; undefined for one that is deleted. The same for the same name, as in one domain. */
  sidOf(account: string): string | undefined {
    const name = account.toLowerCase();
    if (this.#deleted.has(name)) return undefined;
    const hash = createHash("sha256").update(name).digest();
    return `S-1-5-21-1004336348-1177238915-682003330-${String(1000 + (hash.readUInt16LE(0) % 50_000))}`;
  }
}

/** Windows's own names of the time zones that the lab uses. */
const zones: Readonly<Record<string, string>> = {
  "Europe/London": "GMT Standard Time",
  "Europe/Berlin": "W. Europe Standard Time",
  "America/New_York": "Eastern Standard Time",
};

/** Windows's name of a time zone; the IANA name where the lab knows none. */
export const windowsZone = (timeZone: string): string => zones[timeZone] ?? timeZone;
