import { expect } from "chai";
import { guardRemove } from "../../cli/guard/remove.ts";
import { guardFile, guardTasks, leftFiles } from "../../components/windows/guard/place.ts";
import { parts } from "../../components/registry/parts.ts";
import { runs } from "../../components/registry/runs.ts";
import * as windows from "../../components/windows/run.ts";
import { alias, k2, logShipping, secret, site, type Estate } from "../../index.ts";
import type { Entry } from "../../journal/entries.ts";
import type { Journal } from "../../journal/journal.ts";
import type { WindowsHost } from "../../lab/servers/windows/host.ts";
import { describe as describeEstate } from "../../model/describe.ts";
import { guardFolder, wordsFileName } from "../../model/guard.ts";
import type { Recovery } from "../../model/recovery.ts";
import { guardedHosts, guardInstall } from "../../planning/guarded.ts";
import type { Io } from "../../steps/act.ts";
import { tempProject, writtenTerminal, type Written } from "./cli-fixture.ts";
import { fixture, k2Dr, k2Prd, type Fixture } from "./lab-fixture.ts";
import { bound, run as runStep, stepBench } from "./step-io.ts";
import { sshPassword } from "./windows-bench.ts";

const user = "CORP\\svc-dr";
const witness = String.raw`\\FILE03\Witness`;
const services = ["MSSQLSERVER", "SQLSERVERAGENT", "K2 Server"];
type Name = "K2PRD01" | "K2DR01";

/** The guard's tasks as a server lists them. */
export const tasks = guardTasks.map(({ name }) => `\\${name}`);
/** Start types of SQL Server, Agent and K2 while guards stand. */
export const guarded = {
  K2PRD01: ["manual", "manual", "manual"],
  K2DR01: ["manual", "manual", "disabled"],
};

/** Two servers of the lab with guards on them, and an estate that has none any more. */
export interface GuardedBench {
  readonly lab: Fixture;
  readonly servers: Readonly<Record<Name, WindowsHost>>;
  readonly project: Awaited<ReturnType<typeof tempProject>>;
  readonly terminal: Written;
  /**
   * One server with K2 and SQL Server at each site; with `guarded` as it was before the guard was taken out of it. With
   * `parked` K2 of the standby is on a VM of its own, which is off.
   */
  estateOf(guarded: boolean, parked?: boolean): Estate;
  recovery(guarded?: boolean): Recovery;
  /** Work with an `Io` for one server, as a step of its site has it. */
  at<T>(host: string, work: (io: Io) => Promise<T>): Promise<T>;
  install(): Promise<void>;
  /** `guard remove`, by ann. */
  remove(
    names?: readonly string[],
    more?: { readonly preview?: boolean; readonly journal?: Journal },
    estate?: Estate,
  ): Promise<void>;
  /** Of SQL Server, Agent and K2. */
  startTypes(host: Name): readonly unknown[];
  /** Files, folder and tasks of the guard that are there. */
  left(host: Name): Promise<readonly string[]>;
  removals(): Promise<readonly Entry[]>;
  /** Nothing of the guards, nor of what they hold back, has been changed. */
  expectUntouched(): Promise<void>;
  close(): Promise<void>;
}

/** Both servers run, primary is active, and their guards have been installed. */
export async function guardedBench(): Promise<GuardedBench> {
  process.env["GUARD_SSH"] = sshPassword;
  const lab = await fixture();
  const users = [{ name: user, password: sshPassword }];
  const sql = [{ name: "MSSQLSERVER" }, { name: "SQLSERVERAGENT" }];
  const server = (id: typeof k2Prd, startType: "delayed-auto" | "disabled") =>
    lab.host(id, { users, services: [...sql, { name: "K2 Server", startType }] });
  const servers = {
    K2PRD01: await server(k2Prd, "delayed-auto"),
    K2DR01: await server(k2Dr, "disabled"),
  };
  const project = await tempProject();
  const terminal = writtenTerminal();
  const estateOf = (guarded: boolean, parked = false): Estate => {
    const at = (host: WindowsHost) => ({
      address: host.identity.address,
      ssh: { user, password: secret.env("GUARD_SSH"), hostKey: host.ssh.publicKey, port: host.ssh.port },
      sql: { user: "dr_operator", password: secret.env("GUARD_SQL") },
    });
    const zone = { timeZone: "Europe/London" };
    const prd = site("primary", { place: "London", ...zone }).server("K2PRD01", at(servers.K2PRD01));
    const leeds = site("dr", { place: "Leeds", ...zone });
    const dr = leeds.server("K2DR01", at(servers.K2DR01));
    const { ssh } = at(servers.K2DR01);
    const vm = { subscriptionId: "s", resourceGroup: "rg", vm: "k2dr02" };
    const k2At = parked ? leeds.server("K2DR02", { address: "127.20.1.9", ssh, azure: vm }) : dr;
    const dns = { server: "10.20.0.10", keyName: "dr-key", tsigKey: secret.env("TSIG_KEY") };
    const data = logShipping("k2-data", {
      databases: ["K2"],
      from: prd,
      to: dr,
      backupFolder: "D:\\LogShip",
      backupShare: "\\\\K2PRD01\\LogShip",
      copyTo: "D:\\LogShip",
    });
    const system = k2("k2", {
      version: 5,
      standby: "warm",
      startType: "delayed-auto",
      servers: { primary: [prd], dr: [k2At] },
      data: [data],
      aliases: [
        alias("k2-sql.corp.example", { primary: prd, dr, dns, role: "dependency" }),
        alias("k2.corp.example", { primary: prd, dr: k2At, dns }),
      ],
      masterKey: { password: secret.env("K2_MASTER_KEY") },
      captureKey: secret.env("CAPTURE_KEY"),
      targets: { rtoMin: 60, rpoMin: 240 },
    });
    return {
      name: project.estate.name,
      journal: project.estate.journal,
      systems: [system],
      ...(guarded ? { guard: { witnesses: [{ share: witness, folder: "witness" }] } } : {}),
    };
  };
  const recovery = (guarded = false): Recovery => describeEstate(estateOf(guarded), parts);

  const at = async <T>(host: string, work: (io: Io) => Promise<T>): Promise<T> => {
    const { hosts } = recovery();
    const to = hosts.find((h) => h.id === host)?.site ?? "dr";
    const bench = stepBench({ hosts, secrets: { GUARD_SSH: sshPassword }, to });
    try {
      return await work({ ...bench.io, journal: project.journal });
    } finally {
      await bench.end();
    }
  };
  const install = async (): Promise<void> => {
    const before = recovery(true);
    for (const one of guardedHosts(before, parts))
      await at(one.host.id, async (io) => {
        const done = await runStep(bound(windows, "windows/install-guard", guardInstall(one, before)), io);
        expect(done.there, done.says).to.equal(true);
      });
  };
  const remove = (
    names: readonly string[] = [],
    { preview = false, journal = project.journal }: { preview?: boolean; journal?: Journal } = {},
    estate = estateOf(false),
  ): Promise<void> =>
    guardRemove(
      names,
      { as: " ann ", reason: "we live without", preview },
      { ...project, estate, journal },
      { parts, runs },
      terminal,
    );
  const startTypes = (host: Name): readonly unknown[] =>
    services.map((name) => servers[host].services.find(name)?.startType);
  const left = async (host: Name): Promise<readonly string[]> => {
    const files: string[] = [];
    for (const file of [guardFile, guardFolder, ...leftFiles(wordsFileName("toys"))])
      if (await servers[host].disk.exists(file)) files.push(file);
    return [...files, ...servers[host].tasks.list().map((t) => t.name)];
  };
  const removals = async (): Promise<readonly Entry[]> =>
    (await project.journal.entries()).filter((e) => e.kind === "guard removal");
  const expectUntouched = async (): Promise<void> => {
    for (const host of ["K2PRD01", "K2DR01"] as const) {
      expect(startTypes(host), host).to.deep.equal(guarded[host]);
      expect(await left(host), host).to.include.members([guardFile, ...tasks]);
    }
  };
  await project.journal.append({ kind: "genesis", estate: project.estate.name, active: "primary" });
  await install();
  return {
    lab,
    servers,
    project,
    terminal,
    estateOf,
    recovery,
    at,
    install,
    remove,
    startTypes,
    left,
    removals,
    expectUntouched,
    close: async () => {
      await project.leave();
      await lab.close();
      delete process.env["GUARD_SSH"];
    },
  };
}
