"""Two things that callers know as one number: the anomaly score, and the scope result.

`risk_score` is the anomaly score alone. An order that no baseline scored counts as 1,
because a number that is not there must let nobody pass.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from kya.console.reading import OrderRow
from kya.core.behaviour_score import CRITICAL, WARN
from kya.core.decision import Outcome
from kya.core.instant import Instant
from kya.core.state import AgentState

UNSCORED: Final = 10_000
_ALL: Final = 10_000
ACTION_TYPES: Final = {
    Outcome.ALLOWED: "transaction_initiated",
    Outcome.DENIED: "unauthorized_access_attempt",
    Outcome.REFUSED: "authentication_failure",
}
ANOMALY: Final = "transaction_anomaly"
"""What a denial is called that behaviour alone has brought about."""


def score_shown(score: int) -> float:
    """Return a score in 1/10,000 as the number from 0 to 1 that callers read."""
    return score / _ALL


def band_of(score: int) -> str:
    """Return high from 0.85, medium from 0.75, low below: where our controls act."""
    if score >= CRITICAL:
        return "high"
    return "medium" if score >= WARN else "low"


def action_type_of(row: OrderRow) -> str:
    """Return what callers call the decision on an order."""
    by_behaviour = bool(row.reasons) and all(
        reason.startswith("behaviour.") for reason in row.reasons
    )
    if row.outcome is Outcome.DENIED and by_behaviour:
        return ANOMALY
    return ACTION_TYPES[row.outcome]


def score_of_row(row: OrderRow) -> int:
    """Return the order's anomaly score, the worst there is where it has none."""
    return UNSCORED if row.score is None else row.score


def event_shown(row: OrderRow) -> dict[str, object]:
    """Return the decision on an order as an event."""
    order, score = row.order, score_of_row(row)
    return {
        "id": f"{order.agent}:{order.seq}",
        "agent_id": order.agent,
        "action_type": action_type_of(row),
        "risk_score": score_shown(score),
        "risk_band": band_of(score),
        "occurred_at": str(row.received_at),
        "verified": True,
        "payload": {
            "anomaly": {"score": None if row.score is None else score_shown(row.score)},
            "scope": {
                "result": row.outcome.value,
                "reasons": list(row.reasons),
                "warnings": list(row.warnings),
            },
            "log_index": row.index,
            "seq": order.seq,
            "client_order_id": order.client_order_id,
            "market": order.market,
            "side": order.side.value,
            "amount": str(order.amount),
            "currency": order.amount.currency.code,
            "venue": order.venue,
            "venue_status": None if row.status is None else row.status.value,
        },
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """The days that a figure is about, up to now, and the newest order's score."""

    days: int
    now: Instant
    newest: int | None


def risk_shown(
    agent: str, known: AgentState, rows: Sequence[OrderRow], window: Window
) -> dict[str, object]:
    """Return an agent's figures over the orders of a window."""
    scores = [score_of_row(row) for row in rows]
    has_baseline = known.baseline is not None
    sequence = known.behaviour.sequence_score if has_baseline else None
    newest = window.newest if has_baseline else None
    score = UNSCORED if sequence is None else max(sequence, newest or 0)
    bands = [band_of(each) for each in scores]
    return {
        "agent_id": agent,
        "risk_score": score_shown(score),
        "risk_band": band_of(score),
        "factors": _factors(rows, has_baseline=has_baseline),
        "anomaly": {
            "score": None if newest is None else score_shown(newest),
            "sequence": None if sequence is None else score_shown(sequence),
        },
        "scope": {
            outcome.value: sum(row.outcome is outcome for row in rows)
            for outcome in Outcome
        },
        "event_count": len(rows),
        "high_risk_count": bands.count("high"),
        "medium_risk_count": bands.count("medium"),
        "avg_risk_score": score_shown(sum(scores) // len(scores) if scores else score),
        "window_days": window.days,
        "computed_at": str(window.now),
    }


def _factors(rows: Iterable[OrderRow], *, has_baseline: bool) -> list[str]:
    """Return what speaks against the agent, each reason with how often."""
    counts: dict[str, int] = {}
    for row in rows:
        for reason in row.reasons:
            counts[reason] = counts.get(reason, 0) + 1
    found = [f"{reason}: {count}" for reason, count in sorted(counts.items())]
    return found if has_baseline else ["no baseline is locked: counts as 1", *found]
