"""Cases of incidents: what opens one, what a breach counts, and the end of a grace."""

from collections.abc import Iterator
from typing import Any

from vectors.cases import Case
from vectors.decide.story import NOW, TOO_STRICT, Changes, a_case

TOO_LARGE: Changes = {"amount": "25000.01"}
AMOUNT = "order.amount_max"
UNSEEN = "a breach that the board named opens nothing, and nobody is told"
RUNS_ON = "an agent trades on although nobody decided in time"
BEFORE = "2026-05-15T09:14:00.000000Z"


def incident_cases() -> Iterator[Case]:
    """Yield every case: openings, counts, windows, and both sides of a grace."""
    yield from _openings()
    yield from _counts()
    yield from _graces()


def _openings() -> Iterator[Case]:
    yield _opening("incident-opened", [_trigger(AMOUNT)])
    yield _opening("incident-opened-without-grace", [_trigger(AMOUNT)], grace_seconds=0)
    yield _opening(
        "incident-by-the-first-trigger-that-is-met",
        [_trigger("market.not_allowed"), _trigger(AMOUNT), _trigger(AMOUNT)],
    )
    yield _opening("incident-of-another-reason", [_trigger("hours.closed")])
    yield _opening(
        "incident-of-two-reasons-at-once",
        [_trigger(AMOUNT, "market.not_allowed")],
        ["market.not_allowed", AMOUNT],
        order={**TOO_LARGE, "market": "XRP/EUR"},
    )
    yield _opening(
        "incident-not-opened-by-a-refused-order",
        [_trigger(AMOUNT)],
        ["credential.suspended", AMOUNT],
        credential={"standing": "suspended"},
    )
    yield _opening(
        "incident-not-opened-by-what-is-set-aside",
        [_trigger(AMOUNT)],
        [],
        override={"controls": ["order.amount"]},
    )
    yield _opening(
        "incident-opened-by-a-warning",
        [_trigger("behaviour.unusual")],
        [],
        order={},
        scope={"limits": {"score_critical_bps": 8_500, "score_warn_bps": 7_500}},
        likeness={"score": 7_500},
    )
    yield _opening(
        "incident-not-opened-beside-one-that-is-not-over",
        [_trigger(AMOUNT)],
        incident=_running("open", "2026-05-15T09:20:00.000000Z"),
    )
    yield _opening("incident-without-a-policy", None)


def _counts() -> Iterator[Case]:
    twice = [_trigger(AMOUNT, count=2, within_seconds=60)]
    just, too_old = "2026-05-15T09:14:00.000001Z", BEFORE
    yield _opening("incident-counts-to-one-too-few", twice)
    yield _opening("incident-counts-to-two", twice, breaches=[_breach(just, AMOUNT)])
    yield _opening(
        "incident-does-not-count-what-is-too-old",
        twice,
        breaches=[_breach(too_old, AMOUNT)],
    )
    yield _opening(
        "incident-does-not-count-other-reasons",
        twice,
        breaches=[_breach(just, "market.not_allowed")],
    )
    yield _opening(
        "incident-counts-a-breach-of-another-reason-of-the-trigger",
        [_trigger(AMOUNT, "market.not_allowed", count=2, within_seconds=60)],
        breaches=[_breach(just, "market.not_allowed")],
    )


def _graces() -> Iterator[Case]:
    over = ["incident.grace_over"]
    for name, ends, reasons in (
        ("just-within", "2026-05-15T09:15:00.000001Z", []),
        ("over", NOW, over),
    ):
        for state in ("open", "acknowledged"):
            yield _opening(
                f"grace-{name}-{state}",
                [_trigger(AMOUNT)],
                reasons,
                order={},
                incident=_running(state, ends),
            )
    yield _opening(
        "grace-over-under-a-mandate-without-a-policy",
        None,
        over,
        order={},
        incident=_running("open", NOW),
    )
    yield _opening(
        "grace-over-set-aside",
        [_trigger(AMOUNT)],
        over,
        order={},
        incident=_running("open", NOW),
        override={"controls": ["incident.grace"]},
    )
    yield _opening(
        "grace-over-cancel",
        [_trigger(AMOUNT)],
        [],
        order={"action": "cancel", "seq": 2, "target": 1},
        past={"seq": 1},
        target={},
        incident=_running("open", NOW),
    )


def _opening(
    name: str,
    triggers: list[Changes] | None,
    reasons: list[str] | None = None,
    **changes: Any,  # noqa: ANN401  facts of every type
) -> Case:
    """Return the case of an order that is too large, unless it is told otherwise."""
    policy = None
    if triggers is not None:
        policy = {"alert_seconds": 5, "triggers": triggers}
    incidents: Changes = {
        "policy": policy,
        "grace_seconds": changes.pop("grace_seconds", 300),
        "breaches": changes.pop("breaches", []),
        "incident": changes.pop("incident", None),
    }
    found = [AMOUNT] if reasons is None else reasons
    changes.setdefault("order", TOO_LARGE)
    return a_case(
        name,
        "another breach opens an incident, or a grace ends at another instant",
        RUNS_ON if found else UNSEEN if changes["order"] else TOO_STRICT,
        found,
        incidents=incidents,
        **changes,
    )


def _trigger(*reasons: str, count: int = 1, within_seconds: int = 3_600) -> Changes:
    named = sorted(reasons)
    return {"count": count, "reasons": named, "within_seconds": within_seconds}


def _breach(at: str, reason: str) -> Changes:
    return {"at": at, "reasons": [reason]}


def _running(state: str, ends: str) -> Changes:
    return {"state": state, "grace_ends_at": ends}
