"""`kya score`: how unlike a bot's own past its orders are, and why."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Annotated, Final, NamedTuple

import typer

from kya.cli.exits import Exit
from kya.cli.output import AsJson, answer, answer_json, read_bytes
from kya.cli.progress import progress
from kya.codec.attempts import attempts_from
from kya.codec.baselines import baseline_digest, parse_baseline
from kya.core.attempt import CANCEL, Attempt
from kya.core.behaviour import UNSEEN, Behaviour, Reference, advance, answered
from kya.core.behaviour import score as score_of
from kya.core.behaviour_score import CRITICAL, WARN, Score
from kya.core.features import FEATURES
from kya.core.history import ordered
from kya.core.instant import Instant
from kya.core.integer_log import BIT
from kya.core.sequence import strongest
from kya.wiring.attempt_files import rows_of

_PARTS: Final = 10_000
_SHOWN: Final = 10
_COLUMNS: Final = 72
_MARKS: Final = " ·▁▂▃▄▅▆▇█"
_EVERY: Final = 500


class Scored(NamedTuple):
    """One order, its score, and the score of the sequence that it ends."""

    attempt: Attempt
    score: Score
    sequence: int
    detector: str


def score(
    orders: Annotated[
        Path, typer.Argument(help="Orders: CSV, or a file that ends in .parquet.")
    ],
    baseline: Annotated[Path, typer.Option(help="The baseline document.")],
    *,
    as_json: AsJson = False,
) -> None:
    """Score orders by a baseline (spec/score.md).

    0.75 is a warning: of the bot's own orders one in 400 comes to it. 0.85 is critical.
    Exit code 1: an order, or the sequence, is critical.
    """
    learned = parse_baseline(read_bytes(baseline, "baseline"))
    attempts = ordered(attempts_from(rows_of(orders), learned.subject.agent))
    with progress() as report:
        found: list[Scored] = []
        for scored in _scored(Reference.of(learned), attempts):
            found.append(scored)
            if len(found) % _EVERY == 0:
                report("scoring", len(found), len(attempts))
    if as_json:
        answer_json(
            {
                "baseline": baseline_digest(learned),
                "orders": [_document(each) for each in found],
            }
        )
    else:
        answer(f"baseline {baseline_digest(learned)}")
        _tell(found)
    if any(max(each.score.value, each.sequence) >= CRITICAL for each in found):
        raise typer.Exit(Exit.NO)


def _scored(reference: Reference, attempts: Iterable[Attempt]) -> Iterator[Scored]:
    """Yield each order with its scores; cancels count, and have none."""
    behaviour = UNSEEN.held_against(reference)
    for attempt in attempts:
        if attempt.action == CANCEL:
            behaviour = advance(reference, behaviour, attempt, None)
            continue
        found = score_of(reference, behaviour, attempt)
        behaviour = advance(reference, behaviour, attempt, found)
        yield Scored(attempt, found, behaviour.sequence_score, _detector(behaviour))
        behaviour = answered(reference, behaviour, attempt.at, failed=attempt.failed)


def _detector(behaviour: Behaviour) -> str:
    """Return what speaks loudest against the sequence, if anything does."""
    sequence = behaviour.sequence
    return strongest(sequence) if sequence is not None and sequence.evidence else ""


def _tell(found: list[Scored]) -> None:
    """Tell a person what came of scoring."""
    warned = sum(1 for each in found if each.score.value >= WARN)
    critical = sum(1 for each in found if each.score.value >= CRITICAL)
    answer(f"{len(found)} orders, {warned} from 0.75 on, {critical} from 0.85 on")
    if not found:
        return
    answer(f"orders    |{_plot([each.score.value for each in found])}|")
    answer(f"sequence  |{_plot([each.sequence for each in found])}|")
    last = max(found, key=lambda each: each.sequence)
    if last.sequence:
        at = Instant(last.attempt.at * 1_000)
        answer(f"sequence at most {_text(last.sequence)}, at {at}: {last.detector}")
    worst = sorted(found, key=lambda each: (-each.score.value, each.attempt.at))
    for each in worst[:_SHOWN]:
        answer(_line(each))


def _line(scored: Scored) -> str:
    """Return an order's line: its score, what bears it, and why."""
    attempt, found, _, _ = scored
    why = ", ".join(
        f"{feature.name} {bits / BIT:+.1f}"
        for feature, bits in zip(FEATURES, found.contributions, strict=True)
        if bits
    )
    sure = f"{_text(found.value)} (sure of {_text(found.low)}, {found.footing.value})"
    order = f"{attempt.side} {attempt.size} {attempt.market}"
    return f"{Instant(attempt.at * 1_000)}  {sure}  {order}  {why or 'nothing unusual'}"


def _plot(values: list[int]) -> str:
    """Return the largest value of each stretch as a row of blocks."""
    width = -(-len(values) // _COLUMNS)
    tops = [max(values[at : at + width]) for at in range(0, len(values), width)]
    return "".join(_MARKS[min(9, top * 10 // _PARTS)] for top in tops)


def _text(value: int) -> str:
    """Return a score as a decimal."""
    return f"0.{value:04}"


def _document(scored: Scored) -> dict[str, object]:
    """Return an order's score for programs; figures in the unit of spec/score.md."""
    attempt, found, sequence, detector = scored
    return {
        "at": str(Instant(attempt.at * 1_000)),
        "contributions": {
            feature.name: bits
            for feature, bits in zip(FEATURES, found.contributions, strict=True)
            if bits
        },
        "evidence": found.evidence,
        "excess": found.excess,
        "footing": found.footing.value,
        "low": found.low,
        "market": attempt.market,
        "peak": found.peak,
        "score": found.value,
        "sequence": {"detector": detector, "score": sequence},
        "size": attempt.size,
    }
