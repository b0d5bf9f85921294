import { X509Certificate } from "node:crypto";
import { expect } from "chai";
import fc from "fast-check";
import type { Value } from "../../lab/servers/sql/contract.ts";
import { ByteReader, ByteWriter } from "../../lab/servers/sql/wire/bytes.ts";
import { selfSigned } from "../../lab/servers/sql/wire/certificate.ts";
import { fromCodePage1252, toCodePage1252 } from "../../lab/servers/sql/wire/codepage.ts";
import { decimalToUnits, unitsToDecimal } from "../../lab/servers/sql/wire/decimals.ts";
import { readTypedValue } from "../../lab/servers/sql/wire/decode.ts";
import { writeTypeInfo, writeValue } from "../../lab/servers/sql/wire/encode.ts";
import { guidFromBytes, guidToBytes } from "../../lab/servers/sql/wire/guid.ts";
import { packet, PacketReader } from "../../lab/servers/sql/wire/packets.ts";
import type { Column } from "../../lab/servers/sql/contract.ts";

/** What the server reads back of a value that it wrote. */
function thereAndBack(column: Omit<Column, "name">, value: Value): Value {
  const writer = new ByteWriter();
  writeTypeInfo(writer, { name: "v", ...column });
  writeValue(writer, { name: "v", ...column }, value);
  const reader = new ByteReader(writer.done());
  const { type, value: read } = readTypedValue(reader);
  expect(type).to.equal(column.type);
  expect(reader.atEnd).to.equal(true);
  return read;
}

describe("SQL Server stand-in, wire: bytes", () => {
  it("keeps all 25 digits of an LSN", () => {
    fc.assert(
      fc.property(fc.bigInt(-(10n ** 25n) + 1n, 10n ** 25n - 1n), (lsn) => {
        expect(thereAndBack({ type: "numeric" }, lsn)).to.equal(String(lsn));
      }),
    );
  });

  it("writes numeric(25,0) as SQL Server does", () => {
    const writer = new ByteWriter();
    writeTypeInfo(writer, { name: "FirstLSN", type: "numeric" });
    writeValue(writer, { name: "FirstLSN", type: "numeric" }, "39000000172000001");
    expect(writer.done().toString("hex")).to.equal("6c111900" + "1101" + "01037e244b8e8a000000000000000000");
  });

  it("keeps every time to 100 ns, at any offset", () => {
    const instants = fc.date({
      min: new Date("0002-01-01"),
      max: new Date("9998-12-31"),
      noInvalidDate: true,
    });
    fc.assert(
      fc.property(
        instants,
        fc.integer({ min: 1, max: 9999 }),
        fc.integer({ min: -840, max: 840 }),
        (date, ticks, offset) => {
          const fraction = String(ticks).padStart(4, "0").replace(/0+$/, "");
          const time = date.toISOString().slice(0, -1) + fraction;
          expect(thereAndBack({ type: "datetime2" }, time)).to.equal(time);
          const minutes = Math.abs(offset);
          const two = (value: number): string => String(value).padStart(2, "0");
          const zone = `${offset < 0 ? "-" : "+"}${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
          expect(thereAndBack({ type: "datetimeoffset" }, time + zone)).to.equal(time + zone);
        },
      ),
    );
  });

  it("rounds a datetime to .000, .003 or .007", () => {
    for (const [given, stored] of [
      ["00.000", "00.000"],
      ["00.001", "00.000"],
      ["00.002", "00.003"],
      ["00.005", "00.007"],
      ["00.009", "00.010"],
    ] as const)
      expect(thereAndBack({ type: "datetime" }, `2026-11-21T22:59:${given}`)).to.equal(
        `2026-11-21T22:59:${stored}`,
      );
  });

  it("takes text of any length there and back", () => {
    fc.assert(
      fc.property(
        fc.string({ unit: "grapheme", maxLength: 900 }),
        fc.constantFrom(undefined, 4000),
        (text, length) => {
          const column = { type: "nvarchar", ...(length === undefined ? {} : { length }) } as const;
          expect(thereAndBack(column, text)).to.equal(text);
        },
      ),
    );
  });

  it("maps every byte of code page 1252 to a character of its own", () => {
    const all = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte));
    expect(new Set(fromCodePage1252(all)).size).to.equal(256);
    expect(toCodePage1252(fromCodePage1252(all))).to.deep.equal(all);
    expect(toCodePage1252("€→").toString("hex")).to.equal("803f");
  });

  it("swaps the first groups of a uniqueidentifier", () => {
    const text = "6F9619FF-8B86-D011-B42D-00C04FC964FF";
    expect(guidToBytes(text).toString("hex")).to.equal("ff19966f868b11d0b42d00c04fc964ff");
    expect(guidFromBytes(guidToBytes(text))).to.equal(text);
    expect(() => guidToBytes("6F9619FF")).to.throw('"6F9619FF" is no uniqueidentifier.');
  });

  it("rounds decimals half away from zero", () => {
    expect(decimalToUnits("-0.005", 2)).to.equal(-1n);
    expect(decimalToUnits("0.0049", 2)).to.equal(0n);
    expect(unitsToDecimal(-1n, 2)).to.equal("-0.01");
    for (const wrong of ["", ".", "1e5", "1,5"])
      expect(() => decimalToUnits(wrong, 2)).to.throw("is no decimal number");
  });

  it("puts messages together from packets however their bytes arrive", () => {
    fc.assert(
      fc.property(
        fc.array(fc.array(fc.uint8Array({ minLength: 1, maxLength: 20 }), { minLength: 1, maxLength: 4 }), {
          maxLength: 4,
        }),
        fc.integer({ min: 1, max: 17 }),
        (messages, step) => {
          const wire = Buffer.concat(
            messages.flatMap((parts) =>
              parts.map((part, index) =>
                packet(0x01, index === parts.length - 1 ? 1 : 0, 0, index, Buffer.from(part)),
              ),
            ),
          );
          const reader = new PacketReader();
          const read: string[] = [];
          for (let at = 0; at < wire.length; at += step)
            read.push(
              ...reader.push(wire.subarray(at, at + step)).map(({ payload }) => payload.toString("hex")),
            );
          expect(read).to.deep.equal(messages.map((parts) => Buffer.concat(parts).toString("hex")));
          expect(reader.idle).to.equal(true);
        },
      ),
    );
  });

  it("signs a certificate that proves its own name and is valid now", () => {
    const certificate = new X509Certificate(selfSigned("SQLPRD01").cert);
    expect(certificate.subject).to.equal("CN=SQLPRD01");
    expect(certificate.verify(certificate.publicKey)).to.equal(true);
    expect(certificate.validFromDate.getTime()).to.be.lessThan(Date.now());
    expect(certificate.validToDate.getTime()).to.be.greaterThan(Date.now() + 9 * 365 * 86_400_000);
  });
});
