import { chmod, copyFile, glob, mkdir, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { dirname, join, relative, resolve } from "node:path";
import { execa } from "execa";
import { filesNamed, type Manifest, packageManifest } from "./manifest.ts";

const ROOT = join(import.meta.dirname, "../..");
/** Where the package is made: the folder that is named on the command line, or `dist`. */
const OUT = resolve(process.argv[2] ?? join(ROOT, "dist"));

/** Makes the package that is published: compiled, because Node strips no types under node_modules. */
async function build(): Promise<void> {
  await rm(OUT, { recursive: true, force: true });
  await execa("tsc", ["-p", join(import.meta.dirname, "tsconfig.json"), "--outDir", OUT], {
    preferLocal: true,
    localDir: ROOT,
    stdio: "inherit",
  });
  for (const name of ["README.md", "LICENSE"]) await take(name);
  // What README.md links to: a runner may be the only machine that still works when it is read.
  for await (const name of glob("{*.md,docs/**/*.md}", { cwd: ROOT })) await take(name);
  const root = JSON.parse(await readFile(join(ROOT, "package.json"), "utf8")) as Manifest;
  const manifest = packageManifest(root, await readdir(OUT));
  await writeFile(join(OUT, "package.json"), `${JSON.stringify(manifest, undefined, 2)}\n`);
  for (const file of filesNamed(manifest)) {
    const there = await stat(join(OUT, file)).catch(() => undefined);
    if (!there) throw new Error(`package.json names ${file}, which the build did not make`);
  }
  for (const file of Object.values(root.bin ?? {}))
    await chmod(join(OUT, file.replace(/\.ts$/, ".js")), 0o755);
  const folder = relative(process.cwd(), OUT).replaceAll("\\", "/");
  process.stdout.write(
    `${root.name} ${root.version} is in ${folder}; "npm pack ./${folder}" makes the archive\n`,
  );
}

async function take(name: string): Promise<void> {
  await mkdir(dirname(join(OUT, name)), { recursive: true });
  await copyFile(join(ROOT, name), join(OUT, name)).catch(() => {
    throw new Error(`${name} is not in the repository's root; the package is published with it`);
  });
}

try {
  await build();
} catch (error) {
  process.stderr.write(
    `the package was not built: ${error instanceof Error ? error.message : String(error)}\n`,
  );
  process.exitCode = 1;
}
