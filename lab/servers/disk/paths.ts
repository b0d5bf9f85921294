import { DiskError } from "../types.ts";

/** A Windows path, taken apart: on a drive of this host, or on a share of any host. */
export type WindowsPath =
  | { readonly kind: "drive"; readonly drive: string; readonly segments: readonly string[] }
  | {
      readonly kind: "share";
      readonly host: string;
      readonly share: string;
      readonly segments: readonly string[];
    };

const forbidden = /[<>:"|?*\u0000-\u001f]/;

function segmentsOf(rest: string, whole: string): string[] {
  const segments: string[] = [];
  for (const raw of rest.split("\\")) {
    if (raw === "" || raw === ".") continue;
    if (raw === "..") {
      segments.pop();
      continue;
    }
    // Windows drops dots and spaces at the end of a name.
    const name = raw.replace(/[. ]+$/, "");
    if (name === "" || forbidden.test(name)) throw new DiskError(3, `${whole} is no path of Windows.`);
    segments.push(name);
  }
  return segments;
}

/** Reads an absolute Windows path; slashes count as backslashes. Anything else fails with 3. */
export function parsePath(path: string): WindowsPath {
  const text = path.replaceAll("/", "\\");
  const unc = /^\\\\([^\\]+)\\([^\\]+)(.*)$/.exec(text);
  if (unc) {
    const [, host = "", share = "", rest = ""] = unc;
    return { kind: "share", host, share, segments: segmentsOf(rest, path) };
  }
  const drive = /^([a-zA-Z]):(\\.*|)$/.exec(text);
  if (!drive) {
    throw new DiskError(
      3,
      `${path} is not an absolute Windows path; expected D:\\folder\\file or \\\\HOST\\share\\file.`,
    );
  }
  const [, letter = "", rest = ""] = drive;
  return { kind: "drive", drive: letter.toUpperCase(), segments: segmentsOf(rest, path) };
}

/** The path in Windows's notation. */
export function formatPath(path: WindowsPath): string {
  const rest = path.segments.join("\\");
  if (path.kind === "drive") return `${path.drive}:\\${rest}`;
  return `\\\\${path.host}\\${path.share}${rest === "" ? "" : `\\${rest}`}`;
}

/** The path against a current folder, as cmd.exe takes it: `..\x`, `\x`, `x`, `D:\x` or a UNC path. */
export function absolutePath(path: string, currentFolder: string): string {
  const text = path.replaceAll("/", "\\");
  if (text.startsWith("\\\\") || /^[a-zA-Z]:(\\|$)/.test(text)) return formatPath(parsePath(text));
  if (text.startsWith("\\")) return formatPath(parsePath(`${currentFolder.slice(0, 2)}${text}`));
  return formatPath(parsePath(`${currentFolder}\\${text}`));
}

/** The folder that holds the path, and its name in it. The root of a drive or share has none. */
export function splitPath(path: string): { readonly folder: string; readonly name: string } {
  const parsed = parsePath(path);
  const name = parsed.segments.at(-1) ?? "";
  return { folder: formatPath({ ...parsed, segments: parsed.segments.slice(0, -1) }), name };
}
