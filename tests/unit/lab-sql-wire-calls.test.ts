import { expect } from "chai";
import sql from "mssql";
import type { Reply } from "../../lab/servers/sql/contract.ts";
import { bench, type Bench, message, rejection, result, type Script } from "./lab-sql-wire.fake.ts";

const failed: Reply = { kind: "done", command: 228, failed: true };
const numbers = (...values: number[]): Iterable<Reply> =>
  result([{ name: "n", type: "int" }], ...values.map((value) => [value]));

describe("SQL Server stand-in, wire: procedures and transactions", () => {
  let running: Bench | undefined;
  const start = async (script: Script): Promise<Bench & { client: sql.ConnectionPool }> => {
    running = await bench(script);
    return { ...running, client: await running.pool() };
  };
  afterEach(async () => {
    await running?.end();
    running = undefined;
  });

  it("resets the session when the client asks for it, and drops what it prepared", async () => {
    const { config, sessions } = await start(() => numbers(1));
    interface Tedious {
      reset(done: (error?: Error) => void): void;
      on(event: "resetConnection", heard: () => void): void;
    }
    const connections: Tedious[] = [];
    let acknowledged = 0;
    const pool = await new sql.ConnectionPool({
      ...config(),
      beforeConnect: (connection: Tedious) => {
        connections.push(connection);
        connection.on("resetConnection", () => acknowledged++);
      },
    } as sql.config).connect();
    await pool.query("SELECT n");
    await new Promise<void>((resolve, reject) =>
      connections.at(-1)?.reset((error: Error | null | undefined) => (error ? reject(error) : resolve())),
    );
    expect(sessions.map((session) => session.resets)).to.deep.equal([...sessions.slice(1).map(() => 0), 1]);
    expect(acknowledged).to.equal(1);
    expect((await pool.query("SELECT n")).recordset).to.deep.equal([{ n: 1 }]);
    await pool.close();
  });

  it("calls a procedure by name, with output parameters and what it returns", async () => {
    const { client, sessions } = await start(function* () {
      yield* numbers(4);
      yield {
        kind: "output",
        name: "@job_id",
        column: { name: "", type: "nvarchar", length: 40 },
        value: "0F",
      };
      yield { kind: "return", status: 7 };
    });
    const request = client.request().input("job_name", "LSBackup_K2").output("job_id", sql.NVarChar(40));
    const answer = await request.execute("msdb.dbo.sp_start_job");
    expect(sessions.at(-1)?.requests).to.deep.equal([
      "EXEC msdb.dbo.sp_start_job @job_name = @job_name, @job_id = @job_id OUTPUT",
    ]);
    expect(answer.recordset).to.deep.equal([{ n: 4 }]);
    expect(answer.output).to.deep.equal({ job_id: "0F" });
    expect(answer.returnValue).to.equal(7);
  });

  it("gives the number of the error as what a failed procedure returns", async () => {
    const { client } = await start(function* () {
      yield message(14_262, 16, "The specified @job_name ('x') does not exist.");
      yield failed;
    });
    const error = await rejection(client.request().execute("msdb.dbo.sp_start_job"));
    expect(error.number).to.equal(14_262);
  });

  it("prepares a statement, executes it twice and forgets it", async () => {
    const { client, sessions } = await start((request) => numbers(Number(request.parameters[0]?.value)));
    const statement = new sql.PreparedStatement(client);
    statement.input("id", sql.Int);
    await statement.prepare("SELECT @id AS n");
    expect((await statement.execute({ id: 3 })).recordset).to.deep.equal([{ n: 3 }]);
    expect((await statement.execute({ id: 4 })).recordset).to.deep.equal([{ n: 4 }]);
    await statement.unprepare();
    expect(sessions.at(-1)?.requests).to.deep.equal(["SELECT @id AS n", "SELECT @id AS n"]);
  });

  it("runs a transaction of the client as T-SQL", async () => {
    const { client, sessions } = await start((request) =>
      request.sql.startsWith("SELECT") ? numbers(1) : [],
    );
    for (const end of ["commit", "rollback"] as const) {
      const transaction = client.transaction();
      await transaction.begin(sql.ISOLATION_LEVEL.SERIALIZABLE);
      await transaction.request().query("SELECT 1 AS n");
      await transaction[end]();
    }
    const begin = "SET TRANSACTION ISOLATION LEVEL SERIALIZABLE;\nBEGIN TRANSACTION";
    expect(sessions.at(-1)?.requests).to.deep.equal([
      begin,
      "SELECT 1 AS n",
      "COMMIT TRANSACTION",
      begin,
      "SELECT 1 AS n",
      "ROLLBACK TRANSACTION",
    ]);
  });

  it("tells that a transaction could not be committed", async () => {
    const { client } = await start(function* (request) {
      if (!request.sql.startsWith("COMMIT")) return;
      yield message(3902, 16, "The COMMIT TRANSACTION request has no corresponding BEGIN TRANSACTION.");
      yield failed;
    });
    const transaction = client.transaction();
    await transaction.begin();
    expect((await rejection(transaction.commit())).message).to.match(/no corresponding BEGIN TRANSACTION/);
  });
});
