"""The sheet of a review: which of the most unusual orders people accept or strike.

One line says whose orders are reviewed, and each further one what somebody found of an
order. The sheet is no entry of the log: what comes of it, the struck orders, is in the
lock.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Final, Literal

import msgspec

from kya.codec import canonical
from kya.codec.enums import by_value
from kya.core import tokens
from kya.core.baseline import Source
from kya.core.errors import MalformedError
from kya.core.instant import Instant

REVIEW_TYPE: Final = "kya/baseline-review/v1"


class Finding(Enum):
    """What somebody found of an unusual order."""

    ACCEPTED = "accepted"
    STRUCK = "struck"


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """One order, what was found of it, by whom and when."""

    seq: int
    finding: Finding
    by: str
    at: Instant


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """A review as it stands: the stretch of orders, and what was found so far."""

    agent: str
    first_seq: int
    last_seq: int
    found: Mapping[int, Found] = field(default_factory=dict[int, Found])

    def __post_init__(self) -> None:
        """Refuse a stretch that is none, and findings outside it."""
        tokens.require(tokens.NAME, "agent", self.agent)
        self.source.require()

    @property
    def source(self) -> Source:
        """The orders that are left to learn from."""
        struck = [
            each.seq for each in self.found.values() if each.finding is Finding.STRUCK
        ]
        return Source(self.first_seq, self.last_seq, tuple(sorted(struck)))


class ReviewLine(canonical.Statement, frozen=True, kw_only=True):
    """The first line of a sheet."""

    type_: Literal["kya/baseline-review/v1"] = msgspec.field(name="_type")
    agent: str
    first_seq: int
    last_seq: int


class FoundLine(canonical.Statement, frozen=True, kw_only=True):
    """Each further line."""

    at: str
    by: str
    finding: str
    seq: int


_REVIEW: Final = msgspec.json.Decoder(ReviewLine)
_FOUND: Final = msgspec.json.Decoder(FoundLine)
_FINDING: Final = by_value("finding", Finding)


def render_review(review: Review) -> bytes:
    """Return the first line of the review's sheet."""
    return canonical.encode_line(
        ReviewLine(
            type_=REVIEW_TYPE,
            agent=review.agent,
            first_seq=review.first_seq,
            last_seq=review.last_seq,
        )
    )


def render_found(found: Iterable[Found]) -> bytes:
    """Return a line for each finding."""
    return b"".join([
        canonical.encode_line(
            FoundLine(
                at=str(each.at), by=each.by, finding=each.finding.value, seq=each.seq
            )
        )
        for each in found
    ])  # fmt: skip


def parse_review(sheet: bytes) -> Review:
    """Return the review of a whole sheet; MalformedError otherwise."""
    first, *more = sheet.splitlines(keepends=True) or [b""]
    opened = canonical.read_line(first, _REVIEW, "review", _review_from)
    found: dict[int, Found] = {}
    for line in more:
        each = canonical.read_line(line, _FOUND, "finding", _found_from)
        if each.seq in found:
            msg = f"review: order {each.seq} stands there twice"
            raise MalformedError(msg)
        found[each.seq] = each
    return Review(
        agent=opened.agent,
        first_seq=opened.first_seq,
        last_seq=opened.last_seq,
        found=found,
    )


def _review_from(wire: ReviewLine) -> Review:
    """Return the review that a sheet begins with."""
    return Review(agent=wire.agent, first_seq=wire.first_seq, last_seq=wire.last_seq)


def _found_from(wire: FoundLine) -> Found:
    """Return the finding of its fields."""
    tokens.require_text("by", wire.by)
    tokens.require_count("seq", wire.seq)
    return Found(
        seq=wire.seq,
        finding=_FINDING(wire.finding),
        by=wire.by,
        at=Instant.parse(wire.at),
    )
