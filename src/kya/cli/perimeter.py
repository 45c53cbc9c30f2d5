"""`kya perimeter`: which regime an instrument falls under, from the reviewed table."""

from typing import Annotated

import typer

from kya.cli.exits import Exit
from kya.cli.output import AsJson, answer, answer_json
from kya.codec.perimeter import Form, perimeter_of


def perimeter(
    market: Annotated[str, typer.Argument(help="Base and quote, EUR/USD.")],
    form: Annotated[
        Form, typer.Option("--as", help="How the instrument is traded.")
    ] = Form.SPOT,
    *,
    as_json: AsJson = False,
) -> None:
    """Tell which regimes an instrument falls under, and how sure the review was.

    It says nothing of who is bound by them. Exit code 0: the table holds the
    instrument; 3: it does not.
    """
    found = perimeter_of(market, form)
    if as_json:
        answer_json(found.document())
    else:
        answer(f"{found.market} ({found.form.value}), reviewed {found.reviewed}")
        for sentence in found.sentences():
            answer(f"  {sentence}")
    if found.rule is None:
        raise typer.Exit(Exit.CANNOT_TELL)
