"""People at a desk end the log under one name, and say the next."""

from kya.authority import acts
from kya.core.roll import LogRolled
from kya.wiring.desk import Desk
from kya.wiring.people import People, signers_of


def roll_log(desk: Desk, wanted: tuple[str, str, str], people: People) -> int:
    """Return the entry by which these people end a log: its name, the next, and why.

    When it returns the gateway has gone on under the next name.
    """
    signers = signers_of(desk, people)
    origin, successor, reason = wanted
    rolled = LogRolled(
        origin=origin, successor=successor, reason=reason, at=desk.clock()
    )
    return desk.remote.append(acts.roll(rolled, *signers))
