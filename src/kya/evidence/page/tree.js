// The tree of RFC 9162 section 2.1, rebuilt from the entries.

const ZERO = Uint8Array.of(0);
const ONE = Uint8Array.of(1);

function leafHash(entry) { return sha256(join(ZERO, entry)); }

function nodeHash(left, right) { return sha256(join(ONE, left, right)); }

class Tree {
  // levels[k][i] is the root of the leaves from i * 2^k on, of 2^k of them.
  constructor(levels) { this.levels = levels; this.ranges = new Map(); }

  static async of(entries, told) {
    const levels = [await inBatches(entries, leafHash, told)];
    for (let below = levels[0]; below.length > 1; below = levels.at(-1)) {
      const pairs = Array.from({ length: below.length >> 1 }, (_, n) => n);
      levels.push(await inBatches(pairs, (n) => nodeHash(below[2 * n], below[2 * n + 1])));
    }
    return new Tree(levels);
  }

  get size() { return this.levels[0].length; }

  root(size) { return size === 0 ? sha256(new Uint8Array()) : this.range(0, size); }

  // The root of the leaves from `from` on, before `to`; only what is no perfect subtree
  // is hashed, and kept.
  async range(from, to) {
    const size = to - from;
    const level = Math.log2(size);
    if (Number.isInteger(level) && from % size === 0) return this.levels[level][from / size];
    const name = `${from} ${to}`;
    if (!this.ranges.has(name)) {
      const middle = from + splitOf(size);
      this.ranges.set(name, nodeHash(await this.range(from, middle), await this.range(middle, to)));
    }
    return this.ranges.get(name);
  }

  // The hashes beside the way from one leaf up (RFC 9162 section 2.1.3.1).
  async path(index) {
    const steps = [];
    let [from, to] = [0, this.size];
    while (to - from > 1) {
      const middle = from + splitOf(to - from);
      const isLeft = index < middle;
      steps.unshift(await (isLeft ? this.range(middle, to) : this.range(from, middle)));
      if (isLeft) to = middle; else from = middle;
    }
    return steps;
  }

  // Every hash tile of a log of this size, by its path (spec/log.md 4).
  tiles() {
    const found = new Map();
    for (let level = 0; 8 * level < this.levels.length; level++) {
      const hashes = this.levels[8 * level];
      for (const [path, from, width] of placesOfTiles(String(level), hashes.length)) {
        found.set(path, join(...hashes.slice(from, from + width)));
      }
    }
    return found;
  }
}

function splitOf(size) {
  let power = 1;
  while (power * 2 < size) power *= 2;
  return power;
}

// Path, first and width of each tile or bundle of so many items.
function placesOfTiles(kind, count) {
  const found = [];
  for (let from = 0; from < count; from += 256) {
    const width = Math.min(256, count - from);
    const groups = [];
    for (let rest = from / 256, first = true; first || rest > 0; first = false) {
      groups.unshift((first ? "" : "x") + String(rest % 1000).padStart(3, "0"));
      rest = Math.floor(rest / 1000);
    }
    const part = width < 256 ? `.p/${width}` : "";
    found.push([`log/tile/${kind}/${groups.join("/")}${part}`, from, width]);
  }
  return found;
}

// A bundle is, for each entry, its length in two octets and the entry.
function splitBundle(bytes, width, path) {
  const entries = [];
  let at = 0;
  while (at < bytes.length) {
    const size = bytes[at] * 256 + bytes[at + 1];
    if (!(at + 2 + size <= bytes.length)) refuse(`${path}: ends inside an entry`);
    entries.push(bytes.subarray(at + 2, at + 2 + size));
    at += 2 + size;
  }
  if (entries.length !== width) refuse(`${path}: want ${width} entries, found ${entries.length}`);
  return entries;
}
