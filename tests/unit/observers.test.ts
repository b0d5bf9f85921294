import { expect } from "chai";
import { labClock } from "../../lab/servers/clock.ts";
import { labDisks } from "../../lab/servers/disk.ts";
import { labNetwork, type LabNetwork } from "../../lab/servers/network.ts";
import { windowsHost, type WindowsHost } from "../../lab/servers/windows/host.ts";
import { once } from "node:events";
import { createServer, type AddressInfo } from "node:net";
import { mkdtemp, rm } from "node:fs/promises";
import * as os from "node:os";
import * as path from "node:path";
import type { Host } from "../../model/host.ts";
import { observerProblems, type Observer, type ObserverInput } from "../../model/observer.ts";
import { observerLooks } from "../../readiness/observer-looks.ts";
import { observedLife, observerLimitSec, sightings } from "../../steps/observers.ts";
import { connectLimitSec, seenFrom } from "../../steps/transports/seen-from.ts";
import { connectLimitSec as loginLimitSec } from "../../steps/transports/unreachable.ts";
import { newSshKey } from "../../lab/servers/windows/ssh/keys.ts";
import { stepBench, type StepBench } from "./step-io.ts";

const password = "right horse";

describe("observers in a third place", () => {
  let root: string;
  let network: LabNetwork;
  let close: () => Promise<void>;
  let third: WindowsHost;
  let sqlPrd: WindowsHost;
  let k2Prd: WindowsHost;
  let step: StepBench;
  const observer = (change: Partial<Observer["ssh"]> = {}): Observer => ({
    id: "OBS01",
    address: "127.30.1.4",
    ssh: {
      port: third.ssh.port,
      user: "CORP\\svc-dr",
      hostKey: third.ssh.publicKey,
      password: { env: "SSH" },
      ...change,
    },
  });
  const host = (): Host => ({
    id: "SQLPRD01",
    site: "primary",
    address: "127.10.1.5",
    timeZone: "UTC",
    ssh: { port: sqlPrd.ssh.port, user: "u", hostKey: "ssh-ed25519 AAAA", password: { env: "SSH" } },
    whilePassive: "running",
  });
  const look = (observers: Observer[] = [observer()]) =>
    sightings({ hosts: [host()], observers }, "primary", step.io);

  before(async () => {
    root = await mkdtemp(path.join(os.tmpdir(), "observers-"));
    const clock = labClock({ startMs: Date.UTC(2026, 10, 22, 3) });
    network = labNetwork();
    const disks = labDisks({ root, clock, network });
    const started = async (name: string, site: "primary" | "third", address: string) => {
      const identity = { name, site, address, timeZone: "UTC" } as const;
      network.addHost(identity);
      const users = [{ name: "CORP\\svc-dr", password }];
      const made = windowsHost({ identity, clock, network, disk: disks.host(name), users });
      await made.start();
      return made;
    };
    sqlPrd = await started("SQLPRD01", "primary", "127.10.1.5");
    k2Prd = await started("K2PRD01", "primary", "127.10.1.4");
    third = await started("OBS01", "third", "127.30.1.4");
    close = async () => {
      await Promise.all([sqlPrd.close(), k2Prd.close(), third.close()]);
      await network.close();
      clock.close();
      await rm(root, { recursive: true, force: true });
    };
  });
  after(() => close());
  beforeEach(() => {
    step = stepBench({ secrets: { SSH: password } });
  });
  afterEach(async () => {
    await step.end();
    await network.siteUp("primary");
    await network.siteJoined("primary");
    network.linkJoined({ site: "third" }, { site: "primary" });
    network.linkJoined({ host: "OBS01" }, { host: "K2PRD01" });
  });

  it("are not asked where the runner reaches the servers itself, nor where there are none", async () => {
    expect(await look()).to.deep.equal([]);
    await network.siteCut("primary");
    expect(await look([])).to.deep.equal([]);
  });

  it("see a site that only the runner's line has lost: a sign of life that speaks in the same words each time", async () => {
    await network.siteCut("primary");
    expect(await look()).to.deep.equal([{ observer: "OBS01", sees: ["SQLPRD01"] }]);
    const facts = { hosts: [host()], observers: [observer()] };
    const signs = await observedLife(facts, "primary", step.io);
    expect(signs).to.have.length(1);
    expect(signs[0]).to.match(/^SQLPRD01 accepts connections from OBS01 \(third place\), and not from here$/);
    expect(await observedLife(facts, "primary", step.io, signs)).to.deep.equal([]);
  });

  it("that cannot be asked say why, and see nothing: another key, a wrong password, no server", async () => {
    await network.siteCut("primary");
    const other = newSshKey().public.trim().split(" ").slice(0, 2).join(" ");
    const [key, login, dead] = await Promise.all([
      look([observer({ hostKey: other })]),
      look([observer({ password: { env: "NONE" } })]),
      look([observer({ port: 1 })]),
    ]);
    expect(key[0]).to.include({ observer: "OBS01" });
    expect(key[0]?.trouble).to.match(/shows another host key/);
    expect(login[0]?.trouble).to.match(/NONE/);
    expect(dead[0]?.trouble).to.match(/refuses connections/);
    for (const seen of [key, login, dead]) expect(seen[0]?.sees).to.deep.equal([]);
  });

  it("that cannot be asked while a waiver is relied on leave that in the log of the step", async () => {
    await network.siteCut("primary");
    const facts = { hosts: [host()], observers: [observer({ port: 1 })] };
    expect(await observedLife(facts, "primary", step.io)).to.deep.equal([]);
    expect(step.said.join()).to.match(/OBS01 could not be asked: .*refuses connections/);
  });

  it("are looked at on a quiet day: one that lets the runner in is well, one that does not is a risk", async () => {
    const memory = { before: () => [], note: () => undefined };
    const looks = (one: Observer) => observerLooks({ observers: [one], hosts: [host()] }, "primary");
    const [good] = looks(observer());
    expect(await good?.run(step.io, memory)).to.deep.equal([]);
    network.linkCut({ site: "third" }, { site: "primary" }, "reset");
    const blind = await good?.run(step.io, memory);
    expect(blind?.map((f) => `${f.severity} ${f.says}`)).to.deep.equal([
      `risk OBS01 does not reach SQLPRD01 (127.10.1.5:${String(sqlPrd.ssh.port)}), which answers here`,
    ]);
    const [bad] = looks(observer({ port: 1 }));
    expect((await bad?.run(step.io, memory))?.[0]).to.include({
      id: "observer:OBS01",
      severity: "risk",
      at: "OBS01",
    });
  });

  it("are asked for any number of ports at once, and Node warns of nothing", async () => {
    const warnings: string[] = [];
    const hear = (w: Error): void => void warnings.push(w.message);
    process.on("warning", hear);
    try {
      const ports = Array.from({ length: 24 }, () => ({ address: "127.10.1.5", port: sqlPrd.ssh.port }));
      expect(await seenFrom(observer(), ports, step.io)).to.deep.equal(ports.map(() => true));
      await new Promise((resolve) => setImmediate(resolve));
    } finally {
      process.off("warning", hear);
    }
    expect(warnings).to.deep.equal([]);
  });

  it("that are not done when the limit is over say that they did not answer in time, at the login or after it, and what they saw", async () => {
    await network.siteCut("primary");
    network.linkCut({ host: "OBS01" }, { host: "K2PRD01" });
    const silent = createServer((socket) => void socket.on("error", () => undefined)).listen(0, "127.0.0.1");
    await once(silent, "listening");
    const { port } = silent.address() as AddressInfo;
    try {
      const observers = [observer(), { ...observer({ port }), id: "OBS02", address: "127.0.0.1" }];
      const { ssh } = host();
      if (!ssh) throw new Error("it has SSH");
      const other = {
        ...host(),
        id: "K2PRD01",
        address: "127.10.1.4",
        ssh: { ...ssh, port: k2Prd.ssh.port },
      };
      const facts = { hosts: [host(), other], observers };
      expect(await sightings(facts, "primary", step.io, 0.8)).to.deep.equal([
        { observer: "OBS01", sees: ["SQLPRD01"], trouble: "OBS01 did not answer in time" },
        { observer: "OBS02", sees: [], trouble: "OBS02 did not answer in time" },
      ]);
    } finally {
      silent.close();
    }
  });

  it("that hang in spite of all signals are left behind: the store of a secret that says nothing", async () => {
    await network.siteCut("primary");
    const facts = { hosts: [host()], observers: [observer()] };
    const io = { ...step.io, secret: () => new Promise<never>(() => undefined) };
    expect(await sightings(facts, "primary", io, 0.2)).to.deep.equal([
      { observer: "OBS01", sees: [], trouble: "OBS01 did not answer in time" },
    ]);
  });

  it("have the time that their connections and what they try may take together", () => {
    expect(observerLimitSec).to.be.greaterThan(loginLimitSec + connectLimitSec);
  });

  // Last: a server that had no power takes its time.
  it("see nothing of a site without power, and say nothing where they do not answer in time", async () => {
    await network.siteDown("primary");
    expect(await look()).to.deep.equal([{ observer: "OBS01", sees: [] }]);
    await network.siteUp("primary");
    await network.siteCut("primary");
    network.linkCut({ site: "third" }, { site: "primary" });
    const ports = [{ address: "127.10.1.5", port: sqlPrd.ssh.port }];
    expect(await seenFrom(observer(), ports, step.io, 0.2), "a line that loses packets").to.deep.equal([
      false,
    ]);
  });

  it("are refused as an estate writes them where a name is taken, a key misspelt, or no host key pinned", () => {
    const ssh = { user: "u", hostKey: "ssh-ed25519 AAAA", password: { env: "SSH" } };
    const at = { name: "OBS01", address: "127.30.1.4", ssh };
    const says = (...given: readonly ObserverInput[]) =>
      observerProblems(given, ["SQLPRD01"]).map((p) => `${p.at}: ${p.says}`);
    expect(says(at)).to.deep.equal([]);
    expect(says(at, at)).to.deep.equal([
      "estate.observers.1.name: OBS01 is the name of another server of the estate",
    ]);
    expect(says({ ...at, name: "SQLPRD01" })[0]).to.match(
      /^estate\.observers\.0\.name: SQLPRD01 is the name/,
    );
    const wild = (given: unknown) => observerProblems(given, []).map((p) => `${p.at}: ${p.says}`);
    expect(wild("OBS01")).to.deep.equal(["estate.observers: it is no list"]);
    expect(wild([null])).to.deep.equal(["estate.observers.0: it is no observer"]);
    expect(wild([{}])).to.deep.equal(["estate.observers.0.name: it is no name of a server"]);
    expect(wild([{ ...at, name: "a\nb" }])[0]).to.match(/no name of a server/);
    expect(says({ ...at, adress: "x" } as typeof at)[0]).to.match(/Did you mean address\?/);
    expect(says({ ...at, ssh: { ...ssh, hostKey: "" } })[0]).to.match(
      /^observer OBS01\.ssh\.hostKey: no host key/,
    );
  });
});
