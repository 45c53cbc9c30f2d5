// The list of orders: only the rows in sight exist, so that 100,000 of them are as quick
// as ten.

const ROW_HEIGHT = 44;

class OrderList {
  constructor() { Object.assign(this, { all: [], found: [], active: -1 }); }

  show(orders) {
    this.all = orders.map((order) => ({ order, words: wordsOf(order) }));
    this.search();
  }

  search() {
    const wanted = by("search").value.toLowerCase().split(/\s+/).filter(Boolean);
    const outcome = by("outcome").value;
    this.found = this.all.filter(({ order, words }) =>
      (outcome === "" || order.outcome === outcome) && wanted.every((word) => words.includes(word)));
    this.active = -1;
    by("list").scrollTop = 0;
    by("found").textContent = `${this.found.length.toLocaleString("en")} of ${this.all.length.toLocaleString("en")} orders`;
    this.draw();
  }

  draw() {
    const list = by("list");
    by("spacer").style.height = `${this.found.length * ROW_HEIGHT}px`;
    const first = Math.max(0, Math.floor(list.scrollTop / ROW_HEIGHT) - 4);
    const last = Math.min(this.found.length, first + Math.ceil(list.clientHeight / ROW_HEIGHT) + 8);
    const rows = [];
    for (let at = first; at < last; at++) rows.push(this.row(at));
    by("spacer").replaceChildren(...rows);
    if (this.active >= 0) list.setAttribute("aria-activedescendant", `row-${this.active}`);
    else list.removeAttribute("aria-activedescendant");
  }

  row(at) {
    const { order } = this.found[at];
    const { value } = order;
    const asked = element("span", {},
      element("b", {}, `${order.action === "new" ? "" : `${order.action} `}${value.side} ${value.amount} ${value.currency} ${value.market}`),
      element("small", {}, `${String(value.created_at).slice(0, 19).replace("T", " ")} ${value.venue} ${value.agent}`));
    const made = element("div", {
      class: "row", role: "option", id: `row-${at}`, "aria-selected": String(at === this.active),
      "aria-posinset": at + 1, "aria-setsize": this.found.length,
    }, element("span", { class: "number" }, `#${value.seq}`), asked, outcomeMark(order));
    made.style.top = `${at * ROW_HEIGHT}px`;
    made.addEventListener("click", () => this.open(at));
    return made;
  }

  move(to) {
    if (this.found.length === 0) return;
    this.active = Math.max(0, Math.min(this.found.length - 1, to));
    const list = by("list");
    const top = this.active * ROW_HEIGHT;
    if (top < list.scrollTop) list.scrollTop = top;
    if (top + ROW_HEIGHT > list.scrollTop + list.clientHeight) list.scrollTop = top + ROW_HEIGHT - list.clientHeight;
    this.draw();
  }

  open(at) {
    this.move(at);
    showOrder(this.found[this.active].order);
  }

  onKey(event) {
    const page = Math.floor(by("list").clientHeight / ROW_HEIGHT);
    const steps = { ArrowDown: 1, ArrowUp: -1, PageDown: page, PageUp: -page, Home: -this.found.length, End: this.found.length };
    if (event.key in steps) this.move(this.active + steps[event.key]);
    else if (event.key === "Enter" && this.active >= 0) this.open(this.active);
    else return;
    event.preventDefault();
  }
}

function wordsOf(order) {
  const { value, decision } = order;
  return [order.action, value.seq, value.agent, value.market, value.side, value.amount, value.currency,
    value.venue, value.client_order_id, value.created_at, order.outcome, ...(decision?.value?.reasons ?? [])].join(" ").toLowerCase();
}

const listed = new OrderList();

for (const input of document.querySelectorAll("input[type=file]")) input.addEventListener("change", () => onChosen(input));
by("brought").addEventListener("submit", onVerify);
document.addEventListener("dragover", (event) => event.preventDefault());
document.addEventListener("drop", onDropped);
by("search").addEventListener("input", () => listed.search());
by("outcome").addEventListener("change", () => listed.search());
by("list").addEventListener("scroll", () => listed.draw());
by("list").addEventListener("keydown", (event) => listed.onKey(event));
