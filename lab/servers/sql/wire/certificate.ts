import { generateKeyPairSync, randomBytes, sign, type KeyObject } from "node:crypto";

/** A key and the certificate over it, both PEM, as `tls.createSecureContext` takes them. */
export interface Credentials {
  readonly key: string;
  readonly cert: string;
}

/**
 * A certificate that signs itself, as SQL Server makes one when it starts without any: a client must be told to trust
 * it. Valid from a day ago for ten years.
 */
export function selfSigned(commonName: string): Credentials {
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const name = sequence(der(0x31, sequence(objectId("550403"), der(0x0c, Buffer.from(commonName)))));
  const algorithm = sequence(objectId("2a8648ce3d040302")); // ecdsa-with-SHA256
  const from = Date.now() - 86_400_000;
  const serial = Buffer.concat([Buffer.from([1]), randomBytes(15)]);
  const content = sequence(
    der(0xa0, der(0x02, Buffer.from([2]))), // version 3
    der(0x02, serial),
    algorithm,
    name,
    sequence(time(from), time(from + 3_650 * 86_400_000)),
    name,
    publicKey.export({ type: "spki", format: "der" }),
  );
  const certificate = sequence(content, algorithm, bitString(sign("sha256", content, privateKey)));
  return { key: pemOf(privateKey), cert: pem("CERTIFICATE", certificate) };
}

/** One DER value: its tag, the length of its content, the content. */
function der(tag: number, content: Buffer): Buffer {
  const size = content.length;
  const length = size < 0x80 ? [size] : size < 0x100 ? [0x81, size] : [0x82, size >> 8, size & 0xff];
  return Buffer.concat([Buffer.from([tag, ...length]), content]);
}

const sequence = (...parts: Buffer[]): Buffer => der(0x30, Buffer.concat(parts));
const objectId = (hex: string): Buffer => der(0x06, Buffer.from(hex, "hex"));
const bitString = (bits: Buffer): Buffer => der(0x03, Buffer.concat([Buffer.from([0]), bits]));
/** UTCTime, yymmddhhmmssZ. */
const time = (ms: number): Buffer =>
  der(0x17, Buffer.from(`${new Date(ms).toISOString().replace(/[-:T]/g, "").slice(2, 14)}Z`));

const pemOf = (key: KeyObject): string => key.export({ type: "pkcs8", format: "pem" }).toString();
const pem = (label: string, content: Buffer): string =>
  `-----BEGIN ${label}-----\n${content.toString("base64").replace(/.{64}(?=.)/g, "$&\n")}\n-----END ${label}-----\n`;
