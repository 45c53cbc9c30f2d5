// Follows the log, keeps countdowns running, and leaves whoever reads or types alone.

const SECOND = 1000;

function span(seconds) {
  const two = (number) => String(number).padStart(2, "0");
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${two(seconds % 60)} s`;
  if (seconds < 86400) return `${Math.floor(seconds / 3600)} h ${two(Math.floor((seconds % 3600) / 60))} min`;
  return `${Math.floor(seconds / 86400)} d ${Math.floor((seconds % 86400) / 3600)} h`;
}

function countDown() {
  for (const each of document.querySelectorAll(".countdown")) {
    const left = Math.floor((Date.parse(each.dataset.until) - Date.now()) / SECOND);
    each.textContent = left < 0 ? `over for ${span(-left)}` : `${span(left)} left`;
  }
}

// A page is not taken from under somebody who fills in a form or has chosen text.
function isBusy() {
  const live = document.getElementById("live");
  const focused = document.activeElement;
  const types = focused && live && live.contains(focused) && focused.matches("input, select, textarea, button, summary");
  const reads = live && live.querySelector("details[open]");
  return Boolean(types || reads || String(getSelection()));
}

let focusedLink = null;

document.addEventListener("htmx:beforeRequest", (event) => {
  if (event.target.id === "live" && isBusy()) event.preventDefault();
});

document.addEventListener("htmx:beforeSwap", () => {
  const focused = document.activeElement;
  focusedLink = focused && focused.matches("#live a[href]") ? focused.getAttribute("href") : null;
});

document.addEventListener("htmx:afterSettle", () => {
  if (focusedLink !== null) {
    const same = [...document.querySelectorAll("#live a[href]")].find((each) => each.getAttribute("href") === focusedLink);
    if (same) same.focus({ preventScroll: true });
    focusedLink = null;
  }
  tellCount();
});

let told = null;

function tellCount() {
  const count = document.getElementById("needs-count");
  if (count === null) return;
  if (told !== null && told !== count.textContent) {
    document.getElementById("spoken").textContent = `${count.textContent} need attention`;
  }
  told = count.textContent;
  count.dataset.count = told;
}

function follow() {
  const url = document.body.dataset.follows;
  if (!url) return;
  const events = new EventSource(url);
  let last = 0;
  let due = null;
  let shown = document.body.dataset.version;
  events.addEventListener("moved", (event) => {
    if (event.data === shown) return;
    shown = event.data;
    if (due !== null) return;
    due = setTimeout(() => {
      due = null;
      last = Date.now();
      document.body.dispatchEvent(new CustomEvent("moved"));
    }, Math.max(0, last + SECOND - Date.now()));
  });
  events.addEventListener("over", () => { events.close(); location.reload(); });
  addEventListener("pagehide", () => events.close());
}

countDown();
setInterval(countDown, SECOND);
tellCount();
follow();
