import { expect } from "chai";
import { errorsOf, startInstance } from "./lab-sql-engine-support.ts";

const copy = (to: string): string =>
  `RESTORE DATABASE [Copy] FROM DISK = N'D:\\backup\\K2.bak' WITH RECOVERY, MOVE N'K2' TO N'${to}\\Copy.mdf', MOVE N'K2_log' TO N'${to}\\Copy.ldf'`;

describe("SQL Server's stand-in: files of databases", () => {
  const started = async () => {
    const made = await startInstance();
    for (const sql of [
      "CREATE DATABASE [K2]",
      "BACKUP DATABASE [K2] TO DISK = N'D:\\backup\\K2.bak' WITH INIT",
    ])
      expect((await made.instance.run(sql)).errors, sql).to.deep.equal([]);
    return made;
  };

  it("lie on the disk once a database is restored, and go with it when it is dropped", async () => {
    const { instance, disk } = await started();
    expect(await errorsOf(instance, copy("S:\\logship"))).to.deep.equal([]);
    expect(await disk.exists("S:\\logship\\Copy.mdf")).to.equal(true);
    expect(await errorsOf(instance, "DROP DATABASE [Copy]")).to.deep.equal([]);
    expect(await disk.exists("S:\\logship\\Copy.mdf")).to.equal(false);
    await instance.stop();
  });

  it("stay where a database is dropped that is offline", async () => {
    const { instance, disk } = await started();
    await errorsOf(instance, copy("S:\\logship"));
    await errorsOf(instance, "ALTER DATABASE [Copy] SET OFFLINE WITH ROLLBACK IMMEDIATE");
    expect(await errorsOf(instance, "DROP DATABASE [Copy]")).to.deep.equal([]);
    expect(await disk.exists("S:\\logship\\Copy.mdf")).to.equal(true);
    await instance.stop();
  });

  it("are refused where the volume has no room for them (3257) or the folder is missing (5133), and leave no database", async () => {
    const { instance, disk } = await started();
    disk.freeBytes = 1024;
    expect(await errorsOf(instance, copy("S:\\logship"))).to.deep.equal([3257, 3119, 3013]);
    disk.freeBytes = 2 ** 40;
    expect(await errorsOf(instance, copy("S:\\nowhere"))).to.deep.equal([5133, 3156, 3119, 3013]);
    const { rows } = await instance.run("SELECT name FROM sys.databases WHERE name = N'Copy'");
    expect(rows).to.deep.equal([]);
    await instance.stop();
  });

  it("show the room of their volume, one row a file", async () => {
    const { instance, disk } = await started();
    disk.freeBytes = 5 * 2 ** 30;
    const { rows } = await instance.run(
      "SELECT DISTINCT v.volume_mount_point AS volume, CONVERT(float, v.available_bytes) AS free FROM sys.master_files AS f CROSS APPLY sys.dm_os_volume_stats(f.database_id, f.file_id) AS v",
    );
    expect(rows).to.deep.equal([{ volume: "C:\\", free: 5 * 2 ** 30 }]);
    await instance.stop();
  });
});
