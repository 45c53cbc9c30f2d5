"""`kya replay`: what a changed mandate would have decided over the logged orders."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Final

import typer

from kya.authority.backtest import Backtest
from kya.authority.difference import Difference, Judgement
from kya.authority.outcomes import outcomes_matter
from kya.cli.desk import publish_if_running
from kya.cli.exits import Exit
from kya.cli.mandate_reading import mandate_named
from kya.cli.output import DATA_DEFAULT, AsJson, Data, answer, talk
from kya.cli.progress import progress
from kya.core.decision import Outcome
from kya.core.instant import Day
from kya.core.mandate import Mandate
from kya.wiring.clock import system_clock
from kya.wiring.installation import LOG, open_installation
from kya.wiring.log_reader import published, published_entries

_PROGRESS_EVERY: Final = 1_000


def replay(
    mandate: Annotated[
        str,
        typer.Option(
            help="A draft, a signed mandate, or `agent:NAME` for the newest on record."
        ),
    ],
    first: Annotated[str, typer.Option("--from", help="First UTC day, 2026-05-01.")],
    last: Annotated[str, typer.Option("--to", help="Last UTC day, included.")],
    data: Data = DATA_DEFAULT,
    *,
    as_json: AsJson = False,
) -> None:
    """List the logged orders that this mandate's scope would have judged otherwise.

    The flow of orders is taken as it was, daily sums are those of the changed
    decisions. With --json one line for each order, then one for all of them. Exit
    code 0: none would differ; 1: some would.
    """
    wanted = mandate_named(mandate, data, system_clock().clock.now())
    test = _test(wanted, Day.parse(first), Day.parse(last), data)
    publish_if_running(data)
    for found in _differences(test, data):
        answer(json.dumps(_document(found)) if as_json else _sentence(found))
    if as_json:
        answer(json.dumps(_totals(test)))
    else:
        for line in _summary(test):
            answer(line)
    if test.found.orders == 0:
        talk(f"no order of {wanted.agent} in the log from {first} to {last}")
    if test.found.differing:
        raise typer.Exit(Exit.NO)


def _test(wanted: Mandate, first: Day, last: Day, data: Path) -> Backtest:
    """Return the back-test; it counts what became of orders only where that matters."""
    entries = published_entries(data / "log", _size(data))
    counts = outcomes_matter(wanted.scope, entries)
    return Backtest(wanted, first, last, counts_outcomes=counts)


def _size(data: Path) -> int:
    """Return how many entries are published."""
    return published(data / "log", open_installation(data).note_signer(LOG).key).size


def _differences(test: Backtest, data: Path) -> Iterator[Difference]:
    """Yield the orders that differ, over the whole published log."""
    size = _size(data)
    with progress() as report:
        for index, raw in enumerate(published_entries(data / "log", size)):
            found = test.take(index, raw)
            if found is not None:
                yield found
            if index % _PROGRESS_EVERY == 0:
                report("entries", index, size)


def _sentence(found: Difference) -> str:
    """Return the order and both judgements in words."""
    order = found.order
    return (
        f"order {order.seq}  {found.received_at}  {order.market} {order.side.value}"
        f" {order.amount.currency} {order.amount} at {order.venue}:"
        f" {_judged(found.logged)} -> {_judged(found.changed)}"
    )


def _judged(judgement: Judgement) -> str:
    """Return an outcome with its reasons."""
    reasons = ", ".join(reason.value for reason in judgement.reasons)
    return f"{judgement.outcome.value} ({reasons})" if reasons else "allowed"


def _summary(test: Backtest) -> Iterator[str]:
    """Yield what came of all orders together."""
    found = test.found
    yield f"{found.orders} orders judged again, {found.differing} would differ"
    for (was, would_be), count in sorted(_changes(test)):
        yield f"  {was} -> {would_be}: {count}"


def _changes(test: Backtest) -> list[tuple[tuple[str, str], int]]:
    """Return how many orders change from one outcome to another."""
    return [
        ((was.value, would_be.value), count)
        for (was, would_be), count in test.found.moved.items()
        if was is not would_be
    ]


def _document(found: Difference) -> dict[str, object]:
    """Return a difference as JSON has it."""
    order = found.order
    return {
        "agent": order.agent,
        "amount": str(order.amount),
        "changed": _judgement(found.changed),
        "currency": order.amount.currency.code,
        "index": found.index,
        "logged": _judgement(found.logged),
        "market": order.market,
        "received_at": str(found.received_at),
        "seq": order.seq,
        "side": order.side.value,
        "venue": order.venue,
    }


def _judgement(judgement: Judgement) -> dict[str, object]:
    """Return a judgement as JSON has it."""
    reasons = [reason.value for reason in judgement.reasons]
    return {"outcome": judgement.outcome.value, "reasons": reasons}


def _totals(test: Backtest) -> dict[str, object]:
    """Return the totals as JSON has them."""
    counted = {outcome: [0, 0] for outcome in Outcome}
    for (was, would_be), count in test.found.moved.items():
        counted[was][0] += count
        counted[would_be][1] += count
    return {
        "differing": test.found.differing,
        "orders": test.found.orders,
        "outcomes": {
            outcome.value: {"changed": changed, "logged": logged}
            for outcome, (logged, changed) in counted.items()
        },
    }
