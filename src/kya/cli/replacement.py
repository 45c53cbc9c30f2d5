"""`kya agent replacement`: what of a replacement is settled, and what is left to do."""

import typer

from kya.cli.desk import publish_if_running
from kya.cli.exits import Exit
from kya.cli.output import DATA_DEFAULT, AgentName, AsJson, Data, answer, answer_json
from kya.console.reading import Reading
from kya.console.replacing import Done, replacement_of
from kya.core.errors import InputError
from kya.wiring.clock import system_clock
from kya.wiring.installation import LOG, open_installation
from kya.wiring.log_reader import published, published_entries


def replacement(
    name: AgentName, data: Data = DATA_DEFAULT, *, as_json: AsJson = False
) -> None:
    """Show a replacement step by step, from the log as it is published.

    Exit code 0: nothing is open; 1: something is, or somebody must look at it.
    """
    publish_if_running(data)
    key = open_installation(data).note_signer(LOG).key
    reading = Reading()
    for raw in published_entries(data / "log", published(data / "log", key).size):
        reading.take(raw)
    if name not in reading.state.agents:
        raise InputError(f"{name}: no such agent on record")
    found = replacement_of(reading, name, system_clock().clock.now())
    if as_json:
        steps = [
            {"step": each.name, "state": each.done.value, "said": each.said}
            for each in found.stages
        ]
        answer_json({"agent": name, "steps": steps})
    else:
        for each in found.stages:
            answer(f"{each.done.value:<5}  {each.name:<25}{each.said}")
    if any(each.done is not Done.DONE for each in found.stages):
        raise typer.Exit(Exit.NO)
