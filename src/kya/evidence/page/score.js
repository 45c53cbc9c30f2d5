// The score of an order and of a sequence, written from spec/score.md alone: it shares no
// line with kya, and the vectors are run over it (vectors/behaviour/score.js). Every product
// that may exceed 2**53 is a BigInt; every division rounds down.

const SCORES = (() => {

const BIT = 1024;
const WHOLE = 65536;
const DECADE = 10000;
const DAY = 86400000;
const ORDINARY = 4 * BIT;
const FEATURES = [
  "market", "region", "zeros", "side", "venue", "type", "size", "aux", "deviation",
  "gap", "recent", "time_of_day", "second",
];
const WORD_FEATURES = new Set(FEATURES.slice(0, 6));
const RANKED = ["size", "aux", "deviation"];
const STREAMS = ["market", "side", "venue", "type", "repeat", "action", "outcome"];
const LEVEL_STAKES = [10923n, 32768n];
const MIX_STAKES = [13107n, 58982n];
const BOTH_WAYS = ["above 16", "above 50", "below 16", "below 50"];
const DETECTORS = [
  "orders",
  ...RANKED.flatMap((name) => BOTH_WAYS.map((how) => `${name} ${how}`)),
  ...STREAMS.flatMap((name) => [`${name} 20`, `${name} 90`]),
  "rate busy", "rate quiet", ...BOTH_WAYS.map((how) => `rate ${how}`),
];
const SCORE_MAP = [[0, 0], [26020, 7500], [50000, 8500], [80000, 9200]];

const floorDiv = (a, b) => {
  const q = a / b;
  return a % b !== 0n && (a < 0n) !== (b < 0n) ? q - 1n : q;
};

function log2(number, fractionBits) {
  let n = BigInt(number);
  let exponent = n.toString(2).length - 1;
  let mantissa = exponent <= 30 ? n << BigInt(30 - exponent) : n >> BigInt(exponent - 30);
  for (let bit = 0; bit < fractionBits; bit += 1) {
    mantissa = (mantissa * mantissa) >> 30n;
    exponent *= 2;
    if (mantissa >= 1n << 31n) {
      mantissa >>= 1n;
      exponent += 1;
    }
  }
  return exponent;
}

function decades(whole, part) {
  const fine = log2(whole, 20) - log2(part, 20);
  return Math.max(0, Number(floorDiv(BigInt(fine) * 30103n, 10n << 20n)));
}

function isqrt(n) {
  if (n < 2n) return n;
  let x = 1n << BigInt(Math.ceil(n.toString(2).length / 2));
  for (;;) {
    const y = (x + n / x) >> 1n;
    if (y >= x) return x;
    x = y;
  }
}

function ranks(number) {
  const kept = [];
  for (let rank = 1; rank <= Math.min(number, 400); rank += 1) kept.push(rank);
  for (let last = kept.length; last < number;) {
    last = Math.min(number, last + Math.max(1, Math.floor(last / 50)));
    kept.push(last);
  }
  return kept;
}

// ------------------------------------------------------------------ features

const trailingZeros = (digits) => digits.length - digits.replace(/0+$/, "").length;

function cellsOf(order, pace) {
  const recent = pace.recent.filter((at) => at > order.at - 300000).length;
  const gap = pace.last === null
    ? DAY : Math.min(Math.max(0, order.at - pace.last), DAY);
  const far = (deviation) => {
    const size = log2(Math.abs(deviation) + 1, 3);
    return deviation >= 0 ? size : -size;
  };
  return {
    market: order.market,
    region: order.region,
    zeros: String(trailingZeros(String(order.size))),
    side: order.side,
    venue: order.venue,
    type: order.type,
    size: log2(order.size, 6),
    aux: order.aux === null ? null : log2(order.aux, 4),
    deviation: order.deviation === null ? null : far(order.deviation),
    gap: log2(gap + 1, 3),
    recent: log2(recent + 1, 3),
    time_of_day: Math.floor((order.at % DAY) / 300000),
    second: Math.floor(order.at / 1000) % 60,
  };
}

function paceAfter(pace, at) {
  const kept = pace.recent.filter((each) => each > at - 300000).slice(-63);
  return { last: at, recent: [...kept, at] };
}

function isWeekend(at) {
  return (Math.floor(at / DAY) + 3) % 7 >= 5;
}

// ---------------------------------------------------------------- surprisals

function beyond(apart, fall) {
  const bits = floorDiv(BigInt(apart) * BigInt(BIT) * BigInt(WHOLE), BigInt(fall));
  return bits > BigInt(30 * BIT) ? 30 * BIT : Number(bits);
}

function lookUp(table, cell) {
  if (table.type === "word") {
    return Object.hasOwn(table.words, cell) ? table.words[cell] : table.novel;
  }
  if (cell === null) return table.absent;
  if (table.cells.length === 0) return table.present;
  const place = cell - table.low;
  if (place >= 0 && place < table.cells.length) return table.cells[place];
  const further = place < 0
    ? beyond(-place, table.below)
    : beyond(place - table.cells.length + 1, table.above);
  return Math.max(table.far + further, table.present);
}

function surprisalsOf(baseline, order, cells) {
  const markets = baseline.markets;
  const own = Object.hasOwn(markets, cells.market) ? markets[cells.market] : {};
  return FEATURES.map((name) => {
    const bits = lookUp(own[name] || baseline.tables[name], cells[name]);
    const rests = name === "time_of_day" && isWeekend(order.at);
    return rests ? Math.max(bits, baseline.weekend) : bits;
  });
}

// ------------------------------------------------------------------- ladders

class Ladder {
  constructor(orders, fields) {
    Object.assign(this, fields, { orders, ranks: ranks(orders) });
  }

  // The first rank whose value is below; one more than all where none is.
  rankOf(value) {
    const place = this.values.findIndex((each) => each < value);
    return place < 0 ? null : this.ranks[place];
  }

  decades(value) {
    const rank = this.rankOf(value);
    const worth = rank === null ? 0 : decades(this.orders + 1, rank);
    if (value <= this.edge) return worth;
    const base = decades(this.orders + 1, this.outer + 1);
    const tail = base + Math.floor(((value - this.edge) * DECADE) / this.fall);
    if (rank !== 1) return Math.min(worth, tail);
    return Math.min(8 * DECADE, Math.max(worth, tail));
  }

  sure(value, bounds) {
    const rank = this.rankOf(value);
    if (rank === null) return 0;
    const seen = rank - 1;
    const last = bounds.length - 1;
    const bound = seen <= last
      ? bounds[seen] : Math.floor((bounds[last] * (seen + 1)) / bounds.length);
    const whole = this.orders * WHOLE;
    return decades(whole, Math.min(whole, bound));
  }
}

function scoreOf(evidence) {
  for (let n = 1; n < SCORE_MAP.length; n += 1) {
    const [start, low] = SCORE_MAP[n - 1];
    const [end, high] = SCORE_MAP[n];
    if (evidence <= end) {
      return low + Math.floor(((high - low) * (evidence - start)) / (end - start));
    }
  }
  return SCORE_MAP[SCORE_MAP.length - 1][1];
}

const excessOf = (bits) => bits.reduce((sum, b) => sum + Math.max(0, b - ORDINARY), 0);

function scoreOrder(known, order, pace) {
  const cells = cellsOf(order, pace);
  const surprisals = surprisalsOf(known.baseline, order, cells);
  const excess = excessOf(surprisals);
  const peak = Math.max(...surprisals);
  const stronger = Math.max(known.sums.decades(excess), known.peaks.decades(peak));
  const evidence = known.both.decades(stronger);
  const sure = Math.min(evidence, known.both.sure(stronger, known.bounds));
  return {
    cells, surprisals, excess, peak, evidence,
    score: scoreOf(evidence),
    low: scoreOf(sure),
    footing: stronger > known.both.values[0] ? "extrapolated" : "inside_data",
  };
}

// ------------------------------------------------------------------ sequence

function bet(rank, number) {
  const r = BigInt(rank);
  return isqrt(((BigInt(number) + 1n) << 32n) / (4n * r + 2n * isqrt(25n * r)));
}

function stepBet(values, number, value) {
  const place = values.findIndex((each) => each < value);
  return bet(place < 0 ? number + 1 : ranks(number)[place], number);
}

function rankAt(table, cell) {
  const place = Math.min(Math.max(cell - table.low, 0), table.cells.length - 1);
  return BigInt(table.cells[place]);
}

function gainsOf(shares, words) {
  const prior = 25n * words.weight;
  const whole = words.total + prior;
  const gains = new Map();
  let lost = 0n;
  for (const [word, each] of Object.entries(shares)) {
    const share = BigInt(each.share);
    const seen = words.counts.get(word) || 0n;
    const forecast = ((seen << 16n) + prior * share) / whole;
    const gain = floorDiv((forecast - share) << 16n, share);
    gains.set(word, gain);
    lost += ((gain < 0n ? -gain : gain) * BigInt(each.slack)) >> 16n;
  }
  for (const [word, gain] of gains) {
    gains.set(word, floorDiv((gain - lost) << 16n, BigInt(WHOLE) + lost));
  }
  return gains;
}

class Watcher {
  constructor(baseline) {
    this.terms = baseline.sequence;
    this.orders = baseline.orders;
    this.block = -1;
    this.recent = STREAMS.map(() => ({
      counts: new Map(), total: 0n, weight: BigInt(WHOLE),
    }));
    this.gains = STREAMS.map((name, n) =>
      gainsOf(this.terms.shares[name], this.recent[n]));
    const group = (size) => new Array(size).fill(0n);
    this.levels = [
      group(1), ...RANKED.map(() => group(4)), ...STREAMS.map(() => group(2)), group(6),
    ];
    this.sides = new Map();
    this.hourOrders = 0;
    this.evidence = 0;
    this.clear();
  }

  clear() {
    this.tallies = new Array(1 + RANKED.length + STREAMS.length)
      .fill(null).map(() => ({ sum: 0n, count: 0n }));
  }

  add(place, value) {
    this.tallies[place].sum += value;
    this.tallies[place].count += 1n;
  }

  see(stream, word) {
    const known = this.gains[stream].has(word) ? word : "";
    this.add(1 + RANKED.length + stream, this.gains[stream].get(known));
    const words = this.recent[stream];
    words.counts.set(known, (words.counts.get(known) || 0n) + words.weight);
    words.total += words.weight;
    words.weight += words.weight / 144n;
    if (words.weight > 1n << 40n) {
      words.weight >>= 24n;
      words.total = 0n;
      for (const [each, count] of words.counts) {
        words.counts.set(each, count >> 24n);
        words.total += count >> 24n;
      }
    }
  }

  open(at) {
    const block = Math.floor(at / 600000);
    if (block !== this.block && this.block >= 0) this.close(block);
    this.block = block;
  }

  close(next) {
    const one = BigInt(WHOLE);
    const raise = (level, gain, stake) =>
      ((level + one) * (one + ((stake * gain) >> 16n))) >> 16n;
    const bothWays = (group, rank, slack) => {
      const gain = (way) => floorDiv((way * rank - slack) << 16n, one + slack);
      const half = LEVEL_STAKES.length;
      return group.map((level, n) =>
        raise(level, gain(n < half ? 1n : -1n), LEVEL_STAKES[n % half]));
    };
    this.tallies.forEach(({ sum, count }, place) => {
      if (count === 0n) return;
      const mean = floorDiv(sum, count);
      const group = this.levels[place];
      if (place === 0) {
        this.levels[0] = [((group[0] + one) * mean) >> 16n];
      } else if (place <= RANKED.length) {
        const slack = BigInt(this.terms.ranked[RANKED[place - 1]].slack);
        this.levels[place] = bothWays(group, mean, slack);
      } else {
        this.levels[place] = group.map((level, n) => raise(level, mean, MIX_STAKES[n]));
      }
    });
    const hour = Math.floor(this.block / 6);
    if (this.hourOrders > 0 && hour !== Math.floor(next / 6)) {
      const rates = this.terms.rates;
      const ratio = Math.floor((this.hourOrders * WHOLE) / rates.means[hour % 24]);
      const last = this.levels.length - 1;
      const [busy, quiet, ...ranked] = this.levels[last];
      const rank = rankAt(rates.ranks, log2(ratio + 1, 3));
      this.levels[last] = [
        ((busy + one) * stepBet(rates.busiest, rates.hours, ratio)) >> 16n,
        ((quiet + one) * stepBet(rates.quietest, rates.hours, -ratio)) >> 16n,
        ...bothWays(ranked, rank, BigInt(rates.slack)),
      ];
      this.hourOrders = 0;
    }
    const most = one * 1000000000n;
    const total = () => this.levels.flat().reduce((a, b) => a + b, 0n);
    if (total() > most) {
      this.levels = this.levels.map((g) => g.map((l) => (l > most ? most : l)));
    }
    const mean = total() / BigInt(this.levels.flat().length);
    this.evidence = Math.min(8 * DECADE, decades(mean > one ? mean : one, WHOLE));
    this.gains = this.gains.map((gains, n) =>
      this.tallies[1 + RANKED.length + n].count === 0n
        ? gains : gainsOf(this.terms.shares[STREAMS[n]], this.recent[n]));
    this.clear();
  }

  order(order, found) {
    this.open(order.at);
    this.see(STREAMS.indexOf("action"), order.action);
    if (found === null) return;
    const plain = found.surprisals.filter(
      (_, n) => FEATURES[n] !== "gap" && FEATURES[n] !== "recent");
    this.add(0, stepBet(this.terms.plain, this.orders, excessOf(plain)));
    RANKED.forEach((name, n) => {
      const ranked = this.terms.ranked[name];
      if (!ranked || found.cells[name] === null) return;
      const table = Object.hasOwn(ranked.markets, order.market)
        ? ranked.markets[order.market] : ranked.all_markets;
      this.add(1 + n, rankAt(table, found.cells[name]));
    });
    const key = this.gains[0].has(order.market) ? order.market : "";
    const repeat = this.sides.get(key) === order.side ? "same" : "turn";
    this.sides.set(key, order.side);
    [order.market, order.side, order.venue, order.type, repeat]
      .forEach((word, stream) => this.see(stream, word));
    this.hourOrders += 1;
  }

  // The detector that speaks loudest; the first of several.
  strongest() {
    const levels = this.levels.flat();
    const most = levels.reduce((a, b) => (b > a ? b : a));
    return DETECTORS[levels.indexOf(most)];
  }

  answer(at, failed) {
    this.open(at);
    this.see(STREAMS.indexOf("outcome"), failed ? "failed" : "passed");
  }
}

return {
  Ladder, Watcher, ORDINARY, FEATURES, scoreOrder, scoreOf, paceAfter,
};
})();
