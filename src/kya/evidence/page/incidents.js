// Incidents (spec/incident.md): what opens one, what people do about it, who was told.

const GRACE_SECONDS_MAX = 86_400;
const STEPS = ["acknowledge", "extend", "release", "revoke", "conclude"];
const NEVER_TRIGGERS = ["credential.suspended", "credential.revoked", "credential.not_yet_valid", "credential.expired", "incident.grace_over"];
const RUNNING = ["open", "acknowledged", "suspended"];

function later(instant, seconds) {
  const all = micros(instant) + BigInt(seconds) * SECOND;
  const whole = new Date(Number(all / SECOND) * 1000).toISOString().slice(0, 19);
  return `${whole}.${String(all % SECOND).padStart(6, "0")}Z`;
}

function isCount(value, least, most) { return Number.isSafeInteger(value) && value >= least && value <= most; }

// What a mandate says of incidents, or nothing at all.
function requirePolicyOfIncidents(mandate) {
  if (!isCount(mandate.grace_seconds, 0, GRACE_SECONDS_MAX)) refuse("want a grace of 0 to 86400 seconds");
  const policy = mandate.incidents;
  if (policy === undefined) return;
  const isTrigger = (trigger) => hasMembers(trigger, ["count", "reasons", "within_seconds"])
    && isCount(trigger.count, 1, 100) && isCount(trigger.within_seconds, 1, 604_800)
    && isSortedList(trigger.reasons) && !trigger.reasons.some((reason) => NEVER_TRIGGERS.includes(reason));
  const holds = hasMembers(policy, ["alert_seconds", "triggers"])
    && (policy.alert_seconds === null || isCount(policy.alert_seconds, 1, 3600))
    && Array.isArray(policy.triggers) && isCount(policy.triggers.length, 1, 16) && policy.triggers.every(isTrigger);
  if (!holds) refuse("says of incidents what no mandate can say");
}

// What a decision opens, by its controls: null if nothing. `agent.breaches` are those
// that may still count towards the next one.
function openingOf(record, agent, held, at, outcome, controls) {
  const mandate = record.mandates.get(held.mandate);
  if (!mandate?.incidents || agent.incident !== null || outcome === "refused") return null;
  const reasons = breachOf(controls);
  for (const [place, trigger] of mandate.incidents.triggers.entries()) {
    const named = reasons.filter((reason) => trigger.reasons.includes(reason));
    if (named.length === 0) continue;
    const recent = agent.breaches.filter((breach) => breach.mandate === held.mandate
      && breach.reasons.some((reason) => trigger.reasons.includes(reason))
      && micros(at) - micros(breach.at) < BigInt(trigger.within_seconds) * SECOND);
    if (recent.length + 1 >= trigger.count) {
      return { grace_ends_at: later(at, mandate.grace_seconds), reasons: named, trigger: place + 1 };
    }
  }
  return null;
}

function breachOf(controls) {
  return controls.filter((control) => ["failed", "cannot_evaluate", "warned"].includes(control.outcome))
    .map((control) => control.reason);
}

// A decision is on record: it has opened an incident, or counts towards the next one.
function countBreach(record, agent, order, said, opening) {
  const mandate = record.mandates.get(order.held.mandate);
  if (!mandate?.incidents || agent.incident !== null || said.outcome === "refused") return;
  const reasons = breachOf(said.controls);
  if (opening !== null) {
    agent.breaches = [];
    agent.incident = {
      leaf: order.entry.leafHex, agent: agent.name, held: order.held, state: "open", openedAt: said.received_at,
      ends: opening.grace_ends_at, seconds: mandate.incidents.alert_seconds, acted: "", settled: new Set(),
      told: false, isConcluded: false,
    };
    record.incidents.set(agent.incident.leaf, agent.incident);
  } else if (reasons.length > 0) {
    const longest = Math.max(...mandate.incidents.triggers.map((trigger) => trigger.within_seconds));
    const since = micros(said.received_at) - BigInt(longest) * SECOND;
    agent.breaches = agent.breaches.filter((breach) => breach.mandate === order.held.mandate && micros(breach.at) > since);
    agent.breaches.push({ at: said.received_at, mandate: order.held.mandate, reasons });
  }
}

// An incident follows the certificate that it was opened under.
function followCertificate(record, held, state) {
  const agent = record.agent(held.name);
  const { incident } = agent;
  if (held.role !== "agent" || incident === null || incident.held !== held) return;
  incident.state = state;
  if (!RUNNING.includes(state)) agent.incident = null;
}

function onIncident(record, entry, said) {
  entry.about = `${said.step} of incident ${String(said.incident).slice(0, 16)}`;
  const members = ["_type", "at", "incident", "reason", "step", ...(said.step === "conclude" ? ["file"] : []), ...(said.step === "extend" ? ["until"] : [])];
  if (!STEPS.includes(said.step) || !hasMembers(said, members)) refuse("other members than its step has");
  record.notBackDated(7, entry, said.at);
  const signers = record.signers(7, entry, STOPPERS, said.at);
  const supervisors = ["compliance", "risk"];
  if (["extend", "release", "revoke"].includes(said.step) && !twoPeople(signers, supervisors)) record.fails(7, entry, "want two people, one of compliance or risk management");
  if (said.step === "conclude" && !signers.some((held) => supervisors.includes(held.role))) record.fails(7, entry, "want somebody of compliance or risk management");
  if (!isReason(said.reason) || (said.step === "conclude" && !DIGEST.test(said.file))) refuse("no reason or file that a step can have");
  const incident = record.incidents.get(said.incident);
  if (!incident) refuse("no such incident is on record");
  takeStep(record, incident, said);
}

function takeStep(record, incident, said) {
  const from = { acknowledge: ["open"], conclude: ["released", "reinstated", "revoked"], revoke: ["suspended"] }[said.step] ?? ["open", "acknowledged"];
  if (!from.includes(incident.state)) refuse(`it is ${incident.state}`);
  if (said.at < incident.openedAt || said.at <= incident.acted) refuse("not later than what it follows");
  incident.acted = said.at;
  if (said.step === "acknowledge") { incident.state = "acknowledged"; return; }
  if (said.step === "revoke") {
    const { held } = incident;
    if ((held.since !== null && held.since <= said.at) || said.at > held.ends) refuse("its certificate is revoked or over already");
    held.since = said.at;
    return;
  }
  if (said.step === "conclude") {
    if (incident.isConcluded) refuse("it is concluded already");
    incident.isConcluded = true;
    return;
  }
  if (said.at >= incident.ends || record.now >= incident.ends) refuse(`its grace ended at ${incident.ends}`);
  if (said.step === "release") {
    incident.state = "released";
    record.agent(incident.agent).incident = null;
    return;
  }
  micros(said.until);
  if (said.until <= incident.ends || said.until > later(said.at, 86_400)) refuse("until no later end, or more than 24 hours after it was signed");
  incident.ends = said.until;
}

function onAlert(record, entry, said) {
  entry.about = `alert of incident ${String(said.incident).slice(0, 16)}`;
  record.signers(7, entry, ["gateway"], said.at);
  record.notBeforeNow(7, entry, said.at);
  const most = Number.MAX_SAFE_INTEGER;
  if (!isCount(said.attempts, 1, most) || !isCount(said.micros, 0, most) || typeof said.delivered !== "boolean"
    || !NAME.test(said.target) || (said.detail !== "" && !isReason(said.detail))) refuse("a number, target or answer that no alert can have");
  const incident = record.incidents.get(said.incident);
  if (!incident) refuse("no such incident is on record");
  if (incident.settled.has(said.target)) refuse(`${said.target} is settled already`);
  incident.settled.add(said.target);
  if (said.delivered && incident.seconds !== null && said.micros <= incident.seconds * 1e6
    && said.at <= later(incident.openedAt, incident.seconds)) incident.told = true;
}

// What people and services had to do by the end of the log (spec/incident.md 6).
function sayOfIncidents(record) {
  const { findings } = record;
  const watched = [...record.mandates.values()].filter((mandate) => mandate.incidents);
  for (const incident of record.incidents.values()) sayOfIncident(record, incident);
  const uncertain = watched.flatMap((mandate) => mandate.incidents.triggers).flatMap((trigger) => trigger.reasons)
    .filter((reason) => [...record.taken].some((id) => reason.split(".")[0] === id.split(".")[0]));
  if (uncertain.length > 0) findings.unknown(7, `what could open an incident is taken as it is recorded: ${[...new Set(uncertain)].sort().join(", ")}`);
  if (watched.length === 0) findings.unknown(7, "no mandate on record says what opens an incident");
  else findings.checked(7, `${watched.length} mandates say what opens an incident; ${record.incidents.size} were opened: ${[...record.incidents.values()].map((incident) => incident.state).sort().join(", ") || "none"}`);
}

function sayOfIncident(record, incident) {
  const where = `the end of the log: incident ${incident.leaf.slice(0, 16)} of ${incident.agent}`;
  if (["open", "acknowledged"].includes(incident.state)) {
    if (record.now > later(incident.ends, 60)) record.findings.fails(7, where, `its grace ended at ${incident.ends}, and nobody decided`);
    else record.findings.unknown(7, `${where}: ${incident.state}, until ${incident.ends}`);
  }
  if (incident.seconds === null || incident.told) return;
  if (record.now > later(incident.openedAt, incident.seconds)) record.findings.fails(7, where, `nobody was told within ${incident.seconds} s`);
  else record.findings.unknown(7, `${where}: nobody was told yet; the log ends before`);
}
