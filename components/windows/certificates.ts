import { X509Certificate } from "node:crypto";
import { risk, stops, type Finding } from "../../model/finding.ts";
import type { Ssh } from "../../steps/transports/ssh.ts";

/** A certificate of a computer's own store. */
export interface Certificate {
  /** `CN=k2.corp.example` */
  readonly subject: string;
  readonly notAfterMs: number;
}

/**
 * Where Windows keeps the certificates of the computer (store My), one key for each, in any language: certutil prints
 * dates in the language of the user, and PowerShell may be closed to the account.
 */
const store = "HKLM\\SOFTWARE\\Microsoft\\SystemCertificates\\MY\\Certificates";
/** Property of a stored certificate that holds the certificate itself (CERT_CERT_PROP_ID, wincrypt.h). */
const certificateProperty = 32;

/** The certificates of a computer; none where the store is empty. */
export async function certificatesOf(ssh: Ssh): Promise<readonly Certificate[]> {
  const { code, stdout } = await ssh.run(`reg.exe query ${store} /s`);
  return code === 0 ? certificatesIn(stdout) : [];
}

/** Reads `reg query /s` of the store: a value Blob for each certificate. What cannot be read is left out. */
export const certificatesIn = (output: string): readonly Certificate[] =>
  [...output.matchAll(/^\s+Blob\s+REG_BINARY\s+([0-9A-Fa-f]+)\s*$/gm)].flatMap(([, hex = ""]) => {
    const der = certificateIn(Buffer.from(hex, "hex"));
    if (!der) return [];
    try {
      const { subject, validTo } = new X509Certificate(der);
      return [{ subject: subject.replaceAll("\n", ", "), notAfterMs: Date.parse(validTo) }];
    } catch {
      return [];
    }
  });

/** A stored certificate is a row of properties, each with number, reserved word, length and value. */
function certificateIn(blob: Buffer): Buffer | undefined {
  for (let at = 0; at + 12 <= blob.length;) {
    const [id, length] = [blob.readUInt32LE(at), blob.readUInt32LE(at + 8)];
    const value = blob.subarray(at + 12, at + 12 + length);
    if (id === certificateProperty) return value;
    at += 12 + length;
  }
  return undefined;
}

/** Days before a certificate ends from which on it is a finding. */
const soonDays = 30;

/** Certificates of a computer that have ended or end within a month. */
export const certificateFindings = (
  host: string,
  all: readonly Certificate[],
  nowMs: number,
): readonly Finding[] =>
  all.flatMap(({ subject, notAfterMs }): readonly Finding[] => {
    const days = Math.ceil((notAfterMs - nowMs) / 86_400_000);
    if (days > soonDays) return [];
    const [make, says] =
      notAfterMs <= nowMs
        ? ([stops, `the certificate ${subject} in its store has ended`] as const)
        : ([risk, `the certificate ${subject} in its store ends in ${String(days)} days`] as const);
    return [
      make(
        host,
        says,
        "renew it there, or remove it where nothing uses it",
        `certificate:${host}/${subject}`,
      ),
    ];
  });
