"""A verb is read when it is asked for, and not before."""

import subprocess
import sys

import pytest
import typer.main

from kya.cli.verbs import ALL, command_line


def verbs_read_for(verb: str) -> set[str]:
    """Return which of four files a fresh process has read to run this verb."""
    program = (
        "import sys; from kya.cli.verbs import command_line;"
        f"command_line({verb!r}); print(*sys.modules)"
    )
    command = [sys.executable, "-c", program]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    files = ("verify", "agent", "up", "demo")
    return {name for name in files if f"kya.cli.{name}" in done.stdout.split()}


@pytest.mark.parametrize("verb", ["verify", "agent"])
def test_a_verb_reads_no_other_verbs_file(verb: str) -> None:
    assert verbs_read_for(verb) == {verb}


@pytest.mark.parametrize("asked", [ALL, "verfy", "--help"])
def test_whoever_asks_for_none_of_them_is_shown_all(asked: str) -> None:
    known = vars(typer.main.get_command(command_line(asked)))["commands"]
    assert {"verify", "agent", "up", "paper-exchange"} <= set(known)


def test_a_verb_alone_is_what_it_is_among_all() -> None:
    alone = vars(typer.main.get_command(command_line("agent")))["commands"]
    among = vars(typer.main.get_command(command_line(ALL)))["commands"]
    assert list(alone) == ["agent"]
    assert list(alone["agent"].commands) == list(among["agent"].commands)
