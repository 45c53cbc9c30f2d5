"""Mandates on record: which is in force, which came before, and what has changed."""

from collections.abc import Iterator
from enum import Enum
from typing import Final, NamedTuple

from kya.authority.mandate_words import NAME_CHARS, sentences, shown_by
from kya.console.counters import scope_lines
from kya.console.reading import Reading
from kya.core.counterexample import counterexample
from kya.core.credential import Credential, Standing
from kya.core.instant import Instant
from kya.core.mandate import Mandate
from kya.core.narrowing import comparisons
from kya.core.relation import Relation
from kya.core.state import State


class Force(Enum):
    """Whether a mandate counts; the value is the word on the page."""

    IN_FORCE = "in force"
    NOT_YET = "no certificate yet"
    SUPERSEDED = "superseded"
    OVER = "over"


FORCE_MARKS: Final = {
    Force.IN_FORCE: "good",
    Force.NOT_YET: "note",
    Force.SUPERSEDED: "none",
    Force.OVER: "none",
}
RELATION_MARKS: Final = {
    Relation.EQUAL: "none",
    Relation.NARROWER: "good",
    Relation.WIDER: "warn",
    Relation.INCOMPARABLE: "warn",
}


class MandateRow(NamedTuple):
    """One mandate as lists show it; `signed_by` are the directors under it."""

    digest: str
    mandate: Mandate
    force: Force
    entry: int
    signed_by: tuple[str, ...]

    @property
    def mark(self) -> str:
        """How its standing is drawn, beside its word."""
        return FORCE_MARKS[self.force]


class Change(NamedTuple):
    """One limit beside the former mandate's; `example` shows what is wider."""

    limit: str
    relation: Relation
    former: str
    now: str
    example: str

    @property
    def mark(self) -> str:
        """How the relation is drawn, beside its word."""
        return RELATION_MARKS[self.relation]


def newest_of(state: State, agent: str) -> Mandate | None:
    """Return the agent's newest mandate on record, None if it has none."""
    for mandate in list(state.mandates.values())[::-1]:
        if mandate.agent == agent:
            return mandate
    return None


def rows(reading: Reading, now: Instant) -> Iterator[MandateRow]:
    """Yield every mandate, the newest first."""
    newest: set[str] = set()
    for digest, mandate in list(reading.state.mandates.items())[::-1]:
        yield _row(reading, digest, mandate, now, is_newest=mandate.agent not in newest)
        newest.add(mandate.agent)


def row_of(reading: Reading, digest: str, now: Instant) -> MandateRow | None:
    """Return one mandate, None if it is not on record."""
    return next((row for row in rows(reading, now) if row.digest == digest), None)


def former_of(state: State, digest: str) -> tuple[str, Mandate] | None:
    """Return the mandate of the same agent that came before this one."""
    agent, before = state.mandates[digest].agent, None
    for each, mandate in state.mandates.items():
        if each == digest:
            return before
        if mandate.agent == agent:
            before = each, mandate
    return None


def changes(former: Mandate, mandate: Mandate) -> list[Change]:
    """Return every limit that is not the former mandate's, the wider ones first."""
    old, new = _flat(former), _flat(mandate)
    found = [
        Change(
            limit,
            relation,
            _value(old, limit),
            _value(new, limit),
            _example(former, mandate, limit, relation),
        )
        for limit, relation in comparisons(former, mandate)
        if relation is not Relation.EQUAL
    ]
    return sorted(found, key=lambda change: change.relation.is_within)


def carried_by(state: State, digest: str) -> list[Credential]:
    """Return the certificates that were issued under a mandate."""
    agent = state.mandates[digest].agent
    held = [state.credentials[each] for each in state.issued_to.get(agent, ())]
    return [each for each in held if each.grant and each.granted.mandate == digest]


def words_of(mandate: Mandate) -> list[tuple[str, str]]:
    """Return what a mandate says, as names and values."""
    return [
        (sentence[:NAME_CHARS].strip(), sentence[NAME_CHARS:])
        for sentence in sentences(mandate)
    ]


def _row(
    reading: Reading, digest: str, mandate: Mandate, now: Instant, *, is_newest: bool
) -> MandateRow:
    """Return a mandate, and whether it counts."""
    granted = reading.granted.get(digest)
    entry, names = granted or (0, ())
    active = any(
        each.standing_at(now) is not Standing.REVOKED and now <= each.not_after
        for each in carried_by(reading.state, digest)
    )
    if now > mandate.valid_until:
        force = Force.OVER
    elif active:
        force = Force.IN_FORCE
    else:
        force = Force.NOT_YET if is_newest else Force.SUPERSEDED
    return MandateRow(digest, mandate, force, entry, names)


def _flat(mandate: Mandate) -> dict[str, str]:
    """Return the limits of a mandate by name, each as text."""
    own = {
        "valid_from": str(mandate.valid_from),
        "valid_until": str(mandate.valid_until),
        "grace_seconds": str(mandate.grace_seconds),
        "incidents": "; ".join(
            value for name, value in words_of(mandate) if name in {"incidents", "alert"}
        ),
    }
    return {**scope_lines(mandate.scope), **own}


def _value(lines: dict[str, str], limit: str) -> str:
    """Return a limit as people read it; parts of one stand beside each other."""
    if limit in lines:
        return lines[limit]
    parts = [text for name, text in lines.items() if name.startswith(f"{limit}.")]
    return " to ".join(sorted(parts)) or "not set"


def _example(former: Mandate, mandate: Mandate, limit: str, relation: Relation) -> str:
    """Return an order that only the new mandate lets pass, in words."""
    if relation.is_within:
        return ""
    return shown_by(limit, counterexample(former, mandate, limit))
