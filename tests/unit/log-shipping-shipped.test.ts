import { expect } from "chai";
import { movesFor } from "../../components/sql/log-shipping/moves.ts";
import {
  otherWriters,
  stillThere,
  tailName,
  unshipped,
  type LogBackup,
} from "../../components/sql/log-shipping/shipped.ts";
import { earlierThan, laterThan } from "../../components/sql/log-shipping/times.ts";

const backup = (lastLsn: number, device: string, more: Partial<LogBackup> = {}): LogBackup => ({
  firstLsn: String(lastLsn - 10),
  lastLsn: String(lastLsn),
  firstFork: "F",
  fork: "F",
  forkPointLsn: null,
  start: "",
  finish: "",
  copyOnly: 0,
  tail: 0,
  user: "agent",
  device,
  ...more,
});

describe("log shipping: what has been shipped", () => {
  it("asks for what the standby still needs, whatever it was called while it was written", () => {
    const backups = [
      backup(10, "D:\\LogShip\\K2_1.trn"),
      backup(20, "D:\\logship\\K2_2.wrk"),
      backup(30, "D:\\LogShip\\K2_3.trn"),
    ];
    expect(unshipped(backups, "10", "D:\\LogShip\\", ["k2_3.TRN"])).to.deep.equal({
      missing: ["K2_2.trn"],
      elsewhere: [],
    });
    expect(unshipped(backups, "30", "D:\\LogShip", [])).to.deep.equal({ missing: [], elsewhere: [] });
  });

  it("tells a hole from a delay: what went to another folder will never arrive", () => {
    const nul = backup(20, "NUL");
    expect(
      unshipped([backup(10, "D:\\LogShip\\K2_1.trn"), nul], "0", "D:\\LogShip", []).elsewhere,
    ).to.deep.equal([nul]);
    expect(
      unshipped([{ ...nul, copyOnly: 1 }], "0", "D:\\LogShip", []).elsewhere,
      "a copy leaves no hole",
    ).to.deep.equal([]);
    expect(
      unshipped([backup(20, "D:\\LogShip2\\K2_2.trn")], "0", "D:\\LogShip", []).elsewhere,
      "a like name is another folder",
    ).to.have.length(1);
  });

  it("goes on from a tail that was shipped, which an unplanned move leaves copy-only, and from no other copy", () => {
    const copied = { copyOnly: 1 };
    const [log, tail, copy, saved] = [
      backup(10, "D:\\LogShip\\K2_1.trn"),
      backup(20, "D:\\LogShip\\K2_2.trn", { ...copied, tail: 1 }),
      backup(30, "D:\\LogShip\\K2_3.trn", copied),
      backup(40, "D:\\LogShip-Salvage\\K2_4.trn", { ...copied, tail: 1 }),
    ] as const;
    const all = [log, tail, copy, saved];
    const files = ["K2_1.trn", "K2_2.trn", "K2_3.trn", "K2_4.trn"];
    expect(stillThere(all, "D:\\LogShip", files)).to.deep.equal({ there: [log, tail], gone: [] });
    expect(stillThere(all, "D:\\LogShip", ["K2_1.trn"])).to.deep.equal({ there: [log], gone: [tail] });
  });

  it("finds other writers of log backups but for those that the estate has adopted", () => {
    const other = backup(20, "{8F3C}4", { user: "NT AUTHORITY\\SYSTEM" });
    const list = [backup(10, "D:\\LogShip\\a.trn"), other];
    expect(otherWriters(list, "D:\\LogShip", false)).to.deep.equal([other]);
    expect(otherWriters(list, "D:\\LogShip", true)).to.deep.equal([]);
    expect(otherWriters([backup(1, "E:\\Old\\x.trn")], "D:\\LogShip", "e:\\old\\")).to.deep.equal([]);
  });

  it("names a tail so that it sorts after every log, even if the clock was set back", () => {
    expect(
      tailName("K2", "2026-11-22T03:15:00", ["K2_20261122030000.trn", "K2_Log_29991231235959.trn"]),
    ).to.equal("K2_20261122031500.trn");
    expect(tailName("K2", "2026-11-22T03:15:00", ["k2_20261122031500.TRN"])).to.equal(
      "K2_20261122031501.trn",
    );
    expect(tailName("K2", "2026-11-22T03:15:00", ["K2_20261231235959.trn"])).to.equal(
      "K2_20270101000000.trn",
    );
  });

  it("reads a repeated hour so that nothing is promised too much: earlier begins, later ends", () => {
    const zone = "Europe/London";
    const [first, second] = [Date.UTC(2026, 9, 25, 0, 30) / 1000, Date.UTC(2026, 9, 25, 1, 30) / 1000];
    expect(earlierThan("2026-10-25T01:30:00", zone)).to.equal(first - 1);
    expect(laterThan("2026-10-25T01:30:00", zone)).to.equal(second + 1);
  });

  it("puts files where they are, else into the instance's folders, log apart from data", () => {
    const files = [
      { LogicalName: "K2", PhysicalName: "D:\\Data\\K2.mdf", Type: "D" },
      { LogicalName: "K2_log", PhysicalName: "L:\\Log\\K2.ldf", Type: "L" },
    ];
    const folders = { data: "E:\\Data\\", log: "F:\\Log" };
    expect(movesFor(files, [], folders)).to.deep.equal([
      { name: "K2", path: "E:\\Data\\K2.mdf" },
      { name: "K2_log", path: "F:\\Log\\K2.ldf" },
    ]);
    expect(movesFor(files, [{ name: "k2", path: "G:\\here.mdf" }], folders)[0]).to.deep.equal({
      name: "K2",
      path: "G:\\here.mdf",
    });
  });
});
