"""Registrations and refusals: what may follow what."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from kya.core.admission import objection
from kya.core.errors import MalformedError
from kya.core.events import Event
from kya.core.instant import Instant
from kya.core.lifecycle import Act
from kya.core.limits import (
    REFUSALS_MAX,
    REGISTRATION_SECONDS_MAX,
    SELECTORS_MAX,
    STATEMENT_LAG_MICROS_MAX,
)
from kya.core.registration import Assurance, Attestor
from kya.core.state import State
from tests.builders import (
    a_certificate_issued,
    a_digest,
    a_mandate,
    a_mandate_granted,
    a_refusal,
    a_registration,
    a_standing_changed,
    an_agent_registered,
    an_enrolled_state,
    an_enrolment,
    on,
    registered_anew,
    the_log_opened,
    the_state_after,
)

REGISTERED = an_agent_registered()
AT = REGISTERED.registration.at


def a_registered_state() -> State:
    return the_state_after(the_log_opened(), a_mandate_granted(), REGISTERED)


def refuses(state: State, event: Event, why: str) -> None:
    assert why in str(objection(state, event))


@pytest.mark.parametrize(
    "overrides",
    [
        {"agent": "a b"},
        {"mandate": "none"},
        {"token": "none"},
        {"expires_at": AT},
        {"expires_at": AT.plus(seconds=REGISTRATION_SECONDS_MAX, micros=1)},
        {"selectors": ()},
        {"selectors": ("b=1", "a=1")},
        {"selectors": ("a=1", "a=1")},
        {"selectors": ("a=",)},
        {"selectors": ("a=two words",)},
        {"selectors": tuple(f"s{n}=1" for n in range(SELECTORS_MAX + 1))},
        {"attestor": Attestor.TOKEN},
    ],
    ids=str,
)
def test_refuses_a_registration_that_cannot_be(overrides: dict[str, object]) -> None:
    with pytest.raises(MalformedError):
        a_registration(**overrides)


def test_the_token_alone_is_self_asserted_and_all_else_is_attested() -> None:
    worth = {attestor: attestor.assurance for attestor in Attestor}
    assert worth.pop(Attestor.TOKEN) is Assurance.SELF_ASSERTED
    assert set(worth.values()) == {Assurance.ATTESTED}


def test_a_registration_is_on_record_once() -> None:
    refuses(a_registered_state(), REGISTERED, "on record already")


def test_a_token_is_on_record_once() -> None:
    again = an_agent_registered(at=AT.plus(seconds=1))
    refuses(a_registered_state(), again, "its token is on record already")


def test_a_registration_needs_its_agents_mandate() -> None:
    opened = the_state_after(the_log_opened())
    refuses(opened, REGISTERED, "want a mandate on record")
    other = an_agent_registered(agent="another", token=a_digest("another"))
    refuses(a_registered_state(), other, "the mandate is for algo_trader_v2")


def test_a_mandate_that_has_ended_registers_nobody() -> None:
    late = registered_anew(a_mandate().valid_until.plus(micros=1))
    refuses(a_registered_state(), late, "the mandate has ended")


def test_a_registration_is_not_back_dated() -> None:
    state = the_state_after(the_log_opened(at=on("2026-04-25 12:00")))
    noon = on("2026-04-25 12:00")
    mandate = a_mandate(resolved_at=noon, valid_from=noon)
    granted = a_mandate_granted(mandate)
    state = the_state_after(granted, start=state)
    at = Instant(noon.micros - STATEMENT_LAG_MICROS_MAX - 1)
    early = registered_anew(at, mandate=granted.digest)
    refuses(state, early, "dated")


@pytest.mark.parametrize(
    ("event", "why"),
    [
        (lambda: a_certificate_issued(enrolment=None), "want the registration"),
        (
            lambda: a_certificate_issued(
                enrolment=replace(an_enrolment(), registration=a_digest(1))
            ),
            "no such registration",
        ),
        (
            lambda: a_certificate_issued(enrolment=an_enrolment(shown=())),
            "not shown: namespace=trading, service_account=algo-trader",
        ),
        (
            lambda: a_certificate_issued(
                enrolment=an_enrolment(attestor=Attestor.SPIFFE)
            ),
            "want attestor kubernetes",
        ),
        (
            lambda: a_certificate_issued(at=on("2026-04-25 21:00:01")),
            "the registration has ended",
        ),
    ],
)
def test_a_certificate_needs_an_open_registration_that_it_fits(
    event: Callable[[], Event], why: str
) -> None:
    refuses(a_registered_state(), event(), why)


def test_a_registration_is_used_once() -> None:
    assert objection(a_registered_state(), a_certificate_issued()) is None
    used = an_enrolled_state().registrations
    assert [known.is_open for known in used.values()] == [False]


def test_a_newer_registration_closes_the_former() -> None:
    anew = registered_anew(AT.plus(seconds=1))
    state = the_state_after(anew, start=a_registered_state())
    refuses(state, a_certificate_issued(), "a newer one has taken its place")
    fitting = a_certificate_issued(enrolment=an_enrolment(anew.registration))
    assert objection(state, fitting) is None


def test_refusals_are_bounded_in_rate_and_number() -> None:
    state, at = a_registered_state(), on("2026-04-25 10:30")
    for number in range(REFUSALS_MAX):
        event = a_refusal(at=at.plus(seconds=number))
        state = the_state_after(event, start=state)
        refuses(state, a_refusal(at=at.plus(seconds=number, micros=1)), "refusal")
    late = a_refusal(at=at.plus(seconds=REFUSALS_MAX + 1))
    refuses(state, late, f"{REFUSALS_MAX} refusals of this registration")


def test_a_refusal_names_a_registration_of_its_agent() -> None:
    state = a_registered_state()
    refuses(state, a_refusal(registration=a_digest(1)), "no such registration")
    refuses(state, a_refusal(agent="another"), "no such registration")


def test_a_reinstatement_is_later_than_the_suspension_that_it_lifts() -> None:
    suspended = a_standing_changed(Act.SUSPEND)
    state = the_state_after(suspended, start=an_enrolled_state())
    refuses(state, a_standing_changed(Act.REINSTATE, at=suspended.at), "suspended at")
    lifted = a_standing_changed(Act.REINSTATE, at=suspended.at.plus(micros=1))
    assert objection(state, lifted) is None


def test_expiry_is_nobodys_act() -> None:
    assert "expire" not in {act.value for act in Act}
