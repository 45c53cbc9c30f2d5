// How like its agent's past an order is, by the baseline that people have locked.

// The 95 % upper bounds of a Poisson mean, of 0 to 100 seen, in 1/65,536 (spec/score.md 3.6).
const BOUNDS = [
  196329, 310894, 412602, 508144, 599886, 688983, 776104, 861675, 945990, 1029258, 1111636,
  1193248, 1274189, 1354536, 1434353, 1513694, 1592603, 1671118, 1749272, 1827094, 1904609,
  1981838, 2058802, 2135516, 2211998, 2288261, 2364317, 2440179, 2515856, 2591358, 2666694,
  2741871, 2816899, 2891782, 2966528, 3041142, 3115630, 3189997, 3264248, 3338387, 3412419,
  3486347, 3560175, 3633906, 3707545, 3781093, 3854554, 3927931, 4001227, 4074443, 4147582,
  4220647, 4293639, 4366561, 4439415, 4512202, 4584924, 4657584, 4730182, 4802720, 4875199,
  4947622, 5019989, 5092302, 5164562, 5236771, 5308929, 5381037, 5453097, 5525110, 5597076,
  5668998, 5740874, 5812708, 5884499, 5956248, 6027956, 6099624, 6171253, 6242844, 6314396,
  6385912, 6457391, 6528834, 6600242, 6671615, 6742955, 6814261, 6885534, 6956775, 7027985,
  7099163, 7170310, 7241428, 7312515, 7383574, 7454604, 7525605, 7596579, 7667525, 7738444,
];
const PROBATION_ORDERS = 100;
const UNUSUAL = 7500; // From such a score of the sequence on, what speaks loudest in it is named.

// What an agent has tried so far, and the baseline that it is held against.
class Habits {
  constructor() {
    Object.assign(this, { pace: { last: null, recent: [] }, known: null, watcher: null, probation: 0, watchedUntil: null, runtime: null });
  }

  // The same document again accepts another release, which is on probation then.
  lock(said, runtime, former) {
    const baseline = said.document;
    const ladder = (name) => new SCORES.Ladder(baseline.orders, baseline.ladders[name]);
    this.known = { baseline, bounds: BOUNDS, sums: ladder("sums"), peaks: ladder("peaks"), both: ladder("both") };
    this.probation = former === said.digest ? PROBATION_ORDERS : 0;
    this.watchedUntil = null;
    this.runtime = runtime;
    this.begin();
  }

  release() {
    if (this.known === null) return;
    this.probation = PROBATION_ORDERS;
    this.watchedUntil = null;
    this.begin();
  }

  // The first hundred orders, and from the first of them on a day.
  isOnProbation(at) { return this.probation > 0 || (this.watchedUntil !== null && at < this.watchedUntil); }

  // Evidence of sequences is begun again.
  begin() { this.watcher = new SCORES.Watcher(this.known.baseline); }

  // What a decision has to say of the order, and what is found on the way; null without a baseline.
  measure(value, said) {
    if (this.known === null) return null;
    const attempt = attemptOf(value, said);
    this.watcher.open(attempt.at);
    const found = SCORES.scoreOrder(this.known, attempt, this.pace);
    const { evidence, excess, footing, low, peak, score } = found;
    const unusual = SCORES.FEATURES.map((name, n) => [name, found.surprisals[n]]).filter(([, bits]) => bits > SCORES.ORDINARY);
    const sequence = SCORES.scoreOf(this.watcher.evidence);
    const fields = {
      evidence, excess, footing, low, peak, score, sequence, surprisals: Object.fromEntries(unusual),
      ...(this.isOnProbation(said.received_at) ? { on_probation: true } : {}),
      ...(sequence < UNUSUAL ? {} : { stream: this.watcher.strongest() }),
    };
    return { fields, found, attempt };
  }

  // Every attempt counts, allowed or not.
  take(value, said, measured) {
    const isCancel = value.action === "cancel";
    if (this.known !== null) this.watcher.order(measured?.attempt ?? attemptOf(value, said), measured?.found ?? null);
    if (isCancel) return;
    this.pace = SCORES.paceAfter(this.pace, millis(said.received_at));
    if (this.probation === 0) return;
    this.probation -= 1;
    this.watchedUntil ??= later(said.received_at, DAY_SECONDS);
  }

  answer(at, failed) { this.watcher?.answer(millis(at), failed); }
}

function millis(at) { return Number(micros(at) / 1000n); }

function attemptOf(value, said) {
  return {
    at: millis(said.received_at), market: `${value.market} ${value.currency}`, side: value.side, venue: value.venue,
    type: value.type, region: value.region, size: BigInt(value.amount.replace(".", "")),
    deviation: deviationOf(value, said.price), aux: null, action: value.action ?? "new",
  };
}

// How far a limit is from the middle, in tenths of a basis point, toward zero.
function deviationOf(value, price) {
  if (value.limit_price === undefined || !price || price.market !== value.market) return null;
  const middle = scaled(price.bid) + scaled(price.ask);
  const apart = 2n * scaled(value.limit_price) - middle;
  const far = Number(((apart < 0n ? -apart : apart) * 100000n) / middle);
  return apart < 0n ? -far : far;
}
