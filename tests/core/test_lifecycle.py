"""The standing table, exhaustively: what is not in it cannot happen."""

import itertools

import pytest

from kya.core.admission import objection
from kya.core.credential import Standing
from kya.core.errors import InputError
from kya.core.events import Event
from kya.core.fold import apply
from kya.core.lifecycle import NEXT, Act
from kya.core.state import State
from tests.builders import (
    a_certificate_issued,
    a_credential,
    a_mandate_granted,
    a_revocation,
    a_revocation_scheduled,
    a_standing_changed,
    an_enrolled_state,
    the_agent_in,
    the_log_opened,
    the_state_after,
)

WAYS_TO: dict[Standing, list[Event]] = {
    Standing.ACTIVE: [],
    Standing.SUSPENDED: [a_standing_changed(Act.SUSPEND)],
    Standing.REVOKED: [*a_revocation()],
}
POSSIBLE = {
    (Standing.ACTIVE, Act.SUSPEND): Standing.SUSPENDED,
    (Standing.ACTIVE, Act.REVOKE): Standing.REVOKED,
    (Standing.SUSPENDED, Act.REINSTATE): Standing.ACTIVE,
    (Standing.SUSPENDED, Act.REVOKE): Standing.REVOKED,
}
IMPOSSIBLE = sorted(set(itertools.product(Standing, Act)) - set(POSSIBLE), key=str)


def a_state_with(standing: Standing) -> State:
    return the_state_after(*WAYS_TO[standing], start=an_enrolled_state())


def test_the_table_is_the_one_that_people_agreed_on() -> None:
    assert NEXT == POSSIBLE


@pytest.mark.parametrize(("standing", "act"), list(POSSIBLE))
def test_what_is_in_the_table_happens(standing: Standing, act: Act) -> None:
    event = a_standing_changed(act)
    state = apply(a_state_with(standing), event)
    credential = state.credentials[the_agent_in(state).credential]
    assert credential.standing is POSSIBLE[standing, act]
    assert credential.since == event.at


@pytest.mark.parametrize(("standing", "act"), IMPOSSIBLE)
def test_what_is_not_in_the_table_cannot_happen(standing: Standing, act: Act) -> None:
    state = a_state_with(standing)
    assert objection(state, a_standing_changed(act)) is not None
    with pytest.raises(InputError, match=f"{act.value}: the certificate is"):
        apply(state, a_standing_changed(act))


def test_revocation_is_final() -> None:
    assert not [act for standing, act in NEXT if standing is Standing.REVOKED]


@pytest.mark.parametrize("standing", [Standing.ACTIVE, Standing.SUSPENDED])
def test_a_schedule_moves_no_standing_and_blocks_no_act(standing: Standing) -> None:
    state = apply(a_state_with(standing), a_revocation_scheduled())
    credential = state.credentials[the_agent_in(state).credential]
    assert credential.standing is standing
    for act in (act for known, act in POSSIBLE if known is standing):
        assert objection(state, a_standing_changed(act)) is None


@pytest.mark.parametrize("standing", [Standing.SUSPENDED, Standing.REVOKED])
def test_a_certificate_begins_active(standing: Standing) -> None:
    state = the_state_after(the_log_opened(), a_mandate_granted())
    issued = a_certificate_issued(a_credential(standing=standing))
    assert "as active" in str(objection(state, issued))
