// Runs the page's own implementation of spec/score.md over the vectors.
//
//     node score.js behaviour.json …
"use strict";

const fs = require("fs");
const path = require("path");

const PAGE = path.join(__dirname, "../../src/kya/evidence/page/score.js");
const { Ladder, Watcher, scoreOrder, paceAfter } =
  new Function(`${fs.readFileSync(PAGE, "utf8")}\nreturn SCORES;`)();

function scoreAll(baseline, orders, bounds) {
  const ladder = (name) => new Ladder(baseline.orders, baseline.ladders[name]);
  const known = {
    baseline, bounds,
    sums: ladder("sums"), peaks: ladder("peaks"), both: ladder("both"),
  };
  const watcher = new Watcher(baseline);
  let pace = { last: null, recent: [] };
  return orders.map((order) => {
    if (order.action === "cancel") {
      watcher.order(order, null);
      return { sequence: watcher.evidence };
    }
    const found = scoreOrder(known, order, pace);
    watcher.order(order, found);
    pace = paceAfter(pace, order.at);
    const sequence = watcher.evidence;
    watcher.answer(order.at, order.failed);
    const { cells, ...shown } = found;
    return { ...shown, sequence };
  });
}

function differences(document) {
  const wrong = [];
  let judged = 0;
  for (const each of document.cases) {
    const found = scoreAll(each.baseline, each.orders, document.bounds);
    found.forEach((score, n) => {
      judged += 1;
      for (const [name, value] of Object.entries(each.expected[n])) {
        if (JSON.stringify(score[name]) !== JSON.stringify(value)) {
          const got = JSON.stringify(score[name]);
          wrong.push(`${each.id} order ${n}: ${name}: want ${JSON.stringify(value)}, got ${got}`);
        }
      }
      if (Object.keys(score).length !== Object.keys(each.expected[n]).length) {
        wrong.push(`${each.id} order ${n}: other fields than expected`);
      }
    });
  }
  return { judged, wrong };
}

let failed = false;
for (const each of process.argv.slice(2)) {
  const { judged, wrong } = differences(JSON.parse(fs.readFileSync(each, "utf8")));
  wrong.slice(0, 20).forEach((line) => console.log(line));
  console.log(`${judged} judged, ${wrong.length} differences`);
  failed = failed || wrong.length > 0 || judged === 0;
}
process.exitCode = failed ? 1 : 0;
