// Instants, amounts and names: what a line may say, and sums without fractions.

const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;
const CLIENT_ORDER_ID = /^[A-Za-z0-9._:-]{1,64}$/;
const MARKET = /^[A-Z0-9]+\/[A-Z0-9]+$/;
const VENUE = /^[A-Z0-9]{1,12}$/;
const DIGEST = /^[0-9a-f]{64}$/;
const ZEROS = "0".repeat(64);
const REASON_CODES = {
  keyCompromise: 1, cACompromise: 2, affiliationChanged: 3, superseded: 4,
  cessationOfOperation: 5, privilegeWithdrawn: 9,
};

// Microseconds since 1970 of `2026-05-15T09:15:00.000000Z`, and of no other form.
function micros(said) {
  const found = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)\.(\d{6})Z$/.exec(said);
  const millis = found ? Date.parse(`${found[1]}Z`) : NaN;
  if (Number.isNaN(millis) || millis < 0 || new Date(millis).toISOString().slice(0, 19) !== found[1]) {
    refuse("want an instant such as 2026-05-15T09:15:00.000000Z");
  }
  return BigInt(millis) * 1000n + BigInt(found[2]);
}

function isInstant(said) {
  try { micros(said); return true; } catch { return false; }
}

const SECOND = 1_000_000n;

function dayOf(instant) { return instant.slice(0, 10); }

function timeOf(instant) { return instant.slice(11, 26); }

// A decimal without sign, exponent or leading zero, as a whole number of 10^-18.
const DECIMALS = 18;

function isDecimal(said) { return typeof said === "string" && /^(0|[1-9]\d*)(\.\d{1,18})?$/.test(said); }

function scaled(said) {
  if (!isDecimal(said)) refuse("want a decimal number");
  const [whole, part = ""] = said.split(".");
  return BigInt(whole + part.padEnd(DECIMALS, "0"));
}

function placesOf(said) { return said.includes(".") ? said.length - said.indexOf(".") - 1 : 0; }

function isAmount(said, places) { return isDecimal(said) && placesOf(said) === places; }

function spelt(units, places) {
  const digits = units.toString().padStart(DECIMALS + 1, "0");
  const whole = digits.slice(0, -DECIMALS);
  return places === 0 ? whole : `${whole}.${digits.slice(-DECIMALS, digits.length - DECIMALS + places)}`;
}

function isPrice(said, places) {
  return isDecimal(said) && placesOf(said) <= places && !/\.\d*0$/.test(said) && scaled(said) > 0n;
}

function isReason(said) {
  return typeof said === "string" && said.length >= 1 && said.length <= 512
    && !/[\u0000-\u001f\u007f-\u009f]/.test(said);
}

function isPlace(said) {
  if (said === "firm") return true;
  const found = /^(agent|desk|market|venue):(.+)$/.exec(said);
  return found !== null
    && { agent: NAME, desk: NAME, market: MARKET, venue: VENUE }[found[1]].test(found[2]);
}

const WEEKDAYS = ["sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"];

// What `hours.calendar` measures on this day, and whether it is open; null where the
// calendar lists no such year (spec/calendars.md 1.3).
function calendarDay(calendar, day) {
  const number = new Date(`${day}T00:00:00Z`).getUTCDay();
  const weekday = WEEKDAYS[number];
  const working = number !== 0 && number !== 6;
  if (calendar === "every_day") return { measured: weekday, isOpen: true };
  if (calendar === "monday_to_friday") return { measured: weekday, isOpen: working };
  const listed = CLOSING_DAYS[calendar][day.slice(0, 4)];
  const isOpen = listed === undefined ? null : working && !listed.split(" ").includes(day.slice(5));
  return { measured: `${weekday} ${day}`, isOpen };
}
