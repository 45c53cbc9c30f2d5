// Every entry in its order: read as a note and a line, and asked what its kind asks.

const KINDS = {
  "kya/log/v1": [1, "at authority clock issuer origin root root_crl", onLog],
  "kya/certificate/v1": [1, "at certificate custody enrolment replaces", onCertificate],
  "kya/issuer/v1": [1, "at certificate", onIssuer],
  "kya/mandate/v1": [3, "agent grace_seconds incidents operator resolution resolved_at scope valid_from valid_until", onMandate],
  "kya/registration/v1": [1, "agent at attestor expires_at mandate selectors token", onRegistration],
  "kya/refusal/v1": [1, "agent at registration rule", onRefusal],
  "kya/standing/v1": [1, "act at code credential reason", onStanding],
  "kya/schedule/v1": [1, "at code credential due reason", onSchedule],
  "kya/crl/v1": [1, "at crl number", onList],
  "kya/order/v1": [2, null, onOrder],
  "kya/decision/v1": [5, null, onDecision],
  "kya/report/v1": [9, "agent at detail filled filled_currency filled_exact order price price_source seq status venue", onReport],
  "kya/equivocation/v1": [10, "agent at conflicting order seq", onEquivocation],
  "kya/runtime/v1": [5, "agent at runtime", onRuntime],
  "kya/region-anchor/v1": [5, "at certificate credential region source subject", onAnchor],
  "kya/session-start/v1": [5, "agent at note region region_evidence session source", onSession],
  "kya/override/v1": [4, "agent at controls expires_at order reason", onOverride],
  "kya/halt/v1": [4, "at place reason state", onHalt],
  "kya/resume/v1": [4, "at halt reason", onResume],
  "kya/rearm/v1": [4, "agent at latch reason", onRearm],
  "kya/place-limits/v1": [4, "at currency daily_max open_orders order_max place reason", onPlaceLimits],
  "kya/drop-copy/v1": [9, "after at executions until venue", onCopy],
  "kya/unexplained/v1": [9, "at client_id execution expected place position venue", onUnexplained],
  "kya/incident/v1": [7, null, onIncident],
  "kya/alert/v1": [7, "at attempts delivered detail incident micros target", onAlert],
  "kya/erasure/v1": [8, "at ground text", onErasure],
  "kya/clock/v1": [8, "at bound_micros keeper offset_micros", onClock],
  "kya/roll/v1": [8, "at next origin reason", onRoll],
  "kya/continuation/v1": [8, "at checkpoint origin", onContinuation],
  "kya/overlay/v1": [4, "at name policy reason", onOverlay],
  "kya/baseline-lock/v1": [6, "agent at digest document source", onLock],
};
const MAY_BE_MISSING = {
  "kya/mandate/v1": ["incidents"],
  "kya/report/v1": ["filled_exact"],
  "kya/place-limits/v1": ["daily_max", "open_orders", "order_max"],
};

async function readEntry(raw, index, leaf) {
  const entry = { index, raw, leafHex: hex(leaf), about: "", value: null, why: null };
  Object.defineProperty(entry, "where", {
    get() { return `log entry ${index}${entry.about ? ` (${entry.about})` : ""}`; },
  });
  try {
    entry.note = parseNote(raw);
    entry.value = parseLine(entry.note.text);
    entry.digest = await digest(entry.note.message);
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    entry.why = error.message;
  }
  return entry;
}

async function followLog(record, told) {
  for (const entry of record.entries) {
    await follow(record, entry);
    entry.now = record.now;
    if (entry.index % 256 === 0) { told("entries", entry.index, record.entries.length); await pause(); }
  }
  if (record.pending !== null) record.fails(10, record.pending.entry, "no decision follows it");
  if (record.revoking !== null) record.fails(1, record.revoking, "its revocation list does not follow it");
}

async function follow(record, entry) {
  const { pending, revoking } = record;
  record.revoking = null;
  if (entry.why !== null) {
    record.fails(8, entry, `not a signed statement: ${entry.why}`);
    record.pending = null;
    return;
  }
  const kind = Object.hasOwn(KINDS, entry.value._type) ? entry.value._type : null;
  if (pending !== null && kind !== "kya/decision/v1") {
    record.fails(10, pending.entry, "the entry after an order must be its decision");
    record.pending = null;
  }
  if (revoking !== null && kind !== "kya/crl/v1") record.fails(1, revoking, "the entry after a revocation must be its list");
  if (record.successor !== null && kind !== "kya/continuation/v1") {
    record.fails(8, entry, `the log has ended; the entry after a roll must go on as ${record.successor}`);
    record.successor = null;
  }
  if ((entry.index === 0) !== (kind === "kya/log/v1")) record.fails(1, entry, "the first entry, and it alone, opens the log");
  if (kind === null) { record.fails(8, entry, "a statement of no kind that is known here"); return; }
  const [question, members, work] = KINDS[kind];
  entry.about = kind.slice(4, -3).replaceAll("-", " ");
  await record.findings.unless(question, entry.where, async () => {
    try {
      const missing = (MAY_BE_MISSING[kind] ?? []).filter((name) => !(name in entry.value));
      const wanted = members?.split(" ").filter((name) => !missing.includes(name));
      if (wanted && !hasMembers(entry.value, ["_type", ...wanted])) refuse("other members than its kind has");
      await work(record, entry, entry.value);
    } catch (error) {
      // A value of another type than its kind has: as ill-formed as any other.
      if (error instanceof TypeError || error instanceof RangeError || error instanceof SyntaxError) refuse("a member of it has no form that it can have");
      throw error;
    }
  });
}

function pause() { return new Promise((resolve) => { setTimeout(resolve); }); }

// The signatures, once all is read: by question, how many fit.
async function checkSignatures(record, told) {
  const counts = {};
  await inBatches(record.jobs, async ({ question, where, held, value, message }) => {
    if (await ecdsaHolds(held.spki, value, message)) counts[question] = (counts[question] ?? 0) + 1;
    else record.findings.fails(question, where, `the signature of ${held.name} does not fit under certificate ${held.serial}`);
  }, (done, all) => told("signatures", done, all));
  return counts;
}
