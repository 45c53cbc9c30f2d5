// What people stop, limit and set aside: halts, overrides, limits of places, runtimes.

const STOPPERS = ["compliance", "operator", "risk"];
const PLACES_MAX = 4096;

function onHalt(record, entry, said) {
  entry.about = `halt of ${said.place}`;
  record.notBackDated(4, entry, said.at);
  record.signers(4, entry, [...STOPPERS, "gateway"], said.at);
  if (!isPlace(said.place) || !isReason(said.reason) || !["halted", "reducing"].includes(said.state)) refuse("no place, reason or state that a halt can have");
  requireKnownAgent(record, said.place);
  const former = record.halts.get(said.place);
  if ((former && said.at <= former.at) || said.at <= (record.resumed.get(said.place) ?? "")) refuse("not later than the last halt or resume of its place");
  if (former?.state === "halted" && said.state !== "halted") refuse("milder than the halt in force");
  if (!former && record.halts.size >= PLACES_MAX && said.place !== "firm") refuse(`${PLACES_MAX} places are stopped`);
  record.halts.set(said.place, { ...said, leaf: entry.leafHex });
}

function requireKnownAgent(record, place) {
  const name = place.startsWith("agent:") ? place.slice(6) : null;
  if (name !== null && !(record.held.get(name) ?? []).some((held) => held.role === "agent")) refuse("no agent of this name is on record");
}

function onResume(record, entry, said) {
  record.notBackDated(4, entry, said.at);
  const signers = record.signers(4, entry, STOPPERS, said.at);
  if (!twoPeople(signers, ["compliance", "risk"])) record.fails(4, entry, "want two people, one of compliance or risk management");
  const halt = [...record.halts.values()].find((each) => each.leaf === said.halt);
  if (!halt || !isReason(said.reason)) refuse("lifts no halt that is in force, or gives no reason");
  if (said.at <= halt.at) refuse("not later than the halt that it lifts");
  record.halts.delete(halt.place);
  record.resumed.set(halt.place, said.at);
}

function onRearm(record, entry, said) {
  record.notBackDated(4, entry, said.at);
  const signers = record.signers(4, entry, STOPPERS, said.at);
  if (!twoPeople(signers, STOPPERS)) record.fails(4, entry, "want two people");
  if (!["losses", "rejects", "executions", "behaviour"].includes(said.latch) || !isReason(said.reason)) refuse("no latch or reason that a re-arming can have");
  requireKnownAgent(record, `agent:${said.agent}`);
  const name = `${said.agent} ${said.latch}`;
  if (said.at <= (record.rearmed.get(name) ?? "")) refuse("not later than the last one");
  record.rearmed.set(name, said.at);
}

function onErasure(record, entry, said) {
  record.notBackDated(8, entry, said.at);
  const signers = record.signers(8, entry, STOPPERS, said.at);
  if (!twoPeople(signers, ["compliance", "risk"])) record.fails(8, entry, "want two people, one of compliance or risk management");
  if (!["request", "retention", "error"].includes(said.ground) || !/^[0-9a-f]{64}$/.test(said.text)) refuse("no ground or text that an erasure can have");
  record.erased.add(said.text);
}

function onRoll(record, entry, said) {
  record.notBackDated(8, entry, said.at);
  const signers = record.signers(8, entry, STOPPERS, said.at);
  if (!twoPeople(signers, ["compliance", "risk"])) record.fails(8, entry, "want two people, one of compliance or risk management");
  record.successor = said.next;
  if (typeof said.next !== "string" || said.next === "" || !isReason(said.reason)) refuse("no name or reason that a roll can have");
  if (said.origin !== record.origin) refuse(`this log is ${record.origin}`);
  if (record.names.some(({ name }) => name === said.next)) refuse(`the log has had the name ${said.next}`);
}

function onContinuation(record, entry, said) {
  const { successor } = record;
  record.successor = null;
  record.notBackDated(8, entry, said.at);
  record.signers(8, entry, ["gateway"], said.at);
  record.continued.push({ index: entry.index, bytes: unbase64(said.checkpoint) });
  record.names.push({ name: said.origin, after: entry.index });
  if (said.origin !== successor) refuse(successor === null ? "no roll stands before it" : `want ${successor}`);
}

function onClock(record, entry, said) {
  record.signers(8, entry, ["gateway"], said.at);
  record.notBeforeNow(8, entry, said.at);
  const { bound_micros: bound, offset_micros: offset } = said, day = 86400e6;
  const isKnown = isCount(bound, 0, day) && isCount(offset, -day, day);
  if (!["chrony", "kernel"].includes(said.keeper) || (!isKnown && (bound !== null || offset !== null))) refuse("no figures that a comparison can have");
}

function onOverride(record, entry, said) {
  entry.about = `override for ${said.agent}`;
  record.notBackDated(4, entry, said.at);
  const signers = record.signers(4, entry, ["compliance", "director", "operator", "risk"], said.at);
  if (!twoPeople(signers, ["risk"], ["compliance", "director", "operator"])) record.fails(4, entry, "want risk management and another person");
  const lasts = micros(said.expires_at) - micros(said.at);
  if (lasts <= 0n || lasts > 900n * SECOND) refuse("want it to end at most 15 minutes after it was signed");
  if (said.expires_at < record.now) refuse("over before it was on record");
  const listed = isSortedList(said.controls) && said.controls.length <= 16 && said.controls.every((id) => SET_ASIDE.includes(id));
  if (!listed || !isReason(said.reason)) refuse("sets aside what nobody may");
  requireKnownAgent(record, `agent:${said.agent}`);
  if (record.agent(said.agent).prev === said.order) refuse("the order is decided already");
  for (const [line, waiting] of record.overrides) if (waiting.expires_at < record.now) record.overrides.delete(line);
  if (record.overrides.has(said.order) || record.overrides.size >= 64) refuse("another one waits for this order, or too many wait");
  record.overrides.set(said.order, { ...said, leaf: entry.leafHex });
}

function onPlaceLimits(record, entry, said) {
  entry.about = `limits of ${said.place}`;
  record.notBackDated(4, entry, said.at);
  const signers = record.signers(4, entry, ["compliance", "risk"], said.at);
  const set = ["daily_max", "open_orders", "order_max"].filter((name) => name in said);
  if (!isPlace(said.place) || !isReason(said.reason) || set.length === 0) refuse("no place, reason or limit that a place can have");
  if (!set.every((name) => (name === "open_orders" ? Number.isSafeInteger(said[name]) && said[name] >= 1 && said[name] <= 1e9 : isDecimal(said[name])))) refuse("a limit that cannot be read");
  requireKnownAgent(record, said.place);
  const former = record.placeLimits.get(said.place);
  if (former && said.at <= former.at) refuse("not later than the limits in force");
  const tightens = former && former.currency === said.currency
    && ["daily_max", "open_orders", "order_max"].every((name) => (name in said) === (name in former)
      && (!(name in said) || scaled(String(said[name])) <= scaled(String(former[name]))));
  if (!tightens && !twoPeople(signers, ["compliance", "risk"])) record.fails(4, entry, "want two people, for it is new or widens");
  record.placeLimits.set(said.place, said);
}

function onOverlay(record, entry, said) {
  entry.about = `overlay ${said.name}`;
  record.notBackDated(4, entry, said.at);
  const signers = record.signers(4, entry, ["compliance", "risk"], said.at);
  const former = record.overlays.get(said.name);
  if (!/^[a-z][a-z_]{0,30}$/.test(said.name) || !isReason(said.reason)) refuse("no name or reason that an overlay can have");
  if (former && said.at <= former.at) refuse("not later than the line before it");
  const stands = former !== undefined && former.policy !== null;
  if (said.policy === null && !stands) refuse("withdraws nothing that is in force");
  if (stands && !twoPeople(signers, ["compliance", "risk"])) record.fails(4, entry, "want two people");
  if (!former && record.overlays.size >= 8) refuse("want at most 8 names");
  record.overlays.set(said.name, said);
}

async function onLock(record, entry, said) {
  entry.about = `baseline lock of ${said.agent}`;
  record.notBackDated(6, entry, said.at);
  const signers = record.signers(6, entry, ["compliance", "risk"], said.at);
  if (!twoPeople(signers, ["compliance", "risk"])) record.fails(6, entry, "want two people of risk and compliance");
  const agent = record.agent(said.agent);
  if (await digest(utf8(`${render(said.document)}\n`)) !== said.digest) refuse("its digest is not that of its document");
  if (said.document.agent !== said.agent) refuse("its document is another agent's");
  if (agent.baseline && said.at <= agent.baseline.at) refuse("not later than the one before it");
  const { source } = said;
  if (source !== null && !(source.first_seq >= 1 && source.first_seq <= source.last_seq && source.last_seq <= agent.seq)) refuse("learned from orders that are not on record");
  agent.habits.lock(said, agent.pinned?.runtime ?? null, agent.baseline?.digest ?? null);
  agent.baseline = said;
}

function spelledRuntime(runtime) {
  const names = Object.keys(runtime).sort();
  return names.map((name) => `${name}=${runtime[name]}`).join(" ") || "nothing";
}

function onRuntime(record, entry, said) {
  record.notBackDated(5, entry, said.at);
  const signed = different(record.signers(5, entry, ["operator"], said.at));
  if (signed < 2) record.fails(5, entry, `want two operators; signed by ${signed}`);
  requireKnownAgent(record, `agent:${said.agent}`);
  const agent = record.agent(said.agent);
  if (agent.pinned && said.at <= agent.pinned.at) refuse("not later than the runtime pinned before");
  agent.pinned = { at: said.at, runtime: spelledRuntime(said.runtime) };
}

function onAnchor(record, entry, said) {
  record.notBackDated(5, entry, said.at);
  record.signers(5, entry, ["authority"], said.at);
  if (record.anchors.has(entry.digest)) refuse("it is on record already");
  record.anchors.set(entry.digest, said);
}

const SESSION_MEMBERS = ["_type", "agent", "created_at", "credential", "evidence", "prev", "region", "runtime", "seq"];

async function onSession(record, entry, said) {
  entry.about = `session of ${said.agent}`;
  record.signers(5, entry, ["gateway"], said.at);
  record.notBeforeNow(5, entry, said.at);
  const note = parseNote(unbase64(said.note));
  const own = parseLine(note.text);
  if (!hasMembers(own, SESSION_MEMBERS) || own._type !== "kya/session/v1" || note.signatures.length !== 1) refuse("holds no session with one signature");
  const agent = record.agent(said.agent);
  const held = record.certificates.get(own.credential);
  const [signature] = note.signatures;
  if (!held || held !== agent.newest || record.standing(held, said.at) !== "active" || said.at < held.begins || said.at > held.ends
    || signature.name !== said.agent || signature.id !== held.keyId) refuse("not signed under the certificate that its agent had then");
  record.job(5, entry.where, held, signature, note);
  const line = await digest(note.message);
  const last = agent.sessions.at(-1);
  if (line !== said.session || own.agent !== said.agent || own.region !== said.region
    || own.seq !== agent.sessions.length + 1 || own.prev !== (last?.digest ?? ZEROS)) refuse("does not follow the session before it, or says another thing");
  const apart = micros(said.at) - micros(own.created_at);
  if (apart > 2n * SECOND || apart < -2n * SECOND) refuse("was not made when it came");
  if (own.evidence === null ? said.region_evidence !== "self_asserted" || said.source !== "agent" : said.region_evidence !== "attested") refuse(`its region is not ${said.region_evidence}`);
  if (own.evidence !== null) requireAnchor(record, entry, said, own);
  agent.sessions.push({ digest: line, held, region: said.region, evidence: said.region_evidence, runtime: spelledRuntime(own.runtime) });
}

// The anchor is on record; documents of a cloud's own are signed with RSA, not asked here.
function requireAnchor(record, entry, said, own) {
  const anchor = record.anchors.get(own.evidence.anchor);
  if (!anchor || anchor.credential !== own.credential || anchor.region !== own.region || anchor.source !== said.source) refuse("names no anchor on record for its certificate and region");
  if ((anchor.certificate === "") !== (own.evidence.document === "")) refuse("shows a document that nobody asked for, or none");
  if (anchor.certificate !== "") record.findings.unknown(5, `${entry.where}: this page does not check the instance document of a session`);
}
