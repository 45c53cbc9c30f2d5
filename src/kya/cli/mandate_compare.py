"""Mandates judged before anybody signs: whether one is sound, or within another."""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from kya.authority.ceremony import agent_faults
from kya.authority.mandate_words import shown_by
from kya.cli.exits import Exit
from kya.cli.mandate_reading import (
    Resolution,
    mandate_named,
)
from kya.cli.output import (
    DATA_DEFAULT,
    AsJson,
    Data,
    answer,
    answer_json,
    read_bytes,
)
from kya.codec.mandate_drafts import draft_fields, read_draft
from kya.codec.mandate_faults import field_faults
from kya.codec.scopes import render_scope
from kya.core.case import Case
from kya.core.counterexample import Counterexample, counterexample
from kya.core.limits import SCOPE_BYTES_MAX
from kya.core.mandate import warnings_about
from kya.core.money import Money
from kya.core.narrowing import Comparison, comparisons
from kya.core.relation import Relation
from kya.wiring.clock import system_clock
from kya.wiring.installation import issuer_of

_SOURCE = "A draft, a signed mandate, or `agent:NAME` for the newest on record."
Old = Annotated[str, typer.Argument(help=_SOURCE)]
New = Annotated[str, typer.Argument(help="Another one, for the same agent.")]
Draft = Annotated[Path, typer.Argument(help="The mandate as JSON; `-` is stdin.")]


def diff(
    old: Old, new: New, data: Data = DATA_DEFAULT, *, as_json: AsJson = False
) -> None:
    """Tell whether NEW is within OLD, and show by an order what is not.

    Exit code 0: it is; 1: it is not.
    """
    now = system_clock().clock.now()
    before, after = (mandate_named(source, data, now) for source in (old, new))
    found = comparisons(before, after)
    shown = {
        each.limit: counterexample(before, after, each.limit)
        for each in found
        if not each.relation.is_within
    }
    if as_json:
        answer_json(_document(found, shown))
    else:
        for line in _lines(found, shown):
            answer(line)
    if shown:
        raise typer.Exit(Exit.NO)


def lint(
    draft: Draft,
    resolution: Resolution = None,
    data: Data = DATA_DEFAULT,
    *,
    as_json: AsJson = False,
) -> None:
    """Name everything for which no certificate would be issued under this mandate.

    It warns of what is lawful and hardly meant. Exit code 0: nothing; 1: something.
    """
    raw, now = read_bytes(draft, "mandate"), system_clock().clock.now()
    document = None if resolution is None else read_bytes(resolution, "resolution")
    faults = field_faults(draft_fields(raw, document, now))
    size, warnings = None, tuple[str, ...]()
    if not faults:
        mandate = read_draft(raw, document, now)
        size = len(render_scope(mandate.scope))
        faults = agent_faults(mandate, now, issuer_of(data))
        warnings = warnings_about(mandate)
    if as_json:
        answer_json({"faults": faults, "scope_bytes": size, "warnings": warnings})
    else:
        for fault in faults:
            answer(fault)
        for warning in warnings:
            answer(f"warning: {warning}")
        if size is not None:
            answer(f"scope: {size} of {SCOPE_BYTES_MAX} bytes in the certificate")
    if faults:
        raise typer.Exit(Exit.NO)


_Shown = dict[str, Counterexample | None]


def _document(found: tuple[Comparison, ...], shown: _Shown) -> object:
    """Return the comparison as JSON has it."""
    limits = [
        {
            "limit": each.limit,
            "relation": each.relation.value,
            "counterexample": _example(shown.get(each.limit)),
        }
        for each in found
    ]
    return {"is_within": not shown, "limits": limits}


def _example(found: Counterexample | None) -> object:
    """Return the order that shows it, as JSON has it."""
    if found is None:
        return None
    case = found.case
    order = case.order
    return {
        "amount": str(order.amount),
        "before": _before(case),
        "currency": order.amount.currency.code,
        "market": order.market,
        "reason": None if found.reason is None else found.reason.value,
        "received_at": str(case.received_at),
        "region": order.region,
        "side": order.side.value,
        "venue": order.venue,
    }


def _before(case: Case) -> list[object]:
    """Return what had been allowed on that day, by market and side."""
    currency = case.order.amount.currency
    return [
        {"amount": str(Money(units, currency)), "market": market, "side": side.value}
        for (market, side), units in case.past.allowed.items()
    ]


def _lines(found: tuple[Comparison, ...], shown: _Shown) -> Iterator[str]:
    """Yield the comparison in words."""
    for limit, relation in found:
        yield f"{limit:<26}{relation.value}"
        if limit in shown:
            yield f"  {shown_by(limit, shown[limit])}"
    if shown:
        yield f"NEW is not within OLD: {', '.join(shown)}"
    elif all(each.relation is Relation.EQUAL for each in found):
        yield "NEW is within OLD: every limit is equal"
    else:
        yield "NEW is within OLD: every limit is equal or narrower"
