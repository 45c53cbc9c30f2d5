// The log as it is read: what is on record before each entry, and who may say what.

class Record {
  constructor(root, findings) {
    Object.assign(this, { root, findings });
    this.entries = [];
    this.certificates = new Map(); // By digest, in the order of the log.
    this.held = new Map(); // By name: the certificates issued to it.
    this.issuers = [];
    this.mandates = new Map(); // By digest of the line.
    this.registrations = new Map();
    this.open = new Map(); // By agent: the registration that it may still be issued upon.
    this.tokens = new Set();
    this.lists = [];
    this.agents = new Map();
    this.orders = [];
    this.byLeaf = new Map(); // Orders by the leaf hash of their entry.
    this.halts = new Map(); // By place.
    this.resumed = new Map();
    this.rearmed = new Map();
    this.erased = new Set(); // Digests of texts that were destroyed.
    this.placeLimits = new Map();
    this.overlays = new Map();
    this.overrides = new Map(); // By the order line that they wait for.
    this.anchors = new Map();
    this.copies = new Map(); // By venue.
    this.incidents = new Map(); // By the leaf hash of the order that opened them.
    this.now = "";
    this.pending = null; // The order that the next entry must decide.
    this.names = []; // Each that the log has had, and the size at which the one before it ended.
    this.successor = null; // The name under which the next entry must go on.
    this.continued = []; // The checkpoints that names began with, by entry.
    this.revoking = null; // The revocation that the next entry must list.
    this.jobs = []; // Signatures to check, when all is read.
    this.taken = new Set(); // Controls whose measures are taken as they are recorded.
  }

  get origin() { return this.names.at(-1)?.name; }

  // A tree is signed under the name that the log had at its size.
  nameAt(size) { return (this.names.findLast((each) => size > each.after) ?? this.names[0])?.name; }

  fails(question, entry, sentence) { this.findings.fails(question, entry.where, sentence); }

  agent(name) {
    if (!this.agents.has(name)) {
      this.agents.set(name, {
        name, seq: 0, prev: ZEROS, days: new Map(), orders: new Map(), sessions: [],
        pinned: null, newest: null, baseline: null, equivocal: new Set(), incident: null, breaches: [],
        habits: new Habits(),
      });
    }
    return this.agents.get(name);
  }

  // The newest certificate on record behind one signature line, in one of these roles.
  holder(signature, roles) {
    return (this.held.get(signature.name) ?? []).findLast((held) =>
      roles.includes(held.role) && held.keyId === signature.id) ?? null;
  }

  // Whose signatures an entry has: every line must be of a holder of one of these roles.
  signers(question, entry, roles, at) {
    const found = [];
    for (const signature of entry.note.signatures) {
      const held = this.holder(signature, roles);
      if (held === null) {
        this.fails(question, entry, `signed by ${signature.name}, who has no certificate on record as ${roles.join(" or ")}`);
        continue;
      }
      if (this.standing(held, at) !== "active" || at < held.begins || at > held.ends) {
        this.fails(question, entry, `certificate ${held.serial} of its signer was not valid at ${at}`);
      }
      this.job(question, entry.where, held, signature, entry.note);
      found.push(held);
    }
    return found;
  }

  job(question, where, held, signature, note) {
    this.jobs.push({ question, where, held, value: signature.value, message: note.message });
  }

  // A revocation that is due has happened, whether or not an entry says so yet.
  standing(held, at) { return held.since !== null && held.since <= at ? "revoked" : held.standing; }

  notBackDated(question, entry, at) {
    const earliest = this.now === "" ? 0n : micros(this.now) - 300n * SECOND;
    if (micros(at) < earliest) this.fails(question, entry, `dated ${at}, but the log was at ${this.now} already`);
  }

  notBeforeNow(question, entry, at) {
    micros(at);
    if (at < this.now) this.fails(question, entry, `the clock stepped back from ${this.now} to ${at}`);
    else this.now = at;
  }

  enrol(held) {
    this.certificates.set(held.digest, held);
    this.held.set(held.name, [...(this.held.get(held.name) ?? []), held]);
  }
}

// How many people signed, who differ in name and in key.
function different(signers) {
  const names = new Set(signers.map((held) => held.name));
  const keys = new Set(signers.map((held) => hex(held.spki)));
  return Math.min(names.size, keys.size);
}

// Two who differ in name and in key, the first of them in one of these roles.
function twoPeople(signers, roles, others = ROLES) {
  return signers.some((one) => roles.includes(one.role) && signers.some((other) =>
    others.includes(other.role) && one.name !== other.name && !equal(one.spki, other.spki)));
}
