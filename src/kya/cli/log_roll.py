"""`kya log roll`: the log ends under its name, and goes on under the next one."""

from typing import Annotated

import typer

from kya.cli.desk import People, Why, open_desk
from kya.cli.output import DATA_DEFAULT, Data, answer, talk
from kya.wiring.installation import LOG
from kya.wiring.log_reader import published
from kya.wiring.people import read_people
from kya.wiring.rolling import roll_log


def roll(
    successor: Annotated[
        str, typer.Argument(metavar="NEXT", help="The log's next name.")
    ],
    reason: Why,
    people: People,
    data: Data = DATA_DEFAULT,
) -> None:
    """End the log under its name, and have it go on under the next one.

    It takes two people, one of whom supervises, and a gateway that runs. Agents,
    counters, incidents, locks and mandates are as they were; the log's key signs on
    under the new name. Tell it to witnesses, and hand out the new policy, before.
    """
    desk = open_desk(data)
    desk.remote.publish()
    key = desk.opened.note_signer(LOG).key
    origin = published(data / "log", key).origin
    wanted = (origin, successor, reason)
    index = roll_log(desk, wanted, read_people(people))
    answer(f"{origin} ended with entry {index}")
    answer(f"{successor} goes on with entry {index + 1}")
    talk("what was signed under the former name is as valid as it was")
