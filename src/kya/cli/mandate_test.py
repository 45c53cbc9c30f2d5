"""`kya mandate test`: what people want of a mandate, held against what it decides."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from kya.authority.mandate_cases import Tried, tried
from kya.cli.exits import Exit
from kya.cli.mandate_reading import mandate_named
from kya.cli.output import (
    DATA_DEFAULT,
    AsJson,
    Data,
    answer,
    answer_json,
    read_bytes,
)
from kya.codec.mandate_cases import read_mandate_cases
from kya.core.control import Reason
from kya.core.decision import Outcome
from kya.wiring.clock import system_clock

Wanted = Annotated[
    str,
    typer.Argument(
        metavar="MANDATE",
        help="A draft, a signed mandate, or `agent:NAME` for the newest on record.",
    ),
]
Cases = Annotated[Path, typer.Argument(help="The cases as TOML; `-` is stdin.")]


def judge_cases(
    mandate: Wanted, cases: Cases, data: Data = DATA_DEFAULT, *, as_json: AsJson = False
) -> None:
    """Judge orders of a file by this mandate, and compare with what people want.

    Nobody needs a gateway for it, nor a signature. Exit code 0: each comes out as
    wanted; 1: some do not.
    """
    wanted = mandate_named(mandate, data, system_clock().clock.now())
    found = list(tried(wanted, read_mandate_cases(read_bytes(cases, "cases"), wanted)))
    differing = [each for each in found if not each.is_as_wanted]
    if as_json:
        answer_json([_document(each) for each in found])
    else:
        for each in found:
            for line in _lines(each):
                answer(line)
        answer(f"{len(found)} cases, {len(differing)} not as wanted")
    if differing:
        raise typer.Exit(Exit.NO)


def _lines(each: Tried) -> Iterator[str]:
    """Yield a case with what came out, and what was wanted where that differs."""
    case, decision = each.case, each.decision
    mark = "as wanted" if each.is_as_wanted else "DIFFERS"
    yield f"{mark:9}  {case.name}: {_judged(decision.outcome, decision.reasons)}"
    for reasons, count in Counter(reasons for _, reasons in each.denied).items():
        said = ", ".join(reason.value for reason in reasons)
        yield f"{'':9}  of what came before not allowed: {count} ({said})"
    if (decision.outcome, decision.reasons) != (case.outcome, case.reasons):
        yield f"{'':9}  wanted: {_judged(case.outcome, case.reasons)}"


def _judged(outcome: Outcome, reasons: tuple[Reason, ...]) -> str:
    """Return an outcome with its reasons."""
    said = ", ".join(reason.value for reason in reasons)
    return f"{outcome.value} ({said})" if said else outcome.value


def _document(each: Tried) -> dict[str, object]:
    """Return a case as JSON has it."""
    case, decision = each.case, each.decision
    return {
        "denied_before": [
            {"reasons": [reason.value for reason in reasons], "seq": seq}
            for seq, reasons in each.denied
        ],
        "is_as_wanted": each.is_as_wanted,
        "name": case.name,
        "outcome": decision.outcome.value,
        "reasons": [reason.value for reason in decision.reasons],
        "wanted_outcome": case.outcome.value,
        "wanted_reasons": [reason.value for reason in case.reasons],
    }
