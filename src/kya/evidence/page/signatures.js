// Signatures under WebCrypto: true, false, or null where this browser cannot tell.

const KEYS = new WeakMap(); // By the very bytes: a key is read once, and used thousands of times.

function keyOf(spki) {
  if (!KEYS.has(spki)) {
    const name = hex(spki);
    const algorithm = name.startsWith(ED25519) ? { name: "Ed25519" }
      : { name: "ECDSA", namedCurve: name.startsWith(P384) ? "P-384" : "P-256" };
    const imported = crypto.subtle.importKey("spki", spki, algorithm, false, ["verify"])
      .catch((error) => (error.name === "NotSupportedError" ? null : refuse("key: cannot be read")));
    KEYS.set(spki, { imported, isWide: name.startsWith(P384) });
  }
  return KEYS.get(spki);
}

async function ed25519Holds(spki, signature, message) {
  const key = await keyOf(spki).imported;
  if (key === null) return null;
  return signature.length === 64 && crypto.subtle.verify({ name: "Ed25519" }, key, signature, message);
}

async function ecdsaHolds(spki, signature, message) {
  const { imported, isWide } = keyOf(spki);
  const raw = rawSignature(signature, isWide ? 48 : 32);
  if (raw === null) return false;
  const algorithm = { name: "ECDSA", hash: isWide ? "SHA-384" : "SHA-256" };
  return crypto.subtle.verify(algorithm, await imported, raw, message);
}

// WebCrypto takes r and s side by side; notes and certificates have them in DER.
function rawSignature(der, width) {
  try {
    const pair = onlyDer(der, TAG.SEQUENCE);
    const raw = new Uint8Array(2 * width);
    for (const end of [width, 2 * width]) {
      const number = pair.takeNumber();
      if (number.length > width) return null;
      raw.set(number, end - number.length);
    }
    pair.over();
    return raw;
  } catch (error) {
    if (error instanceof Refused) return null;
    throw error;
  }
}

// The certificate is signed by the one above, and within it.
async function requireIssuedBy(certificate, above) {
  if (!equal(certificate.issuer, above.subject)) refuse("its issuer is not the CA above");
  const wanted = hex(above.spki).startsWith(P384) ? SIGNED_SHA384 : SIGNED_SHA256;
  if (certificate.signedBy !== wanted) refuse("signed with another algorithm than its issuer's");
  const named = certificate.extensions.authorityKeyIdentifier;
  if (named && issuerKeyIdentifier(named) !== keyIdentifier(above)) refuse("names another key of its issuer");
  if (certificate.begins < above.begins || certificate.ends > above.ends) {
    refuse("valid outside its issuer's time");
  }
  if (!await ecdsaHolds(above.spki, certificate.signature, certificate.tbs)) {
    refuse("its signature is not of the key above");
  }
}

// A root stands for itself: the verifier brought it.
async function readRoot(bytes) {
  const blocks = unpem(bytes, "CERTIFICATE");
  if (blocks.length !== 1) refuse("root: want one certificate");
  const root = await parseCertificate(blocks[0]);
  requireProfile(root, "root");
  await requireIssuedBy(root, root);
  return root;
}

async function readIssuer(bytes, root) {
  const issuer = await parseCertificate(bytes);
  requireProfile(issuer, "issuer");
  await requireIssuedBy(issuer, root);
  const domain = onlyUri(issuer.extensions.subjectAltName);
  return { ...issuer, domain };
}

// A complete revocation list: who signed it, and serial, instant and reason of each entry.
async function readList(bytes, above) {
  const outer = onlyDer(bytes, TAG.SEQUENCE);
  const tbs = outer.take(TAG.SEQUENCE);
  const algorithm = hex(outer.take(TAG.SEQUENCE).whole);
  const signature = outer.takeBits();
  outer.over();
  if (tbs.takeInteger() !== "1") refuse("list: want version 2");
  const wanted = hex(above.spki).startsWith(P384) ? SIGNED_SHA384 : SIGNED_SHA256;
  if (hex(tbs.take(TAG.SEQUENCE).whole) !== algorithm || algorithm !== wanted) refuse("list: want its CA's algorithm");
  if (!equal(tbs.take(TAG.SEQUENCE).whole, above.subject)) refuse("list: of another CA");
  const since = tbs.takeTime();
  const until = tbs.takeTime();
  const entries = tbs.tag === TAG.SEQUENCE ? readListed(tbs.take(TAG.SEQUENCE)) : [];
  const number = readListNumber(onlyDer(tbs.take(0xa0).bytes, TAG.SEQUENCE), above);
  tbs.over();
  if (!await ecdsaHolds(above.spki, signature, tbs.whole)) refuse("list: its signature is not of its CA");
  return { since, until, entries, number };
}

function readListed(list) {
  const found = [];
  while (!list.isOver) {
    const entry = list.take(TAG.SEQUENCE);
    const serial = entry.takeInteger();
    const at = entry.takeTime();
    const extension = onlyDer(entry.take(TAG.SEQUENCE).bytes, TAG.SEQUENCE);
    if (extension.takeOid() !== "551d15") refuse("list: want a reason and nothing else");
    const reason = onlyDer(extension.take(TAG.OCTETS).bytes, TAG.ENUMERATED).bytes;
    entry.over();
    found.push(`${serial} ${at} ${reason[0]}`);
  }
  return found;
}

function readListNumber(extensions, above) {
  const key = extensions.take(TAG.SEQUENCE);
  if (key.takeOid() !== "551d23" || issuerKeyIdentifier(key.take(TAG.OCTETS).bytes) !== keyIdentifier(above)) {
    refuse("list: want its CA's key identifier");
  }
  const number = extensions.take(TAG.SEQUENCE);
  if (number.takeOid() !== "551d14") refuse("list: want its number");
  extensions.over();
  return parseInt(new Der(number.take(TAG.OCTETS).bytes).takeInteger(), 16);
}
