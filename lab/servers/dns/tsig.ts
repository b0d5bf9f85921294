import { createHmac, timingSafeEqual } from "node:crypto";
import { dnsClass, type RawMessage, type RawRecord, type } from "./message.ts";
import { decodeName, encodeName, fqdn } from "./names.ts";

/** The algorithms that the server knows, as TSIG names them (RFC 8945), and as node:crypto does. */
const hashes: Readonly<Record<string, string>> = {
  "hmac-sha256.": "sha256",
  "hmac-sha384.": "sha384",
  "hmac-sha512.": "sha512",
};

/** Errors in a TSIG record (RFC 8945). */
export const tsigError = { NONE: 0, BADSIG: 16, BADKEY: 17, BADTIME: 18 } as const;

/** How far clocks may be apart, in seconds; what servers commonly use. */
const fudgeSec = 300;

/** A key that a client and the server share. */
export interface TsigKey {
  readonly name: string;
  /** Default: hmac-sha256. */
  readonly algorithm?: string;
  readonly secretBase64: string;
}

interface Fields {
  readonly keyName: string;
  readonly algorithm: string;
  readonly timeSec: number;
  readonly fudge: number;
  readonly mac: Buffer;
  readonly originalId: number;
}

/** What came of a signature: none there; good; or wrong in one of three ways. */
export type Verified =
  | { readonly kind: "unsigned" }
  | { readonly kind: "malformed" }
  | { readonly kind: "good"; readonly key: TsigKey; readonly fields: Fields }
  | { readonly kind: "bad"; readonly error: number; readonly fields: Fields; readonly key?: TsigKey };

function uint48(value: number): Buffer {
  const bytes = Buffer.alloc(6);
  bytes.writeUIntBE(value, 0, 6);
  return bytes;
}

function uint16(...values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(2 * values.length);
  for (const [at, value] of values.entries()) bytes.writeUInt16BE(value, 2 * at);
  return bytes;
}

function fieldsOf({ name, rdata }: RawRecord): Fields {
  const { name: algorithm, end } = decodeName(rdata, 0);
  const macSize = rdata.readUInt16BE(end + 8);
  const mac = rdata.subarray(end + 10, end + 10 + macSize);
  if (mac.length < macSize) throw new RangeError("The TSIG record is cut off.");
  return {
    keyName: name,
    algorithm,
    timeSec: rdata.readUIntBE(end, 6),
    fudge: rdata.readUInt16BE(end + 6),
    mac,
    originalId: rdata.readUInt16BE(end + 10 + macSize),
  };
}

/** The TSIG variables of RFC 8945, section 4.3.3. */
function variables(fields: Omit<Fields, "mac" | "originalId">, error: number, other: Buffer): Buffer {
  return Buffer.concat([
    encodeName(fields.keyName),
    uint16(dnsClass.ANY, 0, 0),
    encodeName(fields.algorithm),
    uint48(fields.timeSec),
    uint16(fields.fudge, error, other.length),
    other,
  ]);
}

function macOf(key: TsigKey, algorithm: string, parts: readonly Buffer[]): Buffer | undefined {
  const hash = hashes[fqdn(algorithm)];
  if (hash === undefined) return undefined;
  return createHmac(hash, Buffer.from(key.secretBase64, "base64")).update(Buffer.concat(parts)).digest();
}

/** Checks the signature of a request against the keys, at that time (seconds since 1970). */
export function verify(message: Buffer, raw: RawMessage, keys: readonly TsigKey[], nowSec: number): Verified {
  const additional = raw.sections[2];
  const at = additional.findIndex((record) => record.type === type.TSIG);
  if (at < 0) return { kind: "unsigned" };
  const record = additional[at];
  if (!record || at !== additional.length - 1 || record.class !== dnsClass.ANY) return { kind: "malformed" };

  const fields = fieldsOf(record);
  const key = keys.find(({ name, algorithm = "hmac-sha256" }) => {
    return fqdn(name) === fields.keyName && fqdn(algorithm) === fields.algorithm;
  });
  if (!key) return { kind: "bad", error: tsigError.BADKEY, fields };

  // What was signed is the message as it was before its TSIG record was put on.
  const signed = Buffer.from(message.subarray(0, record.start));
  signed.writeUInt16BE(fields.originalId, 0);
  signed.writeUInt16BE(additional.length - 1, 10);
  const expected = macOf(key, fields.algorithm, [signed, variables(fields, 0, Buffer.alloc(0))]);
  if (!expected || expected.length !== fields.mac.length || !timingSafeEqual(expected, fields.mac)) {
    return { kind: "bad", error: tsigError.BADSIG, fields };
  }
  if (Math.abs(nowSec - fields.timeSec) > fields.fudge) {
    return { kind: "bad", error: tsigError.BADTIME, fields, key };
  }
  return { kind: "good", key, fields };
}

/**
 * Puts the TSIG record on a response. After a bad key or signature it has no MAC, as there is no key to trust; after a
 * bad time it is signed and carries the server's own time.
 */
export function signResponse(response: Buffer, verified: Verified, nowSec: number): Buffer {
  if (verified.kind === "unsigned" || verified.kind === "malformed") return response;
  const { fields, key } = verified;
  const error = verified.kind === "bad" ? verified.error : tsigError.NONE;
  const isLate = error === tsigError.BADTIME;
  const own = {
    keyName: fields.keyName,
    algorithm: fields.algorithm,
    timeSec: isLate ? fields.timeSec : nowSec,
    fudge: fudgeSec,
  };
  const other = isLate ? uint48(nowSec) : Buffer.alloc(0);
  const mac = key
    ? macOf(key, fields.algorithm, [
        uint16(fields.mac.length),
        fields.mac,
        response,
        variables(own, error, other),
      ])
    : undefined;
  const signature = mac ?? Buffer.alloc(0);
  const rdata = Buffer.concat([
    encodeName(own.algorithm),
    uint48(own.timeSec),
    uint16(own.fudge, signature.length),
    signature,
    uint16(response.readUInt16BE(0), error, other.length),
    other,
  ]);
  const record = Buffer.concat([
    encodeName(own.keyName),
    uint16(type.TSIG, dnsClass.ANY, 0, 0, rdata.length),
    rdata,
  ]);
  const signed = Buffer.concat([response, record]);
  signed.writeUInt16BE(response.readUInt16BE(10) + 1, 10);
  return signed;
}
