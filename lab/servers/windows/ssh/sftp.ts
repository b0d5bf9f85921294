import ssh2 from "ssh2";
import type { Attributes, FileEntry, SFTPWrapper } from "ssh2";
import { type DiskEntry, DiskError } from "../../types.ts";
import { formatPath, parsePath, splitPath } from "../../disk/paths.ts";
import type { ShellFiles } from "../cmd/shell.ts";

const { STATUS_CODE: status, OPEN_MODE: mode } = ssh2.utils.sftp;

/** An open file: held in memory, written to the disk when it is closed. */
interface OpenFile {
  readonly path: string;
  data: Buffer;
  changed: boolean;
  readonly appends: boolean;
}
interface OpenFolder {
  entries: readonly DiskEntry[] | undefined;
}

const statusOf = (error: unknown): number => {
  if (!(error instanceof DiskError)) return status.FAILURE;
  if (error.code === 2 || error.code === 3) return status.NO_SUCH_FILE;
  return error.code === 5 ? status.PERMISSION_DENIED : status.FAILURE;
};

const attributes = (entry: DiskEntry): Attributes => {
  const seconds = Math.floor(entry.modifiedMs / 1000);
  const type = entry.isFolder ? 0o040000 : 0o100000;
  return { mode: type | 0o666, uid: 0, gid: 0, size: entry.sizeBytes, atime: seconds, mtime: seconds };
};

const listed = (entry: DiskEntry): FileEntry => ({
  filename: entry.name,
  longname: `${entry.isFolder ? "d" : "-"}rw-rw-rw- 1 - - ${entry.sizeBytes} ${new Date(entry.modifiedMs).toISOString()} ${entry.name}`,
  attrs: attributes(entry),
});

/** `/C:/folder/file`, `C:/folder/file` or a path below the home folder, in Windows's notation. */
function windowsPath(path: string, home: string): string {
  const text = path.replaceAll("/", "\\");
  if (text.startsWith("\\\\")) return formatPath(parsePath(text));
  const drive = /^\\?([a-zA-Z]:.*)$/.exec(text)?.[1];
  return formatPath(parsePath(drive ?? `${home}\\${text}`));
}

/** Serves the SFTP subsystem of one session over the user's files. */
export function serveSftp(sftp: SFTPWrapper, files: ShellFiles, home: string): void {
  const handles = new Map<number, OpenFile | OpenFolder>();
  let nextHandle = 0;

  const opened = (what: OpenFile | OpenFolder): Buffer => {
    const handle = Buffer.alloc(4);
    handle.writeUInt32BE(nextHandle);
    handles.set(nextHandle++, what);
    return handle;
  };
  const held = (handle: Buffer): OpenFile | OpenFolder | undefined =>
    handle.length === 4 ? handles.get(handle.readUInt32BE()) : undefined;
  const file = (handle: Buffer): OpenFile => {
    const found = held(handle);
    if (!found || !("data" in found)) throw new DiskError(2, "The handle is not that of an open file.");
    return found;
  };

  /** Answers with what the work gives, or with the status of its failure. */
  const answer = (id: number, work: () => Promise<void>): void => {
    work().catch((error: unknown) => {
      sftp.status(id, statusOf(error), error instanceof Error ? error.message : "failed");
    });
  };
  const done = (id: number, work: () => Promise<void>): void =>
    answer(id, async () => {
      await work();
      sftp.status(id, status.OK);
    });
  const path = (given: string): string => windowsPath(given, home);

  sftp.on("REALPATH", (id, given) =>
    answer(id, async () => {
      const name = `/${path(given).replaceAll("\\", "/")}`;
      sftp.name(id, [{ filename: name, longname: name, attrs: attributes(rootEntry) }]);
    }),
  );
  const stat = (id: number, given: string): void =>
    answer(id, async () => sftp.attrs(id, attributes(await files.stat(path(given)))));
  sftp.on("STAT", stat);
  sftp.on("LSTAT", stat);
  sftp.on("FSTAT", (id, handle) =>
    answer(id, async () => {
      const open = file(handle);
      const there = (await files.exists(open.path)) ? await files.stat(open.path) : rootEntry;
      sftp.attrs(id, attributes({ ...there, isFolder: false, sizeBytes: open.data.length }));
    }),
  );
  sftp.on("OPENDIR", (id, given) =>
    answer(id, async () => sftp.handle(id, opened({ entries: await files.list(path(given)) }))),
  );
  sftp.on("READDIR", (id, handle) => {
    const folder = held(handle);
    if (!folder || !("entries" in folder)) sftp.status(id, status.FAILURE);
    else if (!folder.entries || folder.entries.length === 0) sftp.status(id, status.EOF);
    else {
      sftp.name(id, folder.entries.map(listed));
      folder.entries = undefined;
    }
  });
  sftp.on("OPEN", (id, given, flags) =>
    answer(id, async () => {
      const at = path(given);
      const there = await files.exists(at);
      if (there && flags & mode.CREAT && flags & mode.EXCL) throw new DiskError(5, `${at} is there already.`);
      if (!there && !(flags & mode.CREAT))
        throw new DiskError(2, `${at}: the system cannot find the file specified.`);
      if (there && (await files.stat(at)).isFolder) throw new DiskError(5, `${at} is a folder.`);
      const empty = !there || (flags & mode.TRUNC) !== 0;
      if (empty) await files.write(at, Buffer.alloc(0));
      const data = empty ? Buffer.alloc(0) : await files.read(at);
      sftp.handle(id, opened({ path: at, data, changed: false, appends: (flags & mode.APPEND) !== 0 }));
    }),
  );
  sftp.on("READ", (id, handle, offset, length) =>
    answer(id, async () => {
      const part = file(handle).data.subarray(offset, offset + length);
      if (part.length === 0) sftp.status(id, status.EOF);
      else sftp.data(id, part);
    }),
  );
  sftp.on("WRITE", (id, handle, offset, data) =>
    done(id, async () => {
      const open = file(handle);
      const at = open.appends ? open.data.length : offset;
      const size = Math.max(open.data.length, at + data.length);
      const next =
        size === open.data.length
          ? open.data
          : Buffer.concat([open.data, Buffer.alloc(size - open.data.length)]);
      data.copy(next, at);
      open.data = next;
      open.changed = true;
    }),
  );
  sftp.on("CLOSE", (id, handle) =>
    done(id, async () => {
      const open = held(handle);
      handles.delete(handle.length === 4 ? handle.readUInt32BE() : -1);
      if (open && "data" in open && open.changed) await files.write(open.path, open.data);
    }),
  );
  sftp.on("REMOVE", (id, given) => done(id, () => files.remove(path(given))));
  sftp.on("RMDIR", (id, given) =>
    done(id, async () => {
      if ((await files.list(path(given))).length > 0) throw new DiskError(5, "The directory is not empty.");
      await files.remove(path(given));
    }),
  );
  sftp.on("MKDIR", (id, given) =>
    done(id, async () => {
      const at = path(given);
      if (await files.exists(at)) throw new DiskError(5, `${at} is there already.`);
      if (!(await files.exists(splitPath(at).folder)))
        throw new DiskError(3, `${at}: the system cannot find the path specified.`);
      await files.makeFolder(at);
    }),
  );
  sftp.on("RENAME", (id, from, to) =>
    done(id, async () => {
      if (await files.exists(path(to))) throw new DiskError(5, `${to} is there already.`);
      await files.rename(path(from), path(to));
    }),
  );
  sftp.on("EXTENDED", (id, name, data) => {
    if (name !== "posix-rename@openssh.com") {
      sftp.status(id, status.OP_UNSUPPORTED);
      return;
    }
    done(id, async () => {
      const length = data.readUInt32BE(0);
      const from = data.subarray(4, 4 + length).toString();
      const to = data.subarray(8 + length, 8 + length + data.readUInt32BE(4 + length)).toString();
      await files.rename(path(from), path(to));
    });
  });
  sftp.on("SETSTAT", (id, given, attrs) =>
    done(id, async () => {
      const at = path(given);
      const entry = await files.stat(at);
      if (Number.isFinite(attrs.mtime) && !entry.isFolder)
        await files.write(at, await files.read(at), attrs.mtime * 1000);
    }),
  );
  sftp.on("FSETSTAT", (id) => sftp.status(id, status.OK));
}

const rootEntry: DiskEntry = { name: "/", isFolder: true, sizeBytes: 0, modifiedMs: 0 };
