"""Cases of halts: every level, both states, resumed, and places not touched."""

from collections.abc import Iterator

from vectors.cases import Case
from vectors.decide.story import TOO_STRICT, Changes, a_case, digest

PLACES = (
    "agent:algo_trader_v2",
    "desk:fx",
    "market:EUR/USD",
    "venue:SIMA",
    "firm",
)
STOPPED = "an order leaves although people have stopped trading"


def halt_cases() -> Iterator[Case]:
    """Where people have stopped trading, at every level, in both states."""
    halted, reducing = ["halt.halted"], ["halt.reducing"]
    at_desk: Changes = {"limits": {"desk": "fx"}}
    for place in PLACES:
        level = place.partition(":")[0]
        for state, reasons in (("halted", halted), ("reducing", reducing)):
            yield a_case(
                f"halt-of-{level}-{state}",
                "a level or a state of halts is not asked",
                STOPPED,
                reasons,
                scope=at_desk,
                halts=[_halt(place, state)],
            )
        yield a_case(
            f"halt-of-{level}-resumed",
            "a halt that was lifted still stops",
            TOO_STRICT,
            scope=at_desk,
            halts=[_halt(place), {"resume": digest(f"{place} halted")}],
        )
    others = ("agent:algo_trader_v3", "desk:fx", "market:GBP/EUR", "venue:SIMB")
    yield a_case(
        "other-places-halted",
        "a halt reaches beyond its place",
        TOO_STRICT,
        halts=[_halt(place) for place in others],
    )
    yield a_case(
        "a-place-of-another-level-with-the-same-name",
        "places are compared by name alone",
        TOO_STRICT,
        halts=[_halt("venue:ALGO"), _halt("desk:algo_trader_v2"), _halt("agent:SIMA")],
    )
    yield a_case(
        "strictest-state-of-several-places",
        "the first or the last halt counts, or they stand in another order",
        STOPPED,
        halted,
        scope=at_desk,
        halts=[_halt("firm", "reducing"), _halt("venue:SIMA"), _halt("desk:fx")],
    )
    yield a_case(
        "halted-after-reducing",
        "the former state of a place still counts",
        STOPPED,
        halted,
        halts=[_halt("firm", "reducing"), _halt("firm")],
    )
    yield a_case(
        "one-of-two-halts-resumed",
        "a resume lifts more than the halt that it names",
        STOPPED,
        halted,
        halts=[
            _halt("firm"),
            _halt("market:EUR/USD"),
            {"resume": digest("firm halted")},
        ],
    )
    yield a_case(
        "halted-again-after-a-resume",
        "a place that was resumed once is never halted again",
        STOPPED,
        halted,
        halts=[
            _halt("firm"),
            {"resume": digest("firm halted")},
            {**_halt("firm"), "leaf": digest("again")},
        ],
    )
    yield a_case(
        "override-of-a-halt",
        "an override sets more aside than limits",
        STOPPED,
        halted,
        halts=[_halt("firm")],
        override={"controls": ["halt.state"]},
    )


def _halt(place: str, state: str = "halted") -> Changes:
    """Return a halt on record."""
    return {"leaf": digest(f"{place} {state}"), "place": place, "state": state}
