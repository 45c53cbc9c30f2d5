"""Question 9: whether all that the venues say was executed is in this log."""

from collections.abc import Collection
from dataclasses import dataclass, field

from kya.core.copied import CopiedList
from kya.core.copy_events import DropCopied, ExecutionUnexplained
from kya.core.decision import Outcome
from kya.core.events import Event
from kya.core.matching import Unexplained
from kya.core.order_events import OrderDecided, OrderSubmitted
from kya.core.state import State
from kya.verify.finding import Findings


@dataclass(slots=True)
class VenueLists:
    """Takes the entries' events one by one; says at the end what they come to.

    `began` says after which position, and how late, each list was first copied;
    `used` where the first order was allowed to each venue.
    """

    began: dict[str, tuple[int, int]] = field(
        default_factory=dict[str, tuple[int, int]]
    )
    used: dict[str, int] = field(default_factory=dict[str, int])
    told: list[tuple[int, ExecutionUnexplained]] = field(
        default_factory=list[tuple[int, ExecutionUnexplained]]
    )
    executions: dict[str, int] = field(default_factory=dict[str, int])
    _venue: str = ""

    def take(self, index: int, event: Event) -> None:
        """Take the next entry's event."""
        match event:
            case OrderSubmitted(order=order):
                self._venue = order.venue
            case OrderDecided(outcome=Outcome.ALLOWED):
                self.used.setdefault(self._venue, index)
            case DropCopied(venue=venue, after=after, executions=lines):
                self.began.setdefault(venue, (after, index))
                self.executions[venue] = self.executions.get(venue, 0) + len(lines)
            case ExecutionUnexplained():
                self.told.append((index, event))
            case _:
                pass

    def conclude(
        self, state: State, brought: Collection[str], findings: Findings
    ) -> None:
        """Say what the lists show, venue by venue; of some the verifier brought one."""
        for index, event in self.told:
            findings.fails(9, f"entry {index}", _sentence(event.venue, event.found))
        for venue, copied in sorted(state.copies.items()):
            self._conclude(venue, copied, state, findings)
        for venue in sorted(self.used.keys() - state.copies.keys() - set(brought)):
            findings.unknown(
                9, f"no drop copy of {venue}, where orders were allowed to go"
            )

    def _conclude(
        self, venue: str, copied: CopiedList, state: State, findings: Findings
    ) -> None:
        """Say what one list shows, and what it cannot."""
        after, index = self.began[venue]
        late = tuple(copied.unexplained(state.now))
        for found in late:
            findings.fails(
                9,
                f"position {found.position} of {venue}",
                f"{_sentence(venue, found)}; and no entry says so",
            )
        waiting = len(copied.accounts) - len(late)
        if waiting > 0:
            findings.unknown(
                9,
                f"{venue}: reports and list of {waiting} orders do not meet yet; it is"
                f" whole until {copied.until}",
            )
        if after or self.used.get(venue, index) < index:
            findings.unknown(
                9,
                f"{venue}: its list is copied from entry {index}, position {after + 1}"
                " on; orders were allowed, or executions made, before",
            )
        findings.holds(
            9,
            f"{venue}: its list has {self.executions[venue]} executions until"
            f" {copied.until}, each held against the orders and reports of this log",
        )


def _sentence(venue: str, found: Unexplained) -> str:
    """Return what was executed, or was not, and what was expected."""
    what = f"{found.execution}"
    if found.execution is None:
        what = f"no execution under {found.client_id}"
    return f"unexplained at {venue}: {what}; want {found.expected}"
