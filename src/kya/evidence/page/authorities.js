// Time-stamping authorities: certificates of others' profiles, and whether one leads to a
// root that the verifier brought (RFC 5280). What this page does not know is not told.

class Untold extends Error {}

// A sentence that names what this page, or this browser, cannot check.
function cannotTell(sentence) { throw new Untold(sentence); }

const P521 = "30819b301006072a8648ce3d020106052b81040023";
const RSA = "300d06092a864886f70d0101010500";
const RSA_OCTETS_MIN = 256; // 2048 bits.
const RSA_BY_ANY_HASH = "2a864886f70d010101";
const HASHES = {
  "608648016503040201": "SHA-256", "608648016503040202": "SHA-384", "608648016503040203": "SHA-512",
};
const SIGNED_BY = {
  "2a864886f70d01010b": ["RSA", "SHA-256"], "2a864886f70d01010c": ["RSA", "SHA-384"], "2a864886f70d01010d": ["RSA", "SHA-512"],
  "2a8648ce3d040302": ["ECDSA", "SHA-256"], "2a8648ce3d040303": ["ECDSA", "SHA-384"], "2a8648ce3d040304": ["ECDSA", "SHA-512"],
};
const STAMPING_ALONE = "300a06082b06010505070308";
const STAMPING_OR_ANY = ["2b06010505070308", "551d2500"];
const BY = { constraints: "551d13", usage: "551d0f", purposes: "551d25" };
const PATH_MAX = 5; // Certificates between a signer and a root.
const SIGNATURE_BITS = 0xc0; // digitalSignature and nonRepudiation.
const SIGNS_CERTIFICATES = 0x04;

// One or more certificates in PEM, as libraries take them: with what stands around them.
function readAuthorities(bytes) {
  const blocks = text(bytes).matchAll(/-----BEGIN CERTIFICATE-----([A-Za-z0-9+/=\s]+)-----END CERTIFICATE-----/g);
  const found = [...blocks].map(([, said]) => readForeign(unbase64(said.replace(/\s/g, ""))));
  if (!found.some(isSelfIssued)) refuse("authorities: want at least one root in PEM");
  return found;
}

function isSelfIssued(certificate) { return equal(certificate.issuer, certificate.subject); }

function readForeign(bytes) {
  if (bytes.length > CERTIFICATE_MAX) refuse(`certificate: want at most ${CERTIFICATE_MAX} bytes`);
  const outer = onlyDer(bytes, TAG.SEQUENCE);
  const tbs = outer.take(TAG.SEQUENCE);
  const signedBy = outer.take(TAG.SEQUENCE);
  const signature = outer.takeBits();
  outer.over();
  const whole = tbs.whole;
  if (tbs.take(0xa0).takeInteger() !== "2") refuse("certificate: want version 3");
  const serial = hex(tbs.take(TAG.INTEGER).bytes);
  if (!equal(tbs.take(TAG.SEQUENCE).whole, signedBy.whole)) refuse("certificate: names two algorithms");
  const issuer = tbs.take(TAG.SEQUENCE).whole;
  const validity = tbs.take(TAG.SEQUENCE);
  const [begins, ends] = [validity.takeTime(), validity.takeTime()];
  const subject = tbs.take(TAG.SEQUENCE).whole;
  const spki = tbs.take(TAG.SEQUENCE).whole;
  while (!tbs.isOver && tbs.tag !== 0xa3) tbs.take(tbs.tag);
  const extensions = foreignExtensions(onlyDer(tbs.take(0xa3).bytes, TAG.SEQUENCE));
  tbs.over();
  return { bytes, tbs: whole, signedBy: signedBy.takeOid(), signature, serial, issuer, begins, ends, subject, spki, extensions };
}

function foreignExtensions(list) {
  const found = new Map();
  while (!list.isOver) {
    const one = list.take(TAG.SEQUENCE);
    const name = one.takeOid();
    const isCritical = one.tag === TAG.BOOLEAN && hex(one.take(TAG.BOOLEAN).bytes) === "ff";
    if (found.has(name)) refuse("certificate: has an extension twice");
    found.set(name, { isCritical, value: one.take(TAG.OCTETS).bytes });
    one.over();
  }
  return found;
}

// The signer is for time stamping alone, was valid then, and stands under a root.
async function requireAuthority(signer, pool, roots, at) {
  const purposes = signer.extensions.get(BY.purposes);
  if (!purposes?.isCritical || hex(purposes.value) !== STAMPING_ALONE) {
    refuse("its signer is not for time stamping alone");
  }
  const usage = usageOf(signer);
  if (usage !== null && ((usage & SIGNATURE_BITS) === 0 || (usage & ~SIGNATURE_BITS) !== 0)) refuse("its signer's key has another usage");
  requireValid(signer, at);
  const leads = await leadsToRoot(signer, pool, roots, at, 0);
  if (leads === false) refuse("its signer does not lead to a root of yours");
  if (leads === null) cannotTell("a certificate on the way to your root has an algorithm or a critical extension that this page does not know");
}

function requireValid(certificate, at) {
  if (at < certificate.begins || at > certificate.ends) {
    refuse(`a certificate of its authority is valid from ${certificate.begins} to ${certificate.ends}, not at ${at}`);
  }
}

// true, false, or null where no way is known to hold and one of them cannot be told.
async function leadsToRoot(certificate, pool, roots, at, between) {
  if (roots.some((root) => equal(root.bytes, certificate.bytes))) return true;
  let found = false;
  for (const above of [...roots, ...pool]) {
    if (!equal(above.subject, certificate.issuer) || equal(above.bytes, certificate.bytes)) continue;
    if (between >= PATH_MAX || at < above.begins || at > above.ends || !mayIssue(above, between)) continue;
    const [kind, hash] = SIGNED_BY[certificate.signedBy] ?? [];
    const holds = await foreignHolds(above.spki, kind, hash, certificate.signature, certificate.tbs);
    if (holds === false) continue;
    const further = await leadsToRoot(above, pool, roots, at, between + 1);
    if (holds && further && knowsAll(certificate) && knowsAll(above)) return true;
    if (further !== false) found = null;
  }
  return found;
}

function knowsAll({ extensions }) {
  return [...extensions].every(([name, { isCritical }]) => !isCritical || Object.values(BY).includes(name));
}

// Whether a certificate may stand above so many others and a signer.
function mayIssue(above, between) {
  const said = above.extensions.get(BY.constraints);
  if (said === undefined) return false;
  const constraints = onlyDer(said.value, TAG.SEQUENCE);
  if (constraints.tag !== TAG.BOOLEAN || hex(constraints.take(TAG.BOOLEAN).bytes) !== "ff") return false;
  if (!constraints.isOver && parseInt(constraints.takeInteger(), 16) < between) return false;
  constraints.over();
  const usage = usageOf(above);
  return isForStamps(above) && (usage === null || (usage & SIGNS_CERTIFICATES) !== 0);
}

function isForStamps({ extensions }) {
  const said = extensions.get(BY.purposes);
  if (said === undefined) return true;
  let found = false;
  for (const list = onlyDer(said.value, TAG.SEQUENCE); !list.isOver;) found = STAMPING_OR_ANY.includes(list.takeOid()) || found;
  return found;
}

// The first octet of the key usage, which has all bits but decipherOnly; null for none.
function usageOf({ extensions }) {
  const said = extensions.get(BY.usage);
  return said === undefined ? null : onlyDer(said.value, TAG.BITS).bytes[1] ?? 0;
}

// Signatures of keys that logs do not have; null for an algorithm that is not known here.
async function foreignHolds(spki, kind, hash, signature, message) {
  const name = hex(spki);
  const [curve, width] = name.startsWith(P256) ? ["P-256", 32]
    : name.startsWith(P384) ? ["P-384", 48] : name.startsWith(P521) ? ["P-521", 66] : [null, 0];
  if (kind === undefined || (curve === null && onlyDer(spki, TAG.SEQUENCE).take(TAG.SEQUENCE).takeOid() !== RSA_BY_ANY_HASH)) return null;
  if ((kind === "RSA") !== (curve === null)) return false;
  if (kind === "RSA" && (hex(onlyDer(spki, TAG.SEQUENCE).take(TAG.SEQUENCE).whole) !== RSA || modulusOf(spki) < RSA_OCTETS_MIN)) return false;
  const algorithm = kind === "RSA" ? { name: "RSASSA-PKCS1-v1_5", hash } : { name: "ECDSA", namedCurve: curve, hash };
  const raw = kind === "RSA" ? signature : rawSignature(signature, width);
  if (raw === null) return false;
  const key = await crypto.subtle.importKey("spki", spki, algorithm, false, ["verify"])
    .catch((error) => (error.name === "NotSupportedError" ? null : refuse("key: cannot be read")));
  return key === null ? null : crypto.subtle.verify(algorithm, key, raw, message);
}

function modulusOf(spki) {
  const key = onlyDer(spki, TAG.SEQUENCE);
  key.take(TAG.SEQUENCE);
  return onlyDer(key.takeBits(), TAG.SEQUENCE).takeNumber().length;
}
