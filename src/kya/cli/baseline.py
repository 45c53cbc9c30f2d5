"""`kya baseline`: learn what is normal for a bot, look at it, put it in force."""

from pathlib import Path
from typing import Annotated, Final

import typer

from kya.authority.baseline_drift import Drift
from kya.authority.baseline_reading import Reading, difference, reading_of
from kya.authority.baseline_words import source_text
from kya.cli.baseline_lock import (
    countersign,
    lock_command,
    lock_facts,
    lock_in_force,
    record,
)
from kya.cli.baseline_picture import picture
from kya.cli.baseline_review import review_command
from kya.cli.baseline_source import (
    First,
    Gateway,
    Last,
    LogDir,
    Struck,
    attempts_logged,
    learned_from,
    seqs_of,
)
from kya.cli.baseline_telling import (
    refusal_fields,
    unusual_fields,
    unusual_text,
)
from kya.cli.exits import Exit
from kya.cli.output import (
    DATA_DEFAULT,
    AsJson,
    Data,
    answer,
    answer_json,
    read_bytes,
    write_new,
)
from kya.cli.progress import progress
from kya.codec import canonical
from kya.codec.attempts import attempts_from, history_digest
from kya.codec.baselines import baseline_digest, parse_baseline, render_baseline
from kya.core import tokens
from kya.core.baseline import Source
from kya.core.errors import InputError
from kya.core.instant import Day
from kya.core.learn import Learning, learn
from kya.core.learned_baseline import LearnedBaseline, Subject
from kya.wiring.attempt_files import rows_of

app = typer.Typer(
    help="Baselines: learn what is normal for a bot, show, review and lock it.",
    no_args_is_help=True,
)
app.command("review")(review_command)
app.command("lock")(lock_command)
app.command("countersign")(countersign)
app.command("record")(record)

REVIEW_SHOWN: Final = 10
Orders = Annotated[
    Path | None,
    typer.Argument(help="Observed orders: CSV, or a file that ends in .parquet."),
]
Document = Annotated[Path, typer.Argument(help="The baseline document; - is stdin.")]


@app.command("learn")
def learn_command(
    out: Annotated[Path, typer.Option(help="New file for the baseline document.")],
    agent: Annotated[str, typer.Option(help="The agent whose orders these are.")],
    orders: Orders = None,
    *,
    log: LogDir = None,
    gateway: Gateway = None,
    first: First = 1,
    last: Last = None,
    struck: Struck = "",
    review: Annotated[
        int, typer.Option(help="How many of the most unusual orders to list.")
    ] = REVIEW_SHOWN,
    as_json: AsJson = False,
) -> None:
    """Learn a baseline from observed orders (spec/baseline.md), or say why not.

    They are those of a file, or the agent's own in a log, allowed or not. Look at the
    most unusual ones before you trust it: one foreign order in a hundred is enough to
    hide its like later. Exit code 1: the history is refused.
    """
    if [orders, log, gateway].count(None) != 2:  # noqa: PLR2004  all but one
        raise InputError("want orders from one place: a file, --log or --gateway")
    source = None
    if orders is None:
        attempts = attempts_logged(agent, log, gateway)
        newest = attempts.last_seq if last is None else last
        source = Source(first, newest, seqs_of("--struck", struck))
        learned = learned_from(attempts, agent, source)
        found, number = learned.learning, len(learned.orders)
    else:
        found, number = _learned_from_file(orders, agent)
    if found.baseline is not None:
        write_new(out, render_baseline(found.baseline))
    if as_json:
        answer_json(_learning_document(found, source, number))
    else:
        if source is not None:
            answer(f"orders seq {source_text(source)}")
        _tell_learning(found, number, out, review)
    if found.baseline is None:
        raise typer.Exit(Exit.NO)


def _learned_from_file(orders: Path, agent: str) -> tuple[Learning, int]:
    """Return what comes of learning from the orders of a file, and how many it has."""
    tokens.require(tokens.NAME, "agent", agent)
    with progress() as report:
        report("reading", 0, 2)
        attempts = attempts_from(rows_of(orders), agent)
        report("reading", 1, 2)
        found = learn(attempts, Subject(agent, history_digest(attempts)))
        report("reading", 2, 2)
    return found, len(attempts)


@app.command("show")
def show(
    document: Annotated[
        Path | None, typer.Argument(help="The baseline document; - is stdin.")
    ] = None,
    agent: Annotated[
        str, typer.Option(help="Or the agent, whose baseline in force to show.")
    ] = "",
    svg: Annotated[
        Path | None, typer.Option(help="Also draw it into this new SVG file.")
    ] = None,
    data: Data = DATA_DEFAULT,
    *,
    as_json: AsJson = False,
) -> None:
    """Show what a baseline holds to be normal: of a document, or of a log."""
    if (document is None) is not bool(agent):
        raise InputError("want a baseline document, or --agent for the one in force")
    if document is not None:
        baseline, facts = _read(document), {}
    else:
        index, locked = lock_in_force(data, agent)
        baseline, facts = locked.lock.baseline, lock_facts(index, locked)
    facts = _facts(baseline) | facts
    reading = reading_of(baseline)
    if svg is not None:
        write_new(svg, picture(baseline).encode())
    if as_json:
        answer_json(facts | {"features": reading.document()})
        return
    for name, value in facts.items():
        answer(f"{name:>12}  {value}")
    _table(reading)


@app.command("compare")
def compare(
    first: Document,
    second: Annotated[Path, typer.Argument(help="The other baseline document.")],
    *,
    as_json: AsJson = False,
) -> None:
    """Compare what two baselines hold to be normal. Exit code 1: they differ.

    What has moved the farthest stands first: 0.000 where nothing has, 1.000 where
    nothing is as before. Two fortnights of one bot are never quite the same.
    """
    one, other = _read(first), _read(second)
    differences = difference(reading_of(one), reading_of(other))
    drift = Drift.between(one, other)
    if as_json:
        answer_json({"differences": differences, **drift.document()})
    else:
        for line in drift.sentences():
            answer(line)
        if not differences:
            answer("no difference in what is normal")
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
    first, last = (str(Day(day)) for day in days)
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
        answer(f"  {unusual_text(unusual)}")


def _learning_document(
    found: Learning, source: Source | None, orders: int
) -> dict[str, object]:
    """Return what came of learning, for programs."""
    baseline = found.baseline
    return {
        "digest": None if baseline is None else baseline_digest(baseline),
        "orders": orders,
        "refusals": refusal_fields(found),
        "source": None if source is None else source._asdict(),
        "unusual": [unusual_fields(each) for each in found.unusual],
    }
