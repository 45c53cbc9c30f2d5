// Witnesses (spec/witness.md 5): who outside has signed which tree, and whether that is
// the quorum that a policy asks for.

const SECONDS_MAX = 253_402_300_799n; // The end of the year 9999, the last that a line can say.

// The policy that counts: the verifier's own, or where that asks for none the package's.
function policyOfWitnesses(own, shown) {
  if (own && own.quorum !== "none") return { policy: own, isOwn: true };
  return shown && shown.quorum !== "none" ? { policy: shown, isOwn: false } : null;
}

function quorumHolds(policy, signed) {
  const holds = (name) => {
    if (signed.has(name)) return true;
    const group = policy.groups.get(name);
    return group !== undefined && group.members.filter(holds).length >= group.wanted;
  };
  return holds(policy.quorum);
}

async function checkWitnesses(record, files, tree, chosen) {
  const { findings } = record;
  if (chosen === null) return null;
  const last = new Map(); // By witness: time and size of its lines so far, for 5.3.
  let largest = 0;
  let untold = false;
  const heads = witnessedFiles(files, tree);
  const read = ([path]) => findings.unless(8, path, () => linesOf(files.get(path), chosen.policy));
  const lines = await inBatches(heads, read);
  for (const [at, [path, size]] of heads.entries()) {
    if (lines[at] === null) continue;
    untold ||= lines[at].some((line) => line.holds === null);
    await findings.unless(8, path, () => {
      for (const line of lines[at]) requireInOrder(record, line, size, last);
      const names = new Set(lines[at].map((line) => line.witness.name));
      if (quorumHolds(chosen.policy, names)) largest = Math.max(largest, size);
    });
  }
  if (untold) findings.unknown(8, "this browser has no Ed25519: the witnesses' signatures were not checked");
  else sayOfWitnesses(record, tree, chosen, largest);
  return largest;
}

// The heads that witnesses may have signed, from the smallest tree up.
function witnessedFiles(files, tree) {
  const found = [["log/checkpoint", tree.size]];
  for (const path of files.keys()) {
    const named = /^witnessed\/([1-9]\d*)\.note$/.exec(path);
    if (named && Number(named[1]) <= tree.size) found.push([path, Number(named[1])]);
  }
  return found.sort((one, other) => one[1] - other[1]);
}

// The lines of the policy's witnesses under one head, each of which must fit it.
async function linesOf(bytes, policy) {
  const { note } = parseCheckpoint(bytes);
  const found = [];
  for (const signature of note.signatures) {
    const witness = policy.witnesses.find((each) => each.key.name === signature.name && each.key.id === signature.id);
    if (!witness) continue;
    if (signature.value.length !== 72) refuse(`the line of ${witness.name} is no cosignature`);
    const seconds = new DataView(signature.value.buffer, signature.value.byteOffset).getBigUint64(0);
    const message = join(utf8(`cosignature/v1\ntime ${seconds}\n`), note.message);
    const holds = await ed25519Holds(witness.key.spki, signature.value.subarray(8), message);
    if (holds === false || seconds === 0n || seconds > SECONDS_MAX) refuse(`the line of ${witness.name} does not fit`);
    found.push({ witness, seconds, holds });
  }
  return found;
}

// Nothing can have been witnessed long before the log says that it was there, nor a
// smaller tree after a larger one.
function requireInOrder(record, { witness, seconds }, size, last) {
  const moment = record.entries[size - 1].now;
  if (seconds * SECOND < micros(moment) - 60n * SECOND) refuse(`the line of ${witness.name} is dated before ${moment}`);
  const former = last.get(witness.name) ?? { seconds: 0n, size: 0 };
  if (size > former.size && seconds < former.seconds) refuse(`${witness.name} signed a smaller tree later`);
  if (seconds >= former.seconds) last.set(witness.name, { seconds, size });
}

function sayOfWitnesses(record, tree, { isOwn }, largest) {
  const { findings } = record;
  const whose = isOwn ? "your policy" : "the package's own policy";
  if (largest === tree.size) findings.checked(8, `the whole log is cosigned by the quorum of ${whose}`);
  else if (largest > 0) findings.unknown(8, `${tree.size - largest} entries lie after the last tree that the quorum of ${whose} has cosigned`);
  else if (isOwn) findings.fails(8, "witnessed", "no tree of this log has the quorum of your policy");
  else findings.unknown(8, "no tree of this log has the quorum of the package's own policy");
}
