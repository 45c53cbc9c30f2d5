// DER in its one spelling: short lengths, and only what X.509 needs of it.

const TAG = {
  BOOLEAN: 0x01, INTEGER: 0x02, BITS: 0x03, OCTETS: 0x04, OID: 0x06, ENUMERATED: 0x0a,
  UTF8: 0x0c, SEQUENCE: 0x30, SET: 0x31, UTC_TIME: 0x17, TIME: 0x18,
};

class Der {
  constructor(bytes) { this.bytes = bytes; this.at = 0; }

  get isOver() { return this.at >= this.bytes.length; }

  get tag() { return this.bytes[this.at]; }

  // The next value, of this tag: its content, and in `whole` with tag and length.
  take(tag) {
    const start = this.at;
    if (this.bytes[this.at] !== tag) refuse(`DER: want tag ${HEX[tag]}`);
    let size = this.bytes[this.at + 1];
    let head = 2;
    if (size >= 0x80) {
      const count = size & 0x7f;
      if (count < 1 || count > 3) refuse("DER: want a length of at most three octets");
      size = 0;
      for (let n = 0; n < count; n++) size = size * 256 + (this.bytes[this.at + 2 + n] ?? 0);
      if (size < 0x80 || size < 256 ** (count - 1)) refuse("DER: want the shortest length");
      head += count;
    }
    const end = start + head + size;
    if (!(end <= this.bytes.length)) refuse("DER: cut off");
    this.at = end;
    const content = this.bytes.subarray(start + head, end);
    return Object.assign(new Der(content), { whole: this.bytes.subarray(start, end) });
  }

  takeOid() { return hex(this.take(TAG.OID).bytes); }

  // A number that is not negative, as its octets without the one of its sign.
  takeNumber() {
    const content = this.take(TAG.INTEGER).bytes;
    if (content.length === 0 || content[0] >= 0x80) refuse("DER: want a number that is not negative");
    if (content.length > 1 && content[0] === 0 && content[1] < 0x80) refuse("DER: want no padding");
    return content[0] === 0 && content.length > 1 ? content.subarray(1) : content;
  }

  // The same as hexadecimal without leading zeros.
  takeInteger() { return hex(this.takeNumber()).replace(/^0(?=.)/, "").toUpperCase(); }

  takeBits() {
    const content = this.take(TAG.BITS).bytes;
    if (content[0] !== 0) refuse("DER: want whole octets of bits");
    return content.subarray(1);
  }

  // An instant in whole seconds, as the lines spell it.
  takeTime() {
    const utc = this.tag === TAG.UTC_TIME;
    const said = text(this.take(utc ? TAG.UTC_TIME : TAG.TIME).bytes);
    const digits = utc ? (Number(said.slice(0, 2)) < 50 ? "20" : "19") + said : said;
    if (!/^[0-9]{14}Z$/.test(digits)) refuse("DER: want a time in whole seconds");
    const [, y, mo, d, h, mi, s] = /^(.{4})(..)(..)(..)(..)(..)Z$/.exec(digits);
    const spelt = `${y}-${mo}-${d}T${h}:${mi}:${s}.000000Z`;
    micros(spelt);
    return spelt;
  }

  over() { if (!this.isOver) refuse("DER: want nothing behind it"); }
}

// One value and nothing behind it.
function onlyDer(bytes, tag) {
  const der = new Der(bytes);
  const found = der.take(tag);
  der.over();
  return found;
}
