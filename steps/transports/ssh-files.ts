import type { Client, SFTPWrapper } from "ssh2";
import type { Unreachable } from "./unreachable.ts";

/** Seconds for reading or writing one file; what is sent is small: scripts, answer files, configurations. */
const limitSec = 60;

type Failed = (says: string) => Unreachable;
type Done<T> = (error: Error | null | undefined, value: T) => void;

/** How the SFTP server of OpenSSH on Windows writes `C:\k2\setup.xml`: `/C:/k2/setup.xml`. */
export function sftpPath(path: string): string {
  const slashes = path.replaceAll("\\", "/");
  if (slashes.startsWith("//"))
    throw new Error(
      `${path} is on a share: SFTP reaches only the drives of the server itself. Name a path such as C:\\…`,
    );
  return /^[A-Za-z]:\//.test(slashes) ? `/${slashes}` : slashes;
}

/** Reads a whole file. */
export const readOver = (client: Client, path: string, failed: Failed): Promise<Buffer> =>
  inSftp<Buffer>(client, path, "read", failed, (sftp, name, done) => {
    sftp.readFile(name, done);
  });

/** Writes a whole file: first beside it, then moved over it, so that no reader ever sees half of it. */
export const writeOver = (
  client: Client,
  path: string,
  data: string | Buffer,
  failed: Failed,
): Promise<void> =>
  inSftp<undefined>(client, path, "write", failed, (sftp, name, done) => {
    const finish = (error?: Error | null): void => {
      done(error, undefined);
    };
    sftp.writeFile(`${name}.new`, data, (error) => {
      if (error) finish(error);
      else moveOver(sftp, `${name}.new`, name, finish);
    });
  });

/** In one go where the server can; else the old file goes first. */
function moveOver(sftp: SFTPWrapper, from: string, to: string, done: (error?: Error | null) => void): void {
  try {
    sftp.ext_openssh_rename(from, to, done);
  } catch {
    sftp.unlink(to, () => {
      sftp.rename(from, to, done);
    });
  }
}

function inSftp<T>(
  client: Client,
  path: string,
  what: "read" | "write",
  failed: Failed,
  act: (sftp: SFTPWrapper, name: string, done: Done<T>) => void,
): Promise<T> {
  const name = sftpPath(path);
  const { promise, resolve, reject } = Promise.withResolvers<T>();
  const lost = (): void => {
    reject(failed(`cut the connection while ${path} was ${what === "read" ? "read" : "written"}.`));
  };
  const limit = setTimeout(() => {
    reject(failed(`did not ${what} ${path} in ${String(limitSec)} s.`));
    client.destroy();
  }, limitSec * 1000);
  client.once("close", lost);
  try {
    client.sftp((error, sftp) => {
      if (error) {
        reject(
          failed(`offers no SFTP: ${error.message}. Look for the line "Subsystem sftp" in sshd_config.`),
        );
        return;
      }
      act(sftp, name, (fault, value) => {
        sftp.end();
        if (fault) reject(new FileError(failed("").host, what, path, fault));
        else resolve(value);
      });
    });
  } catch {
    lost();
  }
  return promise.finally(() => {
    clearTimeout(limit);
    client.removeListener("close", lost);
  });
}

/** A file that could not be read or written; `missing` where it is not there. */
export class FileError extends Error {
  public override readonly name = "FileError";
  public readonly missing: boolean;
  constructor(host: string, what: "read" | "write", path: string, cause: Error) {
    super(`${host}: could not ${what} ${path}: ${cause.message}.`);
    // 2 is SSH_FX_NO_SUCH_FILE (SSH File Transfer Protocol, draft-ietf-secsh-filexfer-02, section 7).
    this.missing = "code" in cause && cause.code === 2;
  }
}
