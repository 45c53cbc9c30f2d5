// Checkpoints and policies (spec/log.md 3 and 6): whose the log is, and whether it was
// ever another one.

function parseCheckpoint(bytes) {
  const note = parseNote(bytes);
  const lines = note.text.split("\n");
  const [origin, size, root] = lines;
  if (lines.length !== 4 || origin === "" || !/^(0|[1-9]\d{0,14})$/.test(size)) refuse("checkpoint: want three lines: origin, size, root");
  const hash = unbase64(root);
  if (hash.length !== 32) refuse("checkpoint: want a root of 32 bytes");
  return { note, origin, size: Number(size), root: hash };
}

// The Ed25519 and P-256 keys of a policy's logs; whether it asks for witnesses.
async function parsePolicy(bytes) {
  const keys = [];
  const quorums = [];
  for (const line of text(bytes).split("\n")) {
    const words = line.split(/[ \t]+/).filter(Boolean);
    if (words.length === 0 || line.startsWith("#")) continue;
    if (words[0] === "log" && words.length <= 3) keys.push(await parseVerifierKey(words[1] ?? ""));
    else if (words[0] === "quorum" && words.length === 2) quorums.push(words[1]);
    else if (words[0] !== "witness" && words[0] !== "group") refuse("policy: want `log`, `witness`, `group` or `quorum`");
  }
  if (quorums.length !== 1) refuse("policy: want one quorum line");
  return { keys, quorum: quorums[0] };
}

async function parseVerifierKey(said) {
  const [name, id] = said.split("+", 2);
  const value = unbase64(said.slice(name.length + (id ?? "").length + 2));
  if (name === "" || !/^[0-9a-f]{8}$/.test(id ?? "")) refuse("policy: want name+id+key");
  const ofEd25519 = value[0] === 1 && value.length === 33;
  if (!ofEd25519 && value[0] !== 2) refuse("policy: want a key of type 1 or 2");
  const spki = ofEd25519 ? join(unhex(ED25519), value.subarray(1)) : value.subarray(1);
  const found = await digest(ofEd25519 ? join(utf8(`${name}\n`), value) : spki);
  if (found.slice(0, 8) !== id) refuse(`policy: the key id of ${name} is not that of its key`);
  return { name, id, spki };
}

// The log keys that count: those of the verifier's own policy, or else those for which a
// certificate under the verifier's root vouches. That policy.txt names one is nothing.
async function chooseKeys(record, files, own) {
  const { findings } = record;
  const shown = await findings.unless(8, "policy.txt", () => parsePolicy(files.get("policy.txt") ?? refuse("missing")));
  const same = (one) => (other) => one.name === other.name && equal(one.spki, other.spki);
  const isVouched = (key) => [...record.certificates.values()].some((held) =>
    held.role === "log" && held.standing !== "revoked" && equal(held.spki, key.spki));
  for (const key of shown?.keys ?? []) {
    if (own ? !own.keys.some(same(key)) : !isVouched(key)) {
      findings.fails(8, "policy.txt", `names a key for ${key.name} that ${own ? "your policy does not name" : "no certificate under your root vouches for"}`);
    }
  }
  if (own && own.quorum !== "none") findings.unknown(8, "your policy asks for witnesses, which this page does not count");
  return own ? own.keys : (shown?.keys ?? []).filter(isVouched);
}

// Signed by a key that counts; null where this browser cannot tell.
async function requireSigned(head, keys) {
  let known = 0;
  let untold = 0;
  for (const signature of head.note.signatures) {
    for (const key of keys.filter((each) => each.name === signature.name && each.id === signature.id && each.name === head.origin)) {
      const holds = hex(key.spki).startsWith(ED25519)
        ? await ed25519Holds(key.spki, signature.value, head.note.message)
        : await ecdsaHolds(key.spki, signature.value, head.note.message);
      if (holds === false) refuse(`the signature of ${signature.name} does not fit`);
      if (holds === null) untold++;
      known++;
    }
  }
  if (known === 0) refuse("signed by no log key that counts here");
  return untold === 0;
}

async function checkHead(record, tree, keys, path, bytes) {
  await record.findings.unless(8, path, async () => {
    const head = parseCheckpoint(bytes);
    const named = /^checkpoints\/(\d+)\.note$/.exec(path);
    if (named && Number(named[1]) !== head.size) refuse(`is of size ${head.size}`);
    if (head.origin !== record.origin) refuse(`is of another log than ${record.origin}`);
    if (head.size > tree.size) refuse(`counts ${head.size} entries, but the log only ${tree.size}`);
    if (!equal(await tree.root(head.size), head.root)) refuse(`its root is not that of the first ${head.size} entries`);
    if (!await requireSigned(head, keys)) {
      record.findings.unknown(8, "this browser has no Ed25519: the log's own signatures were not checked (Chromium 137, Firefox 129 or Safari 17 can)");
    }
  });
}
