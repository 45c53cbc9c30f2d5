"""Every rule of admission: what it refuses, and what it lets pass beside it."""

from collections.abc import Callable
from dataclasses import replace
from typing import Final

import pytest

from kya.core.admission import objection
from kya.core.credential import Credential, Role
from kya.core.decision import Outcome
from kya.core.errors import InputError
from kya.core.events import Event
from kya.core.fold import apply
from kya.core.instant import Instant
from kya.core.lifecycle import Act
from kya.core.limits import (
    AGENTS_MAX,
    ISSUERS_MAX,
    STATEMENT_LAG_MICROS_MAX,
    UNANSWERED_MAX,
)
from kya.core.money import Money
from kya.core.order_events import OrderSubmitted, VenueStatus
from kya.core.state import State
from tests.builders import (
    AGENT,
    FIRST_LIVE_ORDER_AT,
    GBP,
    a_certificate_issued,
    a_credential,
    a_digest,
    a_grant,
    a_list_published,
    a_mandate,
    a_mandate_granted,
    a_revocation,
    a_revocation_scheduled,
    a_scope,
    a_standing_changed,
    an_agent_registered,
    an_enrolled_state,
    an_enrolment,
    an_equivocation,
    an_issuer_renewed,
    an_order,
    an_order_submitted,
    eur,
    its_decision,
    its_report,
    on,
    registered_anew,
    the_agent_in,
    the_log_opened,
    the_next_order,
    the_opening_events,
    the_state_after,
)

FIRST: Final = an_order_submitted()
DIRECTOR: Final = a_credential(
    role=Role.DIRECTOR, grant=None, name="ada", digest=a_digest("ada"), serial=2
)


def an_open_log() -> State:
    return the_state_after(the_log_opened())


def a_log_with_an_undecided_order() -> State:
    return the_state_after(FIRST, start=an_enrolled_state())


def a_log_with_an_order(outcome: Outcome = Outcome.ALLOWED) -> State:
    return the_state_after(
        FIRST, its_decision(FIRST, outcome), start=an_enrolled_state()
    )


def refuses(state: State, event: Event, why: str) -> None:
    assert why in str(objection(state, event))
    with pytest.raises(InputError, match=r"\w"):
        apply(state, event)


def admits(state: State, event: Event) -> None:
    assert objection(state, event) is None
    apply(state, event)


# ------------------------------------------------------------------------ opening


def test_the_first_entry_opens_the_log() -> None:
    admits(State(), the_log_opened())
    for event in (a_mandate_granted(), DIRECTOR_ISSUED, FIRST, a_list_published()):
        refuses(State(), event, "must open the log")


def test_a_log_is_opened_once() -> None:
    refuses(an_open_log(), the_log_opened(), "open already")


@pytest.mark.parametrize("role", [r for r in Role if r is not Role.AUTHORITY])
def test_only_an_authority_opens_a_log(role: Role) -> None:
    holder = a_credential(role=role, grant=a_grant() if role is Role.AGENT else None)
    refuses(State(), the_log_opened(authority=holder), "by an authority")


# ----------------------------------------------------- an order, then its decision

DIRECTOR_ISSUED: Final = a_certificate_issued(DIRECTOR)


@pytest.mark.parametrize(
    "event",
    [
        the_log_opened(),
        a_mandate_granted(a_mandate(grace_seconds=1)),
        DIRECTOR_ISSUED,
        a_standing_changed(Act.REVOKE),
        a_revocation_scheduled(),
        a_list_published(),
        an_issuer_renewed(),
        FIRST,
        an_order_submitted(an_order(seq=2)),
        its_report(FIRST),
        an_equivocation(FIRST),
    ],
    ids=lambda event: type(event).__name__,
)
def test_after_an_order_comes_its_decision_and_nothing_else(event: Event) -> None:
    state = a_log_with_an_undecided_order()
    refuses(state, event, "must be its decision")
    admits(state, its_decision(FIRST))


def test_no_decision_comes_without_its_order() -> None:
    refuses(an_enrolled_state(), its_decision(FIRST), "no order stands before it")
    refuses(a_log_with_an_order(), its_decision(FIRST), "no order stands before it")


@pytest.mark.parametrize(
    "other",
    [
        an_order_submitted(an_order(seq=2)),
        an_order_submitted(an_order(agent="other")),
        an_order_submitted(an_order(amount=eur("20,000.01"))),
    ],
)
def test_a_decision_on_another_order_is_refused(other: OrderSubmitted) -> None:
    event = its_decision(other)
    refuses(a_log_with_an_undecided_order(), event, "want one on")


# ------------------------------------------------------------------------- orders


def test_an_order_under_an_unknown_certificate_is_refused() -> None:
    order = an_order(credential=a_digest("unknown"))
    refuses(an_enrolled_state(), an_order_submitted(order), "no agent has")


def test_an_order_under_a_directors_certificate_is_refused() -> None:
    state = the_state_after(DIRECTOR_ISSUED, start=an_enrolled_state())
    order = an_order(credential=DIRECTOR.digest, agent="ada")
    refuses(state, an_order_submitted(order), "no agent has")


def test_an_order_under_anothers_certificate_is_refused() -> None:
    order = an_order(agent="other")
    refuses(an_enrolled_state(), an_order_submitted(order), f"is {AGENT}'s")


@pytest.mark.parametrize("seq", [1, 3, 2**53 - 1])
def test_an_order_out_of_turn_is_refused(seq: int) -> None:
    state = a_log_with_an_order()
    refuses(state, an_order_submitted(an_order(seq=seq)), "want seq 2")
    admits(state, an_order_submitted(the_next_order(state)))


@pytest.mark.parametrize("stop", [(a_standing_changed(Act.SUSPEND),), a_revocation()])
def test_an_order_under_a_stopped_certificate_is_put_on_record(
    stop: tuple[Event, ...],
) -> None:
    admits(the_state_after(*stop, start=an_enrolled_state()), FIRST)


def test_an_agent_with_too_many_open_questions_must_wait() -> None:
    state = an_enrolled_state()
    for _ in range(UNANSWERED_MAX):
        submitted = an_order_submitted(the_next_order(state))
        state = the_state_after(submitted, its_decision(submitted), start=state)
    one_more = an_order_submitted(the_next_order(state))
    refuses(state, one_more, f"{UNANSWERED_MAX} orders await")
    admits(the_state_after(its_report(FIRST), start=state), one_more)


# -------------------------------------------------------------------- the clock


def test_a_decision_cannot_be_earlier_than_the_one_before_it() -> None:
    state = a_log_with_an_order()
    second = an_order_submitted(the_next_order(state))
    waiting = the_state_after(second, start=state)
    one_micro_back = FIRST_LIVE_ORDER_AT.plus(micros=-1)
    early = its_decision(second, received_at=one_micro_back)
    refuses(waiting, early, "the clock stepped back")
    admits(waiting, its_decision(second, received_at=FIRST_LIVE_ORDER_AT))


@pytest.mark.parametrize("make", [its_report, lambda s, at: an_equivocation(s, at=at)])
def test_nothing_of_the_gateways_is_earlier_than_what_it_has_said(
    make: Callable[..., Event],
) -> None:
    state = a_log_with_an_order()
    early = make(FIRST, at=FIRST_LIVE_ORDER_AT.plus(micros=-1))
    refuses(state, early, "the clock stepped back")
    admits(state, make(FIRST, at=FIRST_LIVE_ORDER_AT))


# ------------------------------------------------------------------------ reports


@pytest.mark.parametrize("outcome", [Outcome.DENIED, Outcome.REFUSED])
def test_nothing_is_reported_of_an_order_that_was_not_released(
    outcome: Outcome,
) -> None:
    refuses(a_log_with_an_order(outcome), its_report(FIRST), "no such order")


def test_a_final_report_comes_once() -> None:
    state = the_state_after(its_report(FIRST), start=a_log_with_an_order())
    refuses(state, its_report(FIRST, at=state.now), "no such order is unanswered")


def test_an_unknown_outcome_stays_open_until_it_is_known() -> None:
    unknown = its_report(FIRST, VenueStatus.UNKNOWN)
    state = the_state_after(unknown, unknown, start=a_log_with_an_order())
    admits(state, its_report(FIRST))


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"agent": "other"}, "no such order"),
        ({"seq": 2}, "no such order"),
        ({"order": a_digest("other")}, "no such order"),
        ({"venue": "SIMB"}, "the order went to SIMA"),
        ({"filled": Money(1, GBP)}, "filled in EUR"),
    ],
)
def test_a_report_is_about_the_order_that_was_sent(
    change: dict[str, object], why: str
) -> None:
    report = replace(its_report(FIRST), **change)  # type: ignore[arg-type]
    refuses(a_log_with_an_order(), report, why)


# ------------------------------------------------------------------ equivocations


@pytest.mark.parametrize("change", [{"agent": "other"}, {"seq": 2}])
def test_an_equivocation_is_about_an_order_on_record(change: dict[str, object]) -> None:
    refuses(a_log_with_an_order(), an_equivocation(FIRST, **change), "not on record")


def test_an_equivocation_is_logged_once() -> None:
    state = a_log_with_an_order()
    admits(state, an_equivocation(FIRST))
    after = the_state_after(an_equivocation(FIRST), start=state)
    refuses(after, an_equivocation(FIRST), "logged already")


# ----------------------------------------------------------------------- mandates


def test_a_mandate_is_granted_once() -> None:
    state = an_enrolled_state()
    refuses(state, a_mandate_granted(), "on record already")
    admits(state, a_mandate_granted(a_mandate(grace_seconds=299)))


LATEST_LAG: Final = FIRST_LIVE_ORDER_AT.plus(micros=-STATEMENT_LAG_MICROS_MAX)


@pytest.mark.parametrize(
    "dated",
    [
        lambda at: a_mandate_granted(
            a_mandate(resolved_at=at, valid_from=on("2026-06-01 00:00"))
        ),
        lambda at: a_certificate_issued(DIRECTOR, at=at),
        lambda at: a_standing_changed(Act.SUSPEND, at=at),
        lambda at: a_revocation_scheduled(at=at),
        lambda at: a_list_published(at=at),
        lambda at: an_issuer_renewed(at=at),
    ],
    ids=["mandate", "certificate", "standing", "schedule", "list", "renewal"],
)
def test_a_statement_cannot_be_dated_back(dated: Callable[[Instant], Event]) -> None:
    state = a_log_with_an_order()
    refuses(state, dated(LATEST_LAG.plus(micros=-1)), "but the log is at")
    admits(state, dated(LATEST_LAG))


# ------------------------------------------------------------------- certificates


def the_second(not_before: Instant | None = None) -> Credential:
    return a_credential(
        digest=a_digest("second"),
        serial=4711,
        not_before=not_before or on("2026-05-23 12:00"),
        not_after=on("2027-04-29 00:00"),
    )


def test_a_certificate_is_issued_once() -> None:
    state = an_enrolled_state()
    refuses(state, a_certificate_issued(), "digest or serial is on record")
    same_serial = a_credential(digest=a_digest("other"))
    refuses(state, a_certificate_issued(same_serial), "digest or serial is on record")
    same_digest = a_credential(serial=4711)
    refuses(state, a_certificate_issued(same_digest), "digest or serial is on record")


@pytest.mark.parametrize(
    ("credential", "why"),
    [
        (a_credential(grant=a_grant(a_scope(order_max=eur("1")))), "want a mandate"),
        (a_credential(name="other"), f"the mandate is for {AGENT}"),
        (a_credential(not_before=on("2026-04-24 09:59:59.999999")), "a validity"),
        (a_credential(not_after=on("2027-04-30 00:00:00.000001")), "a validity"),
    ],
)
def test_a_certificate_says_what_the_mandate_says(
    credential: Credential, why: str
) -> None:
    state = the_state_after(the_log_opened(), a_mandate_granted())
    refuses(state, a_certificate_issued(credential), why)


def test_a_certificate_is_no_wider_than_its_mandate() -> None:
    state = the_state_after(the_log_opened(), a_mandate_granted())
    wider = replace(a_grant(), scope=a_scope(order_max=eur("25,000.01")))
    issued = a_certificate_issued(a_credential(grant=wider))
    refuses(state, issued, "want the mandate's scope, to the letter")


def test_a_certificate_may_be_as_long_as_its_mandate() -> None:
    before = (the_log_opened(), a_mandate_granted(), an_agent_registered())
    state = the_state_after(*before)
    mandate = a_mandate()
    credential = a_credential(
        not_before=mandate.valid_from, not_after=mandate.valid_until
    )
    admits(state, a_certificate_issued(credential))


def test_a_second_active_certificate_is_refused() -> None:
    state = an_enrolled_state()
    first = the_agent_in(state).credential
    unnamed = a_certificate_issued(the_second())
    refuses(state, unnamed, f"want it to replace {first}")
    anew = registered_anew(on("2026-05-15 12:00"))
    state = the_state_after(anew, start=state)
    enrolment = an_enrolment(anew.registration)
    replacement = a_certificate_issued(
        the_second(), replaces=first, enrolment=enrolment
    )
    refuses(state, replacement, "neither revoked nor over by then")
    suspended = the_state_after(a_standing_changed(Act.SUSPEND), start=state)
    refuses(suspended, replacement, "neither revoked nor over by then")
    revoked = the_state_after(*a_revocation(), start=suspended)
    admits(revoked, replacement)


def test_a_second_certificate_may_begin_when_the_first_is_over() -> None:
    state = an_enrolled_state()
    first = the_agent_in(state).credential
    over = a_credential().not_after
    touching = the_second(over)
    refuses(state, a_certificate_issued(touching, replaces=first), "over by then")
    anew = registered_anew(on("2026-04-25 10:00"))
    state = the_state_after(anew, start=state)
    after = a_certificate_issued(
        the_second(over.plus(micros=1)),
        replaces=first,
        enrolment=an_enrolment(anew.registration),
    )
    admits(state, after)


@pytest.mark.parametrize("replaces", [a_digest("unknown"), DIRECTOR.digest])
def test_a_certificate_replaces_one_of_its_own_holder(replaces: str) -> None:
    before = (the_log_opened(), a_mandate_granted(), DIRECTOR_ISSUED)
    state = the_state_after(*before)
    issued = a_certificate_issued(replaces=replaces)
    refuses(state, issued, "one of its own holder's")


def test_a_director_may_have_two_certificates() -> None:
    state = the_state_after(DIRECTOR_ISSUED, start=an_enrolled_state())
    second = a_credential(
        role=Role.DIRECTOR, grant=None, name="ada", digest=a_digest("ada 2"), serial=3
    )
    admits(state, a_certificate_issued(second, replaces=DIRECTOR.digest))
    admits(state, a_certificate_issued(second))


def test_there_are_only_so_many_agents() -> None:
    state = the_state_after(the_log_opened())
    for number in range(AGENTS_MAX):
        state = the_state_after(*enrolling(number), start=state)
    *before, certificate = enrolling(AGENTS_MAX)
    state = the_state_after(*before, start=state)
    refuses(state, certificate, f"at most {AGENTS_MAX} agents")


def enrolling(number: int) -> tuple[Event, ...]:
    mandate = a_mandate(agent=f"agent-{number}")
    registered = an_agent_registered(
        agent=mandate.agent,
        mandate=a_grant(mandate=mandate).mandate,
        token=a_digest(f"token {number}"),
    )
    credential = a_credential(
        name=mandate.agent,
        digest=a_digest(number),
        serial=100 + number,
        grant=a_grant(mandate=mandate),
    )
    issued = a_certificate_issued(
        credential, enrolment=an_enrolment(registered.registration)
    )
    return a_mandate_granted(mandate), registered, issued


# --------------------------------------------------------------- standings, lists


def test_an_act_upon_an_unknown_certificate_is_refused() -> None:
    event = a_standing_changed(credential=a_digest("unknown"))
    refuses(an_enrolled_state(), event, "no certificate")


@pytest.mark.parametrize(
    "event",
    [
        the_log_opened(),
        a_mandate_granted(a_mandate(grace_seconds=1)),
        DIRECTOR_ISSUED,
        a_standing_changed(Act.SUSPEND),
        a_revocation_scheduled(),
        FIRST,
        its_decision(FIRST),
        its_report(FIRST),
        an_equivocation(FIRST),
    ],
    ids=lambda event: type(event).__name__,
)
def test_after_a_revocation_comes_its_list_and_nothing_else(event: Event) -> None:
    act, listed = a_revocation()
    state = the_state_after(act, start=a_log_with_an_order())
    refuses(state, event, "must be its list")
    admits(state, listed)


def test_a_revocation_is_scheduled_within_the_certificates_life() -> None:
    state, ends = an_enrolled_state(), a_credential().not_after
    late = a_revocation_scheduled(due=ends.plus(micros=1))
    refuses(state, late, f"ends before, at {ends}")
    admits(state, a_revocation_scheduled(due=ends))


def test_a_scheduled_revocation_only_comes_nearer() -> None:
    planned = a_revocation_scheduled()
    state = the_state_after(planned, start=an_enrolled_state())
    refuses(state, planned, "want it sooner")
    later = a_revocation_scheduled(due=planned.due.plus(micros=1))
    refuses(state, later, "want it sooner")
    sooner = a_revocation_scheduled(due=planned.due.plus(micros=-1))
    admits(state, sooner)


def test_what_is_revoked_or_unknown_is_not_scheduled() -> None:
    state = the_state_after(*a_revocation(), start=an_enrolled_state())
    refuses(state, a_revocation_scheduled(), "the certificate is revoked")
    unknown = a_revocation_scheduled(credential=a_digest("unknown"))
    refuses(state, unknown, "no certificate")


def test_a_certificate_whose_end_is_only_due_is_not_replaced() -> None:
    planned = a_revocation_scheduled()
    state = the_state_after(planned, start=an_enrolled_state())
    second = a_certificate_issued(
        the_second(), replaces=a_credential().digest, at=on("2026-05-23 12:00")
    )
    refuses(state, second, "neither revoked nor over by then")


@pytest.mark.parametrize("number", [2, 3])
def test_revocation_lists_are_numbered_without_a_gap(number: int) -> None:
    state = an_enrolled_state()
    refuses(state, a_list_published(number=number), "want number 1")
    after = the_state_after(a_list_published(), start=state)
    refuses(after, a_list_published(), "want number 2")
    admits(after, a_list_published(number=2))


def test_the_opening_of_the_story_is_admitted() -> None:
    state = State()
    for event in the_opening_events():
        admits(state, event)
        state = apply(state, event)


# ------------------------------------------------------------------------ renewals


def test_a_certificate_of_the_issuing_ca_is_new() -> None:
    state = an_open_log()
    first = an_issuer_renewed(issuer=the_log_opened().issuer)
    refuses(state, first, "on record already")
    renewed = the_state_after(an_issuer_renewed(), start=state)
    refuses(renewed, an_issuer_renewed(), "on record already")
    admits(renewed, an_issuer_renewed(issuer=b"the third"))


def test_the_issuing_ca_is_not_renewed_for_ever() -> None:
    renewals = (an_issuer_renewed(issuer=b"%d" % n) for n in range(1, ISSUERS_MAX))
    state = the_state_after(*renewals, start=an_open_log())
    refuses(state, an_issuer_renewed(), f"want at most {ISSUERS_MAX} certificates")


def test_the_newest_certificate_of_the_issuing_ca_comes_last() -> None:
    state = the_state_after(an_issuer_renewed(), start=an_open_log())
    assert state.issuers == (the_log_opened().issuer, an_issuer_renewed().issuer)
