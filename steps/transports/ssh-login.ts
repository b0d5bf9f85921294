import type { SshAccess } from "../../model/host.ts";
import { nameOfSecret } from "../../model/secret.ts";
import type { Io } from "../act.ts";
import { whyUnusable } from "./ssh-key.ts";

/** What a server is logged on to with: the key, or the password where there is no key. */
export async function loginWith(
  host: string,
  ssh: SshAccess,
  io: Pick<Io, "secret">,
): Promise<{ privateKey: string } | { password: string }> {
  if (ssh.privateKey) {
    const privateKey = await io.secret(ssh.privateKey);
    const why = whyUnusable(privateKey);
    if (why !== undefined)
      throw new Error(`${host}: the SSH key in ${nameOfSecret(ssh.privateKey)} cannot be used: ${why}.`);
    return { privateKey };
  }
  if (ssh.password) return { password: await io.secret(ssh.password) };
  throw new Error(
    `${host}.ssh has neither privateKey nor password. Write privateKey: secret.file("~/.ssh/id_ed25519").`,
  );
}
