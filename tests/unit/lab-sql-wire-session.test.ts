import { PassThrough } from "node:stream";
import { expect } from "chai";
import type { Reply, Request, Session } from "../../lab/servers/sql/contract.ts";
import { ByteWriter } from "../../lab/servers/sql/wire/bytes.ts";
import type { Faults } from "../../lab/servers/sql/wire/faults.ts";
import { PacketStatus, PacketType } from "../../lab/servers/sql/wire/packets.ts";
import { SessionServer } from "../../lab/servers/sql/wire/session.ts";

/** A session server whose bytes are read off a stream, and the requests that reach the engine. */
function served(run: (request: Request) => Iterable<Reply> = () => []) {
  const requests: Request[] = [];
  let resets = 0;
  const session: Session = {
    spid: 0x0102,
    run: async function* (request): AsyncIterable<Reply> {
      requests.push(request);
      yield* run(request);
    },
    reset: () => resets++,
    close: () => undefined,
  };
  const channel = new PassThrough();
  const faults: Faults = { stallHandshake: false, delayMs: 0, dropNext: false };
  const server = new SessionServer(session, channel, {
    serverName: "S",
    packetSize: 4096,
    database: "master",
    faults,
    onDefect: (error) => {
      throw error;
    },
  });
  const sent = (): string => ((channel.read() as Buffer | null) ?? Buffer.alloc(0)).toString("hex");
  return { server, requests, sent, resets: () => resets };
}

/** The bytes of packets, in hex, without their headers. */
function tokens(packets: string): string {
  const bytes = Buffer.from(packets, "hex");
  const parts: string[] = [];
  for (let at = 0; at < bytes.length; at += bytes.readUInt16BE(at + 2))
    parts.push(bytes.toString("hex", at + 8, at + bytes.readUInt16BE(at + 2)));
  return parts.join("");
}

const header = "0401001501020100";
const done = (status: string, command = "0000", rows = "0000000000000000"): string =>
  `${header}fd${status}${command}${rows}`;
const allHeaders = new ByteWriter().u32(22).u32(18).u16(2).u64(0n).u32(1).done();
const batch = (sql: string, status: number = PacketStatus.endOfMessage) => ({
  type: PacketType.batch,
  status,
  payload: Buffer.concat([allHeaders, Buffer.from(sql, "utf16le")]),
});
/** A call by number: its parameters are nvarchar(100) or int, as sp_prepare and sp_execute take them. */
const call = (
  id: number,
  parameters: readonly (string | number)[],
  status: number = PacketStatus.endOfMessage,
) => {
  const writer = new ByteWriter().bytes(allHeaders).u16(0xffff).u16(id).u16(0);
  for (const value of parameters) {
    writer.shortText("").u8(0);
    if (typeof value === "number") writer.u8(0x26).u8(4).u8(4).i32(value);
    else
      writer
        .u8(0xe7)
        .u16(200)
        .bytes(Buffer.alloc(5))
        .u16(value.length * 2)
        .bytes(Buffer.from(value, "utf16le"));
  }
  return { type: PacketType.rpc, status, payload: writer.done() };
};

describe("SQL Server stand-in, wire: a session", () => {
  it("answers with one last DONE, its CurCmd and row count, in a packet with the session's SPID", async () => {
    const { server, sent } = served(() => [{ kind: "done", command: 193, rows: 3 }]);
    await server.serve(batch("SELECT n"));
    expect(sent()).to.equal(done("1000", "c100", "0300000000000000"));
  });

  it("gives each information message a DONE of its own, and the last one that of the statement", async () => {
    const text = (number: number): Reply => ({
      kind: "message",
      message: { number, severity: 10, state: 1, text: "t", line: 1 },
    });
    const { server, sent } = served(() => [text(1), text(2), { kind: "done", command: 228 }]);
    await server.serve(batch("BACKUP"));
    const info = (number: number): string =>
      `ab12000${String(number)}000000` + "0100" + "01007400" + "015300" + "00" + "01000000";
    const more = "fd010000000000000000000000";
    const last = "fd0000e4000000000000000000";
    expect(tokens(sent())).to.equal(info(1) + more + info(2) + last);
  });

  it("does not run a request that the client gave up while it sent it, and answers with an error all the same", async () => {
    const { server, requests, sent } = served();
    await server.serve(batch("BACKUP", PacketStatus.endOfMessage | PacketStatus.ignore));
    expect(requests).to.have.length(0);
    expect(sent()).to.equal(done("0200"));
  });

  it("acknowledges an attention in a message after the answer, or alone where nothing runs", async () => {
    const { server, requests, sent } = served();
    server.expect();
    server.attention();
    await server.serve(batch("BACKUP"));
    expect(requests).to.have.length(0);
    expect(sent()).to.equal(done("0000") + done("2000"));
    server.attention();
    expect(sent()).to.equal(done("2000"));
  });

  it("resets before the request that asks for it, so that what this one prepares stays", async () => {
    const { server, requests, sent, resets } = served();
    await server.serve(
      call(11, [0, "@id int", "SELECT @id"], PacketStatus.endOfMessage | PacketStatus.reset),
    );
    expect(resets()).to.equal(1);
    expect(sent()).to.match(/^.{16}e30300120000/);
    await server.serve(call(12, [1, 9]));
    expect(requests.map(({ sql, parameters }) => [sql, parameters])).to.deep.equal([
      ["SELECT @id", [{ name: "@id", type: "int", value: 9, output: false }]],
    ]);
    sent();
    await server.serve(call(12, [1, 9], PacketStatus.endOfMessage | PacketStatus.reset));
    expect(requests).to.have.length(1);
    expect(Buffer.from(sent(), "hex").toString("utf16le", 25)).to.contain(
      "Could not find prepared statement",
    );
  });

  it("runs a statement that is prepared and executed in one call", async () => {
    const { server, requests, sent } = served();
    await server.serve(call(13, [0, "@a nvarchar(9), @b int", "SELECT @a, @b", "x", 2]));
    expect(requests[0]?.sql).to.equal("SELECT @a, @b");
    expect(requests[0]?.parameters.map(({ name, value }) => [name, value])).to.deep.equal([
      ["@a", "x"],
      ["@b", 2],
    ]);
    expect(sent()).to.match(/ac0000.*26040401000000fe0000e0000000000000000000$/);
  });

  it("passes the parameters of a procedure that come without a name in their order", async () => {
    const { server, requests } = served();
    const named = call(10, ["x", 2]);
    const name = new ByteWriter().bytes(allHeaders).longText("sp_who").u16(0).done();
    await server.serve({
      ...named,
      payload: Buffer.concat([name, named.payload.subarray(allHeaders.length + 6)]),
    });
    expect(requests[0]?.sql).to.equal("EXEC sp_who @P1, @P2");
    expect(requests[0]?.parameters.map((parameter) => parameter.name)).to.deep.equal(["@P1", "@P2"]);
  });
});
