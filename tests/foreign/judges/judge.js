// Reads and checks certificates as Node does. It knows no lists and no OCSP.
//
//   node judge.js FOLDER MOMENT NAME...
//
// MOMENT in seconds since 1970. Prints name, verdict, CN and O of each.

"use strict";
const { X509Certificate } = require("node:crypto");
const { readFileSync } = require("node:fs");
const { join } = require("node:path");

const [folder, moment, ...names] = process.argv.slice(2);
const at = new Date(Number(moment) * 1000);

function certificate(name) {
  return new X509Certificate(readFileSync(join(folder, name)));
}

function isIssued(subject, issuer) {
  return subject.checkIssued(issuer) && subject.verify(issuer.publicKey);
}

function verdict(leaf, issuing, root) {
  if (!isIssued(leaf, issuing) || !isIssued(issuing, root)) return "untrusted";
  const chain = [leaf, issuing, root];
  const isValid = (each) => new Date(each.validFrom) <= at && at <= new Date(each.validTo);
  return chain.every(isValid) ? "good" : "expired";
}

for (const name of names) {
  const leaf = certificate(`${name}.leaf.der`);
  const said = verdict(leaf, certificate("issuing.der"), certificate(`${name}.root.der`));
  const { CN, O } = leaf.toLegacyObject().subject;
  console.log([name, said, CN, O].join("\t"));
}
