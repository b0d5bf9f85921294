import { absolutePath } from "../../disk/paths.ts";
import type { DiskEntry } from "../../types.ts";
import { unquoted } from "./parse.ts";
import type { Call, Command } from "./shell.ts";
import { wildcard } from "./wildcards.ts";

interface Listed extends DiskEntry {
  readonly path: string;
}

interface Asked {
  readonly folder: string;
  readonly pattern: RegExp;
  readonly bare: boolean;
  readonly deep: boolean;
  readonly only: "files" | "folders" | undefined;
  readonly order: string;
}

async function understand(call: Call): Promise<Asked> {
  const words = call.rest.match(/"[^"]*"|\/[^\s/"]+|[^\s"/]+/g) ?? [];
  const switches = words.filter((word) => word.startsWith("/")).map((word) => word.toLowerCase());
  const given = unquoted(words.find((word) => !word.startsWith("/")) ?? ".");
  const last = given.slice(given.lastIndexOf("\\") + 1);
  const attributes = switches.find((one) => one.startsWith("/a"))?.replace(/^\/a:?/, "") ?? "";
  const asked = {
    bare: switches.includes("/b"),
    deep: switches.includes("/s"),
    only: attributes.includes("-d") ? "files" : attributes.includes("d") ? "folders" : undefined,
    order: switches.find((one) => one.startsWith("/o"))?.replace(/^\/o:?/, "") ?? "n",
  } as const;
  if (/[*?]/.test(last)) {
    const folder = absolutePath(given.slice(0, given.length - last.length) || ".", call.shell.folder);
    return { ...asked, folder, pattern: wildcard(last) };
  }
  const path = absolutePath(given, call.shell.folder);
  const isRoot = path.endsWith("\\");
  if (isRoot || (await call.shell.files.stat(path)).isFolder)
    return { ...asked, folder: path, pattern: wildcard("*") };
  return { ...asked, folder: path.slice(0, path.lastIndexOf("\\") + 1), pattern: wildcard(last) };
}

async function collect(call: Call, folder: string, asked: Asked): Promise<Listed[]> {
  const base = folder.replace(/\\$/, "");
  const all = (await call.shell.files.list(folder)).map((entry) => ({
    ...entry,
    path: `${base}\\${entry.name}`,
  }));
  const wanted = all.filter((entry) => {
    const kind = asked.only === undefined || (asked.only === "folders") === entry.isFolder;
    return kind && asked.pattern.test(entry.name);
  });
  const sorted = wanted.sort((one, other) => compare(one, other, asked.order));
  if (!asked.deep) return sorted;
  const below = all.filter(({ isFolder }) => isFolder).map(({ path }) => collect(call, path, asked));
  return [...sorted, ...(await Promise.all(below)).flat()];
}

function compare(one: DiskEntry, other: DiskEntry, order: string): number {
  const sign = order.startsWith("-") ? -1 : 1;
  const key = order.replace("-", "").charAt(0);
  if (key === "d") return sign * (one.modifiedMs - other.modifiedMs);
  if (key === "s") return sign * (one.sizeBytes - other.sizeBytes);
  return sign * (one.name.toUpperCase() < other.name.toUpperCase() ? -1 : 1);
}

/** `dir`, bare (`/b`, with `/s`, `/a:d`, `/a-d`, `/o:d` and the like) or as a listing with dates in local time. */
export const dir: Command = async (call) => {
  const asked = await understand(call).catch(() => undefined);
  const entries = asked && (await collect(call, asked.folder, asked).catch(() => undefined));
  // An empty folder is a listing of no files, but with /b it is "File Not Found".
  if (!asked || !entries || (entries.length === 0 && (asked.bare || !asked.pattern.test("any")))) {
    call.err("File Not Found\r\n");
    return 1;
  }
  if (asked.bare) for (const entry of entries) call.out(`${asked.deep ? entry.path : entry.name}\r\n`);
  else call.out(listing(call, asked.folder, entries));
  return 0;
};

function listing(call: Call, folder: string, entries: readonly DiskEntry[]): string {
  const lines = entries.map((entry) => {
    const when = call.shell.host.localTime(entry.modifiedMs).toFormat("MM/dd/yyyy  hh:mm a");
    const size = entry.isFolder ? "<DIR>         " : entry.sizeBytes.toLocaleString("en-US").padStart(14);
    return `${when}    ${size} ${entry.name}`;
  });
  const files = entries.filter(({ isFolder }) => !isFolder);
  const bytes = files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0).toLocaleString("en-US");
  return [
    ` Volume in drive ${folder.charAt(0)} has no label.`,
    "",
    ` Directory of ${folder}`,
    "",
    ...lines,
    `${String(files.length).padStart(16)} File(s) ${bytes.padStart(14)} bytes`,
    `${String(entries.length - files.length).padStart(16)} Dir(s)`,
    "",
  ].join("\r\n");
}
