import { generateKeyPairSync, randomBytes } from "node:crypto";

/** A key pair for SSH: the private key in OpenSSH's file format, the public one as in authorized_keys. */
export interface SshKeyPair {
  readonly private: string;
  readonly public: string;
}

const string = (data: Buffer | string): Buffer => {
  const bytes = Buffer.from(data);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return Buffer.concat([length, bytes]);
};

/**
 * A new ed25519 key pair. Not made with ssh2's own generator: it drops a leading zero byte of the key, so that one
 * of 256 pairs cannot be read again.
 */
export function newSshKey(): SshKeyPair {
  const { privateKey, publicKey } = generateKeyPairSync("ed25519");
  // Both encodings end with the 32 bytes of the key (RFC 8410).
  const seed = privateKey.export({ type: "pkcs8", format: "der" }).subarray(-32);
  const point = publicKey.export({ type: "spki", format: "der" }).subarray(-32);

  const publicBlob = Buffer.concat([string("ssh-ed25519"), string(point)]);
  const check = randomBytes(4);
  const plain = Buffer.concat([check, check, publicBlob, string(Buffer.concat([seed, point])), string("")]);
  const padding = Buffer.from(Array.from({ length: (8 - (plain.length % 8)) % 8 }, (_, at) => at + 1));
  const file = Buffer.concat([
    Buffer.from("openssh-key-v1\0", "latin1"),
    string("none"),
    string("none"),
    string(""),
    Buffer.from([0, 0, 0, 1]),
    string(publicBlob),
    string(Buffer.concat([plain, padding])),
  ]);
  const lines = file.toString("base64").match(/.{1,70}/g) ?? [];
  return {
    private: ["-----BEGIN OPENSSH PRIVATE KEY-----", ...lines, "-----END OPENSSH PRIVATE KEY-----", ""].join(
      "\n",
    ),
    public: `ssh-ed25519 ${publicBlob.toString("base64")}`,
  };
}
