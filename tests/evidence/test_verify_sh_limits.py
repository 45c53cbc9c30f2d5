"""The shell verifier's limits: its own rules on any case, and in packages."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from kya.codec.decisions import render_decision
from kya.codec.note import SignedNote
from kya.core.case import Case
from kya.core.checks import CHECKS
from kya.core.currencies import DECIMALS
from kya.core.decide import decide
from kya.core.instant import Instant
from kya.core.limits import OVERRIDE_CONTROLS_MAX
from kya.core.override_admission import OVERRIDABLE
from kya.pki.note_signer import sign_note
from tests.evidence import test_verify_sh
from tests.evidence.shell_functions import run
from tests.evidence.shell_package import build, relaid
from tests.evidence.test_verify_sh import holds, pytestmark, verify
from tests.properties.priced import priced_cases
from tests.properties.test_two_judges import LEAF, facts_of
from tests.strategies import cases
from tests.verify.armed import (
    FORGERIES,
    Forgery,
    armed_world,
    busy_armed_world,
    converted_world,
    quote,
)
from tests.verify.exposed import (
    FORGERIES_AT_RISK,
    LIMITS,
    busy_exposed_world,
    exposed_world,
    reduced_world,
    turned_round_world,
)
from tests.verify.packages import later
from tests.verify.test_plain_limits import VECTORS
from tests.world import AGENT, World
from vectors.decide.judge import Fields

__all__ = ["pytestmark"]

ASK: Final = r"""
BEGIN { FS = "\t"; c = "c"; a = "a"; O_AGENT = a; O_CERTIFICATE = c }
function take_order(line) {
    json(line)
    O_ACTION = "action" in V ? V["action"] : "new"
    O_TARGET = "target" in V ? V["target"] : ""
    O_MARKET = V["market"]; O_SIDE = V["side"]; O_TYPE = V["type"]
    O_AMOUNT = V["amount"]; O_CURRENCY = V["currency"]; O_FORCE = V["time_in_force"]
    O_VENUE = V["venue"]; O_LIMIT = O_TYPE == "LIMIT" ? V["limit_price"] : ""
}
$1 == "scope" { SCOPE[c] = $2; read_scope(c) }
$1 == "day" { day = $2; currency = $3 }
$1 == "sum" {
    amount = scaled($4, 2)
    SUM[a, day] = plus((a, day) in SUM ? SUM[a, day] : 0, amount)
    SUM[a, day, $2, $3] = amount
    SUM_CURRENCY[a, day] = currency
    SUM_PLACES[a, day] = 2
}
$1 == "sent" {
    take_order($2)
    split("", ASK)
    if (V["touch"] != "null") ASK[1] = BID[1] = scaled(V["touch"], 10)
    remember_message(a, V["at"], "")
}
$1 == "counts" {
    MESSAGES[a, day] = $2; GONE[a, day] = $3; FILLS[a, day] = $4
    LONGEST_ROW[a] = $5; EXECUTIONS[a] = $6
}
$1 == "target" {
    take_order($2)
    key = a SUBSEP V["seq"]
    O_CERTIFICATE = "t"; CURRENCY["t"] = $4; WORTH = $3
    work(key, 0)
    O_CERTIFICATE = c
}
$1 == "aside" { O_ASIDE = $2 }
$1 == "mandate" { MANDATE[c] = "m"; json($2); read_triggers("m", $2) }
$1 == "breach" {
    BREACHED = $3
    open_incident("n", $2)
}
$1 == "incident" { RUNNING[a] = "n"; I_STATE["n"] = $2; I_ENDS["n"] = $3 }
$1 == "likeness" {
    BASELINE[a] = $2; PROBATION[a] = $3; LOCKED_FOR[a] = $4; AGES_FROM[a] = $5
}
$1 == "order" { take_order($2) }
$1 == "decision" {
    tail = substr($2, index($2, ",\"counters\":{"))
    at = tail_member(tail, "received_at")
    CONTROLS = REASONS = UNSURE = ""
    read_prices(0, $2, tail)
    read_behaviour(0, a, $2)
    sums(c, a, substr(at, 1, 10))
    find_usable(c, at)
    WORTH = worth_of(c)
    if (O_ACTION != "cancel") grace(a, c, at)
    actions(a, c)
    if (O_ACTION != "cancel") of_limits(at)
    if (c in STRANGE) UNSURE = "does not ask " STRANGE[c]
    find_opening(0, $2, at, tail_member(tail, "outcome"))
    print (UNSURE == "" ? "sure" : UNSURE) "\t[" CONTROLS "]\t" WORTH "\t" OPENS_WHAT
}
function of_limits(at) {
    kinds(c)
    market_prices(a, c, at)
    rule(WORTH != "", "price.known", CURRENCY[c], O_CURRENCY, "price.missing", "")
    amounts(c, a, substr(at, 1, 10))
    conduct(a, c, at, substr(at, 1, 10))
    behaviour(a, c, at)
}
"""


CANONICAL: Final[dict[str, Any]] = {
    "ensure_ascii": False,
    "separators": (",", ":"),
    "sort_keys": True,
}
OTHERS: Final = {
    "credential.standing",
    "credential.validity",
    "halt.state",
    "sequence.seq",
    "sequence.prev",
    "client_order_id.unique",
    "clock.skew",
    "market.allowed",
    "venue.allowed",
    "region.allowed",
    "region.evidence",
    "runtime.digest",
    "hours.window",
    "hours.calendar",
    "place.order_amount",
    "place.daily_amount",
    "place.open_orders",
}
SUM: Final = ("market", "side", "amount")


def controls_of(line: str) -> bytes:
    """The controls of a decision that a scope's limits and an order's worth arm."""
    controls: list[Fields] = json.loads(line)["controls"]
    asked = [
        each
        for each in controls
        if each["id"] not in OTHERS and not each["id"].startswith("overlay.")
    ]
    return json.dumps(asked, **CANONICAL).encode()


def asked(facts: Fields, line: str) -> list[str]:
    """What the script's rules say of an order after the past of the case."""
    past, order = facts["past"], facts["order"].rstrip("\n")
    counts = ("messages", "orders", "fills", "rejects", "executions")
    lines = [
        ("scope", facts["scope"]),
        ("day", past["day"], past["currency"] or ""),
        *(("sum", *map(each.get, SUM)) for each in past["allowed"]),
        *(("sent", json.dumps(each, **CANONICAL)) for each in past["sent"]),
        ("counts", *(str(past[each]) for each in counts)),
        *target_of(facts["target"]),
        *likeness_of(facts["likeness"]),
        *incidents_of(facts.get("incidents")),
        ("order", order),
        ("decision", line),
    ]
    if json.loads(line)["override"] is not None:
        lines.insert(-1, ("aside", " ".join(facts["override"]["controls"])))
    (said,) = run(ASK, "".join("\t".join(words) + "\n" for words in lines))
    return said.split("\t")


def target_of(target: Fields | None) -> list[tuple[str, str, str, str]]:
    if target is None:
        return []
    order = target["order"].rstrip("\n")
    return [("target", order, target["worth"], target["currency"])]


def likeness_of(likeness: Fields | None) -> list[tuple[str, ...]]:
    if likeness is None:
        return []
    probation = "1" if likeness["behaviour"].get("on_probation") else "0"
    locked_for = "" if likeness["is_of_the_release"] else "another"
    as_of = likeness["as_of"]
    return [("likeness", likeness["baseline"], probation, locked_for, as_of)]


def incidents_of(known: Fields | None) -> list[tuple[str, ...]]:
    """What the mandate says of incidents, what was breached, and what is not over."""
    if known is None:
        return []
    mandate = {"agent": "a", "grace_seconds": known["grace_seconds"], "operator": "o"}
    if known["policy"] is not None:
        mandate["incidents"] = known["policy"]
    running = [known["incident"]] if known["incident"] is not None else []
    return [
        ("mandate", json.dumps(mandate, **CANONICAL)),
        *(
            ("breach", each["at"], " ".join(each["reasons"]))
            for each in known["breaches"]
        ),
        *(("incident", each["state"], each["grace_ends_at"]) for each in running),
    ]


def opening_in(line: str) -> str:
    opening = json.loads(line).get("incident")
    return "" if opening is None else json.dumps(opening, **CANONICAL)


def worth_in(line: str, order: str, currency: str) -> str:
    said, told = json.loads(line), json.loads(order)
    if told["currency"] == currency:
        return str(told["amount"])
    return str(said["worth"]["amount"]) if "worth" in said else ""


UNASKED: Final = {
    "daily_loss_max",
    "drawdown_max",
    "gross_max",
    "net_max",
    "open_orders",
    "open_orders_per_market",
    "position_max",
    "self_trade",
    "venue_credit_max",
    "venue_daily_max",
}
"""The limits that the script does not ask, and under which it says UNKNOWN."""


def agrees(facts: Fields, line: str) -> None:
    sure, controls, worth, opening = asked(facts, line)
    strange = set(json.loads(facts["scope"]).get("limits", {})) & UNASKED
    if strange:
        assert sure == f"does not ask {', '.join(sorted(strange))}"
        return
    currency = json.loads(facts["scope"])["currency"]
    assert sure == "sure"
    assert worth == worth_in(line, facts["order"], currency)
    assert controls.encode() == controls_of(line)
    assert opening == opening_in(line)


@given(cases() | priced_cases())
def test_its_rules_come_to_the_same_controls_byte_for_byte(case: Case) -> None:
    # An awk counts microseconds exactly up to there.
    last = Instant.parse("2255-01-01T00:00:00.000000Z")
    assume(case.received_at < last and case.scope.live_from < last)
    line = render_decision(decide(case), LEAF).decode().rstrip("\n")
    agrees(facts_of(case), line)


@pytest.mark.parametrize("name", VECTORS)
def test_its_rules_come_to_what_the_vector_says(name: str) -> None:
    facts = VECTORS[name]
    agrees(facts, facts["decision"].rstrip("\n"))


numbers = st.integers(0, 10**9) | st.integers(0, 10**60)
RECKON: Final = r"""
{
    print times($1, $2), plus($1, $2), difference($1, $2), more($1, $2), \
        divided_up($1, plus($2, 1)), scaled(pointed($1, 18), 18)
}
"""


@given(st.lists(st.tuples(numbers, numbers), min_size=1, max_size=20))
def test_it_reckons_with_numbers_of_any_length(pairs: list[tuple[int, int]]) -> None:
    lines = "".join(f"{a} {b}\n" for a, b in pairs)
    found = run('BEGIN { FS = " "; OFS = " " }' + RECKON, lines)
    assert [line.split(" ") for line in found] == [
        [str(n) for n in (a * b, a + b, abs(a - b), int(a > b), -(-a // (b + 1)), a)]
        for a, b in pairs
    ]


def test_it_knows_every_currency() -> None:
    (found,) = run("BEGIN { print CURRENCIES }", "")
    assert found.split() == sorted(DECIMALS)


ONLY_LIMITS: Final = r"""
{ N["controls"] = split($0, ids, " "); for (k in ids) V["controls." k] = ids[k] }
{ print only_limits() }
"""


def test_it_knows_what_may_be_set_aside() -> None:
    every = [check.control.id for check in CHECKS]
    allowed = zip(every, run(ONLY_LIMITS, "\n".join(every) + "\n"), strict=True)
    assert {name for name, said in allowed if said == "1"} == set(OVERRIDABLE)
    most = sorted(OVERRIDABLE)[:OVERRIDE_CONTROLS_MAX]
    assert run(ONLY_LIMITS, " ".join(most) + "\n") == ["1"]
    assert run(ONLY_LIMITS, " ".join(sorted(OVERRIDABLE)) + "\n") == ["0"]
    assert run(ONLY_LIMITS, " ".join(reversed(most)) + "\n") == ["0"]


@pytest.mark.parametrize("make", [busy_armed_world, converted_world])
def test_what_the_limits_say_comes_out_byte_for_byte(
    tmp_path: Path, make: Callable[[], World]
) -> None:
    world = make()
    answer = holds(build(tmp_path, world))
    count = world.state.agents[AGENT].past.seq
    assert f"{count} of {count} decisions come out again" in answer.reasons["Q5"]
    assert "within the limits of their scopes by the prices" in answer.reasons["Q4"]


@pytest.mark.parametrize("forgery", FORGERIES, ids=lambda each: each.name)
def test_a_limit_that_was_ignored_is_found(tmp_path: Path, forgery: Forgery) -> None:
    answer = verify(build(tmp_path, forgery.world()))
    assert f"Q{forgery.question}" in answer.failing(), answer.text + answer.talk
    if forgery.question == 4:
        assert forgery.word in answer.reasons["Q4"]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b'"source":"simulated"', b'"source":"simulated","state":"odd"'),
        (b'"source":"simulated"', b'"source":"simulated","tip":"1"'),
        (b'"ask":"1.1721"', b'"ask":"1.17210"'),
        (b'"bid":"1.1719"', b'"bid":"-1"'),
        (b'"counters":', b'"conversion":{"ask":"1"},"counters":'),
    ],
)
def test_a_price_of_no_form_is_found(tmp_path: Path, old: bytes, new: bytes) -> None:
    world = armed_world()
    order = world.order(created_at=later(world))
    world.trade(order, price=quote(order.created_at))
    package = build(tmp_path, world)
    *before, decision = world.entries
    line = SignedNote.parse(decision).text
    assert line.count(old) == 1
    forged = sign_note(line.replace(old, new), world.gateway).render()
    relaid(package, [*before, forged], world.log)
    answer = verify(package)
    assert "Q5" in answer.failing(), answer.text + answer.talk
    assert "no form that a price can have" in answer.text


def test_a_limit_that_it_does_not_know_is_never_said_to_hold(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    older = tmp_path / "verify.sh"
    known = '" duplicate_window_millis 60000 executions'
    text = test_verify_sh.SCRIPT.read_text("utf-8")
    assert known in text
    older.write_text(text.replace(known, '" executions'))
    monkeypatch.setattr(test_verify_sh, "SCRIPT", older)
    answer = verify(build(tmp_path, busy_armed_world()))
    assert answer.failing() == set(), answer.text + answer.talk
    assert answer.verdicts["Q4"] == answer.verdicts["Q5"] == "UNKNOWN"
    sentence = "its scope sets duplicate_window_millis, which this script does not ask"
    assert sentence in answer.reasons["Q4"]


READ: Final = r"""
BEGIN { FS = "\t" }
{
    split("", LIMIT); split("", STRANGE)
    SCOPE["c"] = $0
    json($0)
    print read_limits("c") " " STRANGE["c"]
}
"""


def limits(text: str) -> str:
    markets = '"markets":["EUR/USD","GBP/EUR"]'
    (said,) = run(READ, '{"limits":{' + text + "}," + markets + "}\n")
    return said.rstrip(" ")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('"desk":"fx"', "1"),
        ('"order_types":["LIMIT","MARKET"]', "1"),
        ('"order_types":["MARKET","LIMIT"]', "0"),
        ('"order_types":["LIMIT","LIMIT"]', "0"),
        ('"times_in_force":[]', "0"),
        ('"order_units_max":{"EUR/USD":"1","GBP/EUR":"0.5"}', "1"),
        ('"order_units_max":{"EUR/USD":"1"}', "0"),
        ('"order_units_max":{"EUR/USD":"1","GBP/USD":"1"}', "0"),
        ('"order_units_max":{"EUR/USD":"1.0","GBP/EUR":"1"}', "0"),
        ('"price_age_millis":60000', "1"),
        ('"price_age_millis":60001', "0"),
        ('"price_age_millis":"500"', "0"),
        ('"price_age_millis":0', "0"),
        ('"spread_bps":10', "0"),
        ('"price_age_millis":1,"spread_bps":9999', "1"),
        ('"price_age_millis":1,"spread_bps":10000', "0"),
        ('"price_age_millis":1,"price_collar_bps":2,"price_warn_bps":1', "1"),
        ('"price_age_millis":1,"price_collar_bps":2,"price_warn_bps":2', "0"),
        ('"price_age_millis":1,"price_warn_bps":2', "0"),
        ('"price_age_millis":1,"price_drift_bps":2', "0"),
        ('"price_age_millis":1,"price_drift_bps":2,"price_drift_seconds":3', "1"),
        ('"messages_per_second":1000', "1"),
        ('"messages_per_second":1001', "0"),
        ('"orders_per_day":1000000000', "1"),
        ('"orders_per_day":1000000001', "0"),
        ('"novelty":1', "1 novelty"),
        ("", "0"),
    ],
)
def test_it_reads_limits_in_one_form(text: str, said: str) -> None:
    assert limits(text) == said


def test_what_is_at_risk_is_never_said_to_hold(tmp_path: Path) -> None:
    answer = verify(build(tmp_path, busy_exposed_world()))
    assert answer.failing() == set(), answer.text + answer.talk
    assert answer.verdicts["Q4"] == answer.verdicts["Q5"] == "UNKNOWN"
    assert f"its scope sets {', '.join(sorted(LIMITS))}" in answer.reasons["Q4"]


@pytest.mark.parametrize("forgery", FORGERIES_AT_RISK, ids=lambda each: each.name)
def test_a_forgery_of_what_it_does_not_ask_gets_no_tick(
    tmp_path: Path, forgery: Forgery
) -> None:
    world = exposed_world(**forgery.limits)
    forgery.forge(world)
    answer = verify(build(tmp_path, world))
    assert answer.verdicts["Q4"] == answer.verdicts["Q5"] == "UNKNOWN"
    (name,) = forgery.limits
    assert name in answer.reasons["Q4"]


@pytest.mark.parametrize("make", [reduced_world, turned_round_world])
def test_whether_a_position_is_reduced_it_does_not_say(
    tmp_path: Path, make: Callable[[], World]
) -> None:
    answer = verify(build(tmp_path, make()))
    assert answer.failing() == set(), answer.text + answer.talk
    assert answer.verdicts["Q4"] == answer.verdicts["Q5"] == "UNKNOWN"
    assert "reduces a position is not added up here" in answer.reasons["Q4"]
