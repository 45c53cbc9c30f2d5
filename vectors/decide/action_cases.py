"""Cases for what an order asks for, and of which working order."""

from collections.abc import Iterator

from vectors.cases import Case
from vectors.decide.story import (
    LOST_ORDER,
    MODEL,
    NOW,
    OVER_LIMIT,
    WRONG_PARTY,
    ZEROS,
    Changes,
    a_case,
    counted,
    digest,
)

BEFORE = "2026-05-15T09:14:59.999999Z"
CANCEL: Changes = {
    "action": "cancel",
    "client_order_id": "cancel-1",
    "prev": digest("1"),
    "seq": 2,
    "target": 1,
}
AFTER_ONE: Changes = {"client_order_ids": ["order-1"], "prev": digest("1"), "seq": 1}
STUCK = "an order that people want out of the market stays in it"
UNASKED = "another order than the agent meant is taken back or changed"


def action_cases() -> Iterator[Case]:
    """Yield every case, action by action."""
    yield from _cancels()
    yield from _replaces()
    yield from _other_actions()
    yield from _listed()


def _cancels() -> Iterator[Case]:
    """A cancel passes every limit; only who sends it, and of what, is asked."""
    weekend = "2026-05-16T03:00:00.000000Z"
    passes: list[tuple[str, Changes]] = [
        ("of-a-working-order", {}),
        ("while-suspended", {"credential": {"standing": "suspended"}}),
        ("after-hours", {"received_at": "2026-05-15T23:59:59.999999Z"}),
        ("on-saturday", {"received_at": weekend}),
        ("over-every-limit", {"past": counted(("EUR/USD", "BUY", "500000.00"))}),
        ("of-another-runtime", {"pinned": {"model": MODEL}}),
        ("that-an-override-names", {"override": {}}),
    ]
    for name, changes in passes:
        past = {**AFTER_ONE, **changes.pop("past", {})}
        yield a_case(
            f"cancel-{name}",
            "a limit, a halt or a calendar is asked of a cancel, or it is counted",
            STUCK,
            order=CANCEL,
            past=past,
            target={},
            **changes,
        )
    yield a_case(
        "cancel-of-more-than-the-order-maximum",
        "a limit is asked of a cancel",
        STUCK,
        order={**CANCEL, "amount": "180000.00"},
        past=AFTER_ONE,
        target={"amount": "180000.00"},
    )
    bad: list[tuple[str, Changes, list[str]]] = [
        ("revoked", {"credential": {"standing": "revoked"}}, ["credential.revoked"]),
        (
            "suspended-and-due-to-be-revoked",
            {"credential": {"revoked_from": NOW, "standing": "suspended"}},
            ["credential.revoked"],
        ),
        ("expired", {"credential": {"not_after": BEFORE}}, ["credential.expired"]),
        ("out-of-turn", {"past": {**AFTER_ONE, "seq": 2}}, ["sequence.gap"]),
        ("off-the-chain", {"past": {**AFTER_ONE, "prev": ZEROS}}, ["sequence.prev"]),
    ]
    for name, changes, reasons in bad:
        yield a_case(
            f"cancel-{name}",
            "a cancel is not asked for identity or sequence",
            WRONG_PARTY,
            reasons,
            **{"order": CANCEL, "past": AFTER_ONE, "target": {}, **changes},
        )
    yield a_case(
        "cancel-under-a-used-id",
        "a cancel is not asked for its own client order id",
        LOST_ORDER,
        ["client_order_id.duplicate"],
        order={**CANCEL, "client_order_id": "order-1"},
        past=AFTER_ONE,
        target={},
    )
    yield a_case(
        "cancel-dated-too-early",
        "a cancel can be kept and sent later",
        LOST_ORDER,
        ["clock.skew"],
        order={**CANCEL, "created_at": "2026-05-15T09:14:57.999999Z"},
        past=AFTER_ONE,
        target={},
    )
    yield a_case(
        "cancel-of-no-working-order",
        "the target is not asked",
        UNASKED,
        ["target.unknown"],
        order=CANCEL,
        past=AFTER_ONE,
    )
    for name, field, value in (
        ("market", "market", "GBP/EUR"),
        ("side", "side", "SELL"),
        ("venue", "venue", "SIMB"),
        ("amount", "amount", "20000.01"),
    ):
        yield a_case(
            f"cancel-with-another-{name}",
            "a cancel is not compared with its target",
            UNASKED,
            ["target.differs"],
            order=CANCEL,
            past=AFTER_ONE,
            target={field: value},
        )


REPLACE: Changes = {**CANCEL, "action": "replace"}
MAY_REPLACE: Changes = {"limits": {"actions": ["cancel", "new", "replace"]}}


def _replaces() -> Iterator[Case]:
    """A replace is judged as an order, and counts with what it adds to its target."""
    left: Changes = {**AFTER_ONE, **counted(("EUR/USD", "BUY", "495000.00"))}
    over: Changes = {**AFTER_ONE, **counted(("EUR/USD", "BUY", "495000.01"))}
    late: Changes = {"received_at": "2026-05-15T17:00:00.000000Z"}
    found: list[tuple[str, Changes, list[str]]] = [
        ("unless-the-scope-lists-it", {"scope": {}}, ["action.not_allowed"]),
        ("of-a-working-order", {}, []),
        ("by-a-smaller-one", {"target": {"amount": "25000.00"}}, []),
        ("of-no-working-order", {"target": None}, ["target.unknown"]),
        ("in-another-market", {"target": {"market": "GBP/EUR"}}, ["target.differs"]),
        ("on-another-side", {"target": {"side": "SELL"}}, ["target.differs"]),
        ("at-another-venue", {"target": {"venue": "SIMB"}}, ["target.differs"]),
        ("after-hours", late, ["hours.closed"]),
        (
            "above-the-order-maximum",
            {"order": {**REPLACE, "amount": "25000.01"}},
            ["order.amount_max"],
        ),
        ("adding-what-the-day-has-left", {"past": left}, []),
        ("adding-a-cent-more", {"past": over}, ["daily.amount_max"]),
        (
            "counts-beside-its-targets-worth",
            {"past": left, "target": {"amount": "15000.00", "worth": "14999.99"}},
            ["daily.amount_max"],
        ),
        (
            "while-suspended",
            {"credential": {"standing": "suspended"}},
            ["credential.suspended"],
        ),
    ]
    for name, changes, reasons in found:
        yield a_case(
            f"replace-{name}",
            "a replace is not judged, or counts with more or less than it adds",
            OVER_LIMIT,
            reasons,
            **{
                "order": REPLACE,
                "past": AFTER_ONE,
                "scope": MAY_REPLACE,
                "target": {"amount": "15000.00"},
                **changes,
            },
        )


def _other_actions() -> Iterator[Case]:
    """What no venue has a road for is denied, whatever the rest says."""
    for action in ("convert", "margin", "transfer", "withdraw"):
        yield a_case(
            f"action-{action}",
            "an action that nobody has mapped is taken for an order",
            "money leaves by a road that nobody watches",
            ["action.not_allowed"],
            order={"action": action},
        )


def _listed() -> Iterator[Case]:
    """Once a scope lists actions, a new order is asked for, too."""
    for name, actions, reasons in (
        ("listed", ["cancel", "new"], []),
        ("not-listed", ["cancel", "replace"], ["action.not_allowed"]),
        ("that-may-only-be-cancelled", ["cancel"], ["action.not_allowed"]),
    ):
        yield a_case(
            f"new-order-{name}",
            "a list of actions is not asked, or only of other ones",
            OVER_LIMIT,
            reasons,
            scope={"limits": {"actions": actions}},
        )
