import { expect } from "chai";
import { connect } from "node:net";
import sql from "mssql";
import { aborted, bench, type Bench, rejection, result, until } from "./lab-sql-wire.fake.ts";

const one = () => result([{ name: "n", type: "int" }], [1]);

describe("SQL Server stand-in, wire: connections", () => {
  let running: Bench | undefined;
  const start = async (...given: Parameters<typeof bench>): Promise<Bench> =>
    (running = await bench(...given));
  afterEach(async () => {
    await running?.end();
    running = undefined;
  });

  it("logs a client in and hands the engine what LOGIN7 says", async () => {
    const { pool, sessions, server } = await start(one);
    const client = await pool({
      database: "K2",
      password: "rïght→pass word",
      options: { appName: "K2 Server" },
    });
    expect((await client.query("SELECT 1 AS n")).recordset).to.deep.equal([{ n: 1 }]);
    expect(sessions.at(-1)?.login).to.include({
      user: "sa",
      password: "rïght→pass word",
      database: "K2",
      appName: "K2 Server",
    });
    expect(server.openConnections).to.equal(1);
  });

  for (const encrypt of [true, false])
    it(`serves a client with encrypt:${String(encrypt)}, requests larger than a packet among them`, async () => {
      const { pool } = await start((request) => result([{ name: "text", type: "nvarchar" }], [request.sql]));
      const client = await pool({ options: { encrypt } });
      const long = `SELECT '${"x".repeat(20_000)}'`;
      expect((await client.query<{ text: string }>(long)).recordset[0]?.text).to.equal(long);
      expect((await client.batch<{ text: string }>(long)).recordset[0]?.text).to.equal(long);
    });

  it("refuses its certificate to a client that does not trust it", async () => {
    const { config } = await start(one);
    const client = new sql.ConnectionPool(
      config({ options: { encrypt: true, trustServerCertificate: false } }),
    );
    const error = await rejection(client.connect());
    expect(error.message).to.match(/self-signed certificate/);
  });

  it("sends a client without encryption away when encryption is required", async () => {
    const { pool, config } = await start(one, { encryption: "required" });
    const error = await rejection(new sql.ConnectionPool(config()).connect());
    expect(error.message).to.match(/Server requires encryption/);
    const client = await pool({ options: { encrypt: true } });
    expect((await client.query("SELECT 1 AS n")).recordset).to.deep.equal([{ n: 1 }]);
  });

  for (const encrypt of [true, false])
    it(`refuses a login with the text of its last message (encrypt:${String(encrypt)})`, async () => {
      const login = { state: 1, severity: 14, line: 1 };
      const refusals = [
        { ...login, number: 18_470, text: "Login failed for user 'sa'. Reason: The account is disabled." },
        { ...login, number: 18_456, text: "Login failed for user 'sa'." },
      ];
      const { config, sessions, server } = await start(one, {}, refusals);
      const error = await rejection(
        new sql.ConnectionPool(config({ password: "wrong", options: { encrypt } })).connect(),
      );
      expect(error.code).to.equal("ELOGIN");
      expect(error.message).to.equal("Login failed for user 'sa'.");
      expect(sessions).to.have.length(0);
      await until(() => server.openConnections === 0);
    });

  it("agrees on the packet size that a client asks for", async () => {
    const text = "y".repeat(3000);
    const { pool } = await start(() => result([{ name: "text", type: "varchar" }], [text]));
    for (const packetSize of [512, 16_384]) {
      const client = await pool({ options: { packetSize } });
      expect((await client.query<{ text: string }>("SELECT text")).recordset[0]?.text).to.equal(text);
    }
  });

  it("leaves a client waiting for connectionTimeout while the handshake is stalled, and serves it after", async () => {
    const { config, pool, server } = await start(one);
    server.faults.stallHandshake = true;
    const error = await rejection(new sql.ConnectionPool(config({ connectionTimeout: 150 })).connect());
    expect(error.code).to.equal("ETIMEOUT");
    server.faults.stallHandshake = false;
    expect((await (await pool()).query("SELECT 1 AS n")).recordset).to.deep.equal([{ n: 1 }]);
  });

  it("drops clients, running requests and stalled sockets at close(), refuses new ones, and can listen again", async () => {
    let isStopped = false;
    const { pool, config, server, sessions, port } = await start(async function* (request) {
      if (request.sql.startsWith("SELECT")) yield* one();
      else await aborted(request.signal).then(() => (isStopped = true));
    });
    const client = await pool();
    const lost = rejection(client.query("WAITFOR DELAY '01:00:00'"));
    await until(() => sessions.at(-1)?.requests.length === 1);
    server.faults.stallHandshake = true;
    const stalled = connect(port, "127.0.0.1");
    const hungUp = new Promise((resolve) => stalled.once("close", resolve));
    await until(() => server.openConnections === 2);
    await server.close();
    expect(server.openConnections).to.equal(0);
    expect(isStopped).to.equal(true);
    expect(sessions.every((session) => session.isClosed)).to.equal(true);
    expect((await lost).message).to.match(/Connection closed|Connection lost|hang up|unexpected end/);
    await hungUp;
    expect((await rejection(new sql.ConnectionPool(config()).connect())).code).to.equal("ESOCKET");
    server.faults.stallHandshake = false;
    expect(await server.listen("127.0.0.1", port)).to.equal(port);
    expect((await (await pool()).query("SELECT 1 AS n")).recordset).to.deep.equal([{ n: 1 }]);
  });

  it("tells the reason when the port is taken", async () => {
    const first = await start(one);
    const second = await bench(one);
    await second.server.close();
    const error = await rejection(second.server.listen("127.0.0.1", first.port));
    expect(error.message).to.match(/EADDRINUSE/);
    expect(await second.server.listen("127.0.0.1", 0)).to.be.greaterThan(0);
    await second.end();
  });

  it("drops the connection of a session that the engine kills", async () => {
    const { pool, sessions, server } = await start(async function* (request, session) {
      session.kill.abort();
      await aborted(request.signal);
    });
    const error = await rejection((await pool()).query("WAITFOR DELAY '01:00:00'"));
    expect(error.message).to.match(/Connection closed|Connection lost|hang up/);
    await until(() => server.openConnections === 0);
    expect(sessions.every((session) => session.isClosed)).to.equal(true);
  });

  it("hangs up on bytes that are no TDS", async () => {
    const { port, server } = await start(one);
    const socket = connect(port, "127.0.0.1");
    socket.on("error", () => undefined);
    socket.write("GET / HTTP/1.1\r\n\r\n");
    await new Promise((resolve) => socket.once("close", resolve));
    await until(() => server.openConnections === 0);
  });
});
