import { expect } from "chai";
import type { Host } from "../../model/host.ts";
import type { TdsServerOptions } from "../../lab/servers/sql/wire/server.ts";
import { driverVersion, whyPlainText } from "../../steps/transports/sql-driver.ts";
import { SqlError, sqlOn, Unreachable, type SqlMessage } from "../../steps/transports/sql.ts";
import { aborted, bench, message, result, until, type Bench, type Script } from "./lab-sql-wire.fake.ts";
import { failure, stepBench, type StepBench } from "./step-io.ts";

const oneRow = result([{ name: "x", type: "int" }], [1]);

describe("SQL Server as a step uses it", () => {
  let made: Bench;
  let step: StepBench;
  const begin = async (
    script: Script,
    change: Partial<NonNullable<Host["sql"]>> = {},
    wire: TdsServerOptions = {},
  ): Promise<StepBench> => {
    made = await bench(
      script,
      wire,
      [message(18456, 14, "Login failed for user 'sa'.")].flatMap((m) =>
        m.kind === "message" ? [m.message] : [],
      ),
    );
    return (step = stepBench({
      hosts: [hostAt(made.port, change)],
      secrets: { SQL: "right", WRONG: "not-the-password" },
    }));
  };
  const hostAt = (port: number, change: Partial<NonNullable<Host["sql"]>> = {}): Host => ({
    id: "SQLPRD01",
    site: "primary",
    address: "127.0.0.1",
    timeZone: "Europe/London",
    sql: {
      port,
      user: "sa",
      password: { env: "SQL" },
      encrypt: false,
      trustServerCertificate: true,
      ...change,
    },
    whilePassive: "running",
  });
  afterEach(async () => {
    await step.end();
    await made.end();
  });

  it("reads rows, with parameters of every kind, always in master", async () => {
    const columns = [
      { name: "name", type: "nvarchar", length: 50 },
      { name: "n", type: "int" },
    ] as const;
    const seen: unknown[] = [];
    await begin((request) => {
      seen.push(request.parameters);
      return result(columns, ["K2", 7], ["K2Log", null]);
    });
    const sql = await sqlOn("SQLPRD01", step.io);
    const rows = await sql.rows<{ name: string; n: number | null }>(
      "SELECT @text, @whole, @large, @part, @flag, @bytes, @none",
      {
        text: "K2",
        whole: 7,
        large: 4_000_000_000,
        part: 1.5,
        flag: true,
        bytes: Buffer.from("ab"),
        none: null,
      },
    );
    expect(rows).to.deep.equal([
      { name: "K2", n: 7 },
      { name: "K2Log", n: null },
    ]);
    expect(JSON.stringify(seen[0])).to.contain("K2").and.contain("4000000000").and.contain("1.5");
    expect(made.sessions.every(({ login }) => login.database === "master")).to.equal(true);
    expect(made.sessions[0]?.login.appName).to.equal("parallel-standby");
  });

  it("gives the cause of a failed restore, not its last message, and all its numbers", async () => {
    await begin(function* () {
      yield message(
        4305,
        16,
        "The log in this backup set begins at LSN 39000000172000001, which is too recent.",
      );
      yield message(3013, 16, "RESTORE LOG is terminating abnormally.");
      yield { kind: "done", failed: true };
    });
    const error = await failure((await sqlOn("SQLPRD01", step.io)).long("RESTORE LOG [K2] FROM DISK = N'x'"));
    if (!(error instanceof SqlError)) throw error;
    expect(error.numbers).to.deep.equal([4305, 3013]);
    expect(error.has(4305)).to.equal(true);
    expect(error.message).to.match(/^SQLPRD01: The log in this backup set .* \(4305\)$/);
  });

  it("never repeats the value of a parameter that SQL Server repeats", async () => {
    await begin(function* () {
      yield message(
        245,
        16,
        "Conversion failed when converting the nvarchar value 'hunter2-secret' to data type int.",
      );
      yield { kind: "done", failed: true };
    });
    const sql = await sqlOn("SQLPRD01", step.io);
    const error = await failure(sql.rows("SELECT CONVERT(int, @password)", { password: "hunter2-secret" }));
    expect(error.message).to.contain("@password").and.not.contain("hunter2");
  });

  it("passes on what a long statement says on its way", async () => {
    await begin(function* () {
      yield message(3211, 0, "45 percent processed.");
      yield { kind: "done" };
      yield message(3014, 0, "RESTORE DATABASE successfully processed 8 pages.");
      yield { kind: "done" };
    });
    const said: SqlMessage[] = [];
    await (
      await sqlOn("SQLPRD01", step.io)
    ).long("RESTORE DATABASE [K2] FROM DISK = N'x'", (m) => said.push(m));
    expect(said).to.deep.equal([
      { number: 3211, text: "45 percent processed." },
      { number: 3014, text: "RESTORE DATABASE successfully processed 8 pages." },
    ]);
  });

  it("ends a statement that goes on when the step's time is over, and then closes", async () => {
    let ended = false;
    await begin(async function* (request) {
      await aborted(request.signal);
      ended = true;
      yield { kind: "done" };
    });
    const sql = await sqlOn("SQLPRD01", step.io);
    const running = failure(sql.long("RESTORE DATABASE [K2] FROM DISK = N'x'"));
    while (made.sessions.every(({ requests }) => requests.length === 0))
      await new Promise((resolve) => setImmediate(resolve));
    step.abort();
    expect(await running)
      .to.be.instanceOf(Unreachable)
      .with.property("obstacle", "aborted");
    await step.end();
    expect(ended).to.equal(true);
  });

  it("opens one pool for a step and closes its sessions at the end", async () => {
    await begin(() => oneRow);
    const [one, two] = await Promise.all([sqlOn("SQLPRD01", step.io), sqlOn("SQLPRD01", step.io)]);
    expect(one).to.equal(two);
    await one.run("SELECT 1");
    await step.end();
    await until(() => made.sessions.every(({ isClosed }) => isClosed));
  });

  it("says that a killed connection broke, and opens a new one at the next call", async () => {
    await begin((_, session) => {
      if (session === made.sessions[1]) session.kill.abort();
      return result([{ name: "x", type: "int" }], [1]);
    });
    const error = await failure((await sqlOn("SQLPRD01", step.io)).run("SELECT 1"));
    expect(error).to.be.instanceOf(Unreachable).with.property("obstacle", "broken");
    expect(await (await sqlOn("SQLPRD01", step.io)).rows("SELECT 1")).to.deep.equal([{ x: 1 }]);
  });

  it("travels encrypted where the estate says so, and refuses a certificate that this machine does not trust", async () => {
    await begin(() => oneRow, { encrypt: true });
    await (await sqlOn("SQLPRD01", step.io)).run("SELECT 1");
    await step.end();
    await made.end();
    await begin(() => oneRow, { encrypt: true, trustServerCertificate: false });
    const error = await failure(sqlOn("SQLPRD01", step.io));
    expect(error).to.be.instanceOf(Unreachable).with.property("obstacle", "handshake");
    expect(error.message).to.contain("trustServerCertificate");
  });

  it("sends no login to a server that offers no encryption, where the estate wants it", async () => {
    await begin(() => oneRow, { encrypt: true }, { encryption: "unsupported" });
    const error = await failure(sqlOn("SQLPRD01", step.io));
    expect(error).to.be.instanceOf(Unreachable).with.property("obstacle", "handshake");
    expect(error.message).to.contain("sql.encrypt");
    expect(made.sessions).to.be.empty;
    await step.end();
    await made.end();
    await begin(() => oneRow, { encrypt: false }, { encryption: "unsupported" });
    await (await sqlOn("SQLPRD01", step.io)).run("SELECT 1");
    expect(made.sessions).to.not.be.empty;
  });

  it("takes no driver that would fall back to plain text", () => {
    expect(whyPlainText(driverVersion())).to.equal(undefined);
    for (const version of ["20.3.7", "20.3.10", "20.4.0", "21.0.0"])
      expect(whyPlainText(version), version).to.equal(undefined);
    for (const version of ["19.2.2", "20.0.0", "20.2.9", "20.3.6"])
      expect(whyPlainText(version), version).to.contain(`tedious ${version}`).and.contain("npm ls tedious");
  });

  it("says whose login was refused, and nothing of the password", async () => {
    await begin(() => oneRow, { password: { env: "WRONG" } });
    const error = await failure(sqlOn("SQLPRD01", step.io));
    expect(error).to.be.instanceOf(Unreachable).with.property("obstacle", "login");
    expect(error.message).to.contain("login sa").and.not.contain("not-the-password");
  });

  it("says that nothing listens at a port", async () => {
    await begin(() => oneRow);
    await made.server.close();
    const error = await failure(sqlOn("SQLPRD01", step.io));
    expect(error).to.be.instanceOf(Unreachable).with.property("obstacle", "refused");
    expect(error.message).to.contain("or the server is off");
    expect(error.message).to.contain(`SQLPRD01 (127.0.0.1:${String(made.port)})`);
  });

  it("ends at once when the step's time is over while it connects", async () => {
    await begin(() => oneRow);
    step.abort();
    expect((await failure(sqlOn("SQLPRD01", step.io))).name).to.match(/Abort|Unreachable/);
  });
});
