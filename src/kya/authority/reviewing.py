"""How far a review of unusual orders has come, and what somebody finds of them."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from kya.codec.baseline_reviews import Finding, Found, Review
from kya.codec.learned_orders import Learned
from kya.core.errors import InputError
from kya.core.instant import Instant
from kya.core.learn import Unusual


class Looked(NamedTuple):
    """A review as it stands, what is learned without the struck, and what is open."""

    review: Review
    learned: Learned
    open: list[tuple[int, Unusual]]

    @property
    def is_done(self) -> bool:
        """Whether nothing is left to look at, and a baseline can be locked."""
        return not self.open and self.learned.learning.baseline is not None


def looked(review: Review, learned: Learned) -> Looked:
    """Return what is left to look at."""
    left = [(seq, each) for seq, each in learned.unusual() if seq not in review.found]
    return Looked(review, learned, left)


def found(
    seen: Looked, by: str, at: Instant, said: Mapping[Finding, Sequence[int]]
) -> list[Found]:
    """Return what a person found of orders; InputError for one that is not listed."""
    listed = {seq for seq, _ in seen.open}
    both = [seq for seqs in said.values() for seq in seqs]
    strange = sorted({seq for seq in both if seq not in listed or both.count(seq) > 1})
    if strange:
        msg = f"orders {strange}: want some of those listed, each once"
        raise InputError(msg)
    return [
        Found(seq=seq, finding=finding, by=by, at=at)
        for finding, seqs in said.items()
        for seq in seqs
    ]


def others(
    seen: Looked, by: str, at: Instant, but: Sequence[Found] = ()
) -> list[Found]:
    """Return that a person accepts all that are listed but these."""
    named = {each.seq for each in but}
    return [
        Found(seq=seq, finding=Finding.ACCEPTED, by=by, at=at)
        for seq, _ in seen.open
        if seq not in named
    ]
