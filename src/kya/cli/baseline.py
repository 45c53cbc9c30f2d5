"""`kya baseline`: learn what is normal for a bot, look at it, compare two."""

from pathlib import Path
from typing import Annotated, Final

import typer

from kya.cli.baseline_picture import picture
from kya.cli.baseline_reading import Reading, difference, reading_of
from kya.cli.exits import Exit
from kya.cli.output import AsJson, answer, answer_json, read_bytes, write_new
from kya.cli.progress import progress
from kya.codec import canonical
from kya.codec.attempts import attempts_from, history_digest
from kya.codec.baselines import baseline_digest, parse_baseline, render_baseline
from kya.core import tokens
from kya.core.behaviour_score import contribution
from kya.core.features import FEATURES
from kya.core.instant import Instant
from kya.core.integer_log import BIT
from kya.core.learn import Learning, Unusual, learn
from kya.core.learned_baseline import LearnedBaseline, Subject
from kya.wiring.attempt_files import rows_of

app = typer.Typer(
    help="Baselines: learn what is normal for a bot, show it, compare two.",
    no_args_is_help=True,
)

REVIEW_SHOWN: Final = 10
Orders = Annotated[
    Path, typer.Argument(help="Observed orders: CSV, or a file that ends in .parquet.")
]
Document = Annotated[Path, typer.Argument(help="The baseline document; - is stdin.")]


@app.command("learn")
def learn_command(
    orders: Orders,
    out: Annotated[Path, typer.Option(help="New file for the baseline document.")],
    agent: Annotated[str, typer.Option(help="The agent whose orders these are.")],
    review: Annotated[
        int, typer.Option(help="How many of the most unusual orders to list.")
    ] = REVIEW_SHOWN,
    *,
    as_json: AsJson = False,
) -> None:
    """Learn a baseline from observed orders (spec/baseline.md), or say why not.

    Look at the most unusual orders before you trust it: one foreign order in a hundred
    is enough to hide its like later. Exit code 1: the history is refused.
    """
    tokens.require(tokens.NAME, "agent", agent)
    with progress() as report:
        report("reading", 0, 2)
        attempts = attempts_from(rows_of(orders), agent)
        report("reading", 1, 2)
        found = learn(attempts, Subject(agent, history_digest(attempts)))
        report("reading", 2, 2)
    if found.baseline is not None:
        write_new(out, render_baseline(found.baseline))
    if as_json:
        answer_json(_learning_document(found, len(attempts)))
    else:
        _tell_learning(found, len(attempts), out, review)
    if found.baseline is None:
        raise typer.Exit(Exit.NO)


@app.command("show")
def show(
    document: Document,
    svg: Annotated[
        Path | None, typer.Option(help="Also draw it into this new SVG file.")
    ] = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Show what a baseline holds to be normal."""
    baseline = _read(document)
    reading = reading_of(baseline)
    if svg is not None:
        write_new(svg, picture(baseline).encode())
    if as_json:
        answer_json(_facts(baseline) | {"features": reading.document()})
        return
    for name, value in _facts(baseline).items():
        answer(f"{name:>12}  {value}")
    _table(reading)


@app.command("compare")
def compare(
    first: Document,
    second: Annotated[Path, typer.Argument(help="The other baseline document.")],
    *,
    as_json: AsJson = False,
) -> None:
    """Compare what two baselines hold to be normal. Exit code 1: they differ."""
    one, other = _read(first), _read(second)
    differences = difference(reading_of(one), reading_of(other))
    if as_json:
        answer_json({"differences": differences})
    else:
        answer(f" first  {baseline_digest(one)}")
        answer(f"second  {baseline_digest(other)}")
        for line in differences or ["no difference in what is normal"]:
            answer(f"  {line}")
    if render_baseline(one) != render_baseline(other):
        raise typer.Exit(Exit.NO)


def _read(path: Path) -> LearnedBaseline:
    """Return the baseline of a file; InputError where there is none."""
    return parse_baseline(read_bytes(path, "baseline"))


def _facts(baseline: LearnedBaseline) -> dict[str, object]:
    """Return what a person asks of a baseline first."""
    line = render_baseline(baseline)
    subject = baseline.subject
    days = (baseline.first_day, baseline.last_day)
    first, last = (str(Instant(day * 86_400 * 10**6).day) for day in days)
    return {
        "agent": subject.agent,
        "digest": canonical.digest(line),
        "history": subject.history,
        "orders": baseline.orders,
        "days": f"{baseline.days} with orders, {first} to {last}",
        "size": f"{len(line)} bytes",
    }


def _table(reading: Reading) -> None:
    """Print each feature's line."""
    for name, text in reading.lines.items():
        answer(f"{name:>12}  {text}")


def _tell_learning(found: Learning, orders: int, out: Path, review: int) -> None:
    """Tell a person what came of learning."""
    if found.baseline is None:
        answer(f"refused: no baseline is made of these {orders} orders")
        for refusal in found.refusals:
            answer(f"  {refusal}")
    else:
        answer(f"{out}: {baseline_digest(found.baseline)}")
        answer(f"  {found.baseline.orders} orders of {found.baseline.days} days")
    if found.unusual[:review]:
        answer("most unlike the other days' orders; is each of them the agent's own?")
    for unusual in found.unusual[:review]:
        answer(f"  {_unusual_text(unusual)}")


def _unusual_text(unusual: Unusual) -> str:
    """Return one order of the review as text."""
    attempt = unusual.attempt
    at = Instant(attempt.at * 1_000)
    why = ", ".join(
        f"{feature.name} {contribution(bits) / BIT:.1f}"
        for feature, bits in zip(FEATURES, unusual.surprisals, strict=True)
        if contribution(bits)
    )
    bits = f"{unusual.excess / BIT:.1f} bits"
    return f"{at}  {attempt.side} {attempt.size} {attempt.market}  {bits}: {why}"


def _learning_document(found: Learning, orders: int) -> dict[str, object]:
    """Return what came of learning, for programs."""
    baseline = found.baseline
    return {
        "digest": None if baseline is None else baseline_digest(baseline),
        "orders": orders,
        "refusals": [
            {"rule": each.rule.value, "found": each.found, "wanted": each.wanted}
            for each in found.refusals
        ],
        "unusual": [
            {"at": str(Instant(each.attempt.at * 1_000)), "excess": each.excess}
            for each in found.unusual
        ],
    }
