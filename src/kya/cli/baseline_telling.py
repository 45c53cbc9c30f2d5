"""What came of learning, in words and for programs."""

from kya.core.baseline import Source
from kya.core.behaviour_score import contribution
from kya.core.features import FEATURES
from kya.core.instant import Instant
from kya.core.integer_log import BIT
from kya.core.learn import Learning, Unusual


def unusual_text(unusual: Unusual) -> str:
    """Return one order of the review as text."""
    attempt = unusual.attempt
    at = Instant(attempt.at * 1_000)
    why = ", ".join(
        f"{name} {bits / BIT:.1f}" for name, bits in _contributions(unusual).items()
    )
    bits = f"{unusual.excess / BIT:.1f} bits"
    return f"{at}  {attempt.side} {attempt.size} {attempt.market}  {bits}: {why}"


def unusual_fields(unusual: Unusual) -> dict[str, object]:
    """Return one order of the review for programs; figures in 1/1,024 bits."""
    attempt = unusual.attempt
    return {
        "at": str(Instant(attempt.at * 1_000)),
        "contributions": _contributions(unusual),
        "excess": unusual.excess,
        "market": attempt.market,
        "side": attempt.side,
        "size": attempt.size,
    }


def source_text(source: Source) -> str:
    """Return which orders of the agent a baseline is of, by seq."""
    struck = ", ".join(map(str, source.struck)) or "none"
    return f"{source.first_seq} to {source.last_seq}, struck: {struck}"


def refusal_fields(found: Learning) -> list[dict[str, str]]:
    """Return why there is no baseline, for programs."""
    return [
        {"rule": each.rule.value, "found": each.found, "wanted": each.wanted}
        for each in found.refusals
    ]


def _contributions(unusual: Unusual) -> dict[str, int]:
    """Return what each feature has beyond the ordinary."""
    return {
        feature.name: contribution(bits)
        for feature, bits in zip(FEATURES, unusual.surprisals, strict=True)
        if contribution(bits)
    }
