"""A baseline's lock, and an unusual order, in words for whoever looks at them."""

from collections.abc import Iterator

from kya.core.baseline import Lock, Source
from kya.core.behaviour_score import contribution
from kya.core.features import FEATURES
from kya.core.instant import Day
from kya.core.learn import Unusual


def lock_sentences(said: Lock) -> Iterator[str]:
    """Yield what a lock says, a line each."""
    baseline, source = said.baseline, said.source
    days = f"{Day(baseline.first_day)} to {Day(baseline.last_day)}"
    yield f"agent     {said.agent}"
    yield f"baseline  {said.digest}"
    yield f"orders    {baseline.orders}, on {baseline.days} days from {days}"
    if source is None:
        yield "source    learned elsewhere: nobody can learn it again from the log"
    else:
        yield f"source    seq {source_text(source)}"


def source_text(source: Source) -> str:
    """Return which orders of the agent a baseline is of, by seq."""
    struck = ", ".join(map(str, source.struck)) or "none"
    return f"{source.first_seq} to {source.last_seq}, struck: {struck}"


def contributions(unusual: Unusual) -> dict[str, int]:
    """Return what each feature has beyond the ordinary."""
    return {
        feature.name: contribution(bits)
        for feature, bits in zip(FEATURES, unusual.surprisals, strict=True)
        if contribution(bits)
    }
