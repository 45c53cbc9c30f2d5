"""Cases of overlays: each answer, none, one of another text, and when none is asked."""

from collections.abc import Iterator
from hashlib import sha256

from vectors.cases import Case
from vectors.decide.story import (
    OTHER_LINE,
    OVER_LIMIT,
    TOO_STRICT,
    Changes,
    a_case,
    digest,
)

TEXT = "permit (principal, action, resource);\n"
OTHER_TEXT = f'@id("none")\nforbid (principal, action, resource);\n{TEXT}'
VERSION = "4.12.2"
FORBIDS, UNANSWERED = "overlay.forbids", "overlay.unanswered"


def overlay_cases() -> Iterator[Case]:
    """What a firm's own policies say, and what follows when they say nothing."""
    yield from _verdicts()
    yield from _texts()
    yield from _whether_asked()


def _verdicts() -> Iterator[Case]:
    for verdict, forbidding, reason in (
        ("allow", [], None),
        ("deny", ["large", "weekend"], FORBIDS),
        ("deny", [], FORBIDS),
        ("late", [], UNANSWERED),
        ("absent", [], UNANSWERED),
        ("failed", [], UNANSWERED),
    ):
        named = "-by-name" if forbidding else ""
        yield a_case(
            f"overlay-says-{verdict}{named}",
            "what is no plain allow counts as one",
            TOO_STRICT if reason is None else OVER_LIMIT,
            None if reason is None else [reason],
            overlays=[_overlay()],
            answers=[_answer(verdict=verdict, forbidden_by=forbidding)],
        )
    yield a_case(
        "one-overlay-of-two-forbids",
        "one overlay's answer counts for all",
        OVER_LIMIT,
        [FORBIDS],
        overlays=[_overlay("second"), _overlay("first")],
        answers=[_answer("first"), _answer("second", verdict="deny")],
    )
    yield a_case(
        "one-overlay-of-two-was-not-asked",
        "an overlay without an answer is passed over",
        OVER_LIMIT,
        [UNANSWERED],
        overlays=[_overlay("second"), _overlay("first")],
        answers=[_answer("first")],
    )


def _texts() -> Iterator[Case]:
    for name, changes in (
        ("text", {"policy": sha256(OTHER_TEXT.encode()).hexdigest()}),
        ("engine", {"engine": "rego"}),
        ("version", {"version": "4.12.1"}),
    ):
        yield a_case(
            f"overlay-answers-from-another-{name}",
            "an answer counts that is not the one of the policy in force",
            OVER_LIMIT,
            [UNANSWERED],
            overlays=[_overlay()],
            answers=[_answer(**changes)],
        )
    yield a_case(
        "newest-overlay-of-a-name-counts",
        "a former policy still counts",
        OVER_LIMIT,
        [UNANSWERED],
        overlays=[_overlay(), _overlay(text=OTHER_TEXT)],
        answers=[_answer()],
    )
    yield a_case(
        "overlay-withdrawn",
        "a policy that people have withdrawn still counts",
        TOO_STRICT,
        overlays=[_overlay(), {"name": "house", "policy": None}],
    )


def _whether_asked() -> Iterator[Case]:
    yield a_case(
        "overlay-is-not-asked-of-what-a-control-stops",
        "an overlay's answer hides why an order was stopped, or lets it pass",
        OTHER_LINE,
        ["order.amount_max"],
        order={"amount": "25000.01"},
        overlays=[_overlay()],
        answers=[_answer()],
    )
    yield a_case(
        "overlay-is-asked-of-what-people-let-pass",
        "an override sets the firm's own policy aside as well",
        OVER_LIMIT,
        [FORBIDS],
        order={"amount": "25000.01"},
        override={"controls": ["order.amount"]},
        overlays=[_overlay()],
        answers=[_answer(verdict="deny", forbidden_by=["large"])],
    )
    yield a_case(
        "overlay-is-not-asked-of-a-cancel",
        "a policy stops what takes risk away",
        TOO_STRICT,
        order={"action": "cancel", "seq": 2, "target": 1, "prev": digest("1")},
        past={"seq": 1, "prev": digest("1")},
        target={},
        overlays=[_overlay()],
    )
    yield a_case(
        "answer-of-an-overlay-that-is-not-in-force",
        "an answer that nobody asked for gets into the decision",
        OTHER_LINE,
        answers=[_answer()],
    )


def _overlay(name: str = "house", text: str = TEXT) -> Changes:
    """Return a policy on record."""
    policy = {"engine": "cedar", "text": text, "version": VERSION}
    return {"name": name, "policy": policy}


def _answer(name: str = "house", **changes: object) -> Changes:
    """Return what the overlay said: allow, but for the changes."""
    return {
        "engine": "cedar",
        "forbidden_by": [],
        "name": name,
        "policy": sha256(TEXT.encode()).hexdigest(),
        "verdict": "allow",
        "version": VERSION,
        **changes,
    }
