import ssh2 from "ssh2";

/** A server's public key as estate.ts holds it and as `ssh-keyscan` prints it: `ssh-ed25519 AAAA…`. */
export function hostKeyLine(blob: Buffer): string {
  const length = blob.length >= 4 ? blob.readUInt32BE(0) : 0;
  return `${blob.subarray(4, 4 + length).toString("ascii")} ${blob.toString("base64")}`;
}

const supported: readonly string[] = [
  "ssh-ed25519",
  "ecdsa-sha2-nistp256",
  "ecdsa-sha2-nistp384",
  "ecdsa-sha2-nistp521",
  "rsa-sha2-512",
  "rsa-sha2-256",
  "ssh-rsa",
];

/**
 * Host key algorithms, those of the pinned key first: the server then shows that very key if it has it, and another
 * one, which can be named in the message, if it has not.
 */
export function algorithmsFor(hostKey: string): readonly string[] {
  const type = hostKey.split(" ", 1)[0] ?? "";
  const own = type === "ssh-rsa" ? ["rsa-sha2-512", "rsa-sha2-256", "ssh-rsa"] : [type];
  const known = own.filter((name) => supported.includes(name));
  return [...known, ...supported.filter((name) => !known.includes(name))];
}

/** Why a private key cannot be used, or nothing. The reason never repeats a part of the key. */
export function whyUnusable(privateKey: string): string | undefined {
  const parsed = ssh2.utils.parseKey(privateKey);
  if (!(parsed instanceof Error)) return undefined;
  return /encrypted|passphrase/i.test(parsed.message)
    ? "it is protected with a passphrase; a runner at night has nobody to type one: remove it, and protect the file"
    : "it is not a private key in OpenSSH or PEM format";
}
