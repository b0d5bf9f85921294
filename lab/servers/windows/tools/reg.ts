import { absolutePath } from "../../disk/paths.ts";
import { DiskError } from "../../types.ts";
import type { Call, Command } from "../cmd/shell.ts";
import { fullKeyName, type RegistryKey, type RegistryValue, valueTypes, type View } from "../registry.ts";
import { may } from "../users.ts";
import { exportFile, importFile } from "./reg-file.ts";

const done = "The operation completed successfully.\r\n";
const notFound = "The system was unable to find the specified registry key or value.";

const failed = (call: Call, text: string): number => {
  call.err(`ERROR: ${text}\r\n`);
  return 1;
};

interface Asked {
  readonly key: string;
  readonly view: View;
  readonly flags: ReadonlySet<string>;
  /** Options with a value: /v /t /d /s. */
  readonly options: ReadonlyMap<string, string>;
  readonly file: string | undefined;
}

/** Reads `key [file] /v name /t type /d data /f /s /ve /va /y /reg:32`. */
function understand(words: readonly string[], withValue: readonly string[]): Asked {
  const flags = new Set<string>();
  const options = new Map<string, string>();
  const plain: string[] = [];
  for (let at = 0; at < words.length; at++) {
    const word = words[at] ?? "";
    const name = word.toLowerCase();
    const next = words[at + 1];
    if (withValue.includes(name) && next !== undefined) {
      options.set(name, next);
      at++;
    } else if (word.startsWith("/")) flags.add(name);
    else plain.push(word);
  }
  return { key: plain[0] ?? "", view: flags.has("/reg:32") ? 32 : 64, flags, options, file: plain[1] };
}

const valueLine = (name: string, { type, data }: RegistryValue): string =>
  `    ${name === "" ? "(Default)" : name}    ${type}    ${data.replaceAll("\0", "\\0")}\r\n`;

function printKey(call: Call, key: RegistryKey, path: string, deep: boolean): void {
  const values = [...key.values.values()].map(({ name, value }) => valueLine(name, value));
  if (values.length > 0 || deep) call.out(`\r\n${path}\r\n${values.join("")}`);
  if (deep) for (const child of key.keys.values()) printKey(call, child, `${path}\\${child.name}`, true);
  else if (key.keys.size > 0) {
    call.out("\r\n");
    for (const child of key.keys.values()) call.out(`${path}\\${child.name}\r\n`);
  } else call.out("\r\n");
}

function query(call: Call, asked: Asked, path: string): number {
  const key = call.shell.host.registry.key(path, asked.view);
  if (!key) return failed(call, notFound);
  const wanted = asked.flags.has("/ve") ? "" : asked.options.get("/v");
  if (wanted === undefined) {
    printKey(call, key, path, asked.flags.has("/s"));
    return 0;
  }
  const found = key.values.get(wanted.toUpperCase());
  if (!found) return failed(call, notFound);
  call.out(`\r\n${path}\r\n${valueLine(found.name, found.value)}\r\n`);
  return 0;
}

/** The data of `/d` in the model's form, or undefined where it is not of that type. */
function dataOf(type: RegistryValue["type"], text: string, separator: string): RegistryValue | undefined {
  if (type === "REG_DWORD" || type === "REG_QWORD") {
    if (!/^(0x[0-9a-f]+|\d+)$/i.test(text)) return undefined;
    return { type, data: `0x${BigInt(text).toString(16)}` };
  }
  if (type === "REG_BINARY")
    return /^([0-9a-f]{2})*$/i.test(text) ? { type, data: text.toUpperCase() } : undefined;
  return { type, data: type === "REG_MULTI_SZ" ? text.replaceAll(separator, "\0") : text };
}

async function add(call: Call, asked: Asked, path: string): Promise<number> {
  const { registry } = call.shell.host;
  const name = asked.flags.has("/ve") ? "" : asked.options.get("/v");
  if (name === undefined && !asked.options.has("/d")) {
    registry.addKey(path, asked.view);
    call.out(done);
    return 0;
  }
  const asText = (asked.options.get("/t") ?? "REG_SZ").toUpperCase();
  const type = valueTypes.find((one) => one === asText);
  if (!type)
    return failed(call, 'Invalid syntax. Specify valid registry data type.\r\nType "REG ADD /?" for usage.');
  const standard = type === "REG_DWORD" || type === "REG_QWORD" ? "0" : "";
  const value = dataOf(type, asked.options.get("/d") ?? standard, asked.options.get("/s") ?? "\\0");
  if (!value)
    return failed(
      call,
      "Invalid syntax. Specify valid numeric value for '/d'.\r\nType \"REG ADD /?\" for usage.",
    );
  const isThere = registry.value(path, name ?? "", asked.view) !== undefined;
  if (isThere && !asked.flags.has("/f")) {
    call.out(`Value ${name ?? ""} exists, overwrite(Yes/No)? `);
    if (!/^y/i.test((await call.input.line()) ?? "")) {
      call.out("The operation was canceled by the user.\r\n");
      return 0;
    }
  }
  registry.setValue(path, name ?? "", value, asked.view);
  call.out(done);
  return 0;
}

async function remove(call: Call, asked: Asked, path: string): Promise<number> {
  const { registry } = call.shell.host;
  const name = asked.flags.has("/ve") ? "" : asked.options.get("/v");
  const key = registry.key(path, asked.view);
  if (!key || (name !== undefined && !key.values.has(name.toUpperCase()))) return failed(call, notFound);
  if (!asked.flags.has("/f")) {
    const what =
      name === undefined
        ? `Permanently delete the registry key ${path}`
        : `Delete the registry value ${name}`;
    call.out(`${what} (Yes/No)? `);
    if (!/^y/i.test((await call.input.line()) ?? "")) {
      call.out("The operation was canceled by the user.\r\n");
      return 0;
    }
  }
  if (name !== undefined) registry.removeValue(path, name, asked.view);
  else if (asked.flags.has("/va")) key.values.clear();
  else registry.removeKey(path, asked.view);
  call.out(done);
  return 0;
}

async function exportKey(call: Call, asked: Asked, path: string): Promise<number> {
  const key = call.shell.host.registry.key(path, asked.view);
  if (!key) return failed(call, notFound);
  if (asked.file === undefined) return failed(call, 'Invalid syntax.\r\nType "REG EXPORT /?" for usage.');
  const file = absolutePath(asked.file, call.shell.folder);
  if ((await call.shell.files.exists(file)) && !asked.flags.has("/y")) {
    call.out(`File ${asked.file} already exists. Overwrite (Yes/No)? `);
    if (!/^y/i.test((await call.input.line()) ?? "")) {
      call.out("The operation was canceled by the user.\r\n");
      return 1;
    }
  }
  await call.shell.files.write(file, exportFile(key, path));
  call.out(done);
  return 0;
}

async function importKeys(call: Call, asked: Asked): Promise<number> {
  const file = await call.shell.files.read(absolutePath(asked.key, call.shell.folder));
  if (!importFile(call.shell.host.registry, file, asked.view)) {
    return failed(call, "The specified file is not a registry script.");
  }
  // The real tool says so on standard error.
  call.err(done);
  return 0;
}

/** `reg.exe` query, add, delete, export and import, in the 64-bit view or with /reg:32 in the other. */
export const reg: Command = async (call) => {
  const [verb = "", ...words] = call.args;
  const name = verb.toLowerCase();
  const asked = understand(words, name === "query" ? ["/v", "/t", "/f"] : ["/v", "/t", "/d", "/s"]);
  const changes = name === "add" || name === "delete" || name === "import";
  if (!changes && name !== "query" && name !== "export") {
    return failed(call, `Invalid syntax.\r\nType "REG /?" for usage.`);
  }
  if (changes && !may(call.shell.user, "write-registry")) return failed(call, "Access is denied.");
  try {
    if (name === "import") return await importKeys(call, asked);
    const path = fullKeyName(asked.key);
    if (path === undefined)
      return failed(call, `Invalid key name.\r\nType "REG ${verb.toUpperCase()} /?" for usage.`);
    if (name === "query") return query(call, asked, path);
    if (name === "add") return await add(call, asked, path);
    if (name === "delete") return await remove(call, asked, path);
    return await exportKey(call, asked, path);
  } catch (error) {
    if (!(error instanceof DiskError)) throw error;
    return failed(
      call,
      name === "import"
        ? "Error opening the file. There may be a disk or file system error."
        : "Unable to write to the file. There may be a disk or file system error.",
    );
  }
};
