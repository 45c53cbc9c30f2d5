// What is seen. Everything from a package is put on the page as text, never as markup.

const SHAPES = { HOLDS: "✓", FAILS: "✕", UNKNOWN: "?" };
const OUTCOMES = { allowed: [HOLDS, "→"], denied: [UNKNOWN, "■"], refused: [FAILS, "✕"] };
const LINES_SHOWN = 200;

function by(id) { return document.getElementById(id); }

function element(tag, attributes, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

// A shape and a word beside the colour, which not everybody sees.
function mark(verdict, word = verdict, shape = SHAPES[verdict]) {
  return element("span", { class: "mark", "data-verdict": verdict }, `${shape} ${word}`);
}

function outcomeMark({ outcome }) {
  const [tone, shape] = OUTCOMES[outcome] ?? [UNKNOWN, SHAPES.UNKNOWN];
  return mark(tone, outcome ?? "undecided", shape);
}

// Which input a dropped file is for, by its name.
function inputFor(name) {
  if (/\.(tar|tgz|tar\.gz)$/.test(name)) return by("package");
  if (/^tsa.*\.(pem|crt)$/i.test(name)) return by("authorities");
  if (/\.(pem|crt)$/.test(name)) return by("root");
  if (/\.note$/.test(name)) return by("checkpoint");
  return /\.txt$/.test(name) ? by("policy") : null;
}

function onChosen(input) {
  const [file] = input.files;
  const label = input.closest("label");
  label.classList.toggle("chosen", file !== undefined);
  label.querySelector("output").textContent = file ? `${file.name}, ${file.size.toLocaleString("en")} bytes` : "none chosen";
}

function onDropped(event) {
  event.preventDefault();
  for (const file of event.dataTransfer?.files ?? []) {
    const input = inputFor(file.name);
    if (!input) { say(`${file.name}: no file that this page asks for`, "refused"); continue; }
    const one = new DataTransfer();
    one.items.add(file);
    input.files = one.files;
    onChosen(input);
  }
}

function say(sentence, kind = "") {
  by("progress").textContent = sentence;
  by("progress").className = kind;
}

async function bytesOf(id) {
  const [file] = by(id).files;
  return file ? new Uint8Array(await file.arrayBuffer()) : null;
}

async function onVerify(event) {
  event.preventDefault();
  for (const id of ["answers", "orders"]) by(id).hidden = true;
  by("verify").disabled = true;
  delete document.body.dataset.verdict;
  const started = performance.now();
  try {
    const names = ["package", "root", "policy", "checkpoint", "authorities"];
    const [archive, root, policy, checkpoint, authorities] = await Promise.all(names.map(bytesOf));
    if (!archive || !root) refuse("choose a package and your own root certificate first");
    say("unpacking");
    const files = await unpack(archive);
    const told = (what, done, all) => say(`${what}: ${done.toLocaleString("en")} of ${all.toLocaleString("en")}`);
    const report = await verifyPackage(files, { root, policy, checkpoint, authorities }, told);
    show(report);
    say(`verified in ${((performance.now() - started) / 1000).toFixed(1)} s, in this page alone`);
  } catch (error) {
    // Whatever cannot be read at all is no package that anything could hold of.
    say(error instanceof Refused ? `refused: ${error.message}` : `no verdict: ${error.message}`, "refused");
    document.body.dataset.verdict = error instanceof Refused ? FAILS : UNKNOWN;
  }
  by("verify").disabled = false;
}

function show({ answers, verdict, record }) {
  document.body.dataset.verdict = verdict;
  const count = (wanted) => answers.filter((answer) => answer.verdict === wanted).length;
  const title = by("verdict");
  title.dataset.verdict = verdict;
  title.textContent = `${SHAPES[verdict]} ${verdict}: ${count(HOLDS)} hold, ${count(FAILS)} fail, ${count(UNKNOWN)} cannot be told`;
  by("subject").replaceChildren(...Object.entries({
    Log: record.origin ?? "unknown", Clock: record.clock ?? "unknown",
    Entries: record.entries.length.toLocaleString("en"), Orders: record.orders.length.toLocaleString("en"),
    "Your root, SHA-256": record.root.digest,
  }).flatMap(([name, value]) => [element("dt", {}, name), element("dd", {}, value)]));
  by("questions").replaceChildren(...answers.map(answered));
  by("answers").hidden = false;
  by("orders").hidden = record.orders.length === 0;
  listed.show(record.orders);
  by("answers").focus({ preventScroll: true });
}

function answered({ question, title, verdict, counts }) {
  const sentences = [FAILS, UNKNOWN, HOLDS].flatMap((kind) => counts[kind].map((sentence) => [kind, sentence]));
  const lines = sentences.slice(0, LINES_SHOWN).map(([kind, sentence]) => element("li", { class: kind }, sentence));
  if (sentences.length > LINES_SHOWN) lines.push(element("li", {}, `and ${sentences.length - LINES_SHOWN} more`));
  if (lines.length === 0) lines.push(element("li", {}, "not reached"));
  const summary = element("summary", {},
    element("span", { class: "number" }, question === 0 ? "" : String(question)), element("span", {}, title), mark(verdict));
  return element("li", { "data-question": question, "data-verdict": verdict },
    element("details", { open: "" }, summary, element("ul", {}, ...lines)));
}

function indented(entry) { return JSON.stringify(entry.value, null, 1); }

function showOrder(order) {
  const { value, decision } = order;
  const parts = [element("h3", {}, `Order ${value.seq} of ${value.agent} `, outcomeMark(order))];
  parts.push(element("p", { class: "quiet" }, `Log entry ${order.entry.index}, leaf hash ${order.entry.leafHex}. ${order.comesOutAgain ? "Its decision comes out again byte for byte." : "Its decision does not come out again here."}`));
  const controls = decision?.value?.controls;
  if (Array.isArray(controls)) {
    const rows = controls.map((control) => element("tr", {}, ...[control.id, control.limit, `${control.measured} ${control.unit ?? ""}`]
      .map((said) => element("td", {}, String(said))), element("td", {}, mark(control.outcome === "passed" ? HOLDS : control.outcome === "failed" ? FAILS : UNKNOWN, control.outcome))));
    const head = element("tr", {}, ...["control", "limit", "measured", "outcome"].map((word) => element("th", { scope: "col" }, word)));
    parts.push(element("h4", {}, "Controls"), element("table", {}, element("thead", {}, head), element("tbody", {}, ...rows)));
  }
  parts.push(element("h4", {}, "Order, as the agent signed it"), element("pre", {}, text(order.entry.raw)));
  if (decision) parts.push(element("h4", {}, `Decision, log entry ${decision.index}`), element("pre", {}, indented(decision)));
  for (const report of order.reports) parts.push(element("h4", {}, `Venue's report, log entry ${report.index}`), element("pre", {}, indented(report)));
  by("order").replaceChildren(...parts);
  by("order").scrollTop = 0;
}
