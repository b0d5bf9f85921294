import { posix } from "node:path";

/** The parts of a package.json that the build reads and writes. */
export interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly exports: Readonly<Record<string, string>>;
  readonly bin?: Readonly<Record<string, string>>;
  readonly [key: string]: unknown;
}

/** What belongs to the repository and means nothing, or something wrong, in the package. */
const ONLY_HERE = ["private", "scripts", "devDependencies", "allowScripts", "overrides"];

/** What npm takes along without being told. */
const ALWAYS = ["package.json", "README.md", "LICENSE"];

/**
 * The manifest of the package, from the repository's: the compiled files with their declarations in place of the
 * sources, and nothing that only the repository needs.
 *
 * @param files what lies at the top of the package folder.
 */
export function packageManifest(root: Manifest, files: readonly string[]): Record<string, unknown> {
  const kept = Object.entries(root).filter(([key]) => !ONLY_HERE.includes(key));
  return {
    ...Object.fromEntries(kept),
    exports: Object.fromEntries(
      Object.entries(root.exports).map(([name, source]) => [
        name,
        { types: declarationOf(source), default: compiledOf(source) },
      ]),
    ),
    types: declarationOf(root.exports["."] ?? "./index.ts"),
    ...(root.bin
      ? {
          bin: Object.fromEntries(
            Object.entries(root.bin).map(([name, source]) => [name, compiledOf(source)]),
          ),
        }
      : {}),
    files: files.filter((file) => !ALWAYS.includes(file)).toSorted(),
  };
}

/** Every file that the manifest points to, from the package folder: each has to be there. */
export function filesNamed(manifest: Record<string, unknown>): string[] {
  const found: string[] = [];
  const walk = (value: unknown): void => {
    if (typeof value === "string" && value.startsWith("./")) found.push(posix.normalize(value));
    else if (typeof value === "object" && value !== null) Object.values(value).forEach(walk);
  };
  walk([manifest["exports"], manifest["bin"], manifest["types"]]);
  return [...new Set(found)].toSorted();
}

function compiledOf(source: string): string {
  return source.replace(/\.ts$/, ".js");
}

function declarationOf(source: string): string {
  return source.replace(/\.ts$/, ".d.ts");
}
