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

// The keys of a policy's logs and witnesses, and the quorum that it asks for.
async function parsePolicy(bytes) {
  const policy = { keys: [], witnesses: [], groups: new Map(), quorum: null };
  const names = new Set(["none"]);
  const free = new Set();
  const define = (name) => {
    if (names.has(name)) refuse(`policy: the name ${name} is taken`);
    names.add(name);
    free.add(name);
  };
  for (const line of text(bytes).split("\n")) {
    const [kind, ...words] = line.split(/[ \t]+/).filter(Boolean);
    if (kind === undefined || line.startsWith("#")) continue;
    const [name = "", second = ""] = words;
    if (kind === "log" && words.length <= 2) policy.keys.push(await parseVerifierKey(name, [1, 2]));
    else if (kind === "witness" && (words.length === 2 || words.length === 3)) {
      define(name);
      policy.witnesses.push({ name, key: await parseVerifierKey(second, [4]) });
    } else if (kind === "group" && words.length >= 3) {
      policy.groups.set(name, parseGroup(second, words.slice(2), free));
      define(name);
    } else if (kind === "quorum" && words.length === 1 && policy.quorum === null && names.has(name)) policy.quorum = name;
    else refuse("policy: want `log`, `witness`, `group`, or one `quorum` of a name above it");
  }
  if (policy.quorum === null) refuse("policy: want a quorum line");
  return policy;
}

function parseGroup(threshold, members, free) {
  const wanted = { all: members.length, any: 1 }[threshold] ?? (/^[1-9]\d?$/.test(threshold) ? Number(threshold) : 0);
  if (wanted < 1 || wanted > members.length) refuse(`policy: want a threshold of 1 to ${members.length}`);
  for (const member of members) if (!free.delete(member)) refuse(`policy: no member ${member} to be had`);
  return { wanted, members };
}

// types: 1 Ed25519 of a log, 2 P-256 of a log, 4 Ed25519 of a witness.
async function parseVerifierKey(said, types) {
  const [name, id] = said.split("+", 2);
  const value = unbase64(said.slice(name.length + (id ?? "").length + 2));
  if (name === "" || !/^[0-9a-f]{8}$/.test(id ?? "")) refuse("policy: want name+id+key");
  const ofEd25519 = value[0] !== 2 && value.length === 33;
  if (!types.includes(value[0]) || (value[0] !== 2 && !ofEd25519)) refuse(`policy: want a key of type ${types.join(" or ")}`);
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
  const mine = await underEachName(record, own?.keys ?? []);
  const same = (one) => (other) => one.name === other.name && equal(one.spki, other.spki);
  const isVouched = (key) => [...record.certificates.values()].some((held) =>
    held.role === "log" && held.standing !== "revoked" && equal(held.spki, key.spki));
  for (const key of shown?.keys ?? []) {
    if (own ? !mine.some(same(key)) : !isVouched(key)) {
      findings.fails(8, "policy.txt", `names a key for ${key.name} that ${own ? "your policy does not name" : "no certificate under your root vouches for"}`);
    }
  }
  const keys = own ? mine : await underEachName(record, (shown?.keys ?? []).filter(isVouched));
  return { keys, witnesses: policyOfWitnesses(own, shown) };
}

// A key that counts under one name of the log counts under each that the log has had.
async function underEachName(record, keys) {
  const found = [...keys];
  for (const { name } of record.names) {
    for (const key of keys.filter((each) => each.name !== name && record.names.some((had) => had.name === each.name))) {
      const isEd25519 = hex(key.spki).startsWith(ED25519);
      const id = await digest(isEd25519 ? join(utf8(`${name}\n\x01`), key.spki.subarray(-32)) : key.spki);
      found.push({ name, id: id.slice(0, 8), spki: key.spki });
    }
  }
  return found;
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
    const named = /^(?:(?:checkpoints|witnessed)\/(\d+)\.note|log entry (\d+))$/.exec(path);
    if (named && Number(named[1] ?? named[2]) !== head.size) refuse(`is of size ${head.size}`);
    const origin = record.nameAt(head.size);
    if (head.origin !== origin) refuse(`is of another log than ${origin}`);
    if (head.size > tree.size) refuse(`counts ${head.size} entries, but the log only ${tree.size}`);
    if (!equal(await tree.root(head.size), head.root)) refuse(`its root is not that of the first ${head.size} entries`);
    if (!await requireSigned(head, keys)) {
      record.findings.unknown(8, "this browser has no Ed25519: the log's own signatures were not checked (Chromium 137, Firefox 129 or Safari 17 can)");
    }
  });
}
