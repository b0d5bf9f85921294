import { chmod, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { expect } from "chai";
import { execa } from "execa";
import { ensureEngine } from "../../tools/engine/ensure.ts";
import { offlineEnv, withPath } from "../../tools/engine/env.ts";
import { missingPieces } from "../../tools/engine/installed.ts";
import { filesOf, type Piece, places } from "../../tools/engine/layout.ts";
import { whyNoOfficialRelease } from "../../tools/engine/official.ts";
import { until } from "./until.ts";

/** Scripts stand in for the programs: what is tested is where they are looked for and put, not what they do. */
describe("ensureEngine", function () {
  if (process.platform === "win32") return;
  let folder: string;
  let home: string;
  let said: string[];
  const say = (line: string): void => {
    said.push(line);
  };
  /** An address where nothing listens: the official release is out of reach at once. */
  let closed: string;

  before(async () => {
    const server = createServer();
    closed = await addressOf(server);
    await new Promise((done) => server.close(done));
  });
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "engine-test-"));
    home = join(folder, "home");
    said = [];
  });
  afterEach(async () => {
    await rm(folder, { recursive: true, force: true });
  });

  const env = (more: Record<string, string> = {}): Record<string, string> => ({
    PATH: `${join(folder, "bin")}${delimiter}/usr/bin${delimiter}/bin`,
    PULUMI_HOME: home,
    ...more,
  });

  it("has nothing to do where both pieces are in place, and says nothing", async () => {
    await fill(home, ["engine", "command"]);
    const engine = await ensureEngine({ env: env(), say });
    expect(engine).to.include({ way: "installed", version: "3.259.0", pulumi: places(home).pulumi });
    expect(engine.env["PATH"]?.split(delimiter)[0]).to.equal(places(home).bin);
    expect(engine.env).to.include({ PULUMI_HOME: home, PULUMI_SKIP_UPDATE_CHECK: "true" });
    expect(engine.env).to.not.have.property("PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION");
    expect(said).to.deep.equal([]);
  });

  it("counts a plugin whose installation was broken off as missing", async () => {
    await fill(home, ["engine", "command"]);
    await writeFile(places(home).pluginPartial, "");
    expect(await missingPieces(places(home))).to.deep.equal(["command"]);
  });

  it("counts an empty or unusable file as missing", async () => {
    await fill(home, ["engine", "command"]);
    await writeFile(places(home).languageHost, "");
    await chmod(places(home).plugin, 0o644);
    expect(await missingPieces(places(home))).to.deep.equal(["engine", "command"]);
  });

  it("takes an engine on the PATH that is new enough and finds its provider in the home", async () => {
    await fill(home, ["command"]);
    const pulumi = await program(join(folder, "bin", "pulumi"), "v3.261.0");
    const engine = await ensureEngine({ env: env(), say });
    expect(engine).to.include({ way: "installed", version: "3.261.0", pulumi });
    expect(engine.env["PATH"]?.split(delimiter)[0]).to.equal(dirname(pulumi));
  });

  it("passes over an engine on the PATH that is too old, and the launcher of npm", async () => {
    await fill(home, ["command"]);
    await program(join(folder, "bin", "pulumi"), "v3.200.0");
    const launcher = await program(join(folder, "node_modules", "pulumi", "pulumi"), "v3.259.0");
    const path = [dirname(launcher), join(folder, "bin")].join(delimiter);
    const failed = await ensureEngine({ env: env({ PATH: path }), say, officialRelease: closed }).catch(
      (error: unknown) => error,
    );
    expect(failed).to.be.instanceOf(Error).with.property("message").that.includes("engine 3.259.0 is not on");
  });

  it("unpacks the archive named in PULUMI_ENGINE, once, and forbids the engine to fetch plugins", async () => {
    const archive = await archiveOf(folder, "v3.259.0");
    const engine = await ensureEngine({ env: env({ PULUMI_ENGINE: archive }), say });
    expect(engine.way).to.equal("archive");
    expect(engine.env).to.include({ PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true" });
    expect(await missingPieces(places(home))).to.deep.equal([]);
    const again = await ensureEngine({ env: env(), say });
    expect(again.way).to.equal("installed");
    expect(again.env).to.include({ PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true" });
    expect((await readdir(home)).sort()).to.deep.equal(["plugins", "versions"]);
  });

  it("takes only what is missing from the archive", async () => {
    await fill(home, ["engine"]);
    await writeFile(places(home).pulumi, "#!/bin/sh\necho mine\n");
    const archive = await archiveOf(folder, "v3.259.0");
    await ensureEngine({ env: env({ PULUMI_ENGINE: archive }), say });
    expect(await readFile(places(home).pulumi, "utf8")).to.equal("#!/bin/sh\necho mine\n");
  });

  it("lets eight callers at once unpack one archive once", async () => {
    const archive = await archiveOf(folder, "v3.259.0");
    const engines = await Promise.all(
      Array.from({ length: 8 }, () => ensureEngine({ env: env({ PULUMI_ENGINE: archive }), say })),
    );
    const ways = engines.map((engine) => engine.way).sort();
    expect(ways).to.deep.equal(["archive", ...Array.from({ length: 7 }, () => "installed")]);
  });

  it("refuses an archive of another version, goes on, and says all of it in one sentence", async () => {
    const archive = await archiveOf(folder, "v3.100.0");
    const failed = await ensureEngine({
      env: env({ PULUMI_ENGINE: archive }),
      say,
      officialRelease: closed,
    }).catch((error: unknown) => error);
    expect(failed)
      .to.be.instanceOf(Error)
      .with.property("message")
      .that.includes(`archive in PULUMI_ENGINE: ${archive} holds Pulumi 3.100.0, expected 3.259.0; `)
      .and.includes("cannot be reached: ECONNREFUSED; build from Go modules: Go is not on the PATH");
    expect(await missingPieces(places(home))).to.deep.equal(["engine", "command"]);
  });

  it("names the file that is not an archive, or is not there", async () => {
    const broken = join(folder, "engine.tar.xz");
    await writeFile(broken, "no archive");
    const messages: string[] = [];
    for (const named of [broken, join(folder, "none.tar.xz"), folder]) {
      await ensureEngine({ env: env({ PULUMI_ENGINE: named }), say, officialRelease: closed }).catch(
        (error: unknown) => messages.push(String(error)),
      );
    }
    expect(messages[0]).to.include(`tar could not unpack ${broken}`);
    expect(messages[1]).to.include(`there is no ${join(folder, "none.tar.xz")}`);
    expect(messages[2]).to.include(`the folder ${folder} has no engine-${process.platform}-${process.arch}`);
  });

  it("leaves no lock and no half unpacked files behind when it is interrupted", async () => {
    await mkdir(join(folder, "bin"), { recursive: true });
    const tar = join(folder, "bin", "tar");
    await writeFile(tar, "#!/bin/sh\nexec sleep 30\n", { mode: 0o755 });
    const archive = join(folder, "engine.tar.xz");
    await writeFile(archive, "");
    const stop = new AbortController();
    const running = ensureEngine({ env: env({ PULUMI_ENGINE: archive }), say, signal: stop.signal });
    const outcome = running.catch((error: unknown) => error);
    await until(
      "the archive is being unpacked",
      async () => (await readdir(home).catch((): string[] => [])).includes(".parallel-standby-engine"),
      5000,
    );
    stop.abort(new Error("interrupted"));
    expect(await outcome)
      .to.be.instanceOf(Error)
      .with.property("message", "interrupted");
    expect(await readdir(home)).to.deep.equal([]);
  });

  it("runs a command in the engine's environment, with the engine first on its PATH", async () => {
    await fill(home, ["engine", "command"]);
    const tool = join(import.meta.dirname, "../../tools/engine/ensure.ts");
    const ended = await execa(process.execPath, [tool, "--", "pulumi", "version"], {
      env: { PULUMI_HOME: home },
      reject: false,
    });
    expect(ended).to.include({ exitCode: 0, stdout: "v3.259.0", stderr: "" });
  });
});

describe("The probe of the official release", () => {
  const never = new AbortController().signal;

  it("finds a release that answers", async () => {
    const server = createServer((_, answer) => answer.end());
    expect(await whyNoOfficialRelease(never, await addressOf(server), 5_000)).to.equal(undefined);
    await new Promise((done) => server.close(done));
  });

  it("tells a refusal from silence, and does not wait for long", async () => {
    const server = createServer((request, answer) => {
      if (request.url === "/forbidden") answer.writeHead(403).end();
    });
    const address = await addressOf(server);
    const host = new URL(address).host;
    expect(await whyNoOfficialRelease(never, `${address}forbidden`, 5_000)).to.equal(
      `${host} answered with HTTP 403`,
    );
    expect(await whyNoOfficialRelease(never, address, 500)).to.equal(`${host} did not answer within 0.5 s`);
    server.closeAllConnections();
    await new Promise((done) => server.close(done));
  });
});

describe("The environment of the engine", () => {
  it("keeps the spelling of the PATH and puts the engine on it once", () => {
    const path = withPath({ Path: ["B", "A"].join(delimiter), X: undefined }, "A");
    expect(path).to.deep.equal({ Path: ["A", "B"].join(delimiter) });
  });

  it("lets nothing of the user's own Pulumi settings into a lab", () => {
    process.env["PULUMI_ACCESS_TOKEN"] = "not-for-the-lab";
    try {
      const env = offlineEnv("/lab/home", { PULUMI_BACKEND_URL: "file://state" });
      expect(env).to.not.have.property("PULUMI_ACCESS_TOKEN");
      expect(env).to.include({
        PULUMI_HOME: "/lab/home",
        PULUMI_BACKEND_URL: "file://state",
        PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
        PULUMI_SKIP_UPDATE_CHECK: "true",
      });
    } finally {
      delete process.env["PULUMI_ACCESS_TOKEN"];
    }
  });
});

async function program(path: string, version: string): Promise<string> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, `#!/bin/sh\necho ${version}\n`, { mode: 0o755 });
  return path;
}

async function fill(home: string, pieces: readonly Piece[]): Promise<void> {
  for (const file of pieces.flatMap((piece) => filesOf(piece, places(home)))) await program(file, "v3.259.0");
}

async function archiveOf(folder: string, version: string): Promise<string> {
  const source = join(folder, "source");
  const plugin = join("plugins", "resource-command-v1.2.1", "pulumi-resource-command");
  for (const file of [join("bin", "pulumi"), join("bin", "pulumi-language-nodejs"), plugin]) {
    await program(join(source, file), version);
  }
  const archive = join(folder, "engine.tar.gz");
  await execa("tar", ["-czf", archive, "-C", source, "bin", "plugins"]);
  return archive;
}

async function addressOf(server: Server): Promise<string> {
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  return `http://127.0.0.1:${String((server.address() as AddressInfo).port)}/`;
}
