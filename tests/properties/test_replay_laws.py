"""Whoever reads the log from the start knows at every entry what the gateway knew.

A machine makes any admissible sequence of events, as a gateway would: state by state.
A reader who has only the lines comes to the same state; so does one who stops anywhere.
"""

from dataclasses import replace

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
)

from kya.codec.halts import (
    parse_halt,
    parse_rearm,
    parse_resume,
    render_halt,
    render_rearm,
    render_resume,
)
from kya.codec.mandates import parse_mandate, render_mandate
from kya.codec.orders import parse_order, render_order
from kya.codec.place_limits import parse_place_limits, render_place_limits
from kya.codec.registrations import (
    parse_refusal,
    parse_registration,
    render_refusal,
    render_registration,
)
from kya.codec.reports import (
    parse_equivocation,
    parse_report,
    render_equivocation,
    render_report,
)
from kya.codec.sessions import (
    parse_anchor,
    parse_runtime,
    render_anchor,
    render_runtime,
)
from kya.codec.standings import (
    parse_revocation_list,
    parse_schedule,
    parse_standing,
    render_revocation_list,
    render_schedule,
    render_standing,
)
from kya.codec.statements import parse_issuer, render_issuer
from kya.core.admission import objection
from kya.core.control import Reason
from kya.core.credential import Standing
from kya.core.decide import decide
from kya.core.decision import Outcome
from kya.core.events import Event
from kya.core.fold import apply
from kya.core.halt import HaltOrdered, TradingResumed, TradingState
from kya.core.instant import Instant
from kya.core.latch import Latch, LatchRearmed
from kya.core.levels import FIRM, Level, Place
from kya.core.lifecycle import NEXT, Act
from kya.core.limits import (
    ISSUERS_MAX,
    OVERRIDES_MAX,
    REFUSAL_PAUSE_MICROS_MIN,
    REFUSALS_MAX,
)
from kya.core.money import Money
from kya.core.order import Action, Order, Side
from kya.core.order_events import (
    Equivocated,
    OrderDecided,
    OrderSubmitted,
    VenueReported,
    VenueStatus,
)
from kya.core.place_limits import PlaceLimited
from kya.core.power_events import (
    AgentRegistered,
    CertificateIssued,
    EnrolmentRefused,
    IssuerRenewed,
    MandateGranted,
    RevocationListed,
    RevocationScheduled,
    StandingChanged,
)
from kya.core.state import State
from kya.core.tokens import NO_DIGEST
from kya.core.workload_events import RegionAnchored, RuntimePinned, SessionStarted
from tests.builders import (
    AGENT,
    EUR,
    FIRST_LIVE_ORDER_AT,
    a_certificate_issued,
    a_credential,
    a_digest,
    a_halt_ordered,
    a_latch_rearmed,
    a_list_published,
    a_mandate,
    a_mandate_granted,
    a_place_limited,
    a_refusal,
    a_region_anchor,
    a_region_anchored,
    a_revocation_scheduled,
    a_runtime,
    a_runtime_pinned,
    a_session,
    a_session_started,
    a_standing_changed,
    a_trading_resumed,
    an_agent_registered,
    an_enrolment,
    an_equivocation,
    an_issuer_renewed,
    an_order_submitted,
    an_override_granted,
    its_decision,
    its_report,
    registered_anew,
    some_evidence,
    the_agent_in,
    the_case_in,
    the_next_order,
    the_opening_events,
    the_state_after,
)

NEVER = Instant(0)
PAUSES = st.sampled_from([0, 1, 1_000_000, 3_600_000_000, 86_400_000_000])


def reread(  # noqa: C901, PLR0911, PLR0912  one return for each kind
    event: Event,
) -> Event:
    """The event as a stranger reads it from its line, where core says all of it."""
    match event:
        case OrderSubmitted():
            return an_order_submitted(parse_order(render_order(event.order)))
        case MandateGranted():
            return a_mandate_granted(parse_mandate(render_mandate(event.mandate)))
        case AgentRegistered():
            line = render_registration(event.registration)
            return an_agent_registered(parse_registration(line))
        case EnrolmentRefused():
            return parse_refusal(render_refusal(event))
        case StandingChanged():
            return parse_standing(render_standing(event))
        case RevocationScheduled():
            return parse_schedule(render_schedule(event))
        case IssuerRenewed():
            return parse_issuer(render_issuer(event))
        case RevocationListed():
            return parse_revocation_list(render_revocation_list(event))
        case VenueReported():
            return parse_report(render_report(event))
        case Equivocated():
            return parse_equivocation(render_equivocation(event))
        case RuntimePinned():
            return parse_runtime(render_runtime(event))
        case RegionAnchored():
            return parse_anchor(render_anchor(event.anchor))
        case HaltOrdered():
            return replace(event, halt=parse_halt(render_halt(event.halt)))
        case TradingResumed():
            return replace(event, resume=parse_resume(render_resume(event.resume)))
        case LatchRearmed():
            return replace(event, rearm=parse_rearm(render_rearm(event.rearm)))
        case PlaceLimited():
            limits = parse_place_limits(render_place_limits(event.limits))
            return replace(event, limits=limits)
        case _:
            return event


class AnyAdmissibleLog(RuleBasedStateMachine):
    """A live gateway's state beside the events that it has admitted."""

    def __init__(self) -> None:
        super().__init__()
        self.log: list[Event] = []
        self.states: list[State] = []
        self.state = State()
        self.clock = FIRST_LIVE_ORDER_AT
        self.submitted: dict[int, OrderSubmitted] = {}
        self.allowed: dict[tuple[object, str, Side], int] = {}

    def admit(self, event: Event) -> None:
        assert objection(self.state, event) is None
        self.state = apply(self.state, event)
        self.log.append(event)
        self.states.append(self.state)

    @initialize()
    def open_the_log(self) -> None:
        for event in the_opening_events():
            self.admit(event)

    @rule(
        pause=PAUSES,
        side=st.sampled_from(Side),
        market=st.sampled_from(["EUR/USD", "GBP/EUR", "BTC/EUR"]),
        cents=st.integers(1, 3_000_000),
    )
    def submit(self, pause: int, side: Side, market: str, cents: int) -> None:
        self.clock = self.clock.plus(micros=pause)
        order = the_next_order(
            self.state,
            side=side,
            market=market,
            amount=Money(cents, EUR),
            created_at=self.clock,
        )
        self.decide_on(order)

    @rule()
    def submit_with_a_broken_chain(self) -> None:
        order = the_next_order(
            self.state, prev=a_digest("elsewhere"), created_at=self.clock
        )
        self.decide_on(order)
        decided = self.log[-1]
        assert isinstance(decided, OrderDecided)
        assert decided.outcome is not Outcome.ALLOWED

    @rule(cents=st.integers(2_500_001, 9_000_000), is_sent=st.booleans())
    def set_the_maximum_aside(self, cents: int, *, is_sent: bool) -> None:
        order = the_next_order(
            self.state, amount=Money(cents, EUR), created_at=self.clock
        )
        ends = self.clock.plus(seconds=60)
        event = an_override_granted(order, at=self.clock, expires_at=ends)
        waits = event.override.order in self.state.overrides
        is_full = len(self.state.overrides) >= OVERRIDES_MAX
        assert waits or is_full or objection(self.state, event) is None
        if objection(self.state, event) is None:
            self.admit(event)
        if is_sent:
            decision = decide(the_case_in(self.state, order, self.clock))
            assert Reason.ORDER_AMOUNT_MAX not in decision.reasons
            self.decide_on(order)
            assert event.override.order not in self.state.overrides

    def decide_on(self, order: Order) -> None:
        decision = decide(the_case_in(self.state, order, self.clock))
        submitted = an_order_submitted(order)
        self.admit(submitted)
        self.admit(its_decision(submitted, decision.outcome, self.clock))
        self.submitted[order.seq] = submitted
        key = (self.clock.day, order.market, order.side)
        self.allowed[key] = self.allowed.get(key, 0) + decision.counted

    @precondition(lambda self: bool(the_agent_in(self.state).unanswered))
    @rule(data=st.data(), status=st.sampled_from(VenueStatus), pause=PAUSES)
    def report(self, data: st.DataObject, status: VenueStatus, pause: int) -> None:
        self.clock = self.clock.plus(micros=pause)
        seq = data.draw(st.sampled_from(sorted(the_agent_in(self.state).unanswered)))
        submitted = self.submitted[seq]
        parts = [None, Money(1, EUR), submitted.order.amount]
        filled = data.draw(st.sampled_from([p for p in parts if status.may_have(p)]))
        report = replace(
            its_report(submitted, VenueStatus.UNKNOWN, self.clock),
            status=status,
            filled=filled,
        )
        if objection(self.state, report) is None:
            self.admit(report)

    @precondition(lambda self: bool(the_agent_in(self.state).unanswered))
    @rule(data=st.data())
    def cancel(self, data: st.DataObject) -> None:
        agent = the_agent_in(self.state)
        seq = data.draw(st.sampled_from(sorted(agent.unanswered)))
        target = agent.unanswered[seq].order
        before = agent.past.allowed
        order = the_next_order(
            self.state,
            action=Action.CANCEL,
            target=seq,
            market=target.market,
            side=target.side,
            amount=target.amount,
            created_at=self.clock,
        )
        decision = decide(the_case_in(self.state, order, self.clock))
        works = target.action is not Action.CANCEL
        assert (Reason.TARGET_UNKNOWN in decision.reasons) is not works
        assert {Reason.HALT_HALTED, Reason.HOURS_CLOSED}.isdisjoint(decision.reasons)
        self.decide_on(order)
        assert the_agent_in(self.state).past.on(self.clock.day).allowed in ({}, before)

    @precondition(lambda self: bool(self.submitted))
    @rule(data=st.data())
    def sign_twice(self, data: st.DataObject) -> None:
        seq = data.draw(st.sampled_from(sorted(self.submitted)))
        event = an_equivocation(self.submitted[seq], at=self.clock)
        if seq in the_agent_in(self.state).equivocated:
            assert objection(self.state, event) is not None
        else:
            self.admit(event)

    @rule(act=st.sampled_from(Act))
    def act_upon_the_certificate(self, act: Act) -> None:
        digest = the_agent_in(self.state).credential
        event = a_standing_changed(act, credential=digest, at=self.clock)
        credential = self.state.credentials[digest]
        is_later = act is not Act.REINSTATE or self.clock > credential.since
        possible = (credential.standing, act) in NEXT and is_later
        assert (objection(self.state, event) is None) is possible
        if possible:
            self.admit(event)
        if possible and act is Act.REVOKE:
            self.publish_a_list()

    @rule(pause=st.integers(1, 10**12))
    def schedule_the_end(self, pause: int) -> None:
        held = self.state.credentials[the_agent_in(self.state).credential]
        due, planned = self.clock.plus(micros=pause), held.withdrawal
        event = a_revocation_scheduled(credential=held.digest, due=due, at=self.clock)
        possible = (
            held.standing is not Standing.REVOKED
            and due <= held.not_after
            and (planned is None or due < planned.due)
        )
        assert (objection(self.state, event) is None) is possible
        if possible:
            self.admit(event)

    @rule()
    def replace_the_certificate(self) -> None:
        former = self.state.credentials[the_agent_in(self.state).credential]
        number = len(self.state.credentials)
        new = a_credential(digest=a_digest(number), serial=1000 + number)
        anew = registered_anew(self.clock, token=a_digest(len(self.log)))
        self.admit(anew)
        event = a_certificate_issued(
            new,
            replaces=former.digest,
            at=self.clock,
            enrolment=an_enrolment(anew.registration),
        )
        is_revoked = former.standing is Standing.REVOKED
        assert (objection(self.state, event) is None) is is_revoked
        if is_revoked:
            self.admit(event)

    @rule(
        model=st.sampled_from(["model", "another model"]),
        pause=st.sampled_from([0, 1]),
    )
    def pin_a_runtime(self, model: str, pause: int) -> None:
        self.clock = self.clock.plus(micros=pause)
        event = a_runtime_pinned(a_runtime(model), at=self.clock)
        former = the_agent_in(self.state).runtime_pinned
        is_later = former is None or former.at < self.clock
        assert (objection(self.state, event) is None) is is_later
        if is_later:
            self.admit(event)

    @rule(
        place=st.sampled_from([FIRM, Place(Level.MARKET, "GBP/EUR")]),
        state=st.sampled_from([TradingState.HALTED, TradingState.REDUCING]),
        pause=st.sampled_from([0, 1]),
    )
    def stop_trading(self, place: Place, state: TradingState, pause: int) -> None:
        self.clock = self.clock.plus(micros=pause)
        event = a_halt_ordered(place, state=state, at=self.clock)
        former, resumed = self.state.halts.get(place), self.state.resumed.get(place)
        is_later = former is None or former.halt.at < self.clock
        is_milder = state is TradingState.REDUCING and (
            former is not None and former.halt.state is not state
        )
        possible = is_later and not is_milder and (resumed or NEVER) < self.clock
        assert (objection(self.state, event) is None) is possible
        if possible:
            self.admit(event)

    @rule(
        place=st.sampled_from([FIRM, Place(Level.MARKET, "GBP/EUR")]),
        cents=st.integers(1, 9_000_000),
        pause=st.sampled_from([0, 1]),
    )
    def limit_a_place(self, place: Place, cents: int, pause: int) -> None:
        self.clock = self.clock.plus(micros=pause)
        event = a_place_limited(place, at=self.clock, daily_max=Money(cents, EUR))
        former = self.state.place_limits.get(place)
        possible = former is None or former.limits.at < self.clock
        assert (objection(self.state, event) is None) is possible
        if possible:
            self.admit(event)
            assert objection(self.state, event) is not None

    @precondition(lambda self: bool(self.state.halts))
    @rule(data=st.data(), pause=st.sampled_from([0, 1]))
    def start_trading(self, data: st.DataObject, pause: int) -> None:
        self.clock = self.clock.plus(micros=pause)
        halt = data.draw(st.sampled_from(list(self.state.halts.values())))
        event = a_trading_resumed(halt, at=self.clock)
        possible = halt.halt.at < self.clock
        assert (objection(self.state, event) is None) is possible
        if possible:
            self.admit(event)
            assert objection(self.state, event) is not None

    @rule(latch=st.sampled_from(Latch), pause=st.sampled_from([0, 1]))
    def set_a_latch_back(self, latch: Latch, pause: int) -> None:
        self.clock = self.clock.plus(micros=pause)
        event = a_latch_rearmed(latch, at=self.clock)
        former = the_agent_in(self.state).rearmed.get(latch, NEVER)
        assert (objection(self.state, event) is None) is (former < self.clock)
        if former < self.clock:
            self.admit(event)

    @rule(number=st.integers(0, 2))
    def anchor_a_region(self, number: int) -> None:
        credential = the_agent_in(self.state).credential
        anchor = a_region_anchor(
            subject=f"key {number}", credential=credential, at=self.clock
        )
        event = a_region_anchored(anchor)
        if objection(self.state, event) is None:
            self.admit(event)

    @rule(data=st.data(), model=st.sampled_from(["model", "another model"]))
    def start_a_session(self, data: st.DataObject, model: str) -> None:
        agent = the_agent_in(self.state)
        former, credential = agent.session_started, agent.credential
        anchors = [
            digest
            for digest, anchor in self.state.region_anchors.items()
            if anchor.credential == credential
        ]
        shown = data.draw(st.sampled_from([None, *anchors]))
        session = a_session(
            credential=credential,
            seq=1 if former is None else former.session.seq + 1,
            prev=NO_DIGEST if former is None else former.line_digest,
            runtime=a_runtime(model),
            evidence=None if shown is None else some_evidence(shown),
            created_at=self.clock,
        )
        event = a_session_started(session)
        held = self.state.credentials[credential]
        is_active = held.standing_at(self.clock) is Standing.ACTIVE
        assert (objection(self.state, event) is None) is is_active
        if is_active:
            self.admit(event)
            assert objection(self.state, event) is not None

    @rule()
    def refuse_a_request(self) -> None:
        digest, known = list(self.state.registrations.items())[-1]
        event = a_refusal(registration=digest, at=self.clock)
        pause = Instant(known.refused_at.micros + REFUSAL_PAUSE_MICROS_MIN)
        is_taken = known.refusals < REFUSALS_MAX and self.clock >= pause
        assert (objection(self.state, event) is None) is is_taken
        if is_taken:
            self.admit(event)

    @rule()
    def grant_another_mandate(self) -> None:
        mandate = a_mandate(
            resolved_at=self.clock,
            valid_from=self.clock,
            valid_until=self.clock.plus(seconds=1 + len(self.log)),
        )
        event = a_mandate_granted(mandate)
        if event.digest not in self.state.mandates:
            self.admit(event)

    @rule()
    def publish_a_list(self) -> None:
        number = self.state.crl_number + 1
        self.admit(a_list_published(number=number, at=self.clock))

    @rule()
    def renew_the_issuer(self) -> None:
        issuer = b"issuer %d" % len(self.state.issuers)
        event = an_issuer_renewed(issuer=issuer, at=self.clock)
        if len(self.state.issuers) < ISSUERS_MAX:
            self.admit(event)
        else:
            assert "want at most" in str(objection(self.state, event))

    @precondition(lambda self: bool(self.submitted))
    @rule()
    def step_the_clock_back(self) -> None:
        submitted = an_order_submitted(the_next_order(self.state))
        waiting = apply(self.state, submitted)
        early = Instant(self.state.now.micros - 1)
        decided = its_decision(submitted, received_at=early)
        assert "stepped back" in str(objection(waiting, decided))

    @invariant()
    def sums_are_those_of_the_decisions_of_the_day(self) -> None:
        if not self.submitted:
            return
        past = self.state.agents[AGENT].past
        expected = {
            (market, side): total
            for (day, market, side), total in self.allowed.items()
            if day == past.day and total
        }
        assert past.allowed == expected
        assert past.seq == len(self.submitted)
        assert past.prev == self.submitted[past.seq].line_digest

    @invariant()
    def what_runs_is_what_was_said_last(self) -> None:
        starts = [event for event in self.log if isinstance(event, SessionStarted)]
        pins = [event for event in self.log if isinstance(event, RuntimePinned)]
        agent = self.state.agents.get(AGENT)
        if agent is not None:
            assert agent.session_started == (starts[-1] if starts else None)
            assert agent.runtime_pinned == (pins[-1] if pins else None)
        assert [event.session.seq for event in starts] == [
            number + 1 for number in range(len(starts))
        ]

    @invariant()
    def every_certificate_of_an_agent_used_up_a_registration(self) -> None:
        issued = [event for event in self.log if isinstance(event, CertificateIssued)]
        used = [event.enrolment.registration for event in issued if event.enrolment]
        assert len(used) == len(set(used)) == len(issued)
        assert not any(self.state.registrations[each].is_open for each in used)

    @invariant()
    def nothing_is_allowed_while_the_firm_is_stopped(self) -> None:
        if self.state.opened is not None and FIRM in self.state.halts:
            order = the_next_order(self.state, created_at=self.clock)
            assert not decide(the_case_in(self.state, order, self.clock)).allowed

    @invariant()
    def each_decision_follows_its_order(self) -> None:
        for before, event in zip(self.log, self.log[1:], strict=False):
            follows = isinstance(before, OrderSubmitted)
            assert follows is isinstance(event, OrderDecided)

    @invariant()
    def each_revocation_is_followed_by_its_list(self) -> None:
        for before, event in zip(self.log, self.log[1:], strict=False):
            if isinstance(before, StandingChanged) and before.act is Act.REVOKE:
                assert isinstance(event, RevocationListed)
        assert self.state.unlisted is None

    @invariant()
    def nothing_is_allowed_once_an_end_is_due(self) -> None:
        if self.state.opened is None:
            return
        order = the_next_order(self.state, created_at=self.clock)
        case = the_case_in(self.state, order, self.clock)
        ended = case.credential.withdrawal
        if ended is not None and ended.due <= self.clock:
            assert decide(case).outcome is Outcome.REFUSED

    def teardown(self) -> None:
        state = State()
        for event, live in zip(self.log, self.states, strict=True):
            state = apply(state, reread(event))
            assert state == live
        assert the_state_after(*self.log) == self.state


TestAnyAdmissibleLog = AnyAdmissibleLog.TestCase
TestAnyAdmissibleLog.settings = settings(stateful_step_count=30)
