import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import ssh2 from "ssh2";
import { newSshKey } from "../../lab/servers/windows/ssh/keys.ts";
import type { Host } from "../../model/host.ts";
import { installed } from "./installed.ts";
import { freePort, loopback } from "./ports.ts";
import { newFolder, start, type Running } from "./running.ts";

/** OpenSSH's server. */
export const sshd = installed("sshd", "openssh-server");

/** A key pair in the formats of OpenSSH. `line` is the public key without comment: `ssh-ed25519 AAAA…`. */
export interface KeyPair {
  readonly privateKey: string;
  readonly line: string;
}

/** A new key, as ssh-keygen makes one. */
export function newKeyPair(type: "ed25519" | "ecdsa" | "rsa" = "ed25519"): KeyPair {
  const pair =
    type === "ed25519"
      ? newSshKey()
      : ssh2.utils.generateKeyPairSync(type, { bits: type === "rsa" ? 2048 : 256 });
  return { privateKey: pair.private, line: pair.public.trim() };
}

/** An `sshd` that answers. Whoever holds `login` may log in as the present user. */
export interface Sshd extends Running {
  readonly address: string;
  readonly port: number;
  readonly login: KeyPair;
}

/** Starts OpenSSH as the present user with these host keys, and waits until it listens. `more`: lines of its configuration. */
export async function startSshd(hostKeys: readonly KeyPair[], more = ""): Promise<Sshd> {
  if (sshd.path === undefined) throw new Error(`no sshd${sshd.note}`);
  // As root it confines what talks to strangers to this folder, which Debian makes when its service starts.
  const separated = "/run/sshd";
  if (process.getuid?.() === 0 && !existsSync(separated)) mkdirSync(separated, { mode: 0o755 });
  const folder = newFolder();
  const login = newKeyPair();
  const files = hostKeys.map(({ privateKey }, i) => {
    const file = path.join(folder, `host_key_${String(i)}`);
    writeFileSync(file, privateKey, { mode: 0o600 });
    return file;
  });
  writeFileSync(path.join(folder, "authorized_keys"), `${login.line}\n`, { mode: 0o600 });
  for (;;) {
    const port = await freePort();
    writeFileSync(path.join(folder, "sshd_config"), `${config(folder, port, files)}${more}\n`);
    const running = start(sshd.path, ["-D", "-e", "-f", path.join(folder, "sshd_config")], folder);
    await running.logged(/Server listening|Address already in use/);
    if (!running.log().includes("Address already in use"))
      return { ...running, address: loopback, port, login };
    await running.stop();
  }
}

/** The home folder is not the user's own: what a shell's start-up files do or print belongs to no test. */
const config = (folder: string, port: number, hostKeys: readonly string[]): string => `
ListenAddress ${loopback}
Port ${String(port)}
${hostKeys.map((file) => `HostKey ${file}`).join("\n")}
AuthorizedKeysFile ${folder}/authorized_keys
StrictModes no
UsePAM no
PidFile none
PasswordAuthentication yes
PermitRootLogin prohibit-password
LogLevel VERBOSE
Subsystem sftp internal-sftp
SetEnv HOME=${folder}
`;

/** The server as the facts of an estate hold it, with the host key that is pinned there; its private key is the file `login`. */
export const hostOf = ({ address, port }: Pick<Sshd, "address" | "port">, hostKey: string): Host => ({
  id: "K2DR01",
  site: "dr",
  address,
  timeZone: "UTC",
  whilePassive: "parked",
  ssh: { port, user: os.userInfo().username, hostKey, privateKey: { file: "login" } },
});
