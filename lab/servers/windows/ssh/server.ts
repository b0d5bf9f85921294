import { createHash, timingSafeEqual } from "node:crypto";
import ssh2 from "ssh2";
import type { AuthContext, Connection, ParsedKey } from "ssh2";
import type { Line, Listener } from "../../network.ts";
import { markList, type Rewind } from "../../rewind.ts";
import type { Program } from "../../types.ts";
import { type Logon, ShellFiles } from "../cmd/shell.ts";
import type { WindowsHost } from "../host.ts";
import { type LabUser, shortName } from "../users.ts";
import { exec } from "./exec.ts";
import type { SshFault } from "./faults.ts";
import { newSshKey } from "./keys.ts";
import { serveSftp } from "./sftp.ts";

export type { SshFault } from "./faults.ts";

const { Server, utils } = ssh2;

/** What OpenSSH of Windows Server calls itself. */
const ident = "OpenSSH_for_Windows_9.5";

/** The OpenSSH server of a Windows host: logon by password and key, commands and SFTP. It is the `sshd` service. */
export class SshHost implements Program {
  /** What goes wrong with new connections and commands; undefined: nothing. */
  public fault: SshFault | undefined;
  readonly #host: WindowsHost;
  readonly #wanted: number;
  #hostKey: string;
  #listener: Listener | undefined;
  #port: number | undefined;
  readonly #logons: { readonly user: string; readonly logon: Logon; readonly timeMs: number }[] = [];

  constructor(
    host: WindowsHost,
    { port, hostKey }: { readonly port: number; readonly hostKey: string | undefined },
  ) {
    this.#host = host;
    this.#wanted = port;
    this.#hostKey = hostKey ?? newSshKey().private;
  }

  /** The port that it listens on; known from its first start on, and the same ever after. */
  get port(): number {
    if (this.#port === undefined)
      throw new Error(`The SSH server of ${this.#host.identity.name} was not started yet.`);
    return this.#port;
  }

  /** The host key as known_hosts has it: `ssh-ed25519 AAAA...`. */
  get publicKey(): string {
    const key = parsedKey(this.#hostKey);
    return `${key.type} ${key.getPublicSSH().toString("base64")}`;
  }

  /** The private host key: to give back the one that was changed. */
  get privateKey(): string {
    return this.#hostKey;
  }

  /** The host key's fingerprint as `ssh-keygen -l` prints it: `SHA256:...`. */
  get fingerprint(): string {
    const hash = createHash("sha256").update(parsedKey(this.#hostKey).getPublicSSH()).digest("base64");
    return `SHA256:${hash.replace(/=+$/, "")}`;
  }

  /** Who has logged on, and how, oldest first. */
  get logons(): readonly { readonly user: string; readonly logon: Logon; readonly timeMs: number }[] {
    return this.#logons;
  }

  /** Another host key from now on, as after a new installation or with another machine in its place. */
  changeHostKey(hostKey: string = newSshKey().private): void {
    this.#hostKey = hostKey;
  }

  mark(): Rewind {
    const [fault, key, listener, port] = [this.fault, this.#hostKey, this.#listener, this.#port];
    const logons = markList(this.#logons);
    return () => {
      [this.fault, this.#hostKey, this.#listener, this.#port] = [fault, key, listener, port];
      logons();
    };
  }

  async start(): Promise<void> {
    if (this.#listener) return;
    this.#listener = await this.#host.network.listen(this.#host.identity.name, {
      port: this.#port ?? this.#wanted,
      onConnection: (line) => this.#accept(line),
    });
    this.#port = this.#listener.port;
  }

  async stop(): Promise<void> {
    const listener = this.#listener;
    this.#listener = undefined;
    await listener?.close();
  }

  #accept(line: Line): void {
    if (this.fault?.kind === "silent") {
      line.resume();
      return;
    }
    if (this.fault?.kind === "stalls in handshake") {
      line.write(`SSH-2.0-${ident}\r\n`);
      line.resume();
      return;
    }
    // A server for each connection, so that it is known which line a client is on. It uses the line as a stream only.
    const server = new Server({ hostKeys: [this.#hostKey], ident }, (client) => this.#serve(client, line));
    server.injectSocket(line as unknown as Parameters<ssh2.Server["injectSocket"]>[0]);
  }

  #serve(client: Connection, line: Line): void {
    let user: LabUser | undefined;
    let logon: Logon = "password";
    // A client that breaks off its connection is no error of the host.
    client.on("error", () => undefined);
    client.on("authentication", (context) => {
      const found = this.#host.user(context.username);
      const method = found ? acceptedBy(found, context) : undefined;
      if (!found || method === undefined) {
        context.reject(["password", "publickey"]);
        return;
      }
      user = found;
      logon = method;
      context.accept();
    });
    client.on("ready", () => {
      const who = user;
      if (!who) return;
      this.#logons.push({ user: who.name, logon, timeMs: this.#host.clock.now() });
      client.on("tcpip", (accept, reject, { destIP, destPort }) => {
        const verdict = this.#host.network.knockFrom(this.#host.identity.name, destIP, destPort);
        // As sshd does: the channel opens when the connection stands, fails when it is refused, and waits else.
        if (verdict === "refused") reject();
        else if (verdict === "open")
          accept()
            .on("error", () => undefined)
            .end();
      });
      client.on("session", (accept) => {
        const session = accept();
        session.on("exec", (acceptExec, _reject, info) => {
          const channel = acceptExec();
          const { fault } = this;
          void exec({
            host: this.#host,
            user: who,
            logon,
            line: info.command,
            channel,
            fault,
            breakOff: () => line.reset(),
          });
        });
        session.on("sftp", (acceptSftp) => {
          const files = new ShellFiles(this.#host.disk, who, logon);
          serveSftp(acceptSftp(), files, `C:\\Users\\${shortName(who)}`);
        });
      });
    });
  }
}

function parsedKey(text: string): ParsedKey {
  const key = utils.parseKey(text);
  if (key instanceof Error) throw new Error(`This is no SSH key that the lab can use: ${key.message}`);
  return key;
}

const same = (one: Buffer, other: Buffer): boolean =>
  one.length === other.length && timingSafeEqual(one, other);

/** How the user may come in with what the client shows, or undefined. */
function acceptedBy(user: LabUser, context: AuthContext): Logon | undefined {
  if (context.method === "password") {
    if (user.password === undefined) return undefined;
    return same(Buffer.from(context.password), Buffer.from(user.password)) ? "password" : undefined;
  }
  if (context.method !== "publickey") return undefined;
  for (const line of user.publicKeys ?? []) {
    const key = parsedKey(line);
    if (key.type !== context.key.algo && !(key.type === "ssh-rsa" && context.key.algo.startsWith("rsa-")))
      continue;
    if (!same(key.getPublicSSH(), context.key.data)) continue;
    // Without a signature the client only asks whether the key would do.
    if (!context.signature || !context.blob) return "publickey";
    if (key.verify(context.blob, context.signature, context.hashAlgo)) return "publickey";
  }
  return undefined;
}
