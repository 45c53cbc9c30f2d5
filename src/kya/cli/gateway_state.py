"""`kya gateway state`: what is stopped, limited, overlaid or grows old."""

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from kya.cli.baseline_ages import baselines_ageing
from kya.cli.desk import publish_if_running
from kya.cli.output import DATA_DEFAULT, AsJson, Data, answer, answer_json
from kya.cli.progress import progress
from kya.core.halt import HaltOrdered, TradingState
from kya.core.instant import MICROS_PER_SECOND, Day, Instant
from kya.core.money import Money
from kya.core.overlay import OverlayOrdered
from kya.core.place_limits import PlaceLimited
from kya.core.place_use import UNUSED, PlaceUse
from kya.core.state import State
from kya.wiring.clock import system_clock
from kya.wiring.installation import LOG, open_installation
from kya.wiring.log_reader import published, published_power, published_state
from kya.wiring.witnessed import log_directory, newest_seen


class InUse(NamedTuple):
    """Limits of a place, and what all agents have used of them by now."""

    limited: PlaceLimited
    use: PlaceUse

    @property
    def allowed(self) -> Money:
        """The worth of the day's allowed orders, in the limits' currency."""
        currency = self.limited.limits.currency
        return Money(self.use.allowed.get(currency.code, 0), currency)


def state(data: Data = DATA_DEFAULT, *, as_json: AsJson = False) -> None:
    """Show what is stopped, limited or overlaid, by whom and why, and what is used.

    Where a mandate lets baselines expire, also how long they still count.

    What is used of limits is that of the UTC day; where a place is limited, every
    order of the log is counted for it.
    """
    publish_if_running(data)
    opened = open_installation(data)
    size = published(data / "log", opened.note_signer(LOG).key).size
    power = published_power(data / "log", size)
    if power.place_limits:
        with progress() as shown:
            power = published_state(data / "log", size, shown)
    found, limited = power.halts.values(), list(_in_use(power))
    ageing = baselines_ageing(data, size, power)
    overlays = [each for each in power.overlays.values() if each.overlay.policy]
    if as_json:
        halts, limits = map(_fields, found), map(_limit_fields, limited)
        answer_json(
            {
                "baselines": [each.document() for each in ageing],
                "halts": list(halts),
                "limits": list(limits),
                "overlays": [_overlay_fields(each) for each in overlays],
                "witnessed": _witnessed_fields(opened.data, size),
            }
        )
        return
    for each in found:
        answer(halted(each))
    if not found:
        answer(f"{TradingState.ACTIVE.value}: nothing is stopped")
    for limit in limited:
        for line in _limit_sentences(limit):
            answer(line)
    for ordered in overlays:
        answer(_overlay_sentence(ordered))
    for each_baseline in ageing:
        answer(f"baseline of {each_baseline.agent} {each_baseline.age.words}")
    for sentence in _witnessed_sentences(opened.data, size):
        answer(sentence)


def _in_use(state: State) -> Iterator[InUse]:
    """Yield the limits in force, each with what is used of it today."""
    today: Day = system_clock().clock.now().day
    for place, limited in state.place_limits.items():
        yield InUse(limited, state.place_use.get(place, UNUSED).on(today))


def halted(found: HaltOrdered) -> str:
    """Return a halt in one line."""
    halt, names = found.halt, ", ".join(found.signed_by)
    return (
        f"{halt.state.value} {halt.place.words} since {halt.at} by {names}:"
        f" {halt.reason}"
    )


def _fields(found: HaltOrdered) -> dict[str, object]:
    """Return a halt for programs."""
    halt = found.halt
    return {
        "at": str(halt.at),
        "halt": found.leaf,
        "place": str(halt.place),
        "reason": halt.reason,
        "signed_by": list(found.signed_by),
        "state": halt.state.value,
    }


def _limit_sentences(found: InUse) -> Iterator[str]:
    """Yield limits of a place, and what is used of those that fill up."""
    limits, names = found.limited.limits, ", ".join(found.limited.signed_by)
    figures = {
        "an order": limits.order_max and f"{limits.order_max} {limits.currency}",
        "a day": limits.daily_max and f"{limits.daily_max} {limits.currency}",
        "open": limits.open_orders and f"{limits.open_orders} orders",
    }
    set_ones = ", ".join(f"{what} {most}" for what, most in figures.items() if most)
    yield (
        f"limited {limits.place.words} to {set_ones} since {limits.at} by {names}:"
        f" {limits.reason}"
    )
    currency, use = limits.currency, found.use
    if limits.daily_max is not None:
        yield f"  used today {found.allowed} of {limits.daily_max} {currency}"
    if limits.open_orders is not None:
        yield f"  open {use.open_orders} of {limits.open_orders} orders"


def _limit_fields(found: InUse) -> dict[str, object]:
    """Return limits of a place for programs, with what is used of them."""
    limits = found.limited.limits
    return {
        "at": str(limits.at),
        "currency": limits.currency.code,
        "daily_max": None if limits.daily_max is None else str(limits.daily_max),
        "open_orders": limits.open_orders,
        "order_max": None if limits.order_max is None else str(limits.order_max),
        "place": str(limits.place),
        "reason": limits.reason,
        "signed_by": list(found.limited.signed_by),
        "used": {
            "allowed_today": str(found.allowed),
            "open_orders": found.use.open_orders,
        },
    }


def _overlay_sentence(found: OverlayOrdered) -> str:
    """Return an overlay in force in one line."""
    overlay, names = found.overlay, ", ".join(found.signed_by)
    asked = overlay.policy
    what = "" if asked is None else f" {asked.engine.value} {asked.version}"
    return (
        f"overlay {overlay.name}{what} since {overlay.at} by {names}: {overlay.reason}"
    )


def _overlay_fields(found: OverlayOrdered) -> dict[str, object]:
    """Return an overlay in force for programs."""
    overlay, policy = found.overlay, found.overlay.policy
    return {
        "at": str(overlay.at),
        "engine": policy and policy.engine.value,
        "name": overlay.name,
        "policy": policy and policy.digest,
        "reason": overlay.reason,
        "signed_by": list(found.signed_by),
        "version": policy and policy.version,
    }


def _witnessed_sentences(data: Path, size: int) -> Iterator[str]:
    """Yield how much of the log its witnesses have seen; nothing without any."""
    log = log_directory(data)
    if not log.witnesses.witnesses:
        return
    seen = newest_seen(log)
    if seen is None:
        yield f"witnessed nothing: no quorum {log.witnesses.quorum}, of {size} entries"
        return
    yield (
        f"witnessed {seen.size} of {size} entries by {', '.join(seen.names)},"
        f" {_age(seen.at)} s ago"
    )


def _witnessed_fields(data: Path, size: int) -> dict[str, object] | None:
    """Return the same for programs; None without witnesses."""
    log = log_directory(data)
    if not log.witnesses.witnesses:
        return None
    seen = newest_seen(log)
    return {
        "age_seconds": None if seen is None else _age(seen.at),
        "at": None if seen is None else str(seen.at),
        "entries": size,
        "size": 0 if seen is None else seen.size,
        "witnesses": [] if seen is None else list(seen.names),
    }


def _age(at: Instant) -> int:
    """Return how many seconds ago that was."""
    return (system_clock().clock.now().micros - at.micros) // MICROS_PER_SECOND
