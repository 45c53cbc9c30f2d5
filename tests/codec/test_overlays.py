"""The overlay's line, its answers in a decision, and the question that is asked."""

import json
from hashlib import sha256

import pytest
from hypothesis import given, settings

from kya.codec import canonical
from kya.codec.decisions import inputs_of, parse_decision, render_decision
from kya.codec.overlay_questions import question_of
from kya.codec.overlays import parse_overlay, render_overlay, said_of
from kya.core.case import Case
from kya.core.decide import decide
from kya.core.errors import MalformedError
from kya.core.overlay import Overlay, Said, Verdict
from kya.core.tokens import NO_DIGEST
from tests.builders import (
    CEDAR_TEXT,
    a_case,
    a_scope,
    an_asked_overlay,
    an_order,
    an_overlay,
    eur,
)
from tests.strategies import cases, overlays

LINE = render_overlay(an_overlay())


def test_the_line_is_as_it_was() -> None:
    text = json.dumps(CEDAR_TEXT)
    assert LINE.decode() == (
        '{"_type":"kya/overlay/v1","at":"2026-05-15T09:14:00.000000Z","name":"house",'
        f'"policy":{{"engine":"cedar","text":{text},"version":"4.12.2"}},'
        '"reason":"resolved for May"}\n'
    )


@given(overlays)
def test_every_overlay_comes_back(overlay: Overlay) -> None:
    assert parse_overlay(render_overlay(overlay)) == overlay


def test_the_digest_is_of_the_text_alone() -> None:
    policy = parse_overlay(LINE).policy
    assert policy is not None
    assert policy.digest == sha256(CEDAR_TEXT.encode()).hexdigest()


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"house"', '"House"'),
        ('"house"', '""'),
        ('"cedar"', '"prolog"'),
        ('"4.12.2"', '"4 12"'),
        ('"resolved for May"', '""'),
        ("permit", "perm\u0456t"),
        ("permit", "permit\\r"),
        ("permit", "permit\\u0000"),
        (json.dumps(CEDAR_TEXT), '""'),
        (json.dumps(CEDAR_TEXT), '"' + "x" * 32_769 + '"'),
        ('"version":"4.12.2"', '"version":"4.12.2","wide":1'),
    ],
)
def test_a_line_that_is_none_is_refused(old: str, new: str) -> None:
    changed = LINE.decode().replace(old, new, 1)
    assert changed != LINE.decode()
    with pytest.raises(MalformedError):
        parse_overlay(changed.encode())


def the_decision(verdict: Verdict = Verdict.DENY, *ids: str) -> bytes:
    case = a_case(overlays=(an_asked_overlay(verdict, *ids),))
    return render_decision(decide(case), NO_DIGEST)


def test_a_decision_carries_the_answers_and_gives_them_back() -> None:
    line = the_decision(Verdict.DENY, "large", "late")
    [answer] = inputs_of(parse_decision(line)).answers
    assert answer == an_asked_overlay(Verdict.DENY, "large", "late").answer
    assert b'"overlays":[{"engine":"cedar","forbidden_by":["large","late"],' in line


def test_a_decision_without_overlays_has_no_such_member() -> None:
    assert b"overlay" not in render_decision(decide(a_case()), NO_DIGEST)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('["large"]', '["large","large"]'),
        ('["large"]', '["b","a"]'),
        ('["large"]', '["so much is too much"]'),
        ('"verdict":"deny"', '"verdict":"allow"'),
        ('"verdict":"deny"', '"verdict":"maybe"'),
        ('"name":"house"', '"name":"House"'),
    ],
)
def test_an_answer_that_is_none_is_refused(old: str, new: str) -> None:
    line = the_decision(Verdict.DENY, "large").decode()
    changed = line.replace(old, new, 1)
    assert changed != line
    with pytest.raises(MalformedError):
        parse_decision(changed.encode())


@pytest.mark.parametrize(
    ("verdict", "ids"),
    [("allow", ["x"]), ("maybe", []), ("deny", ["a b"]), ("deny", list("abc") * 30)],
)
def test_what_no_answer_can_hold_is_a_failure_to_answer(
    verdict: str, ids: list[str]
) -> None:
    said = said_of(verdict, ids)
    assert said == (
        Said(Verdict.DENY, ("a", "b", "c")) if len(ids) == 90 else Said(Verdict.FAILED)
    )


@settings(max_examples=20)
@given(cases())
def test_a_question_is_one_canonical_line_without_null_or_float(case: Case) -> None:
    asked = question_of(decide(case))
    if asked is None:
        return
    line = asked.removesuffix(b"\n")
    found = json.loads(line, parse_float=_refused, parse_constant=_refused)
    assert canonical.encode(found) == line
    assert not _has_null(found)


def test_a_question_holds_figures_in_minor_units() -> None:
    found = json.loads(question_of(decide(a_case())) or b"")
    assert found["figures"] == {
        "daily_max": 50_000_000,
        "order_max": 2_500_000,
        "second_of_day": 33_300,
        "used_by_agent": 0,
        "used_in_market_and_side": 0,
        "weekday": 5,
        "worth": 2_000_000,
    }
    assert (found["mode"], found["order"]["market"]) == ("live", "EUR/USD")


def test_what_no_reader_of_json_takes_exactly_is_not_asked() -> None:
    most = eur("90071992547409.92")
    scope = a_scope(order_max=most, daily_max=most)
    order = an_order(amount=eur("1.00"))
    assert question_of(decide(a_case(order, scope=scope))) is None


def _refused(text: str) -> float:
    raise ValueError(text)


def _has_null(value: object) -> bool:
    if isinstance(value, dict):
        return any(map(_has_null, value.values()))
    if isinstance(value, list):
        return any(map(_has_null, value))
    return value is None
