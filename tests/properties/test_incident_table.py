"""Whatever people, timers and crashes do, nobody trades past a grace by themselves.

Arbitrary interleavings of orders, acts, suspensions that come late or never, replays
and clock steps, upon the fold that gateway and verifier share. Beside it runs a model
of a few lines: until when may this agent trade, and who has said so.
"""

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
)

from kya.core.decision import Outcome
from kya.core.errors import InputError
from kya.core.events import Event
from kya.core.fold import apply
from kya.core.incident import Incident, IncidentAct, IncidentActed, Step
from kya.core.instant import Instant
from kya.core.lifecycle import Act
from kya.core.order_events import OrderDecided
from kya.core.state import State
from tests.builders import (
    a_standing_changed,
    an_incident_policy,
    an_order_submitted,
    its_report,
    the_agent_in,
    the_next_order,
)
from tests.incidents import AT, GRACE, TOO_LARGE, a_trigger, a_watched_state, decided

STEPS = st.sampled_from([Step.ACKNOWLEDGE, Step.EXTEND, Step.RELEASE])
SECONDS = st.sampled_from([0, 1, GRACE - 1, GRACE, GRACE + 1, 3_600])


class IncidentTable(RuleBasedStateMachine):
    """The log, what it folds to, and how long the agent may go on."""

    @initialize(count=st.integers(1, 2))
    def begin(self, count: int) -> None:
        """Open a log with an agent whose board watches it."""
        policy = an_incident_policy(a_trigger(count=count), alert_seconds=None)
        self.start = self.state = a_watched_state(policy)
        self.log: list[Event] = []
        self.now: Instant = AT
        self.until: Instant | None = None
        self.suspended = False

    def running(self) -> Incident | None:
        """The incident that is not over."""
        named = the_agent_in(self.state).incident
        return None if named is None else self.state.incidents[named]

    def append(self, event: Event) -> bool:
        """Put an event on record if it may follow; tell whether it did."""
        try:
            self.state = apply(self.state, event)
        except InputError:
            return False
        self.log.append(event)
        return True

    @rule(seconds=SECONDS)
    def time_passes(self, seconds: int) -> None:
        self.now = self.now.plus(seconds=seconds)

    @rule(too_large=st.booleans())
    def trades(self, too_large: bool) -> None:  # noqa: FBT001  drawn
        changes = {"amount": TOO_LARGE} if too_large else {}
        self.now = max(self.now, self.state.now)
        order = the_next_order(self.state, created_at=self.now, **changes)
        before = self.running()
        state, decision = decided(self.state, order)
        submitted = an_order_submitted(order)
        self.log += [submitted, OrderDecided.of(decision, submitted.leaf)]
        self.state = state
        if decision.allowed:
            assert not self.suspended, "a suspended agent has sent an order"
            assert self.until is None or self.now < self.until, "past its grace"
            assert self.append(its_report(submitted, at=self.now))
        if decision.opening is not None:
            assert before is None
            self.until = self.now.plus(seconds=GRACE)
        assert (decision.outcome is Outcome.REFUSED) is self.suspended

    @precondition(lambda self: self.running() is not None)
    @rule(step=STEPS, late=st.sampled_from([0, 0, 0, -60]), more=SECONDS)
    def two_people_act(self, step: Step, late: int, more: int) -> None:
        """Two people sign now, or did a minute ago and the note comes late."""
        incident = self.running()
        assert incident is not None
        at = self.now.plus(seconds=late)
        until = incident.grace_ends_at.plus(seconds=more)
        act = IncidentAct(
            incident=incident.id,
            step=step,
            reason="looked",
            at=at,
            until=until if step is Step.EXTEND else None,
        )
        taken = self.append(IncidentActed(signed_by=("olga", "rita"), act=act))
        if taken and step is Step.EXTEND:
            assert self.until is not None
            assert max(at, self.state.now) < self.until < until
            self.until = until
        if taken and step is Step.RELEASE:
            assert self.until is not None
            assert max(at, self.state.now) < self.until
            self.until = None

    @rule()
    def whoever_watches_looks(self) -> None:
        """Suspend what is due; sometimes nobody looks for long."""
        incident = self.running()
        if incident is not None and incident.is_due(self.now):
            event = a_standing_changed(
                Act.SUSPEND, credential=incident.credential, at=self.now
            )
            assert self.append(event)
            self.suspended = True

    @precondition(lambda self: self.suspended)
    @rule()
    def two_operators_reinstate(self) -> None:
        event = a_standing_changed(
            Act.REINSTATE,
            credential=the_agent_in(self.state).credential,
            at=self.now,
        )
        if self.append(event):
            self.suspended, self.until = False, None

    @rule()
    def crash(self) -> None:
        """Derive everything again from the log, as a start does."""
        state: State = self.start
        for event in self.log:
            state = apply(state, event)
        assert state == self.state
        self.state = state

    @invariant()
    def one_runs_at_most(self) -> None:
        running = [i for i in self.state.incidents.values() if not i.state.is_over]
        assert len(running) <= 1
        assert bool(running) is (self.until is not None)


TestIncidentTable = IncidentTable.TestCase
TestIncidentTable.settings = settings(max_examples=60, stateful_step_count=30)
