// The venues' own lists of executions, against orders and reports (spec/drop-copy.md).

const EXECUTION_MEMBERS = ["amount", "at", "client_id", "currency", "execution_id", "market", "price", "side", "venue_order_id"];

function onCopy(record, entry, said) {
  entry.about = `list of ${said.venue}`;
  record.signers(9, entry, ["gateway"], said.at);
  record.notBeforeNow(9, entry, said.at);
  if (!VENUE.test(said.venue) || !Array.isArray(said.executions) || said.executions.length > 100) refuse("no list of at most 100 lines");
  const list = record.copies.get(said.venue) ?? newList(record, said);
  if (list.after !== said.after) refuse(`goes on after ${said.after}, but ${list.after} lines are on record`);
  micros(said.until);
  if (said.until > said.at || said.until < list.until) refuse("whole until a time that cannot be");
  for (const line of said.executions) {
    if (!hasMembers(line, EXECUTION_MEMBERS)) refuse("other members than an execution has");
    list.lines.push({ entry, line });
  }
  list.after += said.executions.length;
  list.until = said.until;
  record.copies.set(said.venue, list);
}

// The first entry of a list may come too late to show all that was executed.
function newList(record, said) {
  const sent = record.orders.some((order) => order.outcome === "allowed" && order.value.venue === said.venue);
  return { after: said.after, until: "", lines: [], isLate: sent || said.after !== 0 };
}

function onUnexplained(record, entry, said) {
  record.signers(9, entry, ["gateway"], said.at);
  record.notBeforeNow(9, entry, said.at);
  if (said.place !== null && record.halts.get(said.place)?.state !== "halted") record.fails(9, entry, `nothing is halted at ${said.place} for it`);
  record.fails(9, entry, `${said.execution?.execution_id ?? said.client_id} is unexplained; want ${said.expected}`);
}

// At the end of the log: each execution is of one order, as that was reported.
function reconcile(record, venue) {
  const { findings } = record;
  const list = record.copies.get(venue);
  if (!list) { findings.unknown(9, `no list of ${venue}, where orders were allowed`); return; }
  if (list.isLate) findings.unknown(9, `the list of ${venue} begins late`);
  const pages = new Map();
  for (const order of record.orders) {
    if (order.outcome === "allowed" && order.action !== "cancel" && order.value.venue === venue) pages.set(order.entry.leafHex.slice(0, 32), { order, lines: [] });
  }
  const seen = new Set();
  for (const { entry, line } of list.lines) enterLine(record, entry, line, pages, seen);
  for (const page of pages.values()) conclude(record, venue, list, page);
  findings.checked(9, `${venue}: ${list.lines.length} executions until ${list.until}, each held against its order and reports`);
}

// In its currency's decimals or, where it is finer, in its shortest spelling.
function isExecuted(amount, places) {
  return isDecimal(amount) && placesOf(amount) > places ? isPrice(amount, DECIMALS) : isAmount(amount, places);
}

function enterLine(record, entry, line, pages, seen) {
  const page = pages.get(line.client_id);
  const name = `execution ${line.execution_id}`;
  if (!page) { record.fails(9, entry, `${name}: no order awaits it`); return; }
  const { value } = page.order;
  if (line.market !== value.market || line.side !== value.side || line.currency !== value.currency
    || !isExecuted(line.amount, placesOf(value.amount)) || !isPrice(line.price, 10)) {
    record.fails(9, entry, `${name}: another thing than its order asked for`);
    return;
  }
  if (seen.has(`${line.client_id} ${line.execution_id}`)) { record.fails(9, entry, `${name}: listed twice`); return; }
  seen.add(`${line.client_id} ${line.execution_id}`);
  page.lines.push(line);
  const broken = brokenBy(page);
  if (broken.length > 0) record.fails(9, entry, `${name}: breaks ${broken.join(" ")}, which its order was allowed by`);
}

// The limits that the newest line breaks, by itself or with those before it (2.6). All
// figures are in the same unit, so that quotients are compared by their products.
function brokenBy({ order, lines }) {
  const { value, held } = order;
  const said = order.decision.value;
  const { scope } = held;
  const { limits } = scope;
  const [base, quote] = value.market.split("/");
  const buys = value.side === "BUY";
  const unit = scaled("1");
  const price = scaled(lines[lines.length - 1].price);
  const found = [];
  if (value.limit_price !== undefined) {
    const limit = scaled(value.limit_price);
    if (buys ? price > limit : price < limit) found.push("order.limit_price");
  }
  if ("price_collar_bps" in limits && said.price?.market === value.market) {
    const met = scaled(buys ? said.price.ask : said.price.bid);
    const apart = price > met ? price - met : met - price;
    if (apart * 10_000n > BigInt(limits.price_collar_bps) * met) found.push("price.collar");
  }
  const paid = lines.reduce((sum, line) => sum + scaled(line.amount) * scaled(line.price), 0n);
  let [got, by] = [0n, 1n];
  for (const line of lines) [got, by] = [got * scaled(line.price) + scaled(line.amount) * unit * by, by * scaled(line.price)];
  const most = scaled(scope.order_max);
  if (value.currency === base && scope.currency === quote && paid > most * unit) found.push("order.amount");
  if (value.currency === quote && scope.currency === base && got > most * by) found.push("order.amount");
  const units = limits.order_units_max?.[value.market];
  if (units !== undefined && value.currency === quote && got > scaled(units) * by) found.push("order.units");
  const aside = said.controls.filter((control) => control.outcome === "overridden").map((control) => control.id);
  return found.filter((id) => !aside.includes(id));
}

// Sums and mean prices must be equal; what one side is still behind by may wait.
function conclude(record, venue, list, { order, lines }) {
  const sum = lines.reduce((total, line) => total + scaled(line.amount), 0n);
  if (order.isFinal && sum > order.exact) record.fails(9, order.entry, `the list of ${venue} has more of it than the last report says was filled`);
  else if (sum !== order.exact) {
    if (!list.isLate) behind(record, venue, list, order, sum);
  } else if (sum > 0n && order.price !== null) {
    const worth = lines.reduce((total, line) => total + scaled(line.amount) * scaled(line.price), 0n);
    const price = scaled(order.price);
    if (price * sum > worth || worth >= (price + 10n ** BigInt(DECIMALS - 10)) * sum) record.fails(9, order.entry, `another price than was reported, ${order.price}`);
  }
}

// Either side may be behind the other by a minute (spec/drop-copy.md 2.3), and no longer.
function behind(record, venue, list, order, sum) {
  const waited = sum < order.exact
    ? micros(list.until) - micros(order.saidAt)
    : micros(record.now) - micros(list.lines.findLast((each) => each.line.client_id === order.entry.leafHex.slice(0, 32)).entry.value.at);
  const sentence = `list and reports of ${venue} do not say the same of it`;
  if (waited >= 60n * SECOND) record.fails(9, order.entry, sentence);
  else record.findings.unknown(9, `${order.entry.where}: ${sentence} yet`);
}
