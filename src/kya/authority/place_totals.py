"""What is used of places while a log is read again for one agent.

The other agents use what the log says that they did; the agent under test uses what its
changed scope allows. Both are counted by the steps of the fold.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from kya.core.credential import Credential
from kya.core.errors import MalformedError
from kya.core.instant import Day
from kya.core.levels import Place, places_of
from kya.core.money import Money
from kya.core.order import Order
from kya.core.order_events import OrderSubmitted, VenueReported, VenueStatus
from kya.core.place_fold import use_after_decision, use_after_report
from kya.core.place_use import UNUSED, PlaceUse
from kya.core.progress import Open, after_report, begun
from kya.core.reservation import reserved_by
from kya.core.state import AgentState, Progress, State
from kya.core.tokens import NO_DIGEST


@dataclass(slots=True)
class PlaceTotals:
    """The totals of every place, and the orders that are open there."""

    used: Mapping[Place, PlaceUse] = field(default_factory=dict[Place, PlaceUse])
    _agents: dict[str, AgentState] = field(default_factory=dict[str, AgentState])
    _credentials: dict[str, Credential] = field(default_factory=dict[str, Credential])

    def take_allowed(
        self, order: Order, credential: Credential, worth: Money, day: Day
    ) -> None:
        """Count an order that was allowed and sent, under what it was judged by."""
        agent = self._agents.setdefault(
            order.agent, AgentState(credential=credential.digest)
        )
        self._credentials[credential.digest] = credential
        submitted = OrderSubmitted(order=order, line_digest=NO_DIGEST, leaf=NO_DIGEST)
        reserved = reserved_by(order, worth, agent.target(order.target))
        self.used = use_after_decision(self._state(), submitted, reserved, day)
        self._go_on(order.agent, begun(agent, submitted, Progress(worth=worth)))

    def take_unsent(
        self, order: Order, credential: Credential, reserved: Money | None, day: Day
    ) -> None:
        """Count what is only allowed now: no venue will ever report on it."""
        if credential.grant is None:
            raise MalformedError(f"order {order.seq}: no agent's certificate")
        changed = dict(self.used)
        for place in places_of(order, credential.grant.scope):
            changed[place] = changed.get(place, UNUSED).plus(day, reserved)
        self.used = changed

    def take_report(self, report: VenueReported) -> None:
        """Settle an order that was counted; one that was not needs no settling."""
        agent = self._agents.get(report.agent)
        if agent is None or report.seq not in agent.unanswered:
            return
        if report.status is not VenueStatus.UNKNOWN:
            self.used = use_after_report(self._state(), report)
            self._go_on(report.agent, after_report(agent, report))

    def _go_on(self, name: str, still_open: Open) -> None:
        """Remember what is open of the agent from now on."""
        unanswered, progress = still_open
        agent = self._agents[name]
        self._agents[name] = agent._replace(unanswered=unanswered, progress=progress)

    def _state(self) -> State:
        """Return what the fold looks at."""
        return State(
            agents=self._agents, credentials=self._credentials, place_use=self.used
        )
