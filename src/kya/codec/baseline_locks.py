"""The lock line, `kya/baseline-lock/v1`: what two people sign to put one in force.

It holds the whole baseline document, so that the log alone is enough to score by.
"""

from typing import Final, Literal

import msgspec

from kya.codec import canonical
from kya.codec.baselines import (
    BaselineLine,
    baseline_digest,
    baseline_fields,
    baseline_from,
)
from kya.core.baseline import Lock, Source
from kya.core.errors import MalformedError
from kya.core.instant import Instant

LOCK_TYPE: Final = "kya/baseline-lock/v1"


class SourceFields(canonical.Statement, frozen=True, kw_only=True):
    """The agent's orders that were learned from, by `seq`, and those struck."""

    first_seq: int
    last_seq: int
    struck: list[int]


class LockLine(canonical.Statement, frozen=True, kw_only=True):
    """The lock on the wire; without `source` the baseline was learned elsewhere."""

    type_: Literal["kya/baseline-lock/v1"] = msgspec.field(name="_type")
    agent: str
    at: str
    digest: str
    document: BaselineLine
    source: SourceFields | None


_DECODER: Final = msgspec.json.Decoder(LockLine)


def parse_lock(line: bytes) -> Lock:
    """Return the lock of the line; MalformedError otherwise."""
    return canonical.read_line(line, _DECODER, "baseline lock", _lock_from)


def render_lock(lock: Lock) -> bytes:
    """Return the lock's line, LF included."""
    source = lock.source
    return canonical.encode_line(
        LockLine(
            type_=LOCK_TYPE,
            agent=lock.agent,
            at=str(lock.at),
            digest=lock.digest,
            document=baseline_fields(lock.baseline),
            source=(
                None
                if source is None
                else SourceFields(
                    first_seq=source.first_seq,
                    last_seq=source.last_seq,
                    struck=list(source.struck),
                )
            ),
        )
    )


def _lock_from(wire: LockLine) -> Lock:
    """Return the lock of its fields, if the document is the one that it names."""
    baseline, source = baseline_from(wire.document), wire.source
    if baseline.subject.agent != wire.agent:
        msg = f"agent: want {baseline.subject.agent}, whose baseline it is"
        raise MalformedError(msg)
    digest = baseline_digest(baseline)
    if wire.digest != digest:
        msg = f"digest: want that of the document, {digest}"
        raise MalformedError(msg)
    return Lock(
        digest=digest,
        baseline=baseline,
        source=(
            None
            if source is None
            else Source(source.first_seq, source.last_seq, tuple(source.struck))
        ),
        at=Instant.parse(wire.at),
    )
