"""Scores and scope results stay two things, and what is unknown counts as the worst."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kya.console.reading import OrderRow
from kya.core.decision import Outcome
from kya.core.state import AgentState
from kya.kakunin_api.risk import (
    Window,
    action_type_of,
    band_of,
    event_shown,
    risk_shown,
)
from tests.world import MORNING, World

RANKS = ("low", "medium", "high")


def a_row(
    outcome: Outcome = Outcome.ALLOWED, score: int | None = None, *reasons: str
) -> OrderRow:
    return OrderRow(
        index=7,
        order=World().order(),
        received_at=MORNING,
        outcome=outcome,
        reasons=reasons,
        warnings=(),
        score=score,
    )


@pytest.mark.parametrize(
    ("score", "band"),
    [
        (0, "low"),
        (7_499, "low"),
        (7_500, "medium"),
        (8_499, "medium"),
        (8_500, "high"),
        (10_000, "high"),
    ],
)
def test_bands_begin_where_our_controls_act(score: int, band: str) -> None:
    assert band_of(score) == band


@given(st.integers(0, 10_000), st.integers(0, 10_000))
def test_a_higher_score_is_never_in_a_lower_band(one: int, two: int) -> None:
    low, high = sorted((one, two))
    assert RANKS.index(band_of(low)) <= RANKS.index(band_of(high))


@pytest.mark.parametrize(
    ("outcome", "reasons", "kind"),
    [
        (Outcome.ALLOWED, (), "transaction_initiated"),
        (Outcome.DENIED, ("order.amount_max",), "unauthorized_access_attempt"),
        (
            Outcome.DENIED,
            ("order.amount_max", "behaviour.critical"),
            "unauthorized_access_attempt",
        ),
        (Outcome.DENIED, ("behaviour.critical",), "transaction_anomaly"),
        (Outcome.REFUSED, ("credential.revoked",), "authentication_failure"),
    ],
)
def test_each_outcome_has_the_word_that_callers_know(
    outcome: Outcome, reasons: tuple[str, ...], kind: str
) -> None:
    assert action_type_of(a_row(outcome, None, *reasons)) == kind


def test_a_denied_order_that_is_like_the_others_has_a_low_score() -> None:
    event = event_shown(a_row(Outcome.DENIED, 1_200, "order.amount_max"))
    assert (event["risk_score"], event["risk_band"]) == (0.12, "low")
    payload = event["payload"]
    assert isinstance(payload, dict)
    assert payload["scope"]["reasons"] == ["order.amount_max"]


def test_an_order_that_nobody_scored_counts_as_the_worst() -> None:
    event = event_shown(a_row())
    assert (event["risk_score"], event["risk_band"]) == (1.0, "high")


def test_figures_are_counted_over_the_orders_of_the_window() -> None:
    rows = [
        a_row(Outcome.ALLOWED, 1_000),
        a_row(Outcome.ALLOWED, 8_000),
        a_row(Outcome.DENIED, 9_000, "order.amount_max", "hours.closed"),
    ]
    known = AgentState(credential="0" * 64)
    told = risk_shown("bot", known, rows, Window(days=7, now=MORNING, newest=9_000))
    assert told["avg_risk_score"] == 0.6
    counts = (told["event_count"], told["high_risk_count"], told["medium_risk_count"])
    assert counts == (3, 1, 1)
    assert told["scope"] == {"allowed": 2, "denied": 1, "refused": 0}
    assert told["factors"] == [
        "no baseline is locked: counts as 1",
        "hours.closed: 1",
        "order.amount_max: 1",
    ]
    # Without a baseline no score of an order stands for the agent's.
    assert (told["risk_score"], told["anomaly"]) == (
        1.0,
        {"score": None, "sequence": None},
    )
    nothing = risk_shown("bot", known, [], Window(days=7, now=MORNING, newest=None))
    assert nothing["avg_risk_score"] == 1.0
