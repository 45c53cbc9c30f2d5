// Orders, their decisions, what venues said of them, and the agents' sessions.

const ORDER_MEMBERS = [
  "_type", "agent", "amount", "client_order_id", "created_at", "credential", "currency",
  "market", "prev", "region", "seq", "side", "time_in_force", "type", "venue",
];
const ACTIONS = ["replace", "cancel", "convert", "margin", "transfer", "withdraw"];
const DECISION_MEMBERS = [
  "_type", "agent", "baseline", "controls", "counters", "credential", "mandate", "mode",
  "order", "outcome", "override", "price", "reasons", "received_at", "scope", "seq",
];
const DECISION_EXTRAS = ["behaviour", "conversion", "incident", "overlays", "worth"];

function requireOrder(value) {
  const members = [
    ...ORDER_MEMBERS, ...("action" in value ? ["action"] : []),
    ...(value.type === "LIMIT" ? ["limit_price"] : []),
    ...(["replace", "cancel"].includes(value.action) ? ["target"] : []),
  ];
  const isCount = (number) => Number.isSafeInteger(number) && number >= 1;
  const holds = hasMembers(value, members)
    && (value.action === undefined || ACTIONS.includes(value.action))
    && NAME.test(value.agent) && isDecimal(value.amount) && scaled(value.amount) > 0n
    && CLIENT_ORDER_ID.test(value.client_order_id) && isInstant(value.created_at)
    && DIGEST.test(value.credential) && DIGEST.test(value.prev) && isCount(value.seq)
    && /^[A-Z0-9]+$/.test(value.currency) && MARKET.test(value.market) && VENUE.test(value.venue)
    && /^[a-z0-9-]{1,64}$/.test(value.region) && ["BUY", "SELL"].includes(value.side)
    && ["DAY", "GTC", "IOC", "FOK"].includes(value.time_in_force)
    && ["MARKET", "LIMIT"].includes(value.type)
    && (value.type === "MARKET" || isPrice(value.limit_price, 10))
    && (value.target === undefined || isCount(value.target));
  if (!holds) refuse("a field of it has no form that an order can have");
}

function onOrder(record, entry, value) {
  const order = {
    entry, value, action: value.action ?? "new", held: null, outcome: null, decision: null,
    reports: [], replacedBy: [], isFinal: false, filled: 0n, exact: 0n, before: 0n, acknowledged: null, price: null,
  };
  record.pending = order;
  record.orders.push(order);
  record.byLeaf.set(entry.leafHex, order);
  entry.about = `order ${value.seq} of ${value.agent}`;
  requireOrder(value);
  const agent = record.agent(value.agent);
  if (value.seq !== agent.seq + 1) {
    record.fails(10, entry, `want seq ${agent.seq + 1}: ${value.seq > agent.seq + 1 ? "an order is missing" : "a seq comes twice"}`);
  }
  order.target = agent.orders.get(value.target);
  const held = record.certificates.get(value.credential);
  if (!held || held.role !== "agent" || held.name !== value.agent) refuse("no certificate of this agent on record is the one that it names");
  const [signature, ...more] = entry.note.signatures;
  if (more.length > 0 || signature.name !== held.name || signature.id !== held.keyId) {
    refuse(`want the signature of ${held.name} under certificate ${held.serial} alone`);
  }
  record.job(2, entry.where, held, signature, entry.note);
  order.held = held;
}

function onDecision(record, entry, said) {
  const order = record.pending;
  record.pending = null;
  if (!hasMembers(said, [...DECISION_MEMBERS, ...DECISION_EXTRAS.filter((name) => name in said)])) refuse("other members than its kind has");
  entry.about = `decision on ${order?.entry.about ?? "no order"}`;
  const signers = record.signers(5, entry, ["gateway"], said.received_at);
  record.notBeforeNow(5, entry, said.received_at);
  if (signers.length !== 1) record.fails(5, entry, "want the gateway's signature alone");
  if (order === null) { record.fails(10, entry, "no order stands before it"); return; }
  order.decision = entry;
  if (said.order !== order.entry.leafHex) record.fails(10, entry, "names another order than the one before it");
  order.outcome = said.outcome;
  if (!["allowed", "denied", "refused"].includes(said.outcome)) refuse("an outcome that is none");
  if (order.held === null || !order.held.scope) {
    record.fails(said.outcome === "allowed" ? 4 : 5, entry, "its order cannot be judged");
    return;
  }
  if (order.value.prev !== record.agent(order.value.agent).prev) {
    record.findings.unknown(10, `${order.entry.where}: names a predecessor that is not in the log`);
  }
  const judgement = new Judgement(record, order, said);
  compare(record, entry, order, said, judgement.run(), judgement.taken);
  countBreach(record, judgement.agent, order, said, judgement.opening);
  remember(record, order, said, judgement);
}

function compare(record, entry, order, said, wanted, taken) {
  for (const id of taken) record.taken.add(id);
  if (said.outcome === "allowed" && wanted.outcome !== "allowed") {
    record.fails(4, order.entry, `allowed, though the rules say ${wanted.reasons.join(", ")}`);
  }
  if (said.incident !== wanted.incident && render(said.incident ?? {}) !== render(wanted.incident ?? {})) {
    record.fails(7, entry, "opens another incident than the mandate says, or none where it does");
  }
  order.comesOutAgain = `${render(wanted)}\n` === entry.note.text;
  if (order.comesOutAgain) return;
  const differing = said.controls.find((control, at) => render(control) !== render(wanted.controls[at] ?? {}));
  const where = differing ? ` at ${differing.id}` : "";
  record.fails(5, entry, `says ${said.outcome}; the rules say ${[wanted.outcome, ...wanted.reasons].join(", ")}${where}`);
}

// What the next order is judged by.
function remember(record, order, said, judgement) {
  const agent = record.agent(order.value.agent);
  agent.habits.take(order.value, said, judgement.measured);
  agent.seq = order.value.seq;
  agent.prev = order.entry.digest;
  agent.orders.set(order.value.seq, order);
  const { scope } = judgement;
  const name = dayOf(said.received_at);
  const day = agent.days.get(name) ?? { sums: new Map(), ids: new Set(), currency: scope.currency, places: scope.places };
  agent.days.set(name, day);
  day.ids.add(order.value.client_order_id);
  order.worth = judgement.worth ?? order.value.amount;
  order.worthIn = judgement.worth === null ? order.value.currency : scope.currency;
  if (said.outcome !== "allowed") return;
  if (order.action === "replace") order.target?.replacedBy.push(order);
  const reserved = judgement.reserves();
  if (reserved > 0n) {
    Object.assign(day, { currency: scope.currency, places: scope.places });
    for (const key of ["", `${order.value.market} ${order.value.side}`]) {
      day.sums.set(key, (day.sums.get(key) ?? 0n) + reserved);
    }
  }
}

const STATUSES = ["acknowledged", "filled", "partially_filled", "cancelled", "rejected", "not_received", "unknown"];

function onReport(record, entry, said) {
  entry.about = `venue report on order ${said.seq} of ${said.agent}`;
  record.signers(5, entry, ["gateway"], said.at);
  record.notBeforeNow(5, entry, said.at);
  const order = record.byLeaf.get(said.order);
  if (!order || order.outcome !== "allowed" || order.isFinal) refuse("the log had allowed no such order, or it is answered already");
  const { value } = order;
  if (said.agent !== value.agent || said.seq !== value.seq || said.venue !== value.venue
    || said.filled_currency !== (said.filled === null ? null : value.currency)) refuse("another order, venue or currency than was allowed");
  if (!STATUSES.includes(said.status)) refuse("a status that is none");
  requireFits(order, said);
  order.reports.push(entry);
  if (said.status === "unknown") return;
  order.filled = said.filled === null ? 0n : scaled(said.filled);
  order.exact = "filled_exact" in said ? scaled(said.filled_exact) : order.filled;
  order.price = said.price;
  order.saidAt = said.at;
  if (said.status === "acknowledged") { order.acknowledged = order.filled; return; }
  order.isFinal = true;
  if (order.action !== "cancel") record.agent(value.agent).habits.answer(said.at, ["rejected", "not_received"].includes(said.status));
  for (const other of order.replacedBy) if (!other.isFinal) other.before = order.before + order.filled;
}

function requireFits(order, said) {
  const { value } = order;
  const filled = said.filled === null ? 0n : scaled(said.filled);
  const must = ["filled", "partially_filled"].includes(said.status);
  const may = must || ["acknowledged", "cancelled"].includes(said.status);
  if ((must && filled === 0n) || (!may && filled > 0n) || (said.filled !== null && filled === 0n)) refuse("filled, or not, against what its status says");
  const did = !["unknown", "rejected", "not_received"].includes(said.status);
  if (order.action === "cancel" && did && (said.status !== "cancelled" || filled > 0n)) refuse("a cancel fills nothing and does not rest");
  if (did && order.target && isWorking(order.target)) refuse("the order in whose place it stands is not settled yet");
  if (said.filled !== null && !isAmount(said.filled, placesOf(value.amount))) refuse("filled in other decimals than were ordered");
  if (order.before + filled > scaled(value.amount)) refuse("more was filled than was ordered");
  if ("filled_exact" in said && !isExact(said.filled_exact, said.filled)) refuse("an exact figure that does not round up to what is filled");
  if (order.acknowledged === null || said.status === "unknown") return;
  if (!did) refuse("the venue had acknowledged it");
  if (filled < order.acknowledged) refuse("less is filled than was before");
}

function isExact(exact, filled) {
  if (filled === null || !isPrice(exact, DECIMALS) || placesOf(exact) <= placesOf(filled)) return false;
  const apart = scaled(filled) - scaled(exact);
  return apart > 0n && apart < 10n ** BigInt(DECIMALS - placesOf(filled));
}

function onEquivocation(record, entry, said) {
  record.signers(5, entry, ["gateway"], said.at);
  record.notBeforeNow(5, entry, said.at);
  const order = record.byLeaf.get(said.order);
  const agent = record.agent(said.agent);
  if (!order || order.value.agent !== said.agent || order.value.seq !== said.seq) record.fails(10, entry, "want an order of this seq on record");
  if (agent.equivocal.has(said.seq)) record.fails(10, entry, "it is on record already");
  agent.equivocal.add(said.seq);
  const other = parseNote(unbase64(said.conflicting));
  const value = parseLine(other.text);
  requireOrder(value);
  const held = record.certificates.get(value.credential);
  const isAnother = other.text !== order?.entry.note.text && value.agent === said.agent && value.seq === said.seq;
  const [signature] = other.signatures;
  if (!isAnother || !held || held.name !== said.agent || signature.id !== held.keyId) {
    record.fails(10, entry, "holds no other order of that agent under that seq");
    return;
  }
  record.job(10, entry.where, held, signature, other);
}
