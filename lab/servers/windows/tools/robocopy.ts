import { absolutePath } from "../../disk/paths.ts";
import { type DiskEntry, DiskError } from "../../types.ts";
import type { Call, Command } from "../cmd/shell.ts";
import { wildcard } from "../cmd/wildcards.ts";
import { win32Text } from "../win32.ts";

/** The bits of robocopy's exit code (Microsoft: robocopy). Success is below 8. */
const bit = { copied: 1, extra: 2, mismatched: 4, failed: 8, fatal: 16 } as const;

interface Asked {
  readonly from: string;
  readonly to: string;
  readonly patterns: readonly RegExp[];
  readonly flags: ReadonlySet<string>;
  readonly excludedFiles: readonly string[];
  readonly excludedFolders: readonly string[];
  readonly retries: number;
  readonly waitSec: number;
}

interface Counts {
  copied: number;
  skipped: number;
  mismatched: number;
  failed: number;
  extra: number;
}

class Fatal extends Error {}

function understand(call: Call): Asked {
  const flags = new Set<string>();
  const plain: string[] = [];
  const excludedFiles: string[] = [];
  const excludedFolders: string[] = [];
  let list = plain;
  for (const word of call.args) {
    if (!word.startsWith("/")) {
      list.push(word);
      continue;
    }
    const flag = word.toUpperCase();
    list = flag === "/XF" ? excludedFiles : flag === "/XD" ? excludedFolders : plain;
    flags.add(flag);
  }
  const [from, to, ...patterns] = plain;
  const number = (name: string): number | undefined => {
    const flag = [...flags].find((one) => one.startsWith(`/${name}:`));
    return flag === undefined ? undefined : Number(flag.slice(name.length + 2));
  };
  if (from === undefined || to === undefined) throw new Fatal("ERROR : No Destination Directory Specified.");
  const known =
    /^\/(S|E|XO|XN|XC|XX|XL|IS|IT|IM|MIR|PURGE|L|NP|NFL|NDL|NJH|NJS|NS|NC|Z|B|ZB|J|FFT|XJ|XF|XD|V|BYTES|TEE|[RW]:\d+|MT(:\d+)?|COPY:\w+|DCOPY:\w+|COPYALL|SEC)$/;
  const strange = [...flags].find((flag) => !known.test(flag));
  if (strange !== undefined) throw new Fatal(`ERROR : Invalid Parameter : "${strange}"`);
  return {
    from: absolutePath(from, call.shell.folder),
    to: absolutePath(to, call.shell.folder),
    patterns: (patterns.length > 0 ? patterns : ["*.*"]).map(wildcard),
    flags,
    excludedFiles,
    excludedFolders,
    // The tool's own defaults are a million tries with half a minute between them.
    retries: number("R") ?? 1_000_000,
    waitSec: number("W") ?? 30,
  };
}

const isExcluded = (path: string, name: string, excluded: readonly string[], folder: string): boolean =>
  excluded.some((one) => {
    if (one.includes("\\")) return path.toUpperCase() === absolutePath(one, folder).toUpperCase();
    return wildcard(one).test(name);
  });

/** Tries again after each failure, /R times with /W seconds of lab time between. */
async function retried(call: Call, asked: Asked, path: string, work: () => Promise<void>): Promise<boolean> {
  const { clock } = call.shell.host;
  for (let attempt = 0; ; attempt++) {
    try {
      await work();
      return true;
    } catch (error) {
      if (!(error instanceof DiskError)) throw error;
      const code = error.code;
      const when = call.shell.host.localTime().toFormat("yyyy/MM/dd HH:mm:ss");
      const hex = `0x${code.toString(16).toUpperCase().padStart(8, "0")}`;
      call.out(`${when} ERROR ${code} (${hex}) Copying File ${path}\r\n${win32Text(code)}\r\n`);
      if (attempt >= asked.retries || call.shell.signal.aborted) {
        call.out("\r\nERROR: RETRY LIMIT EXCEEDED.\r\n\r\n");
        return false;
      }
      call.out(`Waiting ${asked.waitSec} seconds... Retrying...\r\n`);
      await new Promise<void>((resolve) => {
        const cancel = clock.at(clock.now() + asked.waitSec * 1000, resolve);
        const giveUp = (): void => {
          cancel();
          resolve();
        };
        call.shell.signal.addEventListener("abort", giveUp, { once: true });
      });
    }
  }
}

function mustCopy(asked: Asked, source: DiskEntry, target: DiskEntry | undefined): boolean {
  if (!target) return !asked.flags.has("/XL");
  if (source.modifiedMs < target.modifiedMs) return !asked.flags.has("/XO");
  if (source.modifiedMs > target.modifiedMs) return !asked.flags.has("/XN");
  if (source.sizeBytes !== target.sizeBytes) return !asked.flags.has("/XC");
  return asked.flags.has("/IS");
}

async function copyFolder(
  call: Call,
  asked: Asked,
  from: string,
  to: string,
  files: Counts,
  folders: Counts,
): Promise<void> {
  const disk = call.shell.files;
  const sources = await disk.list(from);
  const isThere = await disk.exists(to);
  const targets = isThere ? await disk.list(to) : [];
  const dry = asked.flags.has("/L");
  if (!isThere && !dry) await disk.makeFolder(to);
  if (isThere) folders.skipped++;
  else folders.copied++;
  const seen = new Set<string>();
  const targetOf = (name: string): DiskEntry | undefined =>
    targets.find((one) => one.name.toUpperCase() === name.toUpperCase());

  for (const source of sources.filter(({ isFolder }) => !isFolder)) {
    if (!asked.patterns.some((pattern) => pattern.test(source.name))) continue;
    seen.add(source.name.toUpperCase());
    const path = `${from}\\${source.name}`;
    const target = targetOf(source.name);
    if (target?.isFolder) {
      files.mismatched++;
    } else if (
      isExcluded(path, source.name, asked.excludedFiles, call.shell.folder) ||
      !mustCopy(asked, source, target)
    ) {
      files.skipped++;
    } else {
      const done =
        dry ||
        (await retried(call, asked, path, async () =>
          disk.write(`${to}\\${source.name}`, await disk.read(path), source.modifiedMs),
        ));
      if (done) files.copied++;
      else files.failed++;
      if (done && !asked.flags.has("/NFL"))
        call.out(`\t    ${target ? "Newer" : "New File"}  \t\t${source.sizeBytes}\t${source.name}\r\n`);
    }
  }

  const deep = asked.flags.has("/E") || asked.flags.has("/S") || asked.flags.has("/MIR");
  for (const source of sources.filter(({ isFolder }) => isFolder)) {
    seen.add(source.name.toUpperCase());
    const path = `${from}\\${source.name}`;
    if (!deep || isExcluded(path, source.name, asked.excludedFolders, call.shell.folder)) continue;
    if (asked.flags.has("/S") && !asked.flags.has("/E") && (await disk.list(path)).length === 0) continue;
    if (targetOf(source.name)?.isFolder === false) folders.mismatched++;
    else await copyFolder(call, asked, path, `${to}\\${source.name}`, files, folders);
  }

  for (const extra of targets.filter(({ name }) => !seen.has(name.toUpperCase()))) {
    const path = `${to}\\${extra.name}`;
    const kept = extra.isFolder
      ? !deep || isExcluded(path, extra.name, asked.excludedFolders, call.shell.folder)
      : !asked.patterns.some((pattern) => pattern.test(extra.name)) ||
        isExcluded(path, extra.name, asked.excludedFiles, call.shell.folder);
    if (kept || asked.flags.has("/XX")) continue;
    (extra.isFolder ? folders : files).extra++;
    if (!dry && (asked.flags.has("/MIR") || asked.flags.has("/PURGE"))) await disk.remove(path);
  }
}

const counts = (): Counts => ({ copied: 0, skipped: 0, mismatched: 0, failed: 0, extra: 0 });

const row = (title: string, { copied, skipped, mismatched, failed, extra }: Counts): string =>
  [copied + skipped + mismatched + failed, copied, skipped, mismatched, failed, extra]
    .map((count) => String(count).padStart(10))
    .reduce((line, cell) => line + cell, `${title.padStart(8)} :`) + "\r\n";

/** `robocopy`: copies what is newer or missing, keeps times, answers with its bitmask. */
export const robocopy: Command = async (call) => {
  try {
    const asked = understand(call);
    const rule = "-".repeat(79);
    if (!asked.flags.has("/NJH")) {
      call.out(`\r\n${rule}\r\n   ROBOCOPY     ::     Robust File Copy for Windows\r\n${rule}\r\n\r\n`);
      call.out(`   Source : ${asked.from}\\\r\n     Dest : ${asked.to}\\\r\n\r\n${rule}\r\n\r\n`);
    }
    const [files, folders] = [counts(), counts()];
    await openSource(call, asked);
    await copyFolder(call, asked, asked.from, asked.to, files, folders);
    if (!asked.flags.has("/NJS")) {
      call.out(
        `\r\n${rule}\r\n\r\n               Total    Copied   Skipped  Mismatch    FAILED    Extras\r\n`,
      );
      call.out(`${row("Dirs", folders)}${row("Files", files)}\r\n`);
    }
    const any = (key: keyof Counts): boolean => files[key] + folders[key] > 0;
    return (
      (files.copied > 0 || (folders.copied > 0 && files.failed === 0) ? bit.copied : 0) |
      (any("extra") ? bit.extra : 0) |
      (any("mismatched") ? bit.mismatched : 0) |
      (any("failed") ? bit.failed : 0)
    );
  } catch (error) {
    if (error instanceof Fatal) call.out(`\r\n${error.message}\r\n`);
    else if (error instanceof DiskError) call.out(`\r\nERROR ${error.code}\r\n${win32Text(error.code)}\r\n`);
    else throw error;
    return bit.fatal;
  }
};

async function openSource(call: Call, asked: Asked): Promise<void> {
  try {
    await call.shell.files.list(asked.from);
  } catch (error) {
    if (!(error instanceof DiskError)) throw error;
    const code = error.code === 3 ? 2 : error.code;
    const hex = `0x${code.toString(16).toUpperCase().padStart(8, "0")}`;
    const when = call.shell.host.localTime().toFormat("yyyy/MM/dd HH:mm:ss");
    throw new Fatal(
      `${when} ERROR ${code} (${hex}) Accessing Source Directory ${asked.from}\\\r\n${win32Text(code)}`,
    );
  }
}
