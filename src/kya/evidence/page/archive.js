// The archive: one gzip member around POSIX ustar (spec/package.md 8), read strictly.

const BLOCK = 512;
const UNPACKED_MAX = 1 << 30; // One GiB: some three million entries, far beyond a page.
const FILES_MAX = 500_000;
const ARCHIVE_FOLDER = "evidence/";
const GZIP_HEADER = Uint8Array.of(0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff);

async function unpack(bytes) {
  if (!equal(bytes.subarray(0, 2), GZIP_HEADER.subarray(0, 2))) return untar(bytes);
  if (!equal(bytes.subarray(0, 10), GZIP_HEADER)) {
    refuse("archive: want the gzip header 1f 8b 08 00 00 00 00 00 00 ff");
  }
  return untar(await gunzip(bytes));
}

// Chunk by chunk, so that a few bytes cannot become more than the page can hold.
async function gunzip(bytes) {
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  const reader = stream.getReader();
  const chunks = [];
  let size = 0;
  for (;;) {
    let step;
    try { step = await reader.read(); } catch { refuse("archive: want one whole gzip member"); }
    if (step.done) return join(...chunks);
    size += step.value.length;
    if (size > UNPACKED_MAX) refuse(`archive: want at most ${UNPACKED_MAX} bytes unpacked`);
    chunks.push(step.value);
  }
}

// The files by their paths in the package, in the order of the archive.
function untar(bytes) {
  const files = new Map();
  let at = 0;
  let former = "";
  for (;;) {
    if (at + BLOCK > bytes.length) refuse("archive: want two empty blocks at its end");
    const header = bytes.subarray(at, at + BLOCK);
    if (header[0] === 0 && isZero(header)) break;
    const [path, size] = parseHeader(header);
    const content = bytes.subarray(at + BLOCK, at + BLOCK + size);
    const end = at + BLOCK + Math.ceil(size / BLOCK) * BLOCK;
    if (end > bytes.length) refuse(`archive: ${path}: cut off`);
    if (!isZero(bytes.subarray(at + BLOCK + size, end))) {
      refuse(`archive: ${path}: want zeros behind it`);
    }
    if (former !== "" && !isBefore(former, path)) refuse(`archive: ${path}: out of order`);
    if (files.size >= FILES_MAX) refuse(`archive: want at most ${FILES_MAX} files`);
    files.set(path.slice(ARCHIVE_FOLDER.length), content);
    former = path;
    at = end;
  }
  const tail = bytes.subarray(at);
  if (tail.length !== 2 * BLOCK || !isZero(tail)) {
    refuse("archive: want two empty blocks and nothing behind them");
  }
  if (files.size === 0) refuse("archive: want a package, found no file");
  return files;
}

function isZero(bytes) {
  for (const byte of bytes) if (byte !== 0) return false;
  return true;
}

// A header is read by writing what was read again and comparing: regular files only,
// mode 0644, owner and time 0.
function parseHeader(block) {
  const field = (from, size) => {
    const bytes = block.subarray(from, from + size);
    const end = bytes.indexOf(0);
    return String.fromCharCode(...(end < 0 ? bytes : bytes.subarray(0, end)));
  };
  const name = field(0, 100);
  const prefix = field(345, 155);
  const path = prefix === "" ? name : `${prefix}/${name}`;
  const digits = field(124, 12);
  const shown = path.slice(0, 80).replace(/[^A-Za-z0-9._/-]/g, "?");
  if (!path.startsWith(ARCHIVE_FOLDER) || !isPlainPath(path.slice(ARCHIVE_FOLDER.length))) {
    refuse(`archive: ${shown}: want a plain path below ${ARCHIVE_FOLDER}`);
  }
  if (!/^[0-7]{11}$/.test(digits)) refuse(`archive: ${shown}: want a size`);
  const size = parseInt(digits, 8);
  if (!equal(renderHeader(name, prefix, size), block)) {
    refuse(`archive: ${shown}: want a regular file of mode 0644, owner 0 and time 0`);
  }
  return [path, size];
}

function renderHeader(name, prefix, size) {
  const block = new Uint8Array(BLOCK);
  const put = (from, said) => {
    for (let at = 0; at < said.length; at++) block[from + at] = said.charCodeAt(at);
  };
  put(0, name);
  put(100, "0000644\0" + "0000000\0" + "0000000\0");
  put(124, size.toString(8).padStart(11, "0") + "\0" + "00000000000\0" + " ".repeat(8) + "0");
  put(257, "ustar\0" + "00");
  put(345, prefix);
  let sum = 0;
  for (const byte of block) sum += byte;
  put(148, sum.toString(8).padStart(6, "0") + "\0 ");
  return block;
}

function isPlainPath(path) {
  return path.length <= 200 && /^[A-Za-z0-9._-]+(\/[A-Za-z0-9._-]+)*$/.test(path)
    && !/(^|\/)\.{1,2}(\/|$)/.test(path);
}

// Paths are in the order of the folders: compared part by part.
function isBefore(one, other) {
  const left = one.split("/");
  const right = other.split("/");
  for (let at = 0; at < Math.min(left.length, right.length); at++) {
    if (left[at] !== right[at]) return left[at] < right[at];
  }
  return left.length < right.length;
}
