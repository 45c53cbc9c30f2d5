import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from kya.authority import acts
from kya.codec.canonical import encode
from kya.codec.mandate_drafts import read_draft
from kya.core.credential import Credential, ReasonCode, Role, Standing, Withdrawal
from kya.core.errors import DistrustError, InputError, TransientError
from kya.core.lifecycle import Act
from kya.core.mandate import Mandate
from kya.core.state import State
from kya.pki.crl import verify_crl
from kya.pki.note_signer import NoteSigner
from kya.pki.revocations import whole_second
from kya.wiring.clock import system_clock
from kya.wiring.desk import Desk
from kya.wiring.installation import open_installation
from kya.wiring.remote import Remote
from tests.cli.terminal import a_draft, founded_at, up
from tests.enrolling import OPERATORS, enrol
from tests.world import signer_for


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """A desk at work against a real gateway."""
    with up(founded_at(tmp_path_factory.mktemp("desk") / "data")) as running:
        yield Desk(
            opened=open_installation(running.data),
            remote=Remote.of(running.data),
            clock=system_clock().clock.now,
        )


def _mandate(desk: Desk, agent: str, grace_seconds: int = 300) -> Mandate:
    directors = [desk.director(name) for name in ("anna", "bernd")]
    draft = encode(a_draft(agent, grace_seconds=grace_seconds))
    mandate = read_draft(draft, None, desk.clock())
    desk.grant(acts.resolve(mandate, *directors))
    return mandate


def _enrolled(desk: Desk, agent: str) -> None:
    _mandate(desk, agent)
    enrol(desk, agent, signer_for(agent))


def test_a_director_is_enrolled_once(desk: Desk) -> None:
    first, again = desk.director("clara"), desk.director("clara")
    assert first.key == again.key
    assert len(desk.state().issued_to["clara"]) == 1


def test_a_directors_name_must_be_one(desk: Desk) -> None:
    with pytest.raises(InputError, match="director: want"):
        desk.director("../clara")


def test_an_operator_is_enrolled_once_and_is_no_director(desk: Desk) -> None:
    first, again = desk.operator("olga"), desk.operator("olga")
    state = desk.state()
    assert first.key == again.key
    assert [state.credentials[held].role for held in state.issued_to["olga"]] == [
        Role.OPERATOR
    ]


def test_a_person_with_two_roles_has_a_key_for_each(desk: Desk) -> None:
    assert desk.operator("both").key != desk.director("both").key


def test_an_operators_name_must_be_one(desk: Desk) -> None:
    with pytest.raises(InputError, match="operator: want"):
        desk.operator("../olga")


def test_operators_sign_no_mandate(desk: Desk) -> None:
    mandate = read_draft(encode(a_draft("misgranted")), None, desk.clock())
    operators = [desk.operator(name) for name in ("olga", "otto")]
    with pytest.raises(DistrustError, match="want a director"):
        desk.grant(acts.resolve(mandate, *operators))


def test_a_mandate_signed_by_strangers_is_not_believed(desk: Desk) -> None:
    mandate = read_draft(encode(a_draft("doubtful")), None, desk.clock())
    strangers = [NoteSigner(name, signer_for(name)) for name in ("mallory", "eve")]
    with pytest.raises(DistrustError, match="mallory"):
        desk.grant(acts.resolve(mandate, *strangers))


def test_the_newest_mandate_counts(desk: Desk) -> None:
    _mandate(desk, "renewed")
    newest = _mandate(desk, "renewed", grace_seconds=60)
    assert desk.mandate_of("renewed") == newest


def test_a_serial_may_be_chosen_and_is_used_once(desk: Desk) -> None:
    _mandate(desk, "numbered")
    enrol(desk, "numbered", signer_for("numbered"), serial=2**64 + 77)
    assert desk.credential_of("numbered").serial == 2**64 + 77
    desk.change("numbered", Act.REVOKE, "test")
    with pytest.raises(InputError, match="digest or serial is on record"):
        enrol(desk, "numbered", signer_for("numbered 2"), serial=2**64 + 77)


def test_a_mandate_for_one_agent_enrols_no_other(desk: Desk) -> None:
    _mandate(desk, "rightful")
    enrol(desk, "rightful", signer_for("rightful"))
    assert desk.credential_of("rightful").name == "rightful"
    with pytest.raises(InputError, match="no such agent on record"):
        desk.credential_of("other")


def test_acts_move_the_standing(desk: Desk) -> None:
    _mandate(desk, "moved")
    enrol(desk, "moved", signer_for("moved"))
    desk.change("moved", Act.SUSPEND, "test")
    assert desk.credential_of("moved").standing is Standing.SUSPENDED
    desk.reinstate("moved", "test", OPERATORS)
    assert desk.credential_of("moved").standing is Standing.ACTIVE
    for act, standing in (
        (Act.SUSPEND, Standing.SUSPENDED),
        (Act.REVOKE, Standing.REVOKED),
    ):
        desk.change("moved", act, "test")
        assert desk.credential_of("moved").standing is standing
    with pytest.raises(InputError):
        desk.reinstate("moved", "test", OPERATORS)


def test_the_authority_alone_reinstates_nobody(desk: Desk) -> None:
    _mandate(desk, "stopped")
    enrol(desk, "stopped", signer_for("stopped"))
    desk.change("stopped", Act.SUSPEND, "test")
    with pytest.raises(DistrustError, match="want a operator"):
        desk.change("stopped", Act.REINSTATE, "test")


def test_every_revocation_and_every_request_renews_the_list(desk: Desk) -> None:
    before = desk.state().crl_number
    _mandate(desk, "listed")
    enrol(desk, "listed", signer_for("listed"))
    assert desk.state().crl_number == before
    desk.change("listed", Act.SUSPEND, "test")
    assert desk.state().crl_number == before
    desk.change("listed", Act.REVOKE, "test")
    assert desk.state().crl_number == before + 1
    desk.list_revocations()
    assert desk.state().crl_number == before + 2


def test_a_list_names_each_revocation_as_it_was_said(desk: Desk) -> None:
    for code in ReasonCode:
        agent = f"ended-{code.value}"
        _enrolled(desk, agent)
        desk.revoke(agent, code, "test")
    issuer = desk.opened.certificate("issuer")
    listed = verify_crl(desk.remote.revocation_list(), issuer)
    for code in ReasonCode:
        serial = desk.credential_of(f"ended-{code.value}").serial
        assert listed.by_serial[serial].reason is code


def test_a_revocation_is_answered_with_everything_in_place(desk: Desk) -> None:
    _enrolled(desk, "at-once")
    desk.change("at-once", Act.REVOKE, "test")
    issuer = desk.opened.certificate("issuer")
    listed = verify_crl(desk.remote.revocation_list(), issuer)
    state = desk.state()
    credential = _newest_of(state, "at-once")
    assert listed.is_revoked(credential.serial)
    assert credential.standing is Standing.REVOKED
    assert state.unlisted is None


def test_a_scheduled_revocation_is_carried_out_when_it_is_due(desk: Desk) -> None:
    _enrolled(desk, "leaving")
    due = desk.clock().plus(micros=700_000)
    desk.schedule("leaving", ReasonCode.SUPERSEDED, "a new model", due)
    assert desk.credential_of("leaving").standing is Standing.ACTIVE
    deadline = time.monotonic() + 10
    while _newest_of(desk.state(), "leaving").standing is not Standing.REVOKED:
        assert time.monotonic() < deadline
    credential = _newest_of(desk.state(), "leaving")
    assert credential.since >= due
    assert credential.withdrawal == Withdrawal(due, ReasonCode.SUPERSEDED)
    issuer = desk.opened.certificate("issuer")
    listed = verify_crl(desk.remote.revocation_list(), issuer)
    said = listed.by_serial[credential.serial]
    assert (said.at, said.reason) == (whole_second(due), ReasonCode.SUPERSEDED)


def test_a_desk_whose_clock_is_ahead_gets_nothing_on_record(desk: Desk) -> None:
    _enrolled(desk, "overdue")
    due = desk.clock().plus(seconds=60)
    desk.schedule("overdue", ReasonCode.SUPERSEDED, "test", due)
    # Later for this desk than for the gateway, by less than statements may be ahead.
    early = replace(desk, clock=lambda: due.plus(micros=1))
    with pytest.raises(InputError, match="ahead of the gateway's clock"):
        early.revoke("overdue", ReasonCode.SUPERSEDED, "test")
    assert early.credential_of("overdue").standing is Standing.ACTIVE


def test_what_is_scheduled_lies_ahead_and_cannot_be_put_off(desk: Desk) -> None:
    _enrolled(desk, "bound")
    code, now = ReasonCode.SUPERSEDED, desk.clock()
    with pytest.raises(InputError, match="want an instant to come"):
        desk.schedule("bound", code, "test", now)
    desk.schedule("bound", code, "test", now.plus(seconds=600))
    with pytest.raises(InputError, match="want it sooner"):
        desk.schedule("bound", code, "test", now.plus(seconds=900))
    desk.schedule("bound", code, "test", now.plus(seconds=300))
    desk.revoke("bound", ReasonCode.KEY_COMPROMISE, "sooner still")
    ended = desk.credential_of("bound").withdrawal
    assert ended is not None
    assert ended.code is ReasonCode.KEY_COMPROMISE


def _newest_of(state: State, agent: str) -> Credential:
    return state.credentials[state.agents[agent].credential]


def test_services_are_on_record_with_their_roles(desk: Desk) -> None:
    roles = {held.role for held in desk.state().credentials.values()}
    assert {Role.AUTHORITY, Role.GATEWAY, Role.LOG} <= roles


def test_a_note_that_is_none_is_refused(desk: Desk) -> None:
    with pytest.raises(InputError):
        desk.remote.append(b"not a note")


def test_a_gateway_that_is_gone_is_the_worlds_fault(tmp_path: Path) -> None:
    with pytest.raises(TransientError, match="no gateway is running"):
        Remote.of(tmp_path)
    with pytest.raises(TransientError, match=r"http://127\.0\.0\.1:1"):
        Remote("http://127.0.0.1:1").publish()
