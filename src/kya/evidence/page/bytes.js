// Bytes, and the one spelling of each text form of them.

class Refused extends Error {}

// A sentence that names what was expected.
function refuse(sentence) { throw new Refused(sentence); }

const HEX = Array.from({ length: 256 }, (_, n) => n.toString(16).padStart(2, "0"));

function hex(bytes) {
  let out = "";
  for (const byte of bytes) out += HEX[byte];
  return out;
}

function unhex(text) {
  if (!/^([0-9a-f]{2})*$/.test(text)) refuse("want hexadecimal in small letters");
  return Uint8Array.from(text.match(/../g) ?? [], (pair) => parseInt(pair, 16));
}

function equal(one, other) {
  if (one.length !== other.length) return false;
  for (let at = 0; at < one.length; at++) if (one[at] !== other[at]) return false;
  return true;
}

function join(...parts) {
  const out = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) { out.set(part, at); at += part.length; }
  return out;
}

const ENCODER = new TextEncoder();
const STRICT = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

function utf8(text) { return ENCODER.encode(text); }

function text(bytes) {
  try { return STRICT.decode(bytes); } catch { return refuse("want UTF-8"); }
}

function base64(bytes) {
  let out = "";
  for (let at = 0; at < bytes.length; at += 0x8000) {
    out += String.fromCharCode(...bytes.subarray(at, at + 0x8000));
  }
  return btoa(out);
}

// Standard alphabet, padded, no stray bits: what is written again must be the same.
function unbase64(said) {
  let raw = "";
  try { raw = atob(said); } catch { refuse("want base64"); }
  if (btoa(raw) !== said) refuse("want base64 in its one spelling");
  const bytes = new Uint8Array(raw.length);
  for (let at = 0; at < raw.length; at++) bytes[at] = raw.charCodeAt(at);
  return bytes;
}

async function sha256(bytes) {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
}

async function digest(bytes) { return hex(await sha256(bytes)); }

// Many at a time, for the digests are made beside this thread, but never all at once.
async function inBatches(items, work, told = () => {}) {
  const out = [];
  for (let at = 0; at < items.length; at += 2048) {
    out.push(...await Promise.all(items.slice(at, at + 2048).map(work)));
    told(out.length, items.length);
  }
  return out;
}

// PEM of RFC 7468 section 3 in its strict form: the blocks of one file.
function unpem(bytes, label) {
  const said = text(bytes);
  const begin = `-----BEGIN ${label}-----\n`;
  const end = `-----END ${label}-----\n`;
  const blocks = [];
  let rest = said;
  while (rest.length > 0) {
    const at = rest.indexOf(end);
    if (!rest.startsWith(begin) || at < 0) refuse(`want PEM blocks of ${label}`);
    blocks.push(unbase64(rest.slice(begin.length, at).replaceAll("\n", "")));
    rest = rest.slice(at + end.length);
  }
  if (blocks.map((block) => pem(block, label)).join("") !== said) {
    refuse("want PEM in its strict form");
  }
  return blocks;
}

function pem(bytes, label) {
  const lines = base64(bytes).match(/.{1,64}/g) ?? [];
  return `-----BEGIN ${label}-----\n${lines.join("\n")}\n-----END ${label}-----\n`;
}
