"""How a back-test knows an agent's behaviour: by every logged attempt, as it was."""

from dataclasses import dataclass, field
from typing import Final

from kya.core.baseline import Baseline, BaselineLocked, Likeness, likeness
from kya.core.behaviour_fold import (
    behaviour_after_order,
    behaviour_after_report,
    with_release,
    with_sequence_anew,
)
from kya.core.case_of import Inputs
from kya.core.decision import Outcome
from kya.core.order import Action, Order
from kya.core.order_events import OrderDecided, VenueReported
from kya.core.runtime import Runtime
from kya.core.state import AgentState
from kya.core.tokens import NO_DIGEST

_NOBODY: Final = AgentState(credential=NO_DIGEST)


@dataclass(slots=True)
class Watched:
    """One agent's baseline and behaviour; whatever a scope would have stopped counts.

    What a bot tried, it tried: an attempt enters its behaviour, allowed or not.
    """

    _known: AgentState = field(default=_NOBODY)
    _actions: dict[int, Action] = field(default_factory=dict[int, Action])

    def lock(self, event: BaselineLocked, runtime: Runtime | None) -> None:
        """Put a baseline in force."""
        baseline = Baseline.locked(event.lock, runtime, self._known.baseline)
        self._known = with_sequence_anew(self._known._replace(baseline=baseline))

    def go_on(self) -> None:
        """Go on under a new certificate."""
        self._known = with_release(self._known)

    def begin_anew(self) -> None:
        """Forget the evidence of sequences, as people have asked."""
        self._known = with_sequence_anew(self._known)

    def likeness(
        self, order: Order, inputs: Inputs, runtime: Runtime | None
    ) -> Likeness | None:
        """Return how like the agent's past an order is."""
        held = self._known.baseline, self._known.behaviour
        return likeness(held, runtime, order, (inputs.received_at, inputs.price))

    def take_order(self, order: Order, inputs: Inputs) -> None:
        """Count an attempt."""
        event = OrderDecided(
            agent=order.agent,
            seq=order.seq,
            order=NO_DIGEST,
            outcome=Outcome.ALLOWED,  # Any will do: every attempt counts.
            received_at=inputs.received_at,
            price=inputs.price,
        )
        baseline, behaviour = behaviour_after_order(self._known, order, event)
        self._known = self._known._replace(baseline=baseline, behaviour=behaviour)
        self._actions[order.seq] = order.action

    def take_report(self, report: VenueReported) -> None:
        """Count a venue's last word on what it was sent; there is no second one."""
        action = self._actions.get(report.seq)
        if action is not None and report.status.is_final:
            behaviour = behaviour_after_report(self._known, action, report)
            self._known = self._known._replace(behaviour=behaviour)
            del self._actions[report.seq]
