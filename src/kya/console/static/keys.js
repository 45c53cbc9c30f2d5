// Keys of people: made in this browser, not exportable, and used for what a page shows.

const P256 = { name: "ECDSA", namedCurve: "P-256" };
const SHA256 = { name: "ECDSA", hash: "SHA-256" };
const ID_BYTES = 4;

function opened() {
  return new Promise((resolve, reject) => {
    const asked = indexedDB.open("kya-console", 1);
    asked.onupgradeneeded = () => asked.result.createObjectStore("keys", { keyPath: "name" });
    asked.onsuccess = () => resolve(asked.result);
    asked.onerror = () => reject(asked.error);
  });
}

async function stored(mode, work) {
  const database = await opened();
  try {
    return await new Promise((resolve, reject) => {
      const asked = work(database.transaction("keys", mode).objectStore("keys"));
      asked.onsuccess = () => resolve(asked.result);
      asked.onerror = () => reject(asked.error);
    });
  } finally {
    database.close();
  }
}

export const keyNamed = (name) => stored("readonly", (keys) => keys.get(name));
const allKeys = () => stored("readonly", (keys) => keys.getAll());

async function made(name) {
  const pair = await crypto.subtle.generateKey(P256, false, ["sign"]);
  const spki = new Uint8Array(await crypto.subtle.exportKey("spki", pair.publicKey));
  const kept = { name, privateKey: pair.privateKey, spki };
  await stored("readwrite", (keys) => keys.add(kept));
  return kept;
}

const base64 = (bytes) => btoa(String.fromCharCode(...bytes));
const hex = (bytes) => [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
const digest = async (bytes) => new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));

// DER, as far as a request and a signature need it.
function der(tag, ...parts) {
  const body = parts.flatMap((part) => [...part]);
  const length = body.length < 128 ? [body.length]
    : body.length < 256 ? [0x81, body.length] : [0x82, body.length >> 8, body.length & 255];
  return Uint8Array.from([tag, ...length, ...body]);
}

function integer(bytes) {
  const first = bytes.findIndex((byte) => byte !== 0);
  const short = [...bytes.slice(first < 0 ? bytes.length - 1 : first)];
  return der(0x02, short[0] > 127 ? [0, ...short] : short);
}

// WebCrypto has r and s side by side; notes and requests want them in DER.
async function signature(key, message) {
  const raw = new Uint8Array(await crypto.subtle.sign(SHA256, key, message));
  return der(0x30, integer(raw.slice(0, 32)), integer(raw.slice(32)));
}

// One signature line of a C2SP signed note: a dash, the name, and key id with signature.
export async function noteSignature(kept, text) {
  const id = (await digest(kept.spki)).slice(0, ID_BYTES);
  const value = await signature(kept.privateKey, new TextEncoder().encode(text));
  return `\u2014 ${kept.name} ${base64([...id, ...value])}`;
}

// PKCS #10 with an empty name: the authority takes the key, and gives the name itself.
async function requestOf(kept) {
  const asked = der(0x30, der(0x02, [0]), der(0x30), kept.spki, der(0xa0));
  const ecdsaWithSha256 = der(0x30, [0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02]);
  const value = await signature(kept.privateKey, asked);
  const lines = base64(der(0x30, asked, ecdsaWithSha256, der(0x03, [0], value))).match(/.{1,64}/g);
  return `-----BEGIN CERTIFICATE REQUEST-----\n${lines.join("\n")}\n-----END CERTIFICATE REQUEST-----\n`;
}

async function asked(path, body) {
  const answer = await fetch(path, { method: "POST", headers: { "content-type": "text/plain", accept: "application/json" }, body });
  const text = await answer.text();
  if (!answer.ok) throw new Error(text);
  return text;
}

async function signIn(kept) {
  const line = await asked("/sign-in/challenge", kept.name);
  const read = JSON.parse(line);
  // What is signed here opens a session of this console and can be nothing else.
  if (read._type !== "kya/sign-in/v1" || read.console !== location.origin || read.name !== kept.name) {
    throw new Error("The console asked for a signature under something else.");
  }
  await asked("/sign-in", `${line}\n${await noteSignature(kept, line)}\n`);
  location.assign(document.getElementById("door").dataset.next);
}

async function showRequest(kept) {
  const text = await requestOf(kept);
  document.getElementById("fingerprint").textContent = hex(await digest(kept.spki));
  document.getElementById("csr").value = text;
  const link = document.getElementById("download");
  link.download = `${kept.name}.csr`;
  link.href = URL.createObjectURL(new Blob([text], { type: "application/pkcs10" }));
  document.getElementById("request").hidden = false;
}

function buttonOf(text, className, work) {
  const button = document.createElement("button");
  button.textContent = text;
  button.className = className;
  button.addEventListener("click", () => tried(work));
  return button;
}

async function list() {
  const kept = await allKeys();
  const shown = document.getElementById("keys");
  if (!kept.length) return;
  shown.replaceChildren(...kept.map((each) => {
    const item = document.createElement("li");
    item.append(buttonOf(`Sign in as ${each.name}`, "main", () => signIn(each)), " ",
      buttonOf(`Request of ${each.name}`, "quiet", () => showRequest(each)));
    return item;
  }));
}

async function tried(work) {
  const said = document.getElementById("said");
  said.textContent = "";
  try {
    await work();
  } catch (error) {
    said.textContent = error.name === "ConstraintError" ? "This browser has a key of that name already." : error.message;
  }
}

if (document.getElementById("door")) {
  document.getElementById("make").addEventListener("submit", (event) => {
    event.preventDefault();
    tried(async () => {
      await showRequest(await made(document.getElementById("new-name").value));
      await list();
    });
  });
  tried(list);
}
