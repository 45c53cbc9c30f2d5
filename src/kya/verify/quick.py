"""Re-execution in two steps: the story as it is told, and beside it whether it holds.

What orders and decisions say is folded as it is recorded. Signatures and decisions are
then confirmed batch by batch, each from the state before it, by the same functions as
ever, on any processor. Nothing is found here: where anything at all is not confirmed,
Doubted is raised, and `Reexecution` begins again from the first entry, with care.
"""

from dataclasses import dataclass, field
from functools import partial
from typing import NamedTuple

import msgspec

from kya.codec.decisions import (
    DecisionLine,
    event_of,
    inputs_of,
    render_decision,
)
from kya.core.case_of import case_of
from kya.core.decide import decide
from kya.core.errors import DistrustError, InputError
from kya.core.order_events import OrderDecided, OrderSubmitted
from kya.core.state import State
from kya.pki.authenticate import authenticate
from kya.pki.entries import Entry
from kya.verify.hands import Hands
from kya.verify.questions import GOES_ON
from kya.verify.reexecution import Reexecution


class Doubted(Exception):  # noqa: N818  no error: somebody must look with more care
    """The quick way does not say that everything holds."""


class Claim(NamedTuple):
    """An entry, the state before it, and a decision's line if it was not made again."""

    entry: Entry
    state: State
    line: DecisionLine | None


def holds(claims: list[Claim], root: bytes) -> bool:
    """Tell whether each is signed as it must be, and each decision comes out again."""
    try:
        # One after the other: curve arithmetic keeps its tables in the cache.
        for entry, state, _ in claims:
            authenticate(entry, state, root)
        return all(map(_comes_out_again, claims))
    except (DistrustError, InputError):
        return False


def _comes_out_again(claim: Claim) -> bool:
    """Tell whether making the decision again gives the very text, if it is one."""
    entry, state, line = claim
    if line is None:
        return True
    submitted = state.undecided
    if submitted is None:
        return False
    decision = decide(case_of(state, submitted, inputs_of(line)))
    return render_decision(decision, submitted.leaf) == entry.note.text


@dataclass  # Without slots: `super` does not find a class that was made again.
class QuickReexecution(Reexecution):
    """Takes the entries one by one; after `require_end` all of it is confirmed.

    `share` many are confirmed in one go, and their states kept until then. A fork costs
    what both sides change of the memory that they shared, so few are better.
    """

    hands: Hands = field(kw_only=True)
    share: int = field(kw_only=True)
    _claimed: DecisionLine | None = None
    _claims: list[Claim] = field(default_factory=list[Claim])

    def _made_again(
        self, submitted: OrderSubmitted, line: DecisionLine, text: bytes
    ) -> OrderDecided | None:
        """Return the decision as it is recorded; overlays are asked as ever."""
        if line.overlays is not msgspec.UNSET:
            return super()._made_again(submitted, line, text)
        self._claimed = line
        return event_of(line)

    def _authenticate(self, entry: Entry) -> None:
        """Put off what nobody's power rests on; check the rest at once."""
        line, self._claimed = self._claimed, None
        claim = Claim(entry, self.state, line)
        if type(entry.event) not in GOES_ON:
            if not holds([claim], self.root):
                raise Doubted
            return
        self._claims.append(claim)
        if len(self._claims) >= self.share:
            self._give()

    def authenticate_all(self) -> bool:
        """Wait until all is confirmed; Doubted if anything is not."""
        claims, middle = self._claims, len(self._claims) // 2
        self._claims = claims[:middle]
        self._give()
        if not holds(claims[middle:], self.root) or not self.hands.confirmed():
            raise Doubted
        return True

    def stop(self, where: str) -> None:
        """Leave it to the careful way to say why it cannot go on."""
        raise Doubted(where)

    def _give(self) -> None:
        claims, self._claims = self._claims, []
        self.hands.confirm(partial(holds, claims, self.root))

    def _fail(self, question: int, sentence: str) -> None:
        raise Doubted(question, sentence)

    def _stop(self) -> None:
        raise Doubted
