"""How like its past a flow will be found, before it is played: what the seed is for.

The demonstration itself does not read this. Its scores are those of the gateway.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from kya.core.attempt import MILLIS, Attempt
from kya.core.baseline import PROBATION_ORDERS
from kya.core.behaviour import UNSEEN, Reference, advance, answered, score
from kya.core.behaviour_score import CRITICAL, WARN
from kya.core.learn import learn
from kya.core.learned_baseline import Subject
from kya.core.order import OrderType
from kya.core.tokens import NO_DIGEST
from kya.demo.bot import REGION
from kya.demo.flow import Flow, PlannedOrder
from kya.demo.stage import AGENT

SECOND_MAX: Final = 3_000
"""What the story says of live order 2: below 0.30."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scores:
    """The scores of the orders after the observed ones, in 1/10,000, by part.

    `sequence` is the highest score of a sequence, over all of them.
    """

    live: tuple[int, ...]
    breach: int
    recovered: tuple[int, ...]
    sequence: int


def scores_of(flow: Flow) -> Scores | None:
    """Return the flow's scores; None where the observed orders make no baseline."""
    observed = [_attempt(order) for order in flow.observed]
    found = learn(observed, Subject(AGENT, NO_DIGEST)).baseline
    if found is None:
        return None
    first = (*flow.live, flow.breach, flow.after_revocation)
    reference = Reference.of(found)
    before, sequence = _scored(reference, observed, first)
    known = [*observed, *map(_attempt, first)]
    after, sequence_anew = _scored(reference, known, flow.recovered)
    return Scores(
        live=tuple(before[: len(flow.live)]),
        breach=before[len(flow.live)],
        recovered=tuple(after),
        sequence=max(sequence, sequence_anew),
    )


def scores_fit(scores: Scores | None) -> bool:
    """Tell whether the story is true of these scores."""
    if scores is None:
        return False
    probation = scores.recovered[:PROBATION_ORDERS]
    return (
        scores.live[1] < SECOND_MAX
        and max(scores.live) < CRITICAL <= scores.breach
        and max(probation) < WARN
        and max(scores.recovered) < CRITICAL
        and scores.sequence < CRITICAL
    )


def _scored(
    reference: Reference, known: Iterable[Attempt], orders: Iterable[PlannedOrder]
) -> tuple[list[int], int]:
    """Return the orders' scores after what is known, and the highest of a sequence."""
    pace = UNSEEN.pace
    for attempt in known:
        pace = pace.after(attempt.at)
    behaviour = UNSEEN._replace(pace=pace).held_against(reference)
    scores: list[int] = []
    highest = 0
    for attempt in map(_attempt, orders):
        found = score(reference, behaviour, attempt)
        behaviour = advance(reference, behaviour, attempt, found)
        behaviour = answered(reference, behaviour, attempt.at, failed=False)
        scores.append(found.value)
        highest = max(highest, behaviour.sequence_score)
    return scores, highest


def _attempt(order: PlannedOrder) -> Attempt:
    """Return what the order will show: the bot sends nothing but market orders."""
    return Attempt(
        at=order.at.micros // MILLIS,
        market=f"{order.market} {order.amount.currency.code}",
        side=order.side.value,
        venue=order.venue,
        type=OrderType.MARKET.value,
        region=REGION,
        size=order.amount.minor_units,
    )
