"""What an overlay's engine is asked: the order, the scope and the day, in one line.

The line follows from the decision without the overlays, so that a verifier can ask
again. It holds no float and no null, which engines read in ways of their own.
"""

from functools import lru_cache
from typing import Final

from kya.codec import canonical
from kya.codec.orders import render_order
from kya.codec.scopes import render_scope
from kya.core.decision import Decision
from kya.core.limits import SEQ_MAX
from kya.core.overlay import Ask, OverlayAnswer, Said, Verdict
from kya.core.scope import Scope

_MICROS_PER_SECOND: Final = 1_000_000


def answers_to(decision: Decision, ask: Ask) -> tuple[OverlayAnswer, ...]:
    """Return what each overlay in force says of the order, asked one by one."""
    question = question_of(decision)
    return tuple(
        [
            OverlayAnswer.of(
                each.name,
                each.policy,
                Said(Verdict.FAILED)
                if question is None
                else ask(each.policy, question),
            )
            for each in decision.case.overlays
        ]
    )


def question_of(decision: Decision) -> bytes | None:
    """Return the question on an order, LF included, or None if none can be put.

    That is where a figure is beyond what every reader of JSON takes exactly.
    """
    case, counters = decision.case, decision.counters_before
    received_at, worth = case.received_at, case.worth
    if worth is None:
        return None
    figures = {
        "daily_max": case.scope.daily_max.minor_units,
        "order_max": case.scope.order_max.minor_units,
        "second_of_day": received_at.time_of_day.micros // _MICROS_PER_SECOND,
        "used_by_agent": counters.agent,
        "used_in_market_and_side": counters.market_and_side,
        "weekday": received_at.day.weekday.value,
        "worth": worth.minor_units,
    }
    if max(figures.values()) > SEQ_MAX:
        return None
    # Order and scope are canonical already, and so is what holds both, by its keys.
    return b"".join(
        (
            b'{"_type":"kya/overlay-question/v1","figures":',
            canonical.encode(figures),
            b',"mode":',
            canonical.encode(decision.mode.value),
            b',"order":',
            render_order(case.order)[:-1],
            b',"received_at":',
            canonical.encode(str(received_at)),
            b',"scope":',
            _scope_kept(case.scope),
            b"}\n",
        )
    )


@lru_cache(maxsize=256)
def _scope_kept(scope: Scope) -> bytes:
    """Return a scope's canonical JSON and keep it: it repeats from order to order."""
    return render_scope(scope)
