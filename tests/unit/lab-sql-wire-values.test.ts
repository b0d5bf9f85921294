import { expect } from "chai";
import sql from "mssql";
import type { Column, Parameter, Value } from "../../lab/servers/sql/contract.ts";
import { bench, type Bench, rejection, result } from "./lab-sql-wire.fake.ts";

const lsn = "39000000172000001";
const guid = "6F9619FF-8B86-D011-B42D-00C04FC964FF";

/** A column, a value as the engine gives it, and what the client must see. */
const cases: readonly (readonly [Omit<Column, "name">, Value, unknown])[] = [
  [{ type: "bit" }, true, true],
  [{ type: "bit" }, 0, false],
  [{ type: "tinyint" }, 255, 255],
  [{ type: "smallint" }, -32_768, -32_768],
  [{ type: "int" }, -2_147_483_648, -2_147_483_648],
  [{ type: "bigint" }, "-9223372036854775808", "-9223372036854775808"],
  [{ type: "bigint" }, 35_184_372_080_640n, "35184372080640"],
  [{ type: "float" }, -1.5e-7, -1.5e-7],
  [{ type: "numeric" }, "25000000019", 25_000_000_019],
  [{ type: "numeric" }, BigInt(lsn), 39_000_000_172_000_000],
  [{ type: "numeric", precision: 9, scale: 2 }, "-12.345", -12.35],
  [{ type: "datetime" }, "2026-11-21T22:59:00.003", new Date("2026-11-21T22:59:00.003Z")],
  [{ type: "datetime" }, "1753-01-01T00:00:00.000", new Date("1753-01-01T00:00:00.000Z")],
  [{ type: "datetime" }, "2026-11-21T23:59:59.999", new Date("2026-11-22T00:00:00.000Z")],
  [{ type: "datetime2" }, "0001-01-01T00:00:00.123", new Date("0001-01-01T00:00:00.123Z")],
  [{ type: "datetime2" }, "9999-12-31T23:59:59.999", new Date("9999-12-31T23:59:59.999Z")],
  [{ type: "datetimeoffset" }, "2026-11-21T00:30:00.500+02:00", new Date("2026-11-20T22:30:00.500Z")],
  [{ type: "datetimeoffset" }, "2026-11-21T23:30:00.000-03:30", new Date("2026-11-22T03:00:00.000Z")],
  [{ type: "uniqueidentifier" }, guid.toLowerCase(), guid],
  [{ type: "varbinary", length: 20 }, Buffer.from([0, 1, 255]), Buffer.from([0, 1, 255])],
  [{ type: "varbinary" }, Buffer.alloc(70_000, 7), Buffer.alloc(70_000, 7)],
  [{ type: "varchar", length: 25 }, lsn, lsn],
  [{ type: "varchar", length: 30 }, "café – 5 € → ?", "café – 5 € ? ?"],
  [{ type: "varchar" }, "z".repeat(9000), "z".repeat(9000)],
  [{ type: "nvarchar", length: 128 }, "Ünï→😀", "Ünï→😀"],
  [{ type: "nvarchar", length: 128 }, "", ""],
  [{ type: "nvarchar", length: 0 }, "", ""],
  [{ type: "nvarchar" }, "", ""],
  [{ type: "nvarchar" }, "ж".repeat(100_000), "ж".repeat(100_000)],
  [
    { type: "nvarchar", length: 5000 },
    "longer than a sized column may be",
    "longer than a sized column may be",
  ],
  [{ type: "nchar", length: 3 }, "D", "D  "],
  [{ type: "xml" }, "<event name='deadlock'/>", "<event name='deadlock'/>"],
];

describe("SQL Server stand-in, wire: values", () => {
  let columns: readonly Column[] = [];
  let rows: readonly (readonly Value[])[] = [];
  let parameters: readonly Parameter[] = [];
  let server: Bench;
  let pool: sql.ConnectionPool;

  before(async () => {
    server = await bench((request) => {
      parameters = request.parameters;
      return result(columns, ...rows);
    });
    pool = await server.pool();
  });
  after(() => server.end());

  for (const [column, value, seen] of cases)
    it(`sends ${column.type}${column.length === undefined ? "" : `(${String(column.length)})`} ${JSON.stringify(Buffer.isBuffer(value) ? value.toString("hex") : String(value)).slice(0, 40)}`, async () => {
      columns = [{ name: "v", ...column }];
      rows = [[value]];
      expect((await pool.query<{ v: unknown }>("SELECT v")).recordset[0]?.v).to.deep.equal(seen);
    });

  it("sends NULL of every type, and the columns after it", async () => {
    columns = cases.map(([column], index) => ({ name: `c${String(index)}`, ...column }));
    rows = [columns.map(() => null), cases.map(([, value]) => value), columns.map(() => null)];
    const { recordset } = await pool.query<Record<string, unknown>>("SELECT everything");
    expect(Object.values(recordset[0] ?? {})).to.deep.equal(cases.map(() => null));
    expect(Object.values(recordset[1] ?? {})).to.deep.equal(cases.map(([, , seen]) => seen));
    expect(Object.values(recordset[2] ?? {})).to.deep.equal(cases.map(() => null));
  });

  it("describes columns as SQL Server does", async () => {
    columns = [
      { name: "BackupName", type: "nvarchar", length: 128 },
      { name: "FirstLSN", type: "numeric" },
      { name: "Size", type: "bigint" },
      { name: "Notes", type: "nvarchar" },
    ];
    rows = [];
    const { recordset } = await pool.query("RESTORE HEADERONLY");
    const described = recordset.columns;
    expect(described["BackupName"]).to.include({ type: sql.NVarChar, length: 256, nullable: true });
    expect(described["FirstLSN"]).to.include({ type: sql.Numeric, precision: 25, scale: 0 });
    expect(described["Size"]).to.include({ type: sql.BigInt });
    expect(described["Notes"]).to.include({ type: sql.NVarChar, length: 65_535 });
  });

  it("sends many rows over many packets", async () => {
    columns = [
      { name: "id", type: "int" },
      { name: "text", type: "nvarchar", length: 100 },
    ];
    rows = Array.from({ length: 20_000 }, (_, id) => [id, `row ${String(id)}`]);
    const { recordset, rowsAffected } = await pool.query<{ id: number; text: string }>("SELECT many");
    expect(rowsAffected).to.deep.equal([20_000]);
    expect(recordset.every((row, id) => row.id === id && row.text === `row ${String(id)}`)).to.equal(true);
  });

  const sent: readonly (readonly [
    string,
    sql.ISqlType | (() => sql.ISqlType),
    unknown,
    Omit<Parameter, "name" | "output">,
  ])[] = [
    ["Bit", sql.Bit, true, { type: "bit", value: true }],
    ["TinyInt", sql.TinyInt, 200, { type: "tinyint", value: 200 }],
    ["SmallInt", sql.SmallInt, -5, { type: "smallint", value: -5 }],
    ["Int", sql.Int, -70_000, { type: "int", value: -70_000 }],
    ["BigInt", sql.BigInt, "9007199254740993", { type: "bigint", value: "9007199254740993" }],
    ["Float", sql.Float, 0.1, { type: "float", value: 0.1 }],
    ["Real", sql.Real, 0.5, { type: "float", value: 0.5 }],
    ["Numeric", sql.Numeric(9, 2), -12.5, { type: "numeric", value: "-12.50" }],
    ["Decimal", sql.Decimal(25, 0), 25_000_000_019, { type: "numeric", value: "25000000019" }],
    ["Money", sql.Money, -3.25, { type: "numeric", value: "-3.2500" }],
    ["SmallMoney", sql.SmallMoney, 3.25, { type: "numeric", value: "3.2500" }],
    [
      "DateTime",
      sql.DateTime,
      new Date("2026-11-21T22:59:00.007Z"),
      { type: "datetime", value: "2026-11-21T22:59:00.007" },
    ],
    [
      "SmallDateTime",
      sql.SmallDateTime,
      new Date("2026-11-21T22:59:00Z"),
      { type: "datetime", value: "2026-11-21T22:59:00.000" },
    ],
    [
      "Date",
      sql.Date,
      new Date("2026-11-21T00:00:00Z"),
      { type: "datetime2", value: "2026-11-21T00:00:00.000" },
    ],
    ["Time", sql.Time(7), new Date("1970-01-01T05:06:07.089Z"), { type: "varchar", value: "05:06:07.089" }],
    [
      "DateTime2",
      sql.DateTime2(3),
      new Date("2026-11-21T22:59:00.123Z"),
      { type: "datetime2", value: "2026-11-21T22:59:00.123" },
    ],
    ["UniqueIdentifier", sql.UniqueIdentifier, guid, { type: "uniqueidentifier", value: guid }],
    ["VarBinary", sql.VarBinary(10), Buffer.from([1, 2]), { type: "varbinary", value: Buffer.from([1, 2]) }],
    [
      "VarBinary(max)",
      sql.VarBinary(sql.MAX),
      Buffer.alloc(9000, 3),
      { type: "varbinary", value: Buffer.alloc(9000, 3) },
    ],
    ["Image", sql.Image, Buffer.from([9]), { type: "varbinary", value: Buffer.from([9]) }],
    ["VarChar", sql.VarChar(50), "5 € – é", { type: "varchar", value: "5 € – é" }],
    ["VarChar(max)", sql.VarChar(sql.MAX), "v".repeat(9000), { type: "varchar", value: "v".repeat(9000) }],
    ["Char", sql.Char(2), "ab", { type: "varchar", value: "ab" }],
    ["Text", sql.Text, "old", { type: "varchar", value: "old" }],
    ["NVarChar", sql.NVarChar(50), "→😀", { type: "nvarchar", value: "→😀" }],
    ["NVarChar(max)", sql.NVarChar(sql.MAX), "ж".repeat(9000), { type: "nvarchar", value: "ж".repeat(9000) }],
    ["NChar", sql.NChar(2), "жж", { type: "nchar", value: "жж" }],
  ];
  for (const [name, type, value, seen] of sent)
    it(`hands a ${name} parameter to the engine, and its NULL`, async () => {
      columns = [{ name: "n", type: "int" }];
      rows = [];
      await pool.request().input("p", type, value).input("nothing", type, null).query("SELECT @p, @nothing");
      expect(parameters).to.deep.equal([
        { name: "@p", output: false, ...seen },
        { name: "@nothing", output: false, type: seen.type, value: null },
      ]);
    });

  it("hands a datetimeoffset over with its instant", async () => {
    const instant = new Date("2026-11-21T22:59:00.123Z");
    await pool.request().input("p", sql.DateTimeOffset(7), instant).query("SELECT @p");
    const given = parameters[0];
    expect(given?.type).to.equal("datetimeoffset");
    expect(given?.value).to.match(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.123[+-]\d\d:\d\d$/);
    expect(new Date(String(given?.value))).to.deep.equal(instant);
  });

  it("takes types from values where the caller gives none", async () => {
    await pool.request().input("t", "text").input("n", 7).input("b", false).query("SELECT @t, @n, @b");
    expect(parameters.map(({ type, value }) => [type, value])).to.deep.equal([
      ["nvarchar", "text"],
      ["int", 7],
      ["bit", false],
    ]);
  });

  it("refuses a table as a parameter with 8009", async () => {
    const table = new sql.Table("dbo.Ids");
    table.columns.add("id", sql.Int);
    table.rows.add(1);
    const error = await rejection(pool.request().input("ids", table).query("SELECT * FROM @ids"));
    expect(error.number).to.equal(8009);
    expect(error.message).to.match(/Parameter 3 \("@ids"\): Data type 0xF3 is unknown/);
  });

  for (const [column, value, reason] of [
    [{ type: "int" }, 1.5, /Column v \(int\) cannot be sent: 1\.5 is no whole number/],
    [{ type: "datetime" }, "yesterday", /"yesterday" is no date and time/],
    [{ type: "nvarchar", length: 2 }, "abc", /has 6 bytes; the column has room for 4/],
    [{ type: "numeric", precision: 3 }, "1234", /more than 3 digits/],
    [{ type: "varbinary" }, "text", /expected a Buffer/],
  ] as const)
    it(`tells the client of a value that ${column.type} cannot hold: ${String(value)}`, async () => {
      columns = [{ name: "v", ...column }];
      rows = [[value]];
      const error = await rejection(pool.query("SELECT v"));
      expect(error.message).to.match(reason);
      expect(error.class).to.equal(21);
    });
});
