import { expect } from "chai";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { labClock } from "../../lab/servers/clock.ts";
import { type LabDisks, labDisks } from "../../lab/servers/disk.ts";
import { type LabNetwork, labNetwork } from "../../lab/servers/network.ts";
import { DiskError, type LabClock } from "../../lab/servers/types.ts";

const start = Date.UTC(2026, 10, 22, 3, 10);

const codeOf = async (work: Promise<unknown>): Promise<number | undefined> => {
  const outcome: unknown = await work.then(
    () => undefined,
    (error: unknown) => error,
  );
  return outcome instanceof DiskError ? outcome.code : undefined;
};

describe("the lab's disks", () => {
  let root: string;
  let clock: LabClock;
  let network: LabNetwork;
  let disks: LabDisks;
  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), "lab-disk-"));
    clock = labClock({ startMs: start });
    network = labNetwork();
    network.addHost({ name: "SQLPRD01", site: "primary", address: "127.10.1.5", timeZone: "Europe/London" });
    network.addHost({ name: "SQLDR01", site: "dr", address: "127.20.1.5", timeZone: "Europe/London" });
    disks = labDisks({ root, clock, network });
  });
  afterEach(async () => {
    clock.close();
    await network.close();
    await rm(root, { recursive: true });
  });

  it("keeps a host's drives in real folders and finds names in any case", async () => {
    const disk = disks.host("SQLPRD01");
    await disk.makeFolder("D:\\Backup\\K2");
    await disk.write("d:/backup/k2/Full.bak", Buffer.from("one"));
    await disk.write("D:\\BACKUP\\K2\\FULL.BAK", Buffer.from("two"));
    expect((await disk.read("D:\\backup\\K2\\full.bak")).toString()).to.equal("two");
    expect(await readdir(join(root, "SQLPRD01", "D", "Backup", "K2"))).to.deep.equal(["Full.bak"]);
    expect((await disk.list("D:\\backup\\k2")).map(({ name }) => name)).to.deep.equal(["Full.bak"]);
  });

  it("stamps what is written with lab time, and keeps a copied file's own time", async () => {
    const disk = disks.host("SQLPRD01");
    await clock.advance(3_600_000);
    const before = clock.now();
    await disk.write("D:\\new.trn", Buffer.from("x"));
    await disk.write("D:\\old.trn", Buffer.from("x"), start - 86_400_000);
    const [fresh, old] = await disk.list("D:\\");
    expect(fresh?.modifiedMs).to.be.within(before, clock.now());
    expect(old?.modifiedMs).to.equal(start - 86_400_000);
  });

  it("answers with Windows's numbers: 2 no file, 3 no folder or drive, 5 denied, 112 full", async () => {
    const disk = disks.host("SQLPRD01", { drives: ["C", "D"] });
    await disk.write("D:\\a.txt", Buffer.from("1234"));
    expect(await codeOf(disk.read("D:\\none.txt"))).to.equal(2);
    expect(await codeOf(disk.read("D:\\none\\a.txt"))).to.equal(3);
    expect(await codeOf(disk.write("D:\\none\\a.txt", Buffer.from("x")))).to.equal(3);
    expect(await codeOf(disk.list("X:\\"))).to.equal(3);
    expect(await codeOf(disk.read("a.txt"))).to.equal(3);
    disk.deny("D:\\a.txt", true);
    expect(await codeOf(disk.read("D:\\A.TXT"))).to.equal(5);
    disk.deny("D:\\a.txt", false);
    disk.full("D:", true);
    expect(await codeOf(disk.write("D:\\b.txt", Buffer.from("x")))).to.equal(112);
    expect(await codeOf(disk.write("D:\\a.txt", Buffer.from("12")))).to.equal(undefined);
    expect(await codeOf(disk.makeFolder("D:\\f"))).to.equal(112);
    expect(await codeOf(disk.write("C:\\b.txt", Buffer.from("x")))).to.equal(undefined);
    disk.full("D:", false);
    expect(await codeOf(disk.write("D:\\b.txt", Buffer.from("x")))).to.equal(undefined);
  });

  it("reaches the shares of another host, by short or full name, until that host or the way to it is gone", async () => {
    const [prd, dr] = [disks.host("SQLPRD01"), disks.host("SQLDR01")];
    await prd.makeFolder("D:\\logship");
    prd.share("LogShip", "D:\\logship");
    await prd.write("D:\\logship\\K2_1.trn", Buffer.from("log"));
    expect((await dr.read("\\\\sqlprd01\\logship\\k2_1.trn")).toString()).to.equal("log");
    expect((await dr.read("\\\\SQLPRD01.corp.example\\D$\\logship\\k2_1.trn")).toString()).to.equal("log");
    await dr.write("\\\\SQLPRD01\\logship\\back.txt", Buffer.from("x"));
    expect(await prd.exists("D:\\logship\\back.txt")).to.equal(true);
    expect(await codeOf(dr.read("\\\\SQLPRD01\\nothing\\a"))).to.equal(53);
    await network.siteCut("primary");
    expect(await codeOf(dr.read("\\\\SQLPRD01\\logship\\k2_1.trn"))).to.equal(53);
    expect(await prd.exists("\\\\SQLPRD01\\logship\\k2_1.trn")).to.equal(true);
    await network.siteJoined("primary");
    expect(await dr.exists("\\\\SQLPRD01\\logship\\k2_1.trn")).to.equal(true);
    await network.hostDown("SQLPRD01");
    expect(await dr.exists("\\\\SQLPRD01\\logship\\k2_1.trn")).to.equal(false);
  });

  it("renames and removes, within a drive and to a share", async () => {
    const [prd, dr] = [disks.host("SQLPRD01"), disks.host("SQLDR01")];
    dr.share("in", "D:\\");
    await prd.write("D:\\a.txt", Buffer.from("a"));
    await prd.rename("D:\\A.TXT", "D:\\b.txt");
    await prd.rename("D:\\b.txt", "D:\\B.txt");
    expect((await prd.list("D:\\")).map(({ name }) => name)).to.deep.equal(["B.txt"]);
    await prd.rename("D:\\b.txt", "\\\\SQLDR01\\in\\c.txt");
    expect(await prd.exists("D:\\b.txt")).to.equal(false);
    expect((await dr.read("D:\\c.txt")).toString()).to.equal("a");
    await dr.remove("D:\\C.txt");
    expect(await codeOf(dr.remove("D:\\c.txt"))).to.equal(2);
  });
});
