import type { Instance, Login } from "../contract.ts";
import { ByteReader, ByteWriter } from "./bytes.ts";

/** ENCRYPTION option of PRELOGIN ([MS-TDS] 2.2.6.5). */
export const Encryption = { off: 0, on: 1, notSupported: 2, required: 3 } as const;

/**
 * What the server says to encryption. `offered`: a client that asks for it gets it. `required`: SQL Server's Force
 * Encryption. `unsupported`: none, as a server without a certificate that it can use.
 */
export type EncryptionMode = "offered" | "required" | "unsupported";

const OptionType = { version: 0, encryption: 1, instance: 2, thread: 3, mars: 4, end: 0xff } as const;

/** What the client's PRELOGIN says about encryption; `notSupported` where it says nothing. */
export function readEncryption(payload: Buffer): number {
  for (let at = 0; at < payload.length && payload[at] !== OptionType.end; at += 5) {
    if (payload[at] === OptionType.encryption) return payload.readUInt8(payload.readUInt16BE(at + 1));
  }
  return Encryption.notSupported;
}

/** The server's ENCRYPTION option for a client's. A client that would encrypt its login only (`off`) gets plain text. */
export function agreeEncryption(mode: EncryptionMode, asked: number): number {
  if (mode === "unsupported") return Encryption.notSupported;
  if (mode === "required") return asked === Encryption.on ? Encryption.on : Encryption.required;
  return asked === Encryption.on || asked === Encryption.required ? Encryption.on : Encryption.notSupported;
}

/** The server's PRELOGIN: version, encryption, no instance name check, no thread, no MARS. */
export function preloginAnswer(version: Instance["version"], encryption: number): Buffer {
  const options: readonly (readonly [number, Buffer])[] = [
    [
      OptionType.version,
      new ByteWriter().u8(version.major).u8(version.minor).u16be(version.build).u16be(0).done(),
    ],
    [OptionType.encryption, Buffer.from([encryption])],
    [OptionType.instance, Buffer.from([0])],
    [OptionType.thread, Buffer.alloc(0)],
    [OptionType.mars, Buffer.from([0])],
  ];
  const writer = new ByteWriter();
  let at = options.length * 5 + 1;
  for (const [type, data] of options) {
    writer.u8(type).u16be(at).u16be(data.length);
    at += data.length;
  }
  writer.u8(OptionType.end);
  for (const [, data] of options) writer.bytes(data);
  return writer.done();
}

/** LOGIN7 ([MS-TDS] 2.2.6.4): the login, and what the client asks of the protocol. */
export interface LoginRequest {
  readonly login: Login;
  readonly tdsVersion: number;
  readonly packetSize: number;
}

/** TDS 7.4, the newest that is spoken here, and 7.2, the oldest: before it tokens have other widths. */
export const tdsVersions = { newest: 0x74000004, oldest: 0x72090002 } as const;
const packetSizes = { default: 4096, smallest: 512, largest: 32_767 } as const;

/** Reads a LOGIN7 message. */
export function readLogin(payload: Buffer): LoginRequest {
  const asked = payload.readUInt32LE(8);
  const wanted = asked === 0 ? packetSizes.default : asked;
  return {
    login: {
      hostName: loginText(payload, 36).toString("utf16le"),
      user: loginText(payload, 40).toString("utf16le"),
      password: unscramble(loginText(payload, 44)).toString("utf16le"),
      appName: loginText(payload, 48).toString("utf16le"),
      database: loginText(payload, 68).toString("utf16le"),
    },
    tdsVersion: Math.min(payload.readUInt32LE(4), tdsVersions.newest),
    packetSize: Math.min(Math.max(wanted, packetSizes.smallest), packetSizes.largest),
  };
}

/** The bytes of a text that offset and length (in characters) at `at` point to. */
function loginText(payload: Buffer, at: number): Buffer {
  const length = payload.readUInt16LE(at + 2);
  return new ByteReader(payload, payload.readUInt16LE(at)).bytes(length * 2);
}

/** Undoes what a client does to a password: nibbles swapped, then each byte XORed with 0xA5. */
function unscramble(bytes: Buffer): Buffer {
  return Buffer.from(
    bytes.map((byte) => {
      const plain = byte ^ 0xa5;
      return ((plain & 0x0f) << 4) | (plain >> 4);
    }),
  );
}
