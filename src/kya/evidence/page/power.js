// Who may act, until when, within what: the entries that grant, use up and end power.

const DAY = 86_400n * SECOND;

async function onLog(record, entry, said) {
  if (entry.index !== 0) refuse("the first entry, and it alone, opens the log");
  if (said.root !== record.root.digest) refuse("the log was opened under another root than yours");
  if (said.clock !== "system" && said.clock !== "virtual") refuse("want a clock of a kind that exists");
  record.names.push({ name: said.origin, after: 0 });
  record.clock = said.clock;
  record.now = said.at;
  micros(said.at);
  const issuer = await readIssuer(unbase64(said.issuer), record.root);
  record.issuers.push(issuer);
  record.rootList = unbase64(said.root_crl);
  const list = await readList(record.rootList, record.root);
  if (list.entries.length > 0 || list.number !== 1) refuse("the root's own list revokes a CA");
  const held = await issuedLeaf(record, said.authority, entry);
  if (held.role !== "authority") refuse("opened by nobody with the role authority");
  record.enrol(held);
  if (record.signers(1, entry, ["authority"], said.at).length !== 1) refuse("want the opening authority's signature alone");
}

// A leaf under one of the issuing CA's certificates on record.
async function issuedLeaf(record, said, entry) {
  const leaf = await readLeaf(await parseCertificate(unbase64(said)));
  let why = null;
  for (const issuer of [...record.issuers].reverse()) {
    try { await requireIssuedBy(leaf, issuer); why = null; break; } catch (error) {
      if (!(error instanceof Refused)) throw error;
      why = error;
    }
  }
  if (why !== null) throw why;
  if (leaf.domain !== record.issuers[0].domain) refuse("outside the trust domain of its issuer");
  const twice = [...record.certificates.values()].some((held) =>
    held.serial === leaf.serial || held.digest === leaf.digest);
  if (twice) refuse("a certificate with this serial is on record");
  return {
    ...leaf, index: entry.index, standing: "active", since: null, code: null, stopped: null,
    path: `trust/${leaf.role}-${leaf.name}-${leaf.serial}.pem`,
  };
}

async function onCertificate(record, entry, said) {
  record.notBackDated(1, entry, said.at);
  if (record.signers(1, entry, ["authority"], said.at).length < 1) return;
  const held = await issuedLeaf(record, said.certificate, entry);
  entry.about = `certificate ${held.serial} of ${held.role} ${held.name}`;
  if (held.role === "agent") {
    if (said.custody !== held.custody) refuse("says another custody of its key than its certificate");
    enrolled(record, entry, held, said);
    granted(record, entry, held, said.replaces);
    record.agent(held.name).habits.release();
  } else if (said.enrolment !== null) refuse("enrolled, and no agent's");
  record.enrol(held);
}

// An agent's certificate is issued once, upon its newest registration, in time, and when
// all was shown that two operators asked for (spec/enrolment.md 4).
function enrolled(record, entry, held, said) {
  const upon = said.enrolment;
  if (!hasMembers(upon, ["assurance", "attestor", "registration", "shown"])) refuse("want a registration that it is issued upon");
  const registration = record.registrations.get(upon.registration);
  if (!registration || record.open.get(held.name) !== registration) refuse("its registration is not on record, used, or not the newest");
  record.open.delete(held.name);
  if (registration.mandate !== held.mandate) refuse("the registration is under another mandate");
  if (said.at > registration.expires_at) refuse(`the registration had ended at ${registration.expires_at}`);
  const assurance = registration.attestor === "token" ? "self_asserted" : "attested";
  if (upon.attestor !== registration.attestor || upon.assurance !== assurance) refuse(`want attestor ${registration.attestor}, ${assurance}`);
  for (const selector of registration.selectors) {
    if (!upon.shown.includes(selector)) refuse(`not shown: ${selector}`);
  }
}

function granted(record, entry, held, replaces) {
  const mandate = record.mandates.get(held.mandate);
  if (!mandate) record.fails(3, entry, `names mandate ${held.mandate}, which is not on record before it`);
  else {
    if (render(mandate.scope) !== held.scopeText) record.fails(3, entry, `${held.path} carries another scope than its mandate`);
    if (mandate.agent !== held.name) record.fails(3, entry, `the mandate is for ${mandate.agent}`);
    if (held.begins < mandate.valid_from || held.ends > mandate.valid_until) record.fails(3, entry, "valid outside the mandate's time");
  }
  try { held.scope = parseScope(held.scopeText); } catch (error) {
    if (!(error instanceof Refused)) throw error;
    record.fails(3, entry, error.message);
  }
  const agent = record.agent(held.name);
  const former = agent.newest;
  if (replaces !== (former?.digest ?? null)) record.fails(1, entry, "does not name the certificate that it replaces");
  else if (former && former.standing !== "revoked" && held.begins <= former.ends) {
    record.fails(1, entry, "the certificate that it replaces is neither revoked nor over by then");
  }
  agent.newest = held;
}

async function onIssuer(record, entry, said) {
  record.notBackDated(1, entry, said.at);
  record.signers(1, entry, ["authority"], said.at);
  const renewed = await readIssuer(unbase64(said.certificate), record.root);
  const former = record.issuers.at(-1);
  const same = equal(renewed.subject, former.subject) && equal(renewed.spki, former.spki)
    && Object.keys(renewed.extensions).every((name) => former.extensions[name]
      && equal(former.extensions[name], renewed.extensions[name]));
  if (!same || renewed.ends <= former.ends) refuse("want the issuing CA's name, key and extensions, and a later end");
  if (said.at < renewed.begins || said.at > renewed.ends) refuse("not in force when it came on record");
  record.issuers.push(renewed);
}

function onMandate(record, entry, said) {
  entry.about = `mandate of ${said.agent}`;
  if (record.mandates.has(entry.digest)) refuse("this mandate is on record already");
  record.notBackDated(3, entry, said.resolved_at);
  const directors = different(record.signers(3, entry, ["director"], said.resolved_at));
  if (directors < 2) record.fails(3, entry, `want two directors; signed by ${directors}`);
  if (!(said.valid_from >= said.resolved_at && said.valid_until > said.valid_from)) refuse("want a time that it is valid in");
  parseScope(render(said.scope));
  requirePolicyOfIncidents(said);
  record.mandates.set(entry.digest, { ...said, entry, directors });
}

function onRegistration(record, entry, said) {
  entry.about = `registration of ${said.agent}`;
  record.notBackDated(1, entry, said.at);
  const signed = different(record.signers(1, entry, ["operator"], said.at));
  if (signed < 2) record.fails(1, entry, `want two operators; signed by ${signed}`);
  if (record.registrations.has(entry.digest) || record.tokens.has(said.token)) refuse("it, or its token, is on record already");
  const lasts = micros(said.expires_at) - micros(said.at);
  if (lasts <= 0n || lasts > DAY) refuse("want it to end within 24 hours");
  if (!["token", "kubernetes", "spiffe", "kms"].includes(said.attestor)
    || (said.attestor === "token") !== (said.selectors.length === 0)) refuse("want an attestor, and what it must be shown");
  const mandate = record.mandates.get(said.mandate);
  if (!mandate || mandate.agent !== said.agent) record.fails(3, entry, `want a mandate of ${said.agent} on record`);
  else if (said.at > mandate.valid_until) refuse("its mandate had ended");
  const registration = { ...said, refused: [] };
  record.registrations.set(entry.digest, registration);
  record.tokens.add(said.token);
  record.open.set(said.agent, registration);
}

function onRefusal(record, entry, said) {
  record.notBackDated(1, entry, said.at);
  record.signers(1, entry, ["authority"], said.at);
  const registration = record.registrations.get(said.registration);
  if (!registration || registration.agent !== said.agent) refuse("no such registration is on record");
  const last = registration.refused.at(-1);
  if (registration.refused.length >= 16 || (last && micros(said.at) < micros(last) + SECOND)) refuse("one of too many, or too soon");
  registration.refused.push(said.at);
}

function onStanding(record, entry, said) {
  const held = record.certificates.get(said.credential);
  entry.about = `${said.act} ${held?.serial ?? ""}`;
  record.notBackDated(1, entry, said.at);
  const roles = said.act === "reinstate" ? ["operator"] : ["authority"];
  const signed = different(record.signers(1, entry, roles, said.at));
  if (said.act === "reinstate" && signed < 2) record.fails(1, entry, `want two operators; signed by ${signed}`);
  if (!held) refuse("no such certificate is on record");
  if (said.act === "revoke" ? !(said.code in REASON_CODES) : said.code !== null) refuse("want a reason code for a revocation, and for it alone");
  const next = { "active suspend": "suspended", "active revoke": "revoked", "suspended reinstate": "active", "suspended revoke": "revoked" }[`${held.standing} ${said.act}`];
  if (next === undefined) refuse(`the certificate is ${held.standing}`);
  if (said.act === "reinstate" && said.at <= held.stopped) refuse("dated before the suspension that it lifts");
  held.standing = next;
  if (next === "suspended") held.stopped = said.at;
  followCertificate(record, held, said.act === "reinstate" ? "reinstated" : next);
  if (next !== "revoked") return;
  record.revoking = entry;
  if (held.since === null || said.at < held.since) held.since = said.at;
  held.code = said.code;
}

function onSchedule(record, entry, said) {
  const held = record.certificates.get(said.credential);
  record.notBackDated(1, entry, said.at);
  record.signers(1, entry, ["authority"], said.at);
  if (!held || held.standing === "revoked") refuse("want a certificate on record that is not revoked");
  micros(said.due);
  if (said.due <= said.at || said.due > held.ends) refuse("due at no time after its own and within the certificate's");
  if (!(said.code in REASON_CODES)) refuse("want a reason code of RFC 5280");
  if (held.since !== null && said.due >= held.since) refuse("it would put off a revocation that is on record");
  held.since = said.due;
}

async function onList(record, entry, said) {
  entry.about = `revocation list ${said.number}`;
  record.notBackDated(1, entry, said.at);
  record.signers(1, entry, ["authority"], said.at);
  if (said.number !== record.lists.length + 1) refuse(`want number ${record.lists.length + 1}`);
  const bytes = unbase64(said.crl);
  record.lists.push(bytes);
  const list = await readList(bytes, record.issuers.at(-1));
  if (list.number !== said.number) refuse("its number is another one than the entry's");
  const wanted = [...record.certificates.values()].filter((held) => held.code !== null).map((held) => {
    const at = held.since < said.at ? held.since : said.at;
    return `${held.serial} ${at.slice(0, 19)}.000000Z ${REASON_CODES[held.code]}`;
  });
  if ([...list.entries].sort().join() !== wanted.sort().join()) refuse("does not list exactly what the log has revoked");
}
