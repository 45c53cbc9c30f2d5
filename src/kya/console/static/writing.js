// What a form needs from this browser alone: digests of files that stay here.

const hex = (bytes) => [...new Uint8Array(bytes)].map((byte) => byte.toString(16).padStart(2, "0")).join("");

document.addEventListener("change", async (event) => {
  const chosen = event.target.closest("input[type=file][data-digests]");
  if (!chosen || !chosen.files.length) return;
  const bytes = await chosen.files[0].arrayBuffer();
  document.getElementById(chosen.dataset.digests).value = hex(await crypto.subtle.digest("SHA-256", bytes));
});

// A one-time token is made here and kept in this tab: the console is sent its SHA-256 alone.
const KEPT = "kya-token-";

document.addEventListener("submit", async (event) => {
  const form = event.target.closest("form[data-makes-token]");
  if (!form || form.elements.token.value) return;
  event.preventDefault();
  const token = crypto.getRandomValues(new Uint8Array(32));
  const digest = hex(await crypto.subtle.digest("SHA-256", token));
  sessionStorage.setItem(`${KEPT}${digest}`, hex(token));
  form.elements.token.value = digest;
  form.submit();
});

function showTokens() {
  for (const place of document.querySelectorAll("[data-token-of]")) {
    const token = sessionStorage.getItem(`${KEPT}${place.dataset.tokenOf}`);
    if (token === null || place.querySelector("code")) continue;
    const shown = document.createElement("code");
    shown.textContent = token;
    place.replaceChildren("One-time token, in this tab alone until it is closed: ", shown);
  }
}

document.addEventListener("htmx:afterSettle", showTokens);
showTokens();
