// The files beside the log, each against the log and against its list.

const UNHASHED = "SHA256SUMS";

async function checkSums(files, findings) {
  const listed = new Map();
  await findings.unless(0, UNHASHED, () => {
    const lines = text(files.get(UNHASHED) ?? refuse("missing")).split("\n");
    if (lines.pop() !== "") refuse("want a line feed at its end");
    let former = "";
    for (const line of lines) {
      const found = /^([0-9a-f]{64}) {2}(.+)$/.exec(line) ?? refuse("want a SHA-256, two spaces and a path");
      if (former !== "" && !isBefore(former, found[2])) refuse(`${found[2].slice(0, 80)}: out of order`);
      former = found[2];
      listed.set(found[2], found[1]);
    }
  });
  for (const path of listed.keys()) if (!files.has(path)) findings.fails(0, path, "is listed, and missing");
  const present = [...files.keys()].filter((path) => path !== UNHASHED);
  const digests = await inBatches(present, async (path) => [path, await digest(files.get(path))]);
  for (const [path, found] of digests) {
    if (!listed.has(path)) findings.fails(0, path, "is not listed in SHA256SUMS");
    else if (listed.get(path) !== found) findings.fails(0, path, "has another SHA-256 than SHA256SUMS lists");
  }
  findings.checked(0, `${files.size} files, each as SHA256SUMS lists it`);
}

// The entries, from the bundles that a log of this size has.
function readBundles(files, size, findings) {
  const entries = [];
  for (const [path, , width] of placesOfTiles("entries", size)) {
    const bytes = files.get(path);
    try { entries.push(...splitBundle(bytes ?? refuse(`${path}: missing`), width, path)); } catch (error) {
      if (!(error instanceof Refused)) throw error;
      findings.fails(8, "log/tile/entries", error.message);
      return null;
    }
  }
  return entries;
}

function checkTiles(files, tree, findings) {
  const wanted = tree.tiles();
  for (const [path, content] of wanted) {
    if (!files.has(path)) findings.fails(8, path, "missing");
    else if (!equal(files.get(path), content)) findings.fails(8, path, "not the hashes that the entries lead to");
  }
  const bundles = new Set(placesOfTiles("entries", tree.size).map(([path]) => path));
  for (const path of files.keys()) {
    if (path.startsWith("log/") && path !== "log/checkpoint" && !wanted.has(path) && !bundles.has(path)) {
      findings.fails(8, path, "no file of a log of this size");
    }
  }
  return wanted.size;
}

// trust/ holds what the log holds, and nothing else.
async function checkTrust(record, files) {
  const { findings } = record;
  const certificate = (bytes) => utf8(pem(bytes, "CERTIFICATE"));
  const list = (bytes) => utf8(pem(bytes, "X509 CRL"));
  const wanted = new Map([
    ["trust/root.pem", certificate(record.root.bytes)],
    ["trust/issuer.pem", join(...record.issuers.map((issuer) => certificate(issuer.bytes)))],
  ]);
  if (record.rootList) wanted.set("trust/root-crl.pem", list(record.rootList));
  for (const held of record.certificates.values()) wanted.set(held.path, certificate(held.bytes));
  record.lists.forEach((bytes, at) => wanted.set(`trust/crl-${at + 1}.pem`, list(bytes)));
  for (const [name, mandate] of record.mandates) wanted.set(`trust/mandate-${name}.note`, mandate.entry.raw);
  for (const [path, content] of wanted) {
    const question = path.includes("mandate-") ? 3 : 1;
    if (!files.has(path)) findings.fails(question, path, "missing");
    else if (!equal(files.get(path), content)) findings.fails(question, path, "not what the log holds");
  }
  for (const path of files.keys()) {
    if (path.startsWith("trust/") && !wanted.has(path)) findings.fails(1, path, "the log knows nothing of it");
  }
}

// Each order that is laid out, with its decision and its proof, is byte for byte the log's.
async function checkLaidOut(record, files, tree) {
  const { findings } = record;
  const known = new Map();
  const head = files.get("log/checkpoint");
  let shown = 0;
  for (const order of record.orders) {
    const { value } = order;
    if (!NAME.test(value.agent) || !Number.isSafeInteger(value.seq)) continue;
    const name = `${value.agent}/${String(value.seq).padStart(9, "0")}`;
    const beside = [[`orders/${name}.note`, 2, order.entry.raw], [`decisions/${name}.note`, 5, order.decision?.raw], [`orders/${name}.tlog-proof`, 8, null]];
    for (const part of beside) known.set(part[0], part);
    const present = beside.filter(([path]) => files.has(path));
    if (present.length === 0) continue;
    for (const [path, question] of beside) if (!files.has(path)) findings.fails(question, path, "missing beside the rest of its order");
    if (files.has(beside[2][0])) beside[2][2] = utf8(await proofText(tree, order.entry.index, head));
    shown += present.length === 3 ? 1 : 0;
  }
  for (const [path, bytes] of files) {
    if (!/^(orders|decisions)\//.test(path)) continue;
    const [, question, content] = known.get(path) ?? [path, path.startsWith("decisions") ? 5 : 2, null];
    if (!content || !equal(bytes, content)) findings.fails(question, path, "not what the log has");
  }
  return shown;
}

async function proofText(tree, index, head) {
  const path = await tree.path(index);
  const lines = path.map((step) => `${base64(step)}\n`).join("");
  return `c2sp.org/tlog-proof@v1\nindex ${index}\n${lines}\n${text(head)}`;
}

const KNOWN_FILES = /^(README\.txt|SHA256SUMS|policy\.txt|report\.json|report\.csv|verify\/verify\.(sh|html)|(trust|log|orders|decisions)\/.+|(checkpoints|witnessed)\/[1-9][0-9]*\.note|stamps\/[1-9][0-9]*\.[A-Za-z0-9_-]+\.tsr|texts\/[0-9a-f]{64}\.txt)$/;

// Texts that entries commit to: each file has the digest in its name, and an entry has it, too.
async function checkTexts(record, files) {
  const named = new Set();
  for (const { note } of record.entries) {
    for (const found of text(note.message).matchAll(/"reason":"committed:([0-9a-f]{64})"/g)) named.add(found[1]);
  }
  for (const path of [...files.keys()].filter((name) => name.startsWith("texts/"))) {
    const wanted = path.slice("texts/".length, -".txt".length);
    if (record.erased.has(wanted)) record.findings.fails(0, path, "was destroyed, an entry says");
    if (!named.delete(wanted) || (await digest(files.get(path))) !== wanted) record.findings.fails(0, path, "no entry commits to such a text");
  }
  for (const erased of record.erased) named.delete(erased);
  if (named.size > 0) record.findings.unknown(0, `texts that entries commit to and nobody shows: ${named.size}`);
}

function checkNames(files, findings) {
  for (const path of files.keys()) if (!KNOWN_FILES.test(path)) findings.fails(0, path, "no file that a package has");
  for (const path of ["README.txt", "policy.txt", "report.json", "report.csv", "log/checkpoint"]) {
    if (!files.has(path)) findings.fails(0, path, "missing");
  }
  findings.unknown(0, "the figures in report.json and report.csv: this page does not derive them again");
}
