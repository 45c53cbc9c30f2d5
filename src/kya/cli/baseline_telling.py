"""What came of learning, in words and for programs."""

from kya.authority.baseline_words import contributions
from kya.core.instant import Instant
from kya.core.integer_log import BIT
from kya.core.learn import Learning, Unusual


def unusual_text(unusual: Unusual) -> str:
    """Return one order of the review as text."""
    attempt = unusual.attempt
    at = Instant(attempt.at * 1_000)
    why = ", ".join(
        f"{name} {bits / BIT:.1f}" for name, bits in contributions(unusual).items()
    )
    bits = f"{unusual.excess / BIT:.1f} bits"
    return f"{at}  {attempt.side} {attempt.size} {attempt.market}  {bits}: {why}"


def unusual_fields(unusual: Unusual) -> dict[str, object]:
    """Return one order of the review for programs; figures in 1/1,024 bits."""
    attempt = unusual.attempt
    return {
        "at": str(Instant(attempt.at * 1_000)),
        "contributions": contributions(unusual),
        "excess": unusual.excess,
        "market": attempt.market,
        "side": attempt.side,
        "size": attempt.size,
    }


def refusal_fields(found: Learning) -> list[dict[str, str]]:
    """Return why there is no baseline, for programs."""
    return [
        {"rule": each.rule.value, "found": each.found, "wanted": each.wanted}
        for each in found.refusals
    ]
