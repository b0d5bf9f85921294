/** Writes the little-endian integers and counted strings of TDS into one growing buffer. */
export class ByteWriter {
  #buffer = Buffer.allocUnsafe(512);
  #length = 0;

  u8(value: number): this {
    const at = this.#reserve(1);
    this.#buffer.writeUInt8(value, at);
    return this;
  }
  u16(value: number): this {
    const at = this.#reserve(2);
    this.#buffer.writeUInt16LE(value, at);
    return this;
  }
  i16(value: number): this {
    const at = this.#reserve(2);
    this.#buffer.writeInt16LE(value, at);
    return this;
  }
  u24(value: number): this {
    const at = this.#reserve(3);
    this.#buffer.writeUIntLE(value, at, 3);
    return this;
  }
  u32(value: number): this {
    const at = this.#reserve(4);
    this.#buffer.writeUInt32LE(value, at);
    return this;
  }
  i32(value: number): this {
    const at = this.#reserve(4);
    this.#buffer.writeInt32LE(value, at);
    return this;
  }
  u40(value: number): this {
    const at = this.#reserve(5);
    this.#buffer.writeUIntLE(value, at, 5);
    return this;
  }
  u64(value: bigint): this {
    const at = this.#reserve(8);
    this.#buffer.writeBigUInt64LE(value, at);
    return this;
  }
  i64(value: bigint): this {
    const at = this.#reserve(8);
    this.#buffer.writeBigInt64LE(value, at);
    return this;
  }
  f64(value: number): this {
    const at = this.#reserve(8);
    this.#buffer.writeDoubleLE(value, at);
    return this;
  }
  u16be(value: number): this {
    const at = this.#reserve(2);
    this.#buffer.writeUInt16BE(value, at);
    return this;
  }
  u32be(value: number): this {
    const at = this.#reserve(4);
    this.#buffer.writeUInt32BE(value, at);
    return this;
  }
  bytes(value: Uint8Array): this {
    const at = this.#reserve(value.length);
    this.#buffer.set(value, at);
    return this;
  }
  /** B_VARCHAR: a byte with the number of characters, then UTF-16. Longer text is cut at 255 characters. */
  shortText(value: string): this {
    const text = value.slice(0, 255);
    return this.u8(text.length).bytes(Buffer.from(text, "utf16le"));
  }
  /** US_VARCHAR: two bytes with the number of characters, then UTF-16. */
  longText(value: string): this {
    return this.u16(value.length).bytes(Buffer.from(value, "utf16le"));
  }
  /** What was written so far; the writer must not be used after it. */
  done(): Buffer {
    return this.#buffer.subarray(0, this.#length);
  }

  /** Makes room and tells where. To call before the buffer is touched: it may be another one afterwards. */
  #reserve(count: number): number {
    const at = this.#length;
    this.#length += count;
    if (this.#length > this.#buffer.length) {
      const grown = Buffer.allocUnsafe(Math.max(this.#buffer.length * 2, this.#length));
      this.#buffer.copy(grown, 0, 0, at);
      this.#buffer = grown;
    }
    return at;
  }
}

/** Reads what {@link ByteWriter} writes. Reading past the end throws a RangeError. */
export class ByteReader {
  readonly #buffer: Buffer;
  #at: number;

  constructor(buffer: Buffer, at = 0) {
    this.#buffer = buffer;
    this.#at = at;
  }

  get atEnd(): boolean {
    return this.#at >= this.#buffer.length;
  }
  u8(): number {
    return this.#buffer.readUInt8(this.#advance(1));
  }
  u16(): number {
    return this.#buffer.readUInt16LE(this.#advance(2));
  }
  i16(): number {
    return this.#buffer.readInt16LE(this.#advance(2));
  }
  u32(): number {
    return this.#buffer.readUInt32LE(this.#advance(4));
  }
  i32(): number {
    return this.#buffer.readInt32LE(this.#advance(4));
  }
  u64(): bigint {
    return this.#buffer.readBigUInt64LE(this.#advance(8));
  }
  i64(): bigint {
    return this.#buffer.readBigInt64LE(this.#advance(8));
  }
  f32(): number {
    return this.#buffer.readFloatLE(this.#advance(4));
  }
  f64(): number {
    return this.#buffer.readDoubleLE(this.#advance(8));
  }
  /** An unsigned integer of one to five bytes. */
  unsigned(byteCount: number): number {
    return this.#buffer.readUIntLE(this.#advance(byteCount), byteCount);
  }
  bytes(count: number): Buffer {
    const at = this.#advance(count);
    return this.#buffer.subarray(at, at + count);
  }
  rest(): Buffer {
    return this.bytes(this.#buffer.length - this.#at);
  }
  /** UTF-16 text of so many characters. */
  text(characters: number): string {
    return this.bytes(characters * 2).toString("utf16le");
  }

  #advance(count: number): number {
    const at = this.#at;
    if (count < 0 || at + count > this.#buffer.length)
      throw new RangeError(
        `A TDS message ends at byte ${String(this.#buffer.length)}; ${String(count)} bytes are read at ${String(at)}.`,
      );
    this.#at += count;
    return at;
  }
}
