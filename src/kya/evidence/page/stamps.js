// Time stamps over checkpoints (spec/time-stamps.md, RFC 3161): when a tree head was
// there at the latest, by the clock of somebody else.

const RESPONSE_MAX = 32_768;
const STAMPS_MAX = 8_192; // Eight authorities on every checkpoint that a package can have.
const STAMP_CERTIFICATES_MAX = 8;
const STAMP_NAME = /^stamps\/([1-9][0-9]*)\.[A-Za-z0-9_-]+\.tsr$/;
const SHA1 = "2b0e03021a";
const SHA256 = "608648016503040201";
const CMS = {
  signedData: "2a864886f70d010702", tokenInfo: "2a864886f70d0109100104",
  contentType: "2a864886f70d010903", messageDigest: "2a864886f70d010904",
  signingCertificate: "2a864886f70d010910020c", signingCertificateV2: "2a864886f70d010910022f",
};

async function checkStamps(record, files, authorities) {
  const { findings } = record;
  const paths = [...files.keys()].filter((path) => path.startsWith("stamps/"));
  if (paths.length > STAMPS_MAX) { findings.fails(8, "stamps/", `want at most ${STAMPS_MAX} files`); return; }
  const named = paths.filter((path) => STAMP_NAME.test(path) || findings.fails(8, path, "has a name that no time stamp has"));
  if (authorities === null) {
    if (named.length > 0) findings.checked(8, `not looked at: ${named.length} time stamps (bring the roots of their authorities)`);
    return;
  }
  const times = (await inBatches(named, (path) => stampOf(record, files, path, authorities))).filter(Boolean).sort();
  if (times.length > 0) {
    findings.checked(8, `time stamps of your authorities: ${times.length}, from ${times[0]} to ${times.at(-1)}, none before the entries below it`);
  } else if (paths.length === 0) findings.unknown(8, "no time stamp of your authorities");
}

// The time of one stamp; null, and a finding, if it does not count.
async function stampOf(record, files, path, authorities) {
  try {
    return await record.findings.unless(8, path, async () => {
      const size = Number(STAMP_NAME.exec(path)[1]);
      const note = files.get(`checkpoints/${size}.note`) ?? refuse(`checkpoints/${size}.note, which it is on, is missing`);
      const at = await stampedAt(files.get(path), note, authorities);
      const moment = record.entries[size - 1]?.now;
      if (moment && micros(at) < micros(moment) - 60n * SECOND) {
        refuse(`is of ${at}; the last of the ${size} entries is of ${moment}: back-dated`);
      }
      return at;
    });
  } catch (error) {
    if (!(error instanceof Untold)) throw error;
    record.findings.unknown(8, `${path}: ${error.message}`);
    return null;
  }
}

// When an authority under these roots has had these bytes before it.
async function stampedAt(response, content, authorities) {
  if (response.length > RESPONSE_MAX) refuse(`time stamp: want at most ${RESPONSE_MAX} bytes`);
  const signed = readResponse(response);
  const stamp = readStamp(signed.content);
  if (stamp.by !== SHA256) refuse("time stamp: want an imprint by SHA-256");
  if (!equal(stamp.imprint, await sha256(content))) refuse("time stamp: it is over other bytes");
  const pool = [...signed.certificates, ...authorities];
  const signer = pool.find((held) => signed.signedBy(held)) ?? refuse("time stamp: its signer's certificate is missing");
  await requireSignedStamp(signed, signer);
  await requireAuthority(signer, pool, authorities.filter(isSelfIssued), stamp.at);
  return stamp.at;
}

function readResponse(bytes) {
  const response = onlyDer(bytes, TAG.SEQUENCE);
  if (!["0", "1"].includes(response.take(TAG.SEQUENCE).takeInteger())) refuse("time stamp: not granted");
  const token = response.take(TAG.SEQUENCE);
  response.over();
  if (token.takeOid() !== CMS.signedData) refuse("time stamp: want signed data (RFC 5652)");
  const outer = token.take(0xa0);
  token.over();
  return readSigned(onlyDer(outer.bytes, TAG.SEQUENCE));
}

function readSigned(signed) {
  signed.take(TAG.INTEGER);
  signed.take(TAG.SET);
  const inner = signed.take(TAG.SEQUENCE);
  if (inner.takeOid() !== CMS.tokenInfo) refuse("time stamp: want the content of a time stamp");
  const content = onlyDer(inner.take(0xa0).bytes, TAG.OCTETS).bytes;
  inner.over();
  const certificates = [];
  for (const list = signed.tag === 0xa0 ? signed.take(0xa0) : new Der(new Uint8Array()); !list.isOver;) {
    if (certificates.length >= STAMP_CERTIFICATES_MAX) cannotTell(`more than ${STAMP_CERTIFICATES_MAX} certificates in one time stamp`);
    certificates.push(readForeign(list.take(TAG.SEQUENCE).whole));
  }
  if (signed.tag === 0xa1) signed.take(0xa1);
  const signers = signed.take(TAG.SET);
  signed.over();
  const signer = onlyDer(signers.bytes, TAG.SEQUENCE);
  return { content, certificates, ...readSigner(signer) };
}

function readSigner(signer) {
  signer.take(TAG.INTEGER);
  const named = signer.tag === 0x80 ? cannotTell("its signer is named by a key and not by a certificate") : signer.take(TAG.SEQUENCE);
  const issuer = named.take(TAG.SEQUENCE).whole;
  const serial = hex(named.take(TAG.INTEGER).bytes);
  const hash = HASHES[signer.take(TAG.SEQUENCE).takeOid()] ?? cannotTell("its digest is of an algorithm that this page does not know");
  const said = signer.take(0xa0);
  const algorithm = signer.take(TAG.SEQUENCE).takeOid();
  const signature = signer.take(TAG.OCTETS).bytes;
  if (signer.tag === 0xa1) signer.take(0xa1);
  signer.over();
  const [kind, by] = algorithm === RSA_BY_ANY_HASH ? ["RSA", hash] : SIGNED_BY[algorithm] ?? [];
  // What is signed is the set, under the tag of a set (RFC 5652 section 5.4).
  const message = join(Uint8Array.of(TAG.SET), said.whole.subarray(1));
  const signedBy = (held) => equal(held.issuer, issuer) && held.serial === serial;
  return { attributes: readAttributes(said), message, hash, kind, by, signature, signedBy };
}

// Each signed attribute by its name, with its one value.
function readAttributes(list) {
  const found = new Map();
  while (!list.isOver) {
    const one = list.take(TAG.SEQUENCE);
    const name = one.takeOid();
    if (found.has(name)) refuse("time stamp: has a signed attribute twice");
    const values = one.take(TAG.SET);
    one.over();
    found.set(name, values.take(values.tag));
    values.over();
  }
  return found;
}

// The signature covers the content, and names the certificate of its key.
async function requireSignedStamp({ attributes, content, message, hash, kind, by, signature }, signer) {
  const said = (name) => attributes.get(name) ?? refuse("time stamp: lacks a signed attribute");
  if (hex(said(CMS.contentType).bytes) !== CMS.tokenInfo) refuse("time stamp: signed as another content");
  const digest = new Uint8Array(await crypto.subtle.digest(hash, content));
  const signed = said(CMS.messageDigest);
  if (signed.whole[0] !== TAG.OCTETS || !equal(signed.bytes, digest)) refuse("time stamp: its digest is not that of its content");
  await requireNamed(attributes, signer);
  if (by !== undefined && by !== hash) refuse("time stamp: names two digests");
  const holds = await foreignHolds(signer.spki, kind, hash, signature, message);
  if (holds === null) cannotTell("its signature is of an algorithm that this page or this browser does not know");
  if (!holds) refuse("time stamp: its signature does not fit");
}

// RFC 5816: the first certificate that is named is the signer's.
async function requireNamed(attributes, signer) {
  const named = [CMS.signingCertificateV2, CMS.signingCertificate].filter((name) => attributes.has(name));
  if (named.length === 0) refuse("time stamp: names no certificate of its signer");
  for (const name of named) {
    const first = new Der(attributes.get(name).bytes).take(TAG.SEQUENCE).take(TAG.SEQUENCE);
    const isNamed = name === CMS.signingCertificateV2 && first.tag === TAG.SEQUENCE;
    const by = isNamed ? first.take(TAG.SEQUENCE).takeOid() : name === CMS.signingCertificateV2 ? SHA256 : SHA1;
    const hash = by === SHA1 ? "SHA-1" : HASHES[by] ?? cannotTell("it names its signer by a digest that this page does not know");
    const digest = new Uint8Array(await crypto.subtle.digest(hash, signer.bytes));
    if (!equal(first.take(TAG.OCTETS).bytes, digest)) refuse("time stamp: names another certificate than its signer's");
  }
}

// The content: over which digest, by which algorithm, and when.
function readStamp(bytes) {
  const stamp = onlyDer(bytes, TAG.SEQUENCE);
  if (stamp.takeInteger() !== "1") refuse("time stamp: want version 1");
  stamp.takeOid();
  const about = stamp.take(TAG.SEQUENCE);
  const by = about.take(TAG.SEQUENCE).takeOid();
  const imprint = about.take(TAG.OCTETS).bytes;
  about.over();
  stamp.take(TAG.INTEGER);
  const said = text(stamp.take(TAG.TIME).bytes);
  const found = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(?:\.(\d*[1-9]))?Z$/.exec(said) ?? refuse("time stamp: want a time of UTC");
  const [, y, mo, d, h, mi, s, part = ""] = found;
  const at = `${y}-${mo}-${d}T${h}:${mi}:${s}.${part.slice(0, 6).padEnd(6, "0")}Z`;
  micros(at);
  return { by, imprint, at };
}
