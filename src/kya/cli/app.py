"""The `kya` command: its verbs, and the one place where faults become exit codes.

stdout is the answer, stderr is talk. Exit codes: 0 yes, 1 no, 2 you asked wrongly,
3 cannot tell, 4 the world failed, 70 our bug.
"""

import sys
from typing import Annotated

import click
import typer

from kya import __version__
from kya.cli import agent, demo, evidence, log, mandate, up, verify
from kya.cli.exits import Exit
from kya.core.errors import (
    CorruptionError,
    DistrustError,
    InputError,
    TransientError,
)

app = typer.Typer(
    name="kya",
    help="Know Your Agent: what the board allowed, what the bot did, and the proof.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
app.command("demo")(demo.demo)
app.command("up")(up.up)
app.command("verify")(verify.verify)
app.add_typer(mandate.app, name="mandate")
app.add_typer(agent.app, name="agent")
app.add_typer(evidence.app, name="evidence")
app.add_typer(log.app, name="log")


@app.callback(invoke_without_command=True)
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
    sys.exit(run(sys.argv[1:]))


def run(arguments: list[str]) -> int:
    """Return the exit code of one command line."""
    try:
        code = typer.main.get_command(app).main(
            args=arguments, prog_name="kya", standalone_mode=False
        )
    except click.exceptions.NoArgsIsHelpError as help_wanted:
        print(help_wanted.ctx.get_help(), file=sys.stderr)
        return Exit.USAGE
    except click.ClickException as error:
        error.show(sys.stderr)
        return Exit.USAGE
    except (KeyboardInterrupt, click.Abort):
        return Exit.INTERRUPTED
    except BrokenPipeError:
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


def _exit(code: Exit, fault: Exception) -> Exit:
    """Say what went wrong and return the code for it."""
    print(f"kya: {fault}", file=sys.stderr)
    return code
