// X.509 certificates of the profiles in spec/certificate.md, read octet by octet.

const P256 = "3059301306072a8648ce3d020106082a8648ce3d03010703420004";
const P384 = "3076301006072a8648ce3d020106052b8104002203620004";
const ED25519 = "302a300506032b6570032100";
const SIGNED_SHA256 = "300a06082a8648ce3d040302";
const SIGNED_SHA384 = "300a06082a8648ce3d040303";
const CERTIFICATE_MAX = 16_384;

const EXTENSION = {
  "551d13": "basicConstraints", "551d0f": "keyUsage", "551d0e": "subjectKeyIdentifier",
  "551d23": "authorityKeyIdentifier", "551d11": "subjectAltName",
  "551d20": "certificatePolicies", "551d1f": "cRLDistributionPoints",
  "551d25": "extKeyUsage", "2b06010505070101": "authorityInfoAccess",
  "2b0601040181fd590101": "scope",
  "2b0601040181fd590105": "custody",
};
const CRITICAL = ["basicConstraints", "keyUsage"];
const OF_A_LEAF = [
  ...CRITICAL, "subjectKeyIdentifier", "authorityKeyIdentifier", "subjectAltName",
  "certificatePolicies", "cRLDistributionPoints", "extKeyUsage",
];
const LEAF_POLICY = "300e300c060a2b0601040181fd590103";
const LEAF = {
  key: P256, days: 365, extensions: OF_A_LEAF, policy: LEAF_POLICY,
  constraints: "3000", usage: "03020780",
};
const PROFILE = {
  root: {
    key: P384, days: 3653, extensions: [...CRITICAL, "subjectKeyIdentifier"],
    constraints: "30060101ff020101", usage: "03020106",
  },
  issuer: {
    key: P256, days: 1096, policy: "3008300606" + "04551d2000",
    extensions: OF_A_LEAF.filter((name) => name !== "extKeyUsage"),
    constraints: "30060101ff020100", usage: "03020106",
  },
  agent: { ...LEAF, extensions: [...OF_A_LEAF, "scope", "custody"] },
  log: { ...LEAF, key: ED25519 },
  other: LEAF,
};
const ROLES = ["agent", "authority", "compliance", "director", "gateway", "log", "operator", "risk"];
const PEOPLE = ["compliance", "director", "operator", "risk"];
const BOTH_USES = "301406082b0601050507030206082b06010505070301";

async function parseCertificate(bytes) {
  if (bytes.length > CERTIFICATE_MAX) refuse(`certificate: want at most ${CERTIFICATE_MAX} bytes`);
  const outer = onlyDer(bytes, TAG.SEQUENCE);
  const tbs = outer.take(TAG.SEQUENCE);
  const signedBy = hex(outer.take(TAG.SEQUENCE).whole);
  const signature = outer.takeBits();
  outer.over();
  const found = readTbs(tbs);
  if (found.signedBy !== signedBy) refuse("certificate: names two algorithms");
  const digests = [digest(bytes), sha256(found.spki)];
  const [own, key] = await Promise.all(digests);
  return { ...found, bytes, tbs: tbs.whole, signature, digest: own, keyId: hex(key.subarray(0, 4)) };
}

function readTbs(tbs) {
  const version = tbs.take(0xa0);
  if (version.takeInteger() !== "2") refuse("certificate: want version 3");
  const serial = tbs.takeInteger();
  const signedBy = hex(tbs.take(TAG.SEQUENCE).whole);
  const issuer = tbs.take(TAG.SEQUENCE).whole;
  const validity = tbs.take(TAG.SEQUENCE);
  const begins = validity.takeTime();
  const ends = validity.takeTime();
  validity.over();
  const subject = tbs.take(TAG.SEQUENCE).whole;
  const spki = tbs.take(TAG.SEQUENCE).whole;
  const extensions = readExtensions(onlyDer(tbs.take(0xa3).bytes, TAG.SEQUENCE));
  tbs.over();
  const bits = parseInt(serial[0], 16).toString(2).length + 4 * (serial.length - 1);
  if (bits < 64 || bits > 159) refuse("certificate: want a serial of 64 to 159 bits");
  return { serial, signedBy, issuer, begins, ends, subject, spki, extensions };
}

function readExtensions(list) {
  const found = {};
  while (!list.isOver) {
    const one = list.take(TAG.SEQUENCE);
    const name = EXTENSION[one.takeOid()];
    const critical = one.tag === TAG.BOOLEAN ? hex(one.take(TAG.BOOLEAN).bytes) : "";
    const value = one.take(TAG.OCTETS).bytes;
    one.over();
    if (name === undefined || name in found) refuse("certificate: has an extension of no profile");
    if (critical !== (CRITICAL.includes(name) ? "ff" : "")) {
      refuse(`certificate: ${name} is critical where it must not be, or the other way round`);
    }
    found[name] = value;
  }
  return found;
}

// Everything that one certificate shows of its profile, but for who signed it.
function requireProfile(certificate, name) {
  const profile = PROFILE[name];
  const { extensions: found } = certificate;
  const names = Object.keys(found).filter((each) => each !== "authorityInfoAccess");
  if (names.sort().join() !== [...profile.extensions].sort().join()) {
    refuse("certificate: want exactly the extensions of its profile");
  }
  if (!hex(certificate.spki).startsWith(profile.key)
    || certificate.spki.length !== { [P256]: 91, [P384]: 120, [ED25519]: 44 }[profile.key]) {
    refuse("certificate: want a key of its profile");
  }
  const days = (micros(certificate.ends) - micros(certificate.begins)) / SECOND / 86_400n;
  if (days < 0n || days >= BigInt(profile.days)) refuse(`certificate: want at most ${profile.days} days`);
  const said = (extension) => hex(found[extension]);
  if (said("basicConstraints") !== profile.constraints) refuse("certificate: want its basic constraints");
  if (said("keyUsage") !== profile.usage) refuse("certificate: want its key usage");
  if (profile.policy && said("certificatePolicies") !== profile.policy) refuse("certificate: want its policy");
  if (profile.extensions.includes("extKeyUsage") && said("extKeyUsage") !== BOTH_USES) {
    refuse("certificate: want client and server authentication");
  }
  if (profile.extensions.includes("cRLDistributionPoints")) httpUrl(found.cRLDistributionPoints);
}

function httpUrl(bytes) {
  const point = onlyDer(onlyDer(bytes, TAG.SEQUENCE).bytes, TAG.SEQUENCE);
  const uri = onlyDer(onlyDer(onlyDer(point.bytes, 0xa0).bytes, 0xa0).bytes, 0x86);
  if (!text(uri.bytes).startsWith("http://")) refuse("certificate: want one http URL of its list");
}

function onlyUri(bytes) { return text(onlyDer(onlyDer(bytes, TAG.SEQUENCE).bytes, 0x86).bytes); }

function keyIdentifier(certificate) {
  return hex(onlyDer(certificate.extensions.subjectKeyIdentifier, TAG.OCTETS).bytes);
}

function issuerKeyIdentifier(bytes) { return hex(onlyDer(onlyDer(bytes, TAG.SEQUENCE).bytes, 0x80).bytes); }

// Role and name of a leaf, and for an agent the scope that it carries.
async function readLeaf(certificate) {
  const uri = onlyUri(certificate.extensions.subjectAltName);
  const parts = /^(spiffe:\/\/[a-z0-9._-]+)\/([a-z]+)\/([A-Za-z0-9._/-]+)$/.exec(uri);
  if (!parts || !ROLES.includes(parts[2]) || !NAME.test(parts[3])) {
    refuse("certificate: want one name spiffe://domain/role/name");
  }
  const [, domain, role, name] = parts;
  requireProfile(certificate, role in PROFILE ? role : "other");
  if (!PEOPLE.includes(role) && commonName(certificate.subject) !== name) {
    refuse("certificate: want the common name to be the name");
  }
  const grant = role === "agent" ? await readScope(certificate.extensions.scope) : {};
  const custody = role === "agent" ? readCustody(certificate.extensions.custody) : null;
  return { ...certificate, domain, role, name, custody, ...grant };
}

function commonName(subject) {
  const names = onlyDer(subject, TAG.SEQUENCE);
  const said = {};
  while (!names.isOver) {
    const pair = onlyDer(names.take(TAG.SET).bytes, TAG.SEQUENCE);
    const kind = pair.takeOid();
    said[kind] = text(pair.take(TAG.UTF8).bytes);
    pair.over();
  }
  if (Object.keys(said).sort().join() !== "550403,55040a") refuse("certificate: want O and CN alone");
  return said["550403"];
}

function readCustody(bytes) {
  const custody = text(onlyDer(bytes, TAG.UTF8).bytes);
  if (!/^[^\p{Cc}]+$/u.test(custody)) refuse("custody: want one printable line");
  return custody;
}

async function readScope(bytes) {
  const scope = onlyDer(bytes, TAG.SEQUENCE);
  if (scope.takeInteger() !== "1") refuse("scope: want version 1");
  if (scope.takeOid() !== "2b0601040181fd59010201") refuse("scope: want the language of canonical JSON");
  const policyHash = hex(scope.take(TAG.OCTETS).bytes);
  const mandate = hex(scope.take(TAG.OCTETS).bytes);
  const policy = scope.take(TAG.UTF8).bytes;
  scope.over();
  if (policy.length < 2 || policy.length > 4096 || await digest(policy) !== policyHash) {
    refuse("scope: want the SHA-256 of its policy");
  }
  return { mandate, scopeText: text(policy), scopeDigest: policyHash };
}
