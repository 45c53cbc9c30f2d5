// Signs the very line that the page shows, with the key that this browser keeps.

import { noteSignature, keyNamed } from "/static/keys.js";

const button = document.getElementById("sign");
const said = document.getElementById("said");

async function sign() {
  const { act, name, token } = button.dataset;
  const kept = await keyNamed(name);
  if (!kept) throw new Error(`This browser has no key of ${name}.`);
  const line = await noteSignature(kept, document.getElementById("line").textContent);
  const answer = await fetch(act, {
    method: "POST",
    headers: { "content-type": "text/plain", accept: "application/json", "x-form-token": token },
    body: line,
  });
  if (!answer.ok) throw new Error(await answer.text());
  location.reload();
}

if (button) {
  button.addEventListener("click", () => {
    button.disabled = true;
    said.textContent = "";
    sign().catch((error) => {
      button.disabled = false;
      said.textContent = error.message;
    });
  });
}
