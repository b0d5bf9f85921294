import { type RegistryKey, type RegistryValue, type View, fullKeyName, type Registry } from "../registry.ts";

const escaped = (text: string): string => text.replaceAll("\\", "\\\\").replaceAll('"', '\\"');

const hexBytes = (bytes: Buffer): string =>
  [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join(",");

function exportedData({ type, data }: RegistryValue): string {
  switch (type) {
    case "REG_SZ":
      return `"${escaped(data)}"`;
    case "REG_DWORD":
      return `dword:${BigInt(data).toString(16).padStart(8, "0")}`;
    case "REG_QWORD": {
      const bytes = Buffer.alloc(8);
      bytes.writeBigUInt64LE(BigInt(data));
      return `hex(b):${hexBytes(bytes)}`;
    }
    case "REG_BINARY":
      return `hex:${hexBytes(Buffer.from(data, "hex"))}`;
    case "REG_EXPAND_SZ":
      return `hex(2):${hexBytes(Buffer.from(`${data}\0`, "utf16le"))}`;
    case "REG_MULTI_SZ":
      return `hex(7):${hexBytes(Buffer.from(data === "" ? "\0" : `${data}\0\0`, "utf16le"))}`;
  }
}

function exportedKey(key: RegistryKey, path: string): string[] {
  const values = [...key.values.values()].map(
    ({ name, value }) => `${name === "" ? "@" : `"${escaped(name)}"`}=${exportedData(value)}`,
  );
  const below = [...key.keys.values()].flatMap((child) => exportedKey(child, `${path}\\${child.name}`));
  return [`[${path}]`, ...values, "", ...below];
}

/** A key and all below it as a .reg file: UTF-16 with a byte order mark, keys named as they were asked for. */
export function exportFile(key: RegistryKey, path: string): Buffer {
  const text = ["Windows Registry Editor Version 5.00", "", ...exportedKey(key, path)].join("\r\n");
  return Buffer.from(`\ufeff${text}`, "utf16le");
}

function importedData(text: string): RegistryValue | undefined {
  const string = /^"(.*)"$/s.exec(text);
  if (string) return { type: "REG_SZ", data: (string[1] ?? "").replace(/\\(["\\])/g, "$1") };
  const dword = /^dword:([0-9a-f]{1,8})$/i.exec(text);
  if (dword) return { type: "REG_DWORD", data: `0x${parseInt(dword[1] ?? "0", 16).toString(16)}` };
  const hex = /^hex(?:\(([0-9a-f])\))?:([0-9a-f,\s]*)$/i.exec(text);
  if (!hex) return undefined;
  const bytes = Buffer.from((hex[2] ?? "").replace(/[,\s]/g, ""), "hex");
  const wide = bytes.toString("utf16le");
  switch (hex[1]) {
    case undefined:
      return { type: "REG_BINARY", data: bytes.toString("hex").toUpperCase() };
    case "2":
      return { type: "REG_EXPAND_SZ", data: wide.replace(/\0+$/, "") };
    case "7":
      return { type: "REG_MULTI_SZ", data: wide.replace(/\0+$/, "") };
    case "b":
      return { type: "REG_QWORD", data: `0x${bytes.readBigUInt64LE().toString(16)}` };
    default:
      return undefined;
  }
}

/** Merges a .reg file into the registry; false where it is none. What is not in the file stays. */
export function importFile(registry: Registry, file: Buffer, view: View): boolean {
  const text = file[0] === 0xff && file[1] === 0xfe ? file.subarray(2).toString("utf16le") : file.toString();
  const [head, ...lines] = text
    .replaceAll("\r\n", "\n")
    .replace(/\\\n\s*/g, "")
    .split("\n");
  if (head !== "Windows Registry Editor Version 5.00" && head !== "REGEDIT4") return false;
  let key: string | undefined;
  for (const line of lines) {
    const section = /^\[(-?)(.+)\]$/.exec(line);
    if (section) {
      const name = fullKeyName(section[2] ?? "");
      key = section[1] === "" ? name : undefined;
      if (name !== undefined && section[1] === "-") registry.removeKey(name, view);
      else if (name !== undefined) registry.addKey(name, view);
      continue;
    }
    const entry = /^(@|"(?:[^"\\]|\\.)*")=(.*)$/.exec(line);
    if (!entry || key === undefined) continue;
    const name = entry[1] === "@" ? "" : (entry[1] ?? "").slice(1, -1).replace(/\\(["\\])/g, "$1");
    if (entry[2] === "-") registry.removeValue(key, name, view);
    else {
      const value = importedData(entry[2] ?? "");
      if (value) registry.setValue(key, name, value, view);
    }
  }
  return true;
}
