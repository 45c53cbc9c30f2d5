"""An order that a new mandate allows and an old one does not: found, then confirmed.

What differs between two mandates says where to look; whether a find is one is for
`decide` to say, which judges it under both.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import chain
from types import MappingProxyType
from typing import Final

from kya.core.ask import Ask, ask_beyond
from kya.core.case import Case
from kya.core.control import Reason
from kya.core.decide import decide
from kya.core.decision import Decision
from kya.core.instant import MICROS_PER_DAY, Instant
from kya.core.mandate import Mandate
from kya.core.money import Money, Price
from kya.core.narrowing import relation
from kya.core.order import (
    ACTS_ON_TARGET,
    Action,
    Order,
    OrderType,
    Side,
)
from kya.core.past import Past
from kya.core.reservation import Target
from kya.core.scope import LISTED, Calendar, Mode
from kya.core.supposed import (
    SUPPOSED_LIKENESS,
    supposed_credential,
    supposed_session,
)
from kya.core.tokens import NO_DIGEST

_LAST_DAY: Final = Instant.parse("9999-12-31T00:00:00.000000Z").day.number
_DAYS: Final = 8  # Every weekday, counted from any time of a day on.


@dataclass(frozen=True, slots=True, kw_only=True)
class Counterexample:
    """One order judged under both mandates, as if each were a certificate.

    `reason` is what the old mandate has against it; None where it allows the order, but
    on paper only.
    """

    reason: Reason | None
    under_old: Decision
    under_new: Decision

    @property
    def case(self) -> Case:
        """The order, when it is received, and what has come before it on that day."""
        return self.under_new.case


def counterexample(old: Mandate, new: Mandate, limit: str) -> Counterexample | None:
    """Return an order that passes this limit of the new mandate and not of the old one.

    None for a limit that is within the old one, where another limit of the new mandate
    is in the way of every such order, and for what no order shows by itself:
    `grace_seconds` and `incidents`, and limits that are measured by prices or by what
    came before.
    """
    is_shown = limit == "live_from" or limit in _REASONS
    if not is_shown or relation(old, new, limit).is_within:
        return None
    ask = ask_beyond(old, new, limit)
    clearest: Counterexample | None = None
    for at in _instants(old, new):
        found = _judged(old, new, ask, limit, at)
        if found is None:
            continue
        if _other_reasons(found) == 0:
            return found
        if clearest is None or _other_reasons(found) < _other_reasons(clearest):
            clearest = found
    return clearest


def _other_reasons(found: Counterexample) -> int:
    """Return how many more reasons the old mandate has; the fewer, the clearer."""
    return len(found.under_old.reasons) - (found.reason is not None)


def _judged(
    old: Mandate, new: Mandate, ask: Ask, limit: str, at: Instant
) -> Counterexample | None:
    """Return the counterexample, if both decisions say that it is one."""
    under_new = decide(_case(new, ask, at))
    if not under_new.allowed:
        return None
    under_old = decide(_case(old, ask, at))
    if limit == "live_from":
        reason, is_one = None, _goes_live(under_old, under_new)
    else:
        reason = _REASONS.get(limit)
        is_one = reason in under_old.reasons
    if not is_one:
        return None
    return Counterexample(reason=reason, under_old=under_old, under_new=under_new)


def _goes_live(under_old: Decision, under_new: Decision) -> bool:
    """Tell whether the old one allows it, too, but only the new one for real money."""
    modes = (under_old.mode, under_new.mode)
    return under_old.allowed and modes == (Mode.PAPER, Mode.LIVE)


_REASONS: Final[Mapping[str, Reason]] = MappingProxyType(
    {
        "valid_from": Reason.CREDENTIAL_NOT_YET_VALID,
        "valid_until": Reason.CREDENTIAL_EXPIRED,
        "currency": Reason.PRICE_MISSING,
        "markets": Reason.MARKET_NOT_ALLOWED,
        "venues": Reason.VENUE_NOT_ALLOWED,
        "regions": Reason.REGION_NOT_ALLOWED,
        "region_evidence": Reason.REGION_EVIDENCE,
        "order_max": Reason.ORDER_AMOUNT_MAX,
        "daily_max": Reason.DAILY_AMOUNT_MAX,
        "daily_max_per": Reason.DAILY_AMOUNT_MAX,
        "window": Reason.HOURS_CLOSED,
        "calendar": Reason.CALENDAR_CLOSED,
        "limits.actions": Reason.ACTION_NOT_ALLOWED,
        "limits.order_types": Reason.ORDER_TYPE_NOT_ALLOWED,
        "limits.times_in_force": Reason.TIME_IN_FORCE_NOT_ALLOWED,
    }
)
"""What the old mandate says of an order that is beyond this limit of it."""


def _case(mandate: Mandate, ask: Ask, at: Instant) -> Case:
    """Return the case as a certificate for all of the mandate's validity makes it."""
    order = _order(mandate.agent, ask, at)
    former = replace(order, seq=1, action=Action.NEW, target=None)
    # Nothing was counted for it, so that the order counts with all of its worth.
    target = Target(former, Money(0, ask.amount.currency))
    return Case(
        order=order,
        received_at=at,
        credential=supposed_credential(mandate),
        scope=mandate.scope,
        likeness=SUPPOSED_LIKENESS,
        past=Past(seq=1, day=at.day, currency=ask.currency, allowed=ask.allowed),
        price=None,
        session=supposed_session(order, ask.evidence),
        pinned=None,
        target=None if order.target is None else target,
    )


def _order(agent: str, ask: Ask, at: Instant) -> Order:
    """Return the order itself, the agent's second one."""
    return Order(
        agent=agent,
        credential=NO_DIGEST,
        seq=2,
        prev=NO_DIGEST,
        client_order_id="counterexample",
        market=ask.market,
        side=Side.BUY,
        type=ask.type,
        amount=ask.amount,
        limit_price=Price.parse("1") if ask.type is OrderType.LIMIT else None,
        time_in_force=ask.time_in_force,
        venue=ask.venue,
        region=ask.region,
        created_at=at,
        action=ask.action,
        target=1 if ask.action in ACTS_ON_TARGET else None,
    )


def _instants(old: Mandate, new: Mandate) -> Iterator[Instant]:
    """Yield enough instants to meet any time that one mandate has open, or closed.

    Such a time begins where a validity begins or has ended, where orders go live, or,
    within a week of that, where a day or a trading window begins or has ended. No
    calendar has a whole week closed but where it lists nothing, so the week in which
    the lists begin or have ended counts as well; and single days that one lists.
    """
    starts = (new.valid_from, _after(old.valid_until), new.scope.live_from)
    times = (old.scope.window.closes, new.scope.window.opens)
    offsets = (0, *(time.micros for time in times))
    weeks = _weeks_from(*(start.day.number for start in starts))
    lists = _listed(old.scope.calendar, new.scope.calendar)
    yield from starts
    for day in chain(weeks, lists):
        for offset in offsets:
            micros = day * MICROS_PER_DAY + offset
            if micros < (_LAST_DAY + 1) * MICROS_PER_DAY:
                yield Instant(micros)


def _weeks_from(*firsts: int) -> Iterator[int]:
    """Yield the week from each of these days on, as far as there are days."""
    for first in firsts:
        yield from range(first, min(first + _DAYS, _LAST_DAY + 1))


def _listed(old: Calendar, new: Calendar) -> Iterator[int]:
    """Yield the days on which the listed closing days make a difference."""
    if old.is_of_an_exchange or new.is_of_an_exchange:
        yield from _weeks_from(LISTED[0].number, LISTED[1].number + 1)
    yield from sorted(day.number for day in old.closed_days if new.is_open(day))


def _after(instant: Instant) -> Instant:
    """Return the next instant; the last one there is has none, and stays."""
    last = (_LAST_DAY + 1) * MICROS_PER_DAY - 1
    return Instant(min(instant.micros + 1, last))
