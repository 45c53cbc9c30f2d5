"""The `kya` command: its verbs, and the one place where faults become exit codes.

stdout is the answer, stderr is talk. Exit codes: 0 yes, 1 no, 2 you asked wrongly,
3 cannot tell, 4 the world failed, 70 our bug.
"""

import os
import sys
from importlib import import_module
from typing import Annotated, Protocol, TextIO, runtime_checkable

import typer
import typer.exceptions

from kya import __version__
from kya.cli.exits import Exit
from kya.cli.verbs import VERBS, VerbsInChapters
from kya.core.errors import (
    CorruptionError,
    DistrustError,
    InputError,
    TransientError,
)


def command_line(verbs: frozenset[str] = VERBS) -> typer.Typer:
    """Return the command line of these verbs.

    Only their modules are imported: most of what `kya verify` would wait for is what
    other verbs need.
    """
    app = typer.Typer(
        name="kya",
        cls=VerbsInChapters,
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
    )
    app.callback(invoke_without_command=True)(version)
    for name in sorted(verbs):
        attribute = name.replace("-", "_")
        module = import_module(f"kya.cli.{attribute}")
        # A verb with verbs of its own is an `app`, any other a function of that name.
        if hasattr(module, "app"):
            app.add_typer(module.app, name=name)
        else:
            app.command(name)(getattr(module, attribute))
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


def main() -> None:
    """Run the command line and exit with the code that says what came of it."""
    code = run(sys.argv[1:])
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        # The reader has left; without this, Python would say so when it ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = Exit.WORLD
    sys.exit(code)


def run(arguments: list[str]) -> int:
    """Return the exit code of one command line."""
    try:
        app = command_line(_verbs_in(arguments))
        code = typer.main.get_command(app).main(
            args=arguments, prog_name="kya", standalone_mode=False
        )
    except typer.exceptions.TyperException as error:
        _show(error)
        return Exit.USAGE
    except (KeyboardInterrupt, typer.Abort):
        return Exit.INTERRUPTED
    except SystemExit:  # So typer ends when the reader of stdout has left.
        return Exit.WORLD
    except InputError as fault:
        return _exit(Exit.USAGE, fault)
    except DistrustError as fault:
        return _exit(Exit.NO, fault)
    except (TransientError, OSError) as fault:
        return _exit(Exit.WORLD, fault)
    except CorruptionError as fault:
        return _exit(Exit.BUG, fault)
    except Exception as bug:  # noqa: BLE001  the boundary: no traceback for a user
        print(f"kya: bug: {type(bug).__name__}: {bug}", file=sys.stderr)
        return Exit.BUG
    return code if isinstance(code, int) else Exit.YES


def _verbs_in(arguments: list[str]) -> frozenset[str]:
    """Return the verbs whose modules an answer needs."""
    if not arguments or arguments[0].startswith("-"):
        return frozenset()
    # Of a word that is no verb, a similar one is named.
    return VERBS & {arguments[0]} or VERBS


@runtime_checkable
class _Shown(Protocol):
    """What a usage error can do, and its public base class does not promise."""

    def show(self, file: TextIO) -> None:
        """Print the usage and what is wrong with it."""
        ...


def _show(error: typer.exceptions.TyperException) -> None:
    """Say how the command line should have been."""
    if isinstance(error, _Shown):
        error.show(sys.stderr)
    else:
        print(f"kya: {error}", file=sys.stderr)


def _exit(code: Exit, fault: Exception) -> Exit:
    """Say what went wrong and return the code for it."""
    print(f"kya: {fault}", file=sys.stderr)
    return code
