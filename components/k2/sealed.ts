import { createCipheriv, createDecipheriv, createHash, randomBytes, scrypt } from "node:crypto";
import * as z from "zod";

/**
 * A file that only the holder of a passphrase can read: AES-256-GCM with a key derived by scrypt. All that is needed
 * to open it, but for the passphrase, stands in it.
 */
const Sealed = z.strictObject({
  format: z.literal(1),
  cipher: z.literal("aes-256-gcm"),
  kdf: z.strictObject({
    name: z.literal("scrypt"),
    n: z.int().min(1024).max(1048576),
    r: z.int().min(1).max(8),
    p: z.int().min(1).max(16),
    salt: z.base64(),
  }),
  iv: z.base64(),
  tag: z.base64(),
  data: z.base64(),
});
type Kdf = z.infer<typeof Sealed>["kdf"];

/** One of the settings that OWASP's Password Storage Cheat Sheet asks of scrypt: 32 MB and a few tenths of a second. */
const cost = { n: 32768, r: 8, p: 3 } as const;

/** A sealed file that cannot be opened; the message never holds what is in it. */
export class SealError extends Error {
  public override readonly name = "SealError";
}

/** The text of a sealed file. `about` (which part, which site) is bound to it: a file that was renamed does not open. */
export async function seal(plain: string, passphrase: string, about: string): Promise<string> {
  const kdf: Kdf = { name: "scrypt", ...cost, salt: randomBytes(16).toString("base64") };
  const iv = randomBytes(12);
  const cipher = createCipheriv("aes-256-gcm", await keyOf(passphrase, kdf), iv);
  cipher.setAAD(Buffer.from(about));
  const data = Buffer.concat([cipher.update(plain, "utf8"), cipher.final()]);
  const sealed: z.infer<typeof Sealed> = {
    format: 1,
    cipher: "aes-256-gcm",
    kdf,
    iv: iv.toString("base64"),
    tag: cipher.getAuthTag().toString("base64"),
    data: data.toString("base64"),
  };
  return `${JSON.stringify(sealed, undefined, 2)}\n`;
}

/** What was sealed. Throws a `SealError` where the passphrase is another one, or the file is damaged or of something else. */
export async function unseal(sealed: string, passphrase: string, about: string): Promise<string> {
  const { kdf, iv, tag, data } = parse(sealed);
  const key = await keyOf(passphrase, kdf);
  const bytes = Buffer.from(tag, "base64");
  if (bytes.length !== 16) throw new SealError("it is damaged");
  try {
    const decipher = createDecipheriv("aes-256-gcm", key, Buffer.from(iv, "base64"));
    decipher.setAAD(Buffer.from(about));
    decipher.setAuthTag(bytes);
    return Buffer.concat([decipher.update(Buffer.from(data, "base64")), decipher.final()]).toString("utf8");
  } catch {
    throw new SealError("it was sealed with another key, or it is damaged");
  }
}

function parse(sealed: string): z.infer<typeof Sealed> {
  try {
    return Sealed.parse(JSON.parse(sealed));
  } catch {
    throw new SealError("it is not a file of captured rows, or it is damaged");
  }
}

/** Keys of this process: a step looks before and after it acts, and a key is dear. */
const derived = new Map<string, Promise<Buffer>>();

function keyOf(passphrase: string, kdf: Kdf): Promise<Buffer> {
  const id = `${createHash("sha256").update(passphrase).digest("hex")} ${JSON.stringify(kdf)}`;
  const known = derived.get(id) ?? derive(passphrase, kdf);
  derived.set(id, known);
  return known;
}

const derive = (passphrase: string, { n, r, p, salt }: Kdf): Promise<Buffer> =>
  new Promise((resolve, reject) => {
    scrypt(passphrase, Buffer.from(salt, "base64"), 32, { N: n, r, p, maxmem: 256 * n * r }, (error, key) => {
      if (error) reject(error);
      else resolve(key);
    });
  });
