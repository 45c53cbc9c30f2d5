"""What the plain scan asks of a log that goes on under its next name."""

from base64 import b64decode
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from kya.verify.plain_prices import Fields
from kya.verify.plain_rules import signers_in

ROLL_KIND: Final = "kya/roll/v1"
CONTINUATION_KIND: Final = "kya/continuation/v1"
_PAIR: Final = 2


@dataclass(slots=True)
class PlainRolls:
    """The log's name, and the one that has to come with the next entry, if any."""

    name: str = ""
    due: str = ""

    def take(self, said: Fields, raw: bytes, index: int) -> Iterator[str]:
        """Yield what is wrong with an entry where names end and begin."""
        kind, due = said["_type"], self.due
        self.due = ""
        if due and kind != CONTINUATION_KIND:
            yield f"{self.name} has ended; want the entry that goes on as {due}"
        if kind == "kya/log/v1":
            self.name = said["origin"]
        elif kind == ROLL_KIND:
            self.due = said["next"]
            if len(signers_in(raw)) < _PAIR:
                yield "a roll takes two people"
            if said["origin"] != self.name:
                yield f"a roll of {said['origin']} in the log {self.name}"
        elif kind == CONTINUATION_KIND:
            if said["origin"] != due:
                yield f"goes on as {said['origin']}; want {due or 'a roll before it'}"
            told = b64decode(said["checkpoint"]).decode().split("\n")
            if told[:2] != [self.name, str(index)]:
                yield f"follows {told[:2]}; want {[self.name, str(index)]}"
            self.name = said["origin"]
