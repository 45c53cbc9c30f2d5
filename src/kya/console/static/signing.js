// Signs the very line that the page shows, with the key that this browser keeps.

import { noteSignature, keyNamed } from "/static/keys.js";

async function sign(button) {
  const { act, name, token } = button.dataset;
  const text = document.getElementById("line").textContent;
  const kept = await keyNamed(name);
  if (!kept) throw new Error(`This browser has no key of ${name}.`);
  const line = await noteSignature(kept, text);
  const answer = await fetch(act, {
    method: "POST",
    headers: { "content-type": "text/plain", accept: "application/json", "x-form-token": token },
    body: line,
  });
  if (!answer.ok) throw new Error(await answer.text());
  location.reload();
}

// Heard of at the document: pages follow the log, and put a new button in the old one's place.
document.addEventListener("click", (event) => {
  const button = event.target.closest("#sign");
  if (!button) return;
  button.disabled = true;
  document.getElementById("said").textContent = "";
  sign(button).catch((error) => {
    button.disabled = false;
    document.getElementById("said").textContent = error.message;
  });
});
