"""How like its agent's past an order is, as its decision carries it."""

import msgspec

from kya.codec import canonical
from kya.core.baseline import Likeness
from kya.core.behaviour_score import Footing, contribution
from kya.core.errors import MalformedError
from kya.core.features import FEATURES

_UNSET = msgspec.UNSET
_FOOTINGS = frozenset(footing.value for footing in Footing)


class BehaviourFields(canonical.Statement, frozen=True, kw_only=True):
    """The score of an order and of the sequence before it, with what they are made of.

    Scores are in 1/10,000, `evidence` in 1/10,000 decades, the rest in 1/1,024 bits.
    `surprisals` lists those features that are more than ordinary; what each has above
    that adds up to `excess`.
    """

    evidence: int
    excess: int
    footing: str
    low: int
    peak: int
    score: int
    sequence: int
    surprisals: dict[str, int]
    on_probation: bool | msgspec.UnsetType = _UNSET
    stream: str | msgspec.UnsetType = _UNSET


def behaviour_fields(
    likeness: Likeness | None,
) -> BehaviourFields | msgspec.UnsetType:
    """Return the fields; nothing where no baseline is locked, or for a cancel."""
    if likeness is None:
        return _UNSET
    score = likeness.score
    return BehaviourFields(
        evidence=score.evidence,
        excess=score.excess,
        footing=score.footing.value,
        low=score.low,
        peak=score.peak,
        score=score.value,
        sequence=likeness.sequence,
        surprisals={
            feature.name: bits
            for feature, bits in zip(FEATURES, score.surprisals, strict=True)
            if contribution(bits)
        },
        on_probation=likeness.on_probation or _UNSET,
        stream=likeness.stream or _UNSET,
    )


def require_behaviour(
    wire: BehaviourFields | msgspec.UnsetType, baseline: str | None
) -> None:
    """Raise unless the fields stand beside a baseline, and add up."""
    if (wire is _UNSET) is not (baseline is None):
        msg = "behaviour: want it where a baseline is named, and only there"
        raise MalformedError(msg)
    if wire is _UNSET:
        return
    if wire.footing not in _FOOTINGS:
        msg = f"footing: want {' or '.join(sorted(_FOOTINGS))}"
        raise MalformedError(msg)
    if sum(map(contribution, wire.surprisals.values())) != wire.excess:
        msg = "surprisals: want what adds up to the excess"
        raise MalformedError(msg)
