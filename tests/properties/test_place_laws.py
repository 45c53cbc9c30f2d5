"""Whatever three agents send, in whatever order: a place counts what they have used.

A machine sends new orders, replaces and cancels of three agents on two desks, reports
on them in any order and limits places between. The totals that the fold keeps must be
the sums over every agent, counted the long way.
"""

from collections import Counter
from functools import cache

from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
)

from kya.core.admission import objection
from kya.core.case_of import Inputs, case_of
from kya.core.credential import Credential
from kya.core.decide import decide
from kya.core.decision import Decision
from kya.core.fold import apply
from kya.core.instant import MICROS_PER_DAY, Day
from kya.core.levels import FIRM, Level, Place, places_of
from kya.core.money import Money
from kya.core.order import ACTS_ON_TARGET, Action, Order
from kya.core.order_events import OrderDecided, OrderSubmitted, VenueStatus
from kya.core.place_use import UNUSED
from kya.core.scope import Calendar
from kya.core.scope_limits import Limits
from kya.core.state import AgentState, State
from tests.builders import (
    EUR,
    FIRST_LIVE_ORDER_AT,
    a_credential,
    a_digest,
    a_place_limited,
    a_scope,
    an_enrolled_state,
    an_order,
    an_order_submitted,
    eur,
    its_report,
)

DESKS = {"ada": "fx", "bea": "fx", "cy": "crypto"}
NAMES = tuple(DESKS)
PLACES = (
    FIRM,
    Place(Level.DESK, "fx"),
    Place(Level.AGENT, "ada"),
    Place(Level.MARKET, "EUR/USD"),
    Place(Level.VENUE, "SIMB"),
)
PAUSES = st.sampled_from([0, 1_000_000, MICROS_PER_DAY])
FINAL = (VenueStatus.FILLED, VenueStatus.REJECTED, VenueStatus.CANCELLED)
OPEN = (VenueStatus.ACKNOWLEDGED, VenueStatus.UNKNOWN)


@cache
def three_agents() -> State:
    """Three agents, each under a scope of its own desk that lets any action pass."""
    start = an_enrolled_state()
    credentials: dict[str, Credential] = {}
    for name, desk in DESKS.items():
        actions = frozenset({Action.NEW, Action.REPLACE, Action.CANCEL})
        scope = a_scope(
            calendar=Calendar.EVERY_DAY,
            daily_max=eur("90000000.00"),
            limits=Limits(actions=actions, desk=desk),
        )
        held = a_credential(scope=scope, name=name, digest=a_digest(name))
        credentials[held.digest] = held
    agents = {name: AgentState(credential=a_digest(name)) for name in NAMES}
    return start._replace(credentials=credentials, agents=agents)


def next_order(state: State, name: str, **changes: object) -> Order:
    past = state.agents[name].past
    return an_order(
        agent=name,
        credential=a_digest(name),
        seq=past.seq + 1,
        prev=past.prev,
        client_order_id=f"c-{past.seq + 1}",
        **changes,
    )


def sent(state: State, order: Order) -> tuple[State, OrderSubmitted, Decision]:
    """The state after the order and its decision."""
    submitted = an_order_submitted(order)
    state = apply(state, submitted)
    decision = decide(case_of(state, submitted, Inputs(order.created_at)))
    return apply(state, OrderDecided.of(decision, submitted.leaf)), submitted, decision


class AnyUseOfPlaces(RuleBasedStateMachine):
    """`reserved` sums what was allowed, by day and place."""

    @initialize()
    def found(self) -> None:
        self.state = three_agents()
        self.clock = FIRST_LIVE_ORDER_AT
        self.reserved: Counter[tuple[Day, Place, str]] = Counter()

    def touched(self, order: Order) -> tuple[Place, ...]:
        grant = self.state.credentials[order.credential].grant
        assert grant is not None
        return places_of(order, grant.scope)

    @rule(
        name=st.sampled_from(NAMES),
        action=st.sampled_from([Action.NEW, Action.REPLACE, Action.CANCEL]),
        cents=st.integers(1, 2_500_000),
        where=st.sampled_from([("EUR/USD", "SIMA"), ("GBP/EUR", "SIMB")]),
        back=st.integers(0, 3),
    )
    def send(
        self, name: str, action: Action, cents: int, where: tuple[str, str], back: int
    ) -> None:
        changes: dict[str, object] = {"market": where[0], "venue": where[1]}
        amount = Money(cents, EUR)
        unanswered = list(self.state.agents[name].unanswered.values())
        if action in ACTS_ON_TARGET and unanswered:
            target = unanswered[-1 - back % len(unanswered)].order
            changes = {"market": target.market, "venue": target.venue}
            changes |= {"action": action, "target": target.seq}
            amount = target.amount if action is Action.CANCEL else amount
        order = next_order(
            self.state, name, created_at=self.clock, amount=amount, **changes
        )
        self.state, _, decision = sent(self.state, order)
        if decision.reserved is not None:
            for place in self.touched(order):
                key = self.clock.day, place, EUR.code
                self.reserved[key] += decision.reserved.minor_units

    @rule(pause=PAUSES)
    def wait(self, pause: int) -> None:
        self.clock = self.clock.plus(micros=pause)

    @precondition(lambda self: any(a.unanswered for a in self.state.agents.values()))
    @rule(chance=st.data(), status=st.sampled_from(FINAL + OPEN))
    def report(self, chance: st.DataObject, status: VenueStatus) -> None:
        waiting = [s for a in self.state.agents.values() for s in a.unanswered.values()]
        submitted = chance.draw(st.sampled_from(waiting))
        report = its_report(submitted, status, at=self.clock)
        if objection(self.state, report) is None:
            self.state = apply(self.state, report)

    @rule(
        place=st.sampled_from(PLACES),
        open_orders=st.integers(1, 4),
        cents=st.integers(1, 9_000_000),
    )
    def limit(self, place: Place, open_orders: int, cents: int) -> None:
        self.clock = self.clock.plus(micros=1)
        event = a_place_limited(
            place,
            at=self.clock,
            open_orders=open_orders,
            daily_max=Money(cents, EUR),
        )
        self.state = apply(self.state, event)

    @invariant()
    def a_place_counts_what_its_agents_count(self) -> None:
        waiting: Counter[Place] = Counter()
        for agent in self.state.agents.values():
            for submitted in agent.unanswered.values():
                order = submitted.order
                stands_for_another = agent.working(order.target) is not None
                if order.action is not Action.CANCEL and not stands_for_another:
                    waiting.update(self.touched(order))
        today = self.state.now.day
        for place, use in self.state.place_use.items():
            assert use.open_orders == waiting.pop(place, 0)
            total = use.on(today).allowed.get(EUR.code, 0)
            assert total == self.reserved[today, place, EUR.code]
        assert not waiting

    @invariant()
    def the_firm_counts_what_every_agent_counts(self) -> None:
        today, firm = self.state.now.day, self.state.place_use.get(FIRM)
        pasts = [agent.past.on(today) for agent in self.state.agents.values()]
        total = sum(sum(past.allowed.values()) for past in pasts)
        assert total == (0 if firm is None else firm.on(today).allowed.get("EUR", 0))


TestAnyUseOfPlaces = AnyUseOfPlaces.TestCase
TestAnyUseOfPlaces.settings = settings(stateful_step_count=30, max_examples=60)


@given(
    st.lists(
        st.tuples(st.sampled_from(NAMES), st.integers(1, 2_500_000)),
        min_size=30,
        max_size=30,
    ),
    st.integers(1, 20_000_000),
)
@settings(max_examples=60)
def test_of_thirty_orders_at_the_cap_exactly_as_many_pass_as_fit(
    asked: list[tuple[str, int]], most: int
) -> None:
    state = apply(three_agents(), a_place_limited(daily_max=Money(most, EUR)))
    left = most
    for number, (name, cents) in enumerate(asked):
        at = FIRST_LIVE_ORDER_AT.plus(micros=number)
        order = next_order(state, name, amount=Money(cents, EUR), created_at=at)
        state, _, decision = sent(state, order)
        assert decision.allowed is (cents <= left)
        left -= cents if decision.allowed else 0
    used = state.place_use.get(FIRM, UNUSED).allowed.get("EUR", 0)
    assert used == most - left


@given(
    st.lists(
        st.tuples(st.sampled_from(NAMES), st.booleans()), min_size=30, max_size=30
    ),
    st.integers(1, 12),
)
@settings(max_examples=60)
def test_of_thirty_orders_no_more_are_open_than_the_place_allows(
    asked: list[tuple[str, bool]], most: int
) -> None:
    event = a_place_limited(daily_max=None, open_orders=most)
    state, waiting = apply(three_agents(), event), list[OrderSubmitted]()
    for number, (name, settles) in enumerate(asked):
        at = FIRST_LIVE_ORDER_AT.plus(micros=number)
        if settles and waiting:
            report = its_report(waiting.pop(0), VenueStatus.REJECTED, at=at)
            state = apply(state, report)
        order = next_order(state, name, created_at=at, amount=Money(number + 1, EUR))
        state, submitted, decision = sent(state, order)
        assert decision.allowed is (len(waiting) < most)
        if decision.allowed:
            waiting.append(submitted)
    assert state.place_use[FIRM].open_orders == len(waiting)
