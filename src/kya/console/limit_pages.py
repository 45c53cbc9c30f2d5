"""The page of what all agents share: limits of places, overlays, and overrides."""

from typing import NamedTuple

from starlette.responses import Response

from kya.console.asking import Asking
from kya.console.kinds import Kind, may
from kya.console.limiting_acts import facts_of
from kya.console.limits import ROWS_MAX
from kya.console.overriding_acts import CONTROLS, FIELD
from kya.console.standing import places_in
from kya.core.instant import Day, Instant
from kya.core.money import Money
from kya.core.place_limits import PlaceLimited
from kya.core.place_use import UNUSED, PlaceUse


class LimitedRow(NamedTuple):
    """One limited place: its limits in words, and what is used of them today."""

    place: str
    limits: tuple[str, ...]
    used_today: str
    open_now: int
    signed_by: tuple[str, ...]
    at: Instant
    reason: str


async def limits(asking: Asking) -> Response:
    """What is limited, forbidden and set aside beside the mandates."""
    state = asking.console.follower.reading.state
    limited = list(state.place_limits.values())
    return asking.page(
        "limits.html",
        limited=[
            _row(each, state.place_use.get(each.limits.place, UNUSED), asking.now.day)
            for each in limited[:ROWS_MAX]
        ],
        limited_count=len(limited),
        places=places_in(state)[:ROWS_MAX],
        overlays=sorted(state.overlays.values(), key=lambda each: each.overlay.name),
        overrides=list(state.overrides.values())[:ROWS_MAX],
        may_limit=may(asking.person, Kind.LIMIT),
        may_override=may(asking.person, Kind.OVERRIDE),
        controls=CONTROLS,
        field=FIELD,
    )


def _row(event: PlaceLimited, use: PlaceUse, today: Day) -> LimitedRow:
    """Return a limited place as the page shows it."""
    limits = event.limits
    used = use.on(today)
    allowed = Money(used.allowed.get(limits.currency.code, 0), limits.currency)
    return LimitedRow(
        place=limits.place.words,
        limits=tuple(text for _, text in facts_of(limits)),
        used_today=f"{allowed} {limits.currency.code}",
        open_now=used.open_orders,
        signed_by=event.signed_by,
        at=event.at,
        reason=limits.reason,
    )
