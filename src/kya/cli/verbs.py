"""The verbs of the `kya` command, each read from its file when it is asked for.

One verb needs a part of what all of them need, and to read all takes longer than most
verbs take.
"""

from importlib import import_module
from typing import Annotated, Any, Final

import typer

from kya import __version__

_VERBS: Final = {
    "demo": "demo",
    "up": "up",
    "office": "office",
    "sidecar": "sidecar",
    "verify": "verify",
    "replay": "replay",
    "doctor": "doctor",
    "paper-exchange": "paper_exchange",
    "perimeter": "perimeter",
    "score": "score_command",
}
"""The verbs that have no verbs of their own, and the function of each."""

_GROUPS: Final = (
    "baseline",
    "ca",
    "director",
    "mandate",
    "agent",
    "override",
    "gateway",
    "incident",
    "evidence",
    "log",
    "witness",
)
"""The verbs that have some."""

ALL: Final = ""


def command_line(verb: str) -> typer.Typer:
    """Return the command line with this verb; with all of them if it is none."""
    app = typer.Typer(
        name="kya",
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
    )
    app.callback(invoke_without_command=True)(version)
    is_known = verb in _VERBS or verb in _GROUPS
    for name, function in _VERBS.items():
        if name == verb or not is_known:
            app.command(name)(_read(name, function))
    for name in _GROUPS:
        if name == verb or not is_known:
            app.add_typer(_read(name, "app"), name=name)
    return app


def version(
    *,
    version: Annotated[
        bool, typer.Option("--version", help="Print the version.")
    ] = False,
) -> None:
    """Know Your Agent: what the board allowed, what the bot did, and the proof."""
    if version:
        print(f"kya {__version__}")
        raise typer.Exit


def _read(verb: str, name: str) -> Any:  # noqa: ANN401  a function or a group
    """Return what the verb's own file calls so."""
    return getattr(import_module(f"kya.cli.{verb.replace('-', '_')}"), name)
