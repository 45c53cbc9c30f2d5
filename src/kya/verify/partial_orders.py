"""The orders that a partial package shows: what can be said of each by itself."""

from dataclasses import dataclass, field

from kya.codec import canonical
from kya.codec.decisions import parse_decision
from kya.codec.tally import Selection
from kya.core.decision import Outcome
from kya.core.errors import DistrustError
from kya.core.order import Action, Order
from kya.core.order_events import OrderDecided, OrderSubmitted, VenueReported
from kya.core.scope import Scope
from kya.core.tokens import NO_DIGEST
from kya.pki.authenticate import authenticate
from kya.pki.entries import Entry
from kya.verify.finding import PACKAGE, Findings
from kya.verify.questions import QUESTION_OF
from kya.verify.reexecution import Reexecution


@dataclass(slots=True)
class PartialOrders:
    """Takes the shown entries in their order; `again` folds those that give power.

    `count` is of the orders in the period, `shown` of all entries. `began` says that
    nothing of the agent's can lie between the first shown order and the period.
    """

    agent: str
    selection: Selection
    again: Reexecution
    findings: Findings
    count: int = 0
    shown: int = 0
    began: bool = False
    ended: bool = False
    _seqs: list[int] = field(default_factory=list[int])
    _prev: str = ""
    _pending: tuple[int, OrderSubmitted] | None = None
    _decided: dict[str, Outcome] = field(default_factory=dict[str, Outcome])

    def take_power(self, index: int, entry: Entry) -> None:
        """Authenticate and fold an entry about who may do what."""
        self.shown += 1
        self.again.index = index - 1
        self.again.take(entry.raw)

    def take(self, index: int, entry: Entry) -> None:
        """Check an order, its decision or a venue's report without those around it."""
        self.shown += 1
        try:
            authenticate(entry, self.again.state, self.again.root)
        except DistrustError as error:
            question = QUESTION_OF[canonical.type_of(entry.note.text)]
            self.findings.fails(question, f"entry {index}", str(error))
        event = entry.event
        match event:
            case OrderSubmitted():
                self._take_order(index, event)
            case OrderDecided():
                self._take_decision(index, entry, event)
            case VenueReported():
                if self._decided.get(event.order) is not Outcome.ALLOWED:
                    self._fail(9, index, "a report of no allowed order that is shown")
            case _:
                self._fail(PACKAGE, index, "an entry that a part does not show")

    def _take_order(self, index: int, event: OrderSubmitted) -> None:
        """Check the order's place in the agent's chain."""
        order = event.order
        if self._pending is not None:
            self._fail(5, self._pending[0], "an order without its decision")
        self._pending = (index, event)
        if order.agent != self.agent:
            self._fail(PACKAGE, index, f"an order of {order.agent}")
            return
        if self._seqs and order.seq != self._seqs[-1] + 1:
            self._fail(10, index, f"seq {order.seq} after {self._seqs[-1]}")
        prev = self._prev if self._seqs else NO_DIGEST
        if order.prev != prev and (self._seqs or order.seq == 1):
            self.findings.unknown(
                10,
                f"order {order.seq} names a predecessor that is not shown",
                f"entry {index}",
            )
        self._seqs.append(order.seq)
        self._prev = event.line_digest
        self.began = self.began or order.seq == 1

    def _take_decision(self, index: int, entry: Entry, event: OrderDecided) -> None:
        """Check that the decision is about the order before it, and place its day."""
        pending, self._pending = self._pending, None
        if pending is None or (pending[0], pending[1].leaf) != (index - 1, event.order):
            self._fail(5, index, "a decision that does not follow its order")
            return
        order = pending[1].order
        if (order.agent, order.seq) != (event.agent, event.seq):
            self._fail(5, index, "a decision on another order")
        self._decided[event.order] = event.outcome
        self._place(index, event)
        line = parse_decision(entry.note.text)
        known = self.again.state.credentials.get(order.credential)
        passed = all(control.outcome == "passed" for control in line.controls)
        if event.outcome is not Outcome.ALLOWED or not passed:
            return
        if known is None or known.grant is None:
            return  # No agent's certificate: question 2 has failed.
        for sentence in _outside(order, known.grant.scope):
            self._fail(4, index, f"order {order.seq} was allowed, but {sentence}")

    def _place(self, index: int, event: OrderDecided) -> None:
        """Count an order of the period; there is one before it, and one after."""
        if self.ended:
            self._fail(PACKAGE, index, "an order later than the one after the period")
        elif self.selection.takes(event.agent, event.received_at):
            self.count += 1
        elif event.received_at.day < self.selection.first:
            if len(self._seqs) > 1:
                self._fail(PACKAGE, index, "an order earlier than the one before")
            self.began = True
        else:
            self.ended = True

    def conclude(self, size: int) -> None:
        """Answer the questions: HOLDS only for what nothing withheld can change."""
        if self._pending is not None:
            self._fail(5, self._pending[0], "an order without its decision")
        for question, sentence in _UNTOLD.items():
            self.findings.unknown(question, sentence)
        if self.again.stopped or not self.count:
            why = self.again.stopped or "there being no order of the period"
            for question in (2, 3, 10):
                self.findings.unknown(question, f"not examined: stopped at {why}")
            return
        shown = f"{self.count} orders of {self.agent}"
        withheld = f"{size - self.shown} entries of {size} are withheld"
        for question, sentence in {
            2: f"{shown}, each signed under the certificate that it names; {withheld}",
            3: (
                "the certificates of agents that are shown carry, to the letter, the"
                " scope of a mandate that stands before them, signed by two directors"
                " or more"
            ),
        }.items():
            if not self.findings.failed(question):
                self.findings.holds(question, sentence)
        self._conclude_chain()

    def _conclude_chain(self) -> None:
        """Say whether an order of the period can be missing."""
        first, last = self._seqs[0], self._seqs[-1]
        if self.findings.failed(10):
            return
        if self.began and self.ended:
            self.findings.holds(
                10,
                f"seq {first} to {last} of {self.agent} without a gap, with the order"
                " after the period, and the one before it if there was one",
            )
        else:
            side = "after" if self.began else "before"
            self.findings.unknown(
                10, f"whether there are orders {side} seq {first} to {last}"
            )

    def _fail(self, question: int, index: int, sentence: str) -> None:
        self.findings.fails(question, f"entry {index}", sentence)


_UNTOLD = {
    1: "whether an entry that is withheld bears on a certificate; those shown chain",
    4: "sums, positions and halts rest on entries that are withheld; looked at: market,"
    " venue and maximum of each order",
    5: "decisions are not made again: the state before them rests on what is withheld",
    6: "baselines are withheld",
    7: "what incidents were opened and closed is withheld",
    9: "venues' lists are withheld",
}


def _outside(order: Order, scope: Scope) -> list[str]:
    """Return in what an order is outside its scope, as far as it alone can tell."""
    if order.action is not Action.NEW:
        return []
    found = [
        f"the {what} is {value}"
        for what, value, may in (
            ("market", order.market, scope.markets),
            ("venue", order.venue, scope.venues),
        )
        if value not in may
    ]
    amount, most = order.amount, scope.order_max
    is_comparable = amount.currency == scope.currency
    if is_comparable and amount.minor_units > most.minor_units:
        found.append(f"{amount} is above {most}")
    return found
