// The rules, run again (spec/decision.md). What this page cannot measure it takes as it is
// recorded, and says so: then the answer is UNKNOWN and not HOLDS.

const CONTROLS = [
  "credential.standing", "credential.validity", "halt.state", "incident.grace", "sequence.seq", "sequence.prev",
  "client_order_id.unique", "clock.skew", "action.allowed", "action.target", "market.allowed",
  "venue.allowed", "region.allowed", "region.evidence", "runtime.digest", "order.type",
  "order.time_in_force", "price.age", "price.book", "price.spread", "price.band", "price.collar",
  "price.drift", "price.known", "order.amount", "order.units", "daily.amount",
  "place.order_amount", "place.daily_amount", "place.open_orders", "order.duplicate",
  "rate.second", "rate.minute", "rate.day", "daily.orders", "rate.orders_per_fill",
  "latch.rejects", "latch.executions", "open.orders", "open.market_orders", "position.market",
  "exposure.gross", "exposure.net", "venue.daily_amount", "venue.credit", "order.self_trade",
  "latch.daily_loss", "latch.drawdown", "behaviour.baseline", "behaviour.expiry",
  "behaviour.renewal", "behaviour.warn",
  "behaviour.critical", "behaviour.sequence", "hours.window", "hours.calendar",
];
const SET_ASIDE = [
  "price.spread", "price.collar", "price.drift", "order.amount", "order.units", "daily.amount",
  "place.order_amount", "place.daily_amount", "place.open_orders", "order.duplicate",
  "daily.orders", "rate.orders_per_fill", "open.orders", "open.market_orders",
  "position.market", "exposure.gross", "exposure.net", "venue.daily_amount", "venue.credit",
  "hours.window", "hours.calendar",
];
const DAY_SECONDS = 86_400;
const SOFT = ["price.band", "behaviour.renewal", "behaviour.warn"];

// One order before it is judged: everything that the decision depends on.
class Judgement {
  constructor(record, order, said) {
    Object.assign(this, { record, order, said, at: said.received_at });
    this.held = order.held;
    this.scope = order.held.scope;
    this.agent = record.agent(order.value.agent);
    this.isCancel = order.action === "cancel";
    this.aside = [];
    this.override = null;
    this.controls = new Map();
    this.taken = new Set();
    this.day = this.agent.days.get(dayOf(this.at)) ?? { sums: new Map(), ids: new Set(), currency: this.scope.currency };
    this.worth = this.worthOf();
    this.measured = this.isCancel ? null : this.agent.habits.measure(order.value, said);
  }

  rule(holds, id, limit, measured, reason, unit = "") {
    const outcome = holds ? "passed" : this.aside.includes(id) ? "overridden" : "failed";
    this.put(id, limit, measured, outcome, reason, unit);
  }

  put(id, limit, measured, outcome, reason, unit) {
    const control = { id, limit: String(limit), measured: String(measured), outcome, unit, version: 1 };
    this.controls.set(id, outcome === "passed" ? control : { ...control, reason });
  }

  // A control that this page does not measure: what the decision says of it stands, if it
  // has a form that a control can have.
  take(id) {
    const recorded = this.said.controls.find((control) => control.id === id);
    const missing = { id, limit: "", measured: "not listed", outcome: "missing", unit: "", version: 1 };
    const outcomes = ["passed", "failed", "cannot_evaluate",
      ...(SOFT.includes(id) ? ["warned"] : []), ...(this.aside.includes(id) ? ["overridden"] : [])];
    const fits = recorded && outcomes.includes(recorded.outcome)
      && (recorded.outcome === "passed") === !("reason" in recorded);
    this.controls.set(id, fits ? recorded : missing);
    this.taken.add(id);
  }

  worthOf() {
    const { value } = this.order;
    if (value.currency === this.scope.currency) {
      if (!isAmount(value.amount, this.scope.places)) refuse("its amount has other decimals than its scope");
      return value.amount;
    }
    const recorded = this.said.worth;
    if (recorded === undefined) return null;
    this.taken.add("worth");
    return recorded.currency === this.scope.currency && isAmount(recorded.amount, this.scope.places)
      ? recorded.amount : null;
  }

  run() {
    this.findOverride();
    this.identity();
    this.sequence();
    this.actions();
    if (!this.isCancel) {
      this.places();
      this.amounts();
      this.others();
      this.hours();
      this.overlays();
    }
    return this.decision();
  }

  findOverride() {
    const waiting = this.record.overrides.get(this.order.entry.digest);
    if (!waiting) return;
    this.record.overrides.delete(this.order.entry.digest);
    if (waiting.agent !== this.agent.name || this.at > waiting.expires_at) return;
    this.override = waiting.leaf;
    this.aside = waiting.controls;
  }

  identity() {
    const { held, at } = this;
    const standing = this.record.standing(held, at);
    const good = this.isCancel ? ["active", "suspended"] : ["active"];
    this.rule(good.includes(standing), "credential.standing", good.join(" "), standing, `credential.${standing}`);
    if (at < held.begins) this.rule(false, "credential.validity", held.begins, at, "credential.not_yet_valid");
    else this.rule(at <= held.ends, "credential.validity", held.ends, at, "credential.expired");
    if (this.isCancel) return;
    this.halts();
    this.grace();
  }

  // Everywhere that the order touches, the narrowest place first (spec/halt.md 4.1).
  touched() {
    const { value } = this.order;
    const { desk } = this.scope.limits;
    return [`agent:${this.agent.name}`, ...(desk ? [`desk:${desk}`] : []),
      `market:${value.market}`, `venue:${value.venue}`, "firm"];
  }

  halts() {
    const found = this.touched().map((place) => this.record.halts.get(place)).filter(Boolean);
    const said = found.map((halt) => `${halt.state} ${halt.place.replace(":", " ")}`).join("; ");
    if (found.length > 0 && found.every((halt) => halt.state === "reducing")) {
      this.take("halt.state");
      return;
    }
    this.rule(said === "", "halt.state", "active", said || "active", "halt.halted");
  }

  // Past the end of a grace nothing leaves, whatever people set aside.
  grace() {
    const { incident } = this.agent;
    if (incident === null && !this.record.mandates.get(this.held.mandate)?.incidents) return;
    const measured = incident === null ? "none" : `${incident.state} until ${incident.ends}`;
    this.rule(incident === null || this.at < incident.ends, "incident.grace", "within its grace", measured, "incident.grace_over");
  }

  sequence() {
    const { agent, order: { value }, at } = this;
    this.rule(value.seq === agent.seq + 1, "sequence.seq", agent.seq + 1, value.seq, "sequence.gap", "orders");
    this.rule(value.prev === agent.prev, "sequence.prev", agent.prev, value.prev, "sequence.prev", "sha256");
    this.rule(!this.day.ids.has(value.client_order_id), "client_order_id.unique", "unused",
      value.client_order_id, "client_order_id.duplicate");
    const apart = micros(at) - micros(value.created_at);
    const skew = apart < 0n ? -apart : apart;
    this.rule(skew <= 2n * SECOND, "clock.skew", 2n * SECOND, skew, "clock.skew", "us");
  }

  actions() {
    const { action, value, target } = this.order;
    const listed = this.scope.limits.actions;
    if (action !== "new" || listed) {
      const allowed = listed ?? ["cancel", "new"];
      this.rule(allowed.includes(action), "action.allowed", allowed.join(" "), action, "action.not_allowed");
    }
    if (value.target === undefined) return;
    if (!isWorking(target)) {
      this.rule(false, "action.target", "a working order", value.target, "target.unknown");
      return;
    }
    const shown = (one) => [one.market, one.side, one.venue, ...(this.isCancel ? [one.amount] : []), one.currency].join(" ");
    this.rule(shown(target.value) === shown(value), "action.target", shown(target.value), shown(value), "target.differs");
  }

  places() {
    const { scope, order: { value }, agent } = this;
    const { limits } = scope;
    const among = (id, list, item, reason) => this.rule(list.includes(item), id, list.join(" "), item, reason);
    among("market.allowed", scope.markets, value.market, "market.not_allowed");
    among("venue.allowed", scope.venues, value.venue, "venue.not_allowed");
    among("region.allowed", scope.regions, value.region, "region.not_allowed");
    const session = agent.sessions.at(-1);
    const own = session?.held === this.held ? session : null;
    const evidence = own?.region === value.region ? own.evidence : "self_asserted";
    this.rule(scope.region_evidence === "self_asserted" || evidence === "attested",
      "region.evidence", scope.region_evidence, evidence, "region.evidence");
    const running = own?.runtime ?? "no session";
    if (agent.pinned === null) this.rule(true, "runtime.digest", "not pinned", "not compared", "", "sha256");
    else this.rule(running === agent.pinned.runtime, "runtime.digest", agent.pinned.runtime, running, "runtime.digest", "sha256");
    if (limits.order_types) among("order.type", limits.order_types, value.type, "order.type_not_allowed");
    if (limits.times_in_force) among("order.time_in_force", limits.times_in_force, value.time_in_force, "order.time_in_force_not_allowed");
  }

  amounts() {
    const { scope, order: { value }, worth } = this;
    const shown = value.currency === scope.currency ? value.amount : `${value.amount} ${value.currency}`;
    this.rule(worth !== null, "price.known", scope.currency, value.currency, "price.missing");
    const unsure = (id, limit) => this.put(id, limit, shown, "cannot_evaluate", `${id}_max`, scope.currency);
    if (worth === null) unsure("order.amount", scope.order_max);
    else this.rule(scaled(worth) <= scaled(scope.order_max), "order.amount", scope.order_max, worth, "order.amount_max", scope.currency);
    if (worth === null || this.day.currency !== scope.currency) {
      unsure("daily.amount", scope.daily_max);
      return;
    }
    const total = this.sum(scope.daily_max_per) + this.reserves();
    this.rule(total <= scaled(scope.daily_max), "daily.amount", scope.daily_max,
      spelt(total, scope.places), "daily.amount_max", scope.currency);
  }

  sum(per) {
    const { market, side } = this.order.value;
    return this.day.sums.get(per === "agent" ? "" : `${market} ${side}`) ?? 0n;
  }

  // What the order takes of the day: all its worth; a replace, what is beyond its target.
  reserves() {
    if (this.isCancel || this.worth === null) return 0n;
    const { action, target } = this.order;
    const before = action === "replace" && isWorking(target) && target.worthIn === this.scope.currency ? scaled(target.worth) : 0n;
    const beyond = scaled(this.worth) - before;
    return beyond > 0n ? beyond : 0n;
  }

  // Controls that the scope, a place or a baseline arms and that this page does not measure.
  others() {
    const { limits } = this.scope;
    for (const [limit, ids] of Object.entries(ARMED_BY)) {
      if (limit in limits) for (const id of ids) if (!this.controls.has(id) && id !== "action.allowed") this.take(id);
    }
    for (const [limit, id] of [["order_max", "place.order_amount"], ["daily_max", "place.daily_amount"], ["open_orders", "place.open_orders"]]) {
      if (this.touched().some((place) => limit in (this.record.placeLimits.get(place) ?? {}))) this.take(id);
    }
    if (!("score_critical_bps" in limits)) return;
    if (this.agent.baseline === null) {
      if (this.at >= this.scope.live_from) this.put("behaviour.baseline", "a locked baseline", "none", "cannot_evaluate", "behaviour.unknown", "");
      return;
    }
    this.behaves(limits);
    const { at, document } = this.agent.baseline;
    const dayAfter = later(`${document.last_day}T00:00:00.000000Z`, DAY_SECONDS);
    const agesFrom = at < dayAfter ? at : dayAfter;
    for (const [limit, id, outcome, reason] of [
      ["baseline_days", "behaviour.expiry", "cannot_evaluate", "behaviour.expired"],
      ["baseline_warn_days", "behaviour.renewal", "warned", "behaviour.renewal_due"],
    ]) {
      if (!(limit in limits)) continue;
      const end = later(agesFrom, limits[limit] * DAY_SECONDS);
      this.put(id, end, this.at, this.at < end ? "passed" : outcome, reason, "");
    }
  }

  // Against the agent's own past (spec/score.md), as this page measures it.
  behaves({ score_critical_bps: critical, score_warn_bps: warn }) {
    const { habits, pinned, baseline } = this.agent;
    const isOfTheRelease = habits.runtime === (pinned?.runtime ?? null);
    this.put("behaviour.baseline", "a locked baseline", isOfTheRelease ? baseline.digest : "locked for another runtime",
      isOfTheRelease ? "passed" : "cannot_evaluate", "behaviour.unknown", "");
    const { score, sequence, on_probation: onProbation } = this.measured.fields;
    const unit = "1/10000";
    if (warn !== undefined) this.put("behaviour.warn", warn, score, score < warn ? "passed" : "warned", "behaviour.unusual", unit);
    const most = onProbation && warn !== undefined ? warn : critical;
    this.rule(score < most, "behaviour.critical", most, score, "behaviour.critical", unit);
    this.rule(sequence < critical, "behaviour.sequence", critical, sequence, "behaviour.sequence", unit);
  }

  hours() {
    const { window, calendar } = this.scope;
    const time = timeOf(this.at);
    this.rule(window.opens <= time && time < window.closes, "hours.window",
      `[${window.opens}, ${window.closes})`, time, "hours.closed");
    const { measured, isOpen } = calendarDay(calendar, dayOf(this.at));
    if (isOpen === null) this.put("hours.calendar", calendar, measured, "cannot_evaluate", "calendar.closed", "");
    else this.rule(isOpen, "hours.calendar", calendar, measured, "calendar.closed");
  }

  overlays() {
    const letPass = [...this.controls.values()].every((control) =>
      ["passed", "overridden", "warned"].includes(control.outcome));
    if (!letPass) return;
    for (const name of [...this.record.overlays.keys()].sort()) {
      if (this.record.overlays.get(name).policy !== null) this.take(`overlay.${name}`);
    }
  }

  decision() {
    const place = (id) => (id.startsWith("overlay.") ? CONTROLS.length : CONTROLS.indexOf(id));
    const controls = [...this.controls.values()].sort((one, other) => place(one.id) - place(other.id));
    const reasons = controls.filter((control) => ["failed", "cannot_evaluate"].includes(control.outcome))
      .map((control) => control.reason);
    const outcome = reasons.length === 0 ? "allowed"
      : reasons.some((reason) => reason.startsWith("credential.")) ? "refused" : "denied";
    const { order, held, scope, agent, said } = this;
    const taken = this.measured === null ? {} : { behaviour: this.measured.fields };
    for (const name of ["conversion", "overlays"]) if (name in said) taken[name] = said[name];
    if (this.worth !== null && order.value.currency !== scope.currency) taken.worth = { amount: this.worth, currency: scope.currency };
    this.opening = openingOf(this.record, agent, held, this.at, outcome, controls);
    if (this.opening !== null) taken.incident = this.opening;
    return {
      ...taken, _type: "kya/decision/v1", agent: agent.name,
      baseline: this.isCancel ? null : agent.baseline?.digest ?? null, controls,
      counters: this.counters(outcome), credential: held.digest, mandate: held.mandate,
      mode: this.at >= scope.live_from ? "live" : "paper", order: order.entry.leafHex, outcome,
      override: this.override, price: said.price, reasons, received_at: this.at,
      scope: held.scopeDigest, seq: order.value.seq,
    };
  }

  counters(outcome) {
    const reserved = outcome === "allowed" ? this.reserves() : 0n;
    const both = (more) => ({
      agent: spelt(this.sum("agent") + more, this.day.places ?? this.scope.places),
      market_and_side: spelt(this.sum("market_and_side") + more, this.day.places ?? this.scope.places),
    });
    return { after: both(reserved), before: both(0n), currency: this.day.currency, day: dayOf(this.at) };
  }
}

// Allowed, no cancel, and without a final report on record.
function isWorking(order) {
  return order !== undefined && order.outcome === "allowed" && order.action !== "cancel" && !order.isFinal;
}
