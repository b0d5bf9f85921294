import { expect } from "chai";
import sql from "mssql";
import type { Reply } from "../../lab/servers/sql/contract.ts";
import {
  aborted,
  bench,
  type Bench,
  message,
  rejection,
  result,
  type Script,
  until,
} from "./lab-sql-wire.fake.ts";

const failed: Reply = { kind: "done", command: 228, failed: true };
const numbers = (...values: number[]): Iterable<Reply> =>
  result([{ name: "n", type: "int" }], ...values.map((value) => [value]));
const backup = "BACKUP DATABASE K2 TO DISK = 'D:\\K2.bak'";

describe("SQL Server stand-in, wire: requests", () => {
  let running: Bench | undefined;
  const start = async (script: Script): Promise<Bench & { client: sql.ConnectionPool }> => {
    running = await bench(script);
    return { ...running, client: await running.pool() };
  };
  afterEach(async () => {
    await running?.end();
    running = undefined;
  });

  for (const encrypt of [false, true])
    it(`gives the last error, and the cause among those before it (encrypt:${String(encrypt)})`, async () => {
      const { pool } = await start(function* () {
        yield message(
          3201,
          16,
          "Cannot open backup device 'D:\\K2.bak'. Operating system error 5(Access is denied.).",
        );
        yield message(3013, 16, "BACKUP DATABASE is terminating abnormally.");
        yield failed;
      });
      const client = await pool({ options: { encrypt } });
      for (const error of [await rejection(client.query(backup)), await rejection(client.batch(backup))]) {
        expect(error).to.include({
          number: 3013,
          class: 16,
          state: 1,
          serverName: "SQLPRD01",
          lineNumber: 1,
        });
        expect(error.precedingErrors?.map((cause) => cause.number)).to.deep.equal([3201]);
        expect(error.precedingErrors?.[0]?.message).to.match(/error 5\(Access is denied\.\)/);
      }
    });

  it("goes on after a failed statement of a batch", async () => {
    const { client } = await start(function* () {
      yield message(3013, 16, "BACKUP LOG is terminating abnormally.");
      yield failed;
      yield* numbers(5);
    });
    const seen: unknown[] = [];
    const request = client.request();
    request.stream = true;
    request.on("row", (row) => seen.push(row));
    request.on("error", (error: sql.RequestError) => seen.push(error.number));
    const ended = new Promise((resolve) => request.once("done", resolve));
    void request.batch(`${backup}; SELECT 5 AS n`);
    await ended;
    expect(seen).to.deep.equal([3013, { n: 5 }]);
  });

  it("sends progress as information of class 0 while the statement runs", async () => {
    let goOn = (): void => undefined;
    const held = new Promise<void>((resolve) => (goOn = resolve));
    const { client } = await start(async function* () {
      yield message(3211, 10, "10 percent processed.");
      await held;
      yield message(4035, 10, "Processed 8 pages for database 'K2', file 'K2' on file 1.");
      yield message(
        3014,
        0,
        "BACKUP DATABASE successfully processed 8 pages in 0.010 seconds (6.250 MB/sec).",
      );
      yield { kind: "done", command: 228 };
    });
    for (const run of ["query", "batch"] as const) {
      const seen: unknown[] = [];
      const request = client.request();
      request.on("info", (info: { number: number; class: number }) => {
        seen.push([info.number, info.class]);
        goOn();
      });
      expect((await request[run](backup)).rowsAffected).to.deep.equal([]);
      expect(seen).to.deep.equal([
        [3211, 0],
        [4035, 0],
        [3014, 0],
      ]);
    }
  });

  it("keeps a result set whole when a message falls into it", async () => {
    const { client } = await start(function* () {
      yield { kind: "columns", columns: [{ name: "n", type: "int" }] };
      yield { kind: "row", values: [1] };
      yield message(0, 0, "half way");
      yield { kind: "row", values: [2] };
      yield { kind: "done", command: 193, rows: 2 };
    });
    expect((await client.query("SELECT n")).recordset).to.deep.equal([{ n: 1 }, { n: 2 }]);
    expect((await client.batch("SELECT n")).recordset).to.deep.equal([{ n: 1 }, { n: 2 }]);
  });

  it("answers several statements, with the rows that each affected", async () => {
    const { client } = await start(function* () {
      yield* numbers(1, 2);
      yield { kind: "done", command: 197, rows: 7 };
      yield* numbers(3);
    });
    for (const { recordsets, rowsAffected } of [await client.query("three"), await client.batch("three")]) {
      expect(recordsets).to.deep.equal([[{ n: 1 }, { n: 2 }], [{ n: 3 }]]);
      expect(rowsAffected).to.deep.equal([2, 7, 1]);
    }
  });

  it("answers a statement that says nothing at all", async () => {
    const { client } = await start(() => []);
    expect((await client.batch("USE nowhere")).recordsets).to.deep.equal([]);
    expect((await client.query("DECLARE @a int")).recordsets).to.deep.equal([]);
  });

  it("tells the client of a changed database", async () => {
    const { config } = await start(function* () {
      yield message(5701, 10, "Changed database context to 'K2'.");
    });
    const changes: unknown[] = [];
    const pool = new sql.ConnectionPool({
      ...config(),
      beforeConnect: (connection: { on(event: string, heard: (value: unknown) => void): void }) => {
        connection.on("databaseChange", (name) => changes.push(name));
      },
    });
    await pool.connect();
    await pool.batch("USE K2");
    await pool.close();
    expect(changes.at(-1)).to.equal("K2");
  });

  for (const encrypt of [false, true])
    it(`stops a request that is cancelled, and serves the next on the same connection (encrypt:${String(encrypt)})`, async () => {
      const { pool, sessions, server } = await start(async function* (request) {
        if (request.sql.startsWith("SELECT")) {
          yield* numbers(1);
          return;
        }
        yield { kind: "columns", columns: [{ name: "n", type: "int" }] };
        await aborted(request.signal);
        yield { kind: "row", values: [1] };
        yield message(3204, 16, "The backup or restore was aborted.");
        yield failed;
      });
      const client = await pool({ options: { encrypt } });
      for (const run of ["query", "batch"] as const) {
        const before = sessions.flatMap((session) => session.requests).length;
        const request = client.request();
        const result = rejection(request[run](backup));
        await until(() => sessions.flatMap((session) => session.requests).length > before);
        request.cancel();
        expect((await result).code).to.equal("ECANCEL");
        expect((await client.query("SELECT 1")).recordset).to.deep.equal([{ n: 1 }]);
      }
      expect(server.openConnections).to.equal(1);
    });

  it("stops a request whose requestTimeout is over, also where the engine throws at the signal", async () => {
    const { pool, server } = await start(async function* (request) {
      if (request.sql.startsWith("SELECT")) {
        yield* numbers(1);
        return;
      }
      await aborted(request.signal);
      request.signal.throwIfAborted();
    });
    const client = await pool({ requestTimeout: 50 });
    expect((await rejection(client.query(backup))).code).to.equal("ETIMEOUT");
    expect((await client.query("SELECT 1")).recordset).to.deep.equal([{ n: 1 }]);
    expect(server.openConnections).to.equal(1);
  });

  it("acknowledges an attention that comes after the answer", async () => {
    const { client } = await start(() => numbers(1, 2, 3));
    for (let round = 0; round < 20; round++) {
      const request = client.request();
      const ended = request.query("SELECT n").then(
        () => "done",
        (error: unknown) => (error as sql.RequestError).code,
      );
      setImmediate(() => request.cancel());
      expect(await ended).to.be.oneOf(["done", "ECANCEL"]);
    }
    expect((await client.query("SELECT n")).recordset).to.have.length(3);
  });

  it("ends the connection after a message of severity 20, as SQL Server does", async () => {
    const { client, server } = await start(function* () {
      yield message(948, 20, "The database 'K2' cannot be opened because it is version 957.");
      yield failed;
    });
    expect((await rejection(client.query("RESTORE"))).number).to.equal(948);
    await until(() => server.openConnections === 0);
  });

  it("tells the client and the lab of an exception in the engine", async () => {
    const defects: string[] = [];
    running = await bench(
      () => {
        throw new TypeError("no such file group");
      },
      { onDefect: (error) => defects.push(error.message) },
    );
    const error = await rejection((await running.pool()).query("SELECT 1 AS n"));
    expect(error.message).to.equal("The SQL Server stand-in failed: no such file group");
    expect(defects).to.deep.equal(["no such file group"]);
  });

  it("waits delayMs before each answer", async () => {
    const { pool, server } = await start(() => numbers(1));
    const client = await pool({ requestTimeout: 100, validateConnection: false });
    expect((await client.query("SELECT n")).recordset).to.deep.equal([{ n: 1 }]);
    server.faults.delayMs = 5000;
    expect((await rejection(client.query("SELECT n"))).code).to.equal("ETIMEOUT");
    server.faults.delayMs = 10;
    const before = performance.now();
    expect((await client.query("SELECT n")).recordset).to.deep.equal([{ n: 1 }]);
    expect(performance.now() - before).to.be.greaterThan(9);
  });

  for (const encrypt of [false, true])
    it(`closes in the middle of the answer that dropNext names, once (encrypt:${String(encrypt)})`, async () => {
      const { pool, server, sessions } = await start(() => numbers(...Array<number>(5000).fill(7)));
      const client = await pool({ options: { encrypt } });
      server.faults.dropNext = /^BACKUP/;
      let rows = 0;
      expect((await client.query("SELECT n")).recordset).to.have.length(5000);
      const request = client.request();
      request.stream = true;
      request.on("row", () => rows++);
      const lost = new Promise<sql.RequestError>((resolve) => request.once("error", resolve));
      void request.query(backup);
      expect((await lost).message).to.match(/Connection closed|Connection lost|hang up|unexpected end/);
      expect(rows).to.be.within(1, 4999);
      expect(sessions.at(-1)?.requests).to.include(backup);
      expect(server.faults.dropNext).to.equal(false);
      expect((await client.query(backup)).recordset).to.have.length(5000);
    });
});
