import { expect } from "chai";
import * as k2 from "../../components/k2/run.ts";
import { k2SqlBench, secrets, type K2SqlBench } from "./k2-sql-bench.ts";
import { bound, failure, run, type StepBench } from "./step-io.ts";

const keys = {
  symmetricKey: "SCSSOKey",
  certificate: "SCHostServerCert",
  proof: { schema: "HostServer", table: "Configuration", value: "VariableValue", flag: "Encrypted" },
  count: true,
};
const password = { env: "K2_MASTER_KEY" };
const onPrimary = [{ sql: "SQLPRD01", databases: ["K2", "Claims"] }];
const onDr = [{ sql: "SQLDR01", databases: ["K2"] }];

describe("K2's master key", () => {
  let bench: K2SqlBench;
  let step: StepBench;
  beforeEach(async () => {
    bench = await k2SqlBench();
    step = bench.step();
  });
  afterEach(async () => {
    await step.end();
    await bench.close();
  });
  const opens = (args: object) =>
    bound(k2, "k2/master-key-opens", { on: onPrimary, keys, ...args }).check(step.io);
  const protect = (args: object = {}) =>
    run(bound(k2, "k2/protect-master-key", { on: onDr, password, keys, ...args }), step.io);
  /** What K2 itself does when it starts. */
  const asK2 = () =>
    bench.run(
      "SQLDR01",
      "OPEN SYMMETRIC KEY SCSSOKey DECRYPTION BY CERTIFICATE SCHostServerCert; CLOSE SYMMETRIC KEY SCSSOKey;",
      "K2",
    );

  it("is opened with its password where it is in use, and databases without one are passed over", async () => {
    const found = await opens({ password });
    expect(found).to.include({ there: true });
    expect(found.says).to.equal(
      "the password opens the master key of K2 on SQLPRD01; Claims on SQLPRD01 has no master key",
    );
  });

  it("is not opened with another password: found when the standby is provisioned, in a sentence without it", async () => {
    const wrong = await failure(opens({ password: { env: "WRONG" } }));
    expect(wrong.message).to.contain(
      "the password in environment variable WRONG is not that of the master key of K2 on SQLPRD01",
    );
    expect(wrong.message).to.contain("15313");
    expect(`${wrong.message} ${wrong.stack ?? ""} ${String(wrong.cause)}`).to.not.contain(secrets.WRONG);
  });

  it("needs a password in the estate where there is one in a database, and none elsewhere", async () => {
    expect((await failure(opens({}))).message).to.contain('Write masterKey: { password: secret.env("…") }');
    expect(await opens({ on: [{ sql: "SQLPRD01", databases: ["Claims"] }] })).to.include({ there: true });
  });

  it("does not open on the other SQL Server after a restore, and does once it is protected there", async () => {
    await bench.restore("RECOVERY");
    expect((await failure(asK2())).message).to.contain("15581");
    expect(await protect()).to.include({ there: true, acted: true });
    await asK2();
    const again = await protect();
    expect(again).to.include({ there: true, acted: false });
    expect(again.says).to.equal(
      "key SCSSOKey of K2 on SQLDR01 opens and decrypts all values of HostServer.Configuration",
    );
  });

  it("is not protected with another password, in a sentence without it", async () => {
    await bench.restore("RECOVERY");
    const wrong = await failure(protect({ password: { env: "WRONG" } }));
    expect(wrong.message).to.contain("is not that of the master key of K2 on SQLDR01");
    expect(`${wrong.message} ${wrong.stack ?? ""} ${step.said.join(" ")}`).to.not.contain(secrets.WRONG);
  });

  it("is not proven where values are not decrypted, unless the owner says that opening is enough", async () => {
    await bench.run(
      "SQLPRD01",
      "INSERT INTO [K2].[HostServer].[Configuration] ([VariableToken], [VariableValue], [Encrypted]) VALUES (N'[ODD]', 0x0102, 1)",
    );
    expect((await failure(opens({ password }))).message)
      .to.contain("1 encrypted values of HostServer.Configuration are not decrypted by it")
      .and.to.contain('proof: "open"');
    await bench.restore("RECOVERY");
    expect(await protect()).to.include({ there: false, acted: true });
    expect(await protect({ keys: { ...keys, count: false } })).to.include({ there: true });
  });

  it("is opened nowhere while the database is being restored", async () => {
    await bench.restore("NORECOVERY");
    expect((await failure(protect())).message).to.contain("K2 on SQLDR01 is RESTORING");
  });

  it("has a password that the runner finds, or an empty one is no password", async () => {
    const resolves = (more: Readonly<Record<string, string>>) =>
      bound(k2, "k2/secret-resolves", { secret: password }).check(bench.step(more).io);
    expect(await resolves({})).to.include({ there: true });
    expect(await resolves({ K2_MASTER_KEY: "" })).to.include({ there: false });
    expect(
      (await failure(bound(k2, "k2/secret-resolves", { secret: { env: "ABSENT" } }).check(step.io))).message,
    ).to.contain("ABSENT");
  });
});
