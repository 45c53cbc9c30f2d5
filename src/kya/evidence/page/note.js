// Signed notes (spec/log.md 2) around one line of canonical JSON (spec/order.md 1).

const NOTE_MAX = 65_535;

function parseNote(bytes) {
  if (bytes.length > NOTE_MAX) refuse(`note: want at most ${NOTE_MAX} bytes`);
  const said = text(bytes);
  const at = said.lastIndexOf("\n\n");
  if (at < 0) refuse("note: want a blank line between text and signatures");
  if (/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/.test(said)) refuse("note: want no control characters");
  const lines = said.slice(at + 2).split("\n");
  if (lines.pop() !== "" || lines.length < 1 || lines.length > 16) {
    refuse("note: want 1 to 16 signature lines");
  }
  const signed = said.slice(0, at + 1);
  // Of ASCII alone, characters are bytes: no need to write the text again.
  const message = said.length === bytes.length ? bytes.subarray(0, at + 1) : utf8(signed);
  return { text: signed, message, signatures: lines.map(parseSignature) };
}

function parseSignature(line) {
  const words = line.split(" ");
  const [dash, name, value] = words;
  if (words.length !== 3 || dash !== "\u2014" || name === "" || /[+\s]/u.test(name)
    || utf8(name).length > 255) refuse("note: want a signature line");
  const blob = unbase64(value);
  if (blob.length < 5) refuse("note: want a signature behind the key id");
  return { name, id: hex(blob.subarray(0, 4)), value: blob.subarray(4) };
}

// One line, one object, `_type` in it, in the form of RFC 8785.
function parseLine(line) {
  if (!line.endsWith("\n")) refuse("line: want a line feed at its end");
  return parseJson(line.slice(0, -1));
}

function parseJson(said) {
  let value;
  try { value = JSON.parse(said); } catch { refuse("want JSON"); }
  if (value === null || typeof value !== "object" || Array.isArray(value)) refuse("want an object");
  if (render(value) !== said) refuse("want canonical JSON (RFC 8785)");
  return value;
}

// RFC 8785 for what stands in a line: no fractions, so numbers are as they are shown.
function render(value) {
  if (typeof value === "string") return renderText(value);
  if (typeof value === "number" && !Number.isSafeInteger(value)) refuse("want a whole number");
  if (value === null || typeof value !== "object") return JSON.stringify(value);
  let out = "";
  if (Array.isArray(value)) {
    for (const item of value) out += `${out === "" ? "" : ","}${render(item)}`;
    return `[${out}]`;
  }
  for (const name of Object.keys(value).sort()) {
    out += `${out === "" ? "" : ","}${renderText(name)}:${render(value[name])}`;
  }
  return `{${out}}`;
}

function renderText(said) {
  if (/[\ud800-\udfff]/.test(said) && /\p{Surrogate}/u.test(said)) refuse("want whole characters");
  return JSON.stringify(said);
}

// The members of an object, no more and no fewer.
function hasMembers(value, names) {
  return value !== null && typeof value === "object" && !Array.isArray(value)
    && Object.keys(value).sort().join() === [...names].sort().join();
}
