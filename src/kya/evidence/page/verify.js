// One package, and what the verifier brings: the answers to the ten questions.

const ENTRIES_MAX = 250_000; // Beyond, a browser has neither the memory nor the patience.

// `brought` holds root (PEM), and where the verifier has them policy, checkpoint and the
// roots of authorities (PEM) whose time stamps count.
async function verifyPackage(files, brought, told = () => {}) {
  const findings = new Findings();
  const root = await readRoot(brought.root);
  const own = brought.policy ? await parsePolicy(brought.policy) : null;
  const authorities = brought.authorities ? readAuthorities(brought.authorities) : null;
  const record = new Record(root, findings);
  if (files.has("partial.json")) sayNothingOfAPart(findings);
  else await checkWhole(record, files, { ...brought, own, authorities }, told);
  return { findings, record, answers: findings.answers(), verdict: findings.verdict() };
}

async function checkWhole(record, files, brought, told) {
  const { findings } = record;
  checkNames(files, findings);
  await checkSums(files, findings);
  const size = readSize(files, findings);
  if (size !== null) await checkLog(record, files, size, brought, told);
}

// A part has hashes where this page needs entries: nothing that it could ask is there.
function sayNothingOfAPart(findings) {
  for (const question of QUESTIONS.keys()) findings.unknown(question, "partial.json: only a part of a log; this page asks about whole ones");
}

function readSize(files, findings) {
  try {
    const { size } = parseCheckpoint(files.get("log/checkpoint") ?? refuse("missing"));
    if (size < 1) refuse("want at least one entry");
    if (size <= ENTRIES_MAX) return size;
    findings.unknown(8, `log/checkpoint: ${size} entries; this page stops at ${ENTRIES_MAX}`);
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    findings.fails(8, "log/checkpoint", error.message);
  }
  return null;
}

async function checkLog(record, files, size, brought, told) {
  const { findings } = record;
  const raws = readBundles(files, size, findings);
  if (raws === null) return;
  const tree = await Tree.of(raws, (done, all) => told("hashes", done, all));
  const numbers = raws.map((_, index) => index);
  record.entries = await inBatches(numbers, (index) => readEntry(raws[index], index, tree.levels[0][index]));
  await followLog(record, told);
  const signed = await checkSignatures(record, told);
  const tiles = checkTiles(files, tree, findings);
  await checkTrust(record, files);
  await checkTexts(record, files);
  const shown = await checkLaidOut(record, files, tree);
  const { keys, witnesses } = await chooseKeys(record, files, brought.own);
  const heads = [...files.keys()].filter((path) => path === "log/checkpoint" || /^(checkpoints|witnessed)\//.test(path));
  await inBatches(heads, (path) => checkHead(record, tree, keys, path, files.get(path)));
  for (const { index, bytes } of record.continued) await checkHead(record, tree, keys, `log entry ${index}`, bytes);
  if (brought.checkpoint) await checkHead(record, tree, keys, "your checkpoint", brought.checkpoint);
  await checkWitnesses(record, files, tree, witnesses);
  await checkStamps(record, files, brought.authorities);
  sayOfPower(record, signed);
  sayOfOrders(record, signed, shown);
  sayOfIncidents(record);
  sayOfLog(record, { ...brought, witnesses }, tiles, heads.length);
}

function sayOfPower(record, signed) {
  const { findings, root } = record;
  const certificates = [...record.certificates.values()];
  const revoked = certificates.filter((held) => held.code !== null).map((held) => held.serial);
  findings.checked(1, `${certificates.length} certificates chain over the issuing CA to your root (SHA-256 ${root.digest.slice(0, 16)}…); ${signed[1] ?? 0} signatures; ${record.lists.length} revocation lists${revoked.length ? `; revoked: ${revoked.join(", ")}` : ""}`);
  const agents = certificates.filter((held) => held.role === "agent").length;
  if (agents > 0) findings.checked(3, `${agents} certificates of agents carry, to the letter, the scope of a mandate that two directors signed before it (mandates: ${record.mandates.size})`);
  const locks = [...record.agents.values()].filter((agent) => agent.baseline).length;
  findings.unknown(6, locks ? `${locks} baselines, each signed by two people and of the digest it names: this page does not learn them again` : "the log holds no baseline");
}

function sayOfOrders(record, signed, shown) {
  const { findings, orders } = record;
  if (orders.length === 0) { for (const question of [2, 4, 5, 10]) findings.unknown(question, "the log holds no order"); return; }
  const count = (outcome) => orders.filter((order) => order.outcome === outcome).length;
  findings.checked(2, `${signed[2] ?? 0} of ${orders.length} orders are signed under the certificate that they name`);
  findings.checked(4, `${count("allowed")} allowed orders: order maximum, daily totals, markets, venues, regions, hours, calendar, halts and standing`);
  const again = orders.filter((order) => order.comesOutAgain).length;
  findings.checked(5, `${again} of ${orders.length} decisions come out again byte for byte: ${count("allowed")} allowed, ${count("denied")} denied, ${count("refused")} refused`);
  if (record.taken.size > 0) {
    const names = [...record.taken].sort().join(", ");
    for (const question of [4, 5]) findings.unknown(question, `taken as they are recorded, for this page does not measure them: ${names}`);
  }
  const agents = [...record.agents.values()].filter((agent) => agent.seq > 0);
  findings.checked(10, `${agents.map((agent) => `${agent.name} 1 to ${agent.seq}`).join(", ")}: no gap; ${shown} of ${orders.length} orders are laid out as the log has them`);
  const venues = new Set(orders.filter((order) => order.outcome === "allowed").map((order) => order.value.venue));
  for (const venue of [...new Set([...venues, ...record.copies.keys()])].sort()) reconcile(record, venue);
}

function sayOfLog(record, brought, tiles, heads) {
  const { findings, entries } = record;
  findings.checked(8, `${entries.length} entries give the signed root; ${tiles} hash tiles, ${heads} checkpoints and every proof agree`);
  if (brought.own) findings.checked(8, "signed by a key of your policy");
  if (brought.checkpoint) findings.checked(8, "your checkpoint is a beginning of this log");
  if (!brought.own && !brought.checkpoint) findings.unknown(8, "without a policy or a checkpoint of your own nobody can tell whether others were shown another log");
  if (!brought.witnesses?.isOwn) findings.checked(8, "not shown: that everybody was given this same log; your policy asks for no witness");
  if (!brought.checkpoint) findings.checked(8, "not shown: that no tail was cut off, which takes a checkpoint that you kept");
}
