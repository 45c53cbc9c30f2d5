// The scope (spec/mandate.md 2) and the limits in it (spec/limits.md 1), as one value.

const CALENDARS = ["every_day", "monday_to_friday", "target", "uk_england_wales", "us_nyse", "ch_six"];
const SCOPE_MEMBERS = [
  "_type", "calendar", "currency", "daily_max", "daily_max_per", "live_from", "markets",
  "order_max", "region_evidence", "regions", "venues", "window",
];
// Which controls each further limit arms.
const ARMED_BY = {
  actions: ["action.allowed"], baseline_days: [], baseline_warn_days: [], daily_loss_max: ["latch.daily_loss"], desk: [],
  drawdown_max: ["latch.drawdown"], duplicate_window_millis: ["order.duplicate"],
  executions_unreviewed: ["latch.executions"], gross_max: ["exposure.gross"],
  messages_per_day: ["rate.day"], messages_per_minute: ["rate.minute"],
  messages_per_second: ["rate.second"], net_max: ["exposure.net"], open_orders: ["open.orders"],
  open_orders_per_market: ["open.market_orders"], order_types: ["order.type"],
  order_units_max: ["order.units"], orders_per_day: ["daily.orders"],
  orders_per_fill: ["rate.orders_per_fill"], position_max: ["position.market"],
  price_age_millis: ["price.age", "price.book"], price_buffer_bps: [],
  price_collar_bps: ["price.collar"], price_drift_bps: ["price.drift"], price_drift_seconds: [],
  price_warn_bps: ["price.band"], rejects_in_a_row: ["latch.rejects"], score_critical_bps: [],
  score_warn_bps: [], self_trade: ["order.self_trade"], spread_bps: ["price.spread"],
  times_in_force: ["order.time_in_force"], venue_credit_max: ["venue.credit"],
  venue_daily_max: ["venue.daily_amount"],
};
const NEEDED_BY = {
  baseline_days: "score_critical_bps", baseline_warn_days: "baseline_days",
  price_buffer_bps: "price_age_millis", price_collar_bps: "price_age_millis",
  price_drift_bps: "price_drift_seconds", price_drift_seconds: "price_drift_bps",
  price_warn_bps: "price_collar_bps", spread_bps: "price_age_millis", score_warn_bps: "score_critical_bps",
};

function parseScope(said) {
  const scope = parseJson(said);
  const members = "limits" in scope ? [...SCOPE_MEMBERS, "limits"] : SCOPE_MEMBERS;
  if (!hasMembers(scope, members) || scope._type !== "kya/scope/v1") refuse("scope: want its members and no others");
  const places = placesOf(scope.order_max);
  const isTime = (time) => isInstant(`2026-01-01T${time}Z`);
  const holds = CALENDARS.includes(scope.calendar)
    && ["agent", "market_and_side"].includes(scope.daily_max_per)
    && ["self_asserted", "attested"].includes(scope.region_evidence)
    && isAmount(scope.order_max, places) && scaled(scope.order_max) > 0n
    && isAmount(scope.daily_max, places) && scaled(scope.daily_max) > 0n
    && isInstant(scope.live_from) && hasMembers(scope.window, ["closes", "opens"])
    && isTime(scope.window.opens) && (scope.window.closes === "24:00:00.000000" || isTime(scope.window.closes))
    && scope.window.opens < scope.window.closes
    && [scope.markets, scope.regions, scope.venues].every(isSortedList);
  if (!holds) refuse("scope: holds a limit that cannot be read");
  const limits = scope.limits ?? {};
  requireLimits(limits, scope);
  return { ...scope, limits, places };
}

function isSortedList(list) {
  return Array.isArray(list) && list.length >= 1
    && list.every((item, at) => typeof item === "string" && (at === 0 || list[at - 1] < item));
}

function requireLimits(limits, scope) {
  if ("limits" in scope && Object.keys(limits).length === 0) refuse("scope: want limits, or no such member");
  for (const [name, value] of Object.entries(limits)) {
    if (!(name in ARMED_BY)) refuse(`scope: ${name}: no limit that is known here`);
    const needed = NEEDED_BY[name];
    if (needed && !(needed in limits)) refuse(`scope: ${name} stands without ${needed}`);
    const isText = ["actions", "order_types", "times_in_force"].includes(name) ? isSortedList(value)
      : name === "desk" ? NAME.test(value)
      : name === "self_trade" ? value === "deny"
      : name === "order_units_max" ? Object.keys(value).sort().join() === scope.markets.join()
      : name.endsWith("_max") ? isDecimal(value)
      : Number.isSafeInteger(value) && value >= 1;
    if (!isText) refuse(`scope: ${name}: cannot be read`);
  }
  if (limits.actions && !limits.actions.includes("cancel")) refuse("scope: actions: want cancel among them");
}
