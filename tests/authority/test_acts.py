from dataclasses import replace

import pytest

from kya.adapters.kms_memory import MemorySigner
from kya.authority import acts
from kya.codec.mandates import render_mandate
from kya.codec.note import SignedNote, verify
from kya.core.credential import ReasonCode
from kya.core.errors import DistrustError, InputError, MalformedError
from kya.core.lifecycle import Act
from kya.core.power_events import (
    CertificateIssued,
    MandateGranted,
    RevocationScheduled,
    StandingChanged,
)
from kya.core.state import State
from kya.pki.authenticate import authenticate
from kya.pki.entries import Entry
from kya.pki.keys import KeyAlgorithm
from kya.pki.note_signer import NoteSigner
from tests.world import FOUNDED, World, signer_for, the_mandate


@pytest.fixture(scope="module")
def world() -> World:
    return World()


def test_a_mandate_carries_the_signature_of_each_director(world: World) -> None:
    mandate = the_mandate(agent="another")
    note = SignedNote.parse(acts.resolve(mandate, *world.directors))
    assert note.text == render_mandate(mandate)
    keys = [director.key for director in world.directors]
    assert verify(note, keys) == tuple(keys)


def test_directors_may_sign_one_after_the_other(world: World) -> None:
    anna, bernd = world.directors
    first = acts.resolve(the_mandate(agent="another"), anna)
    both = Entry.read(acts.countersign(first, bernd))
    authentic = authenticate(both, world.state, world.root)
    assert [signer.name for signer in authentic.signers] == ["anna", "bernd"]


def test_nobody_countersigns_their_own_signature(world: World) -> None:
    anna, _ = world.directors
    first = acts.resolve(the_mandate(), anna)
    with pytest.raises(InputError, match="anna has signed already"):
        acts.countersign(first, anna)


def test_one_signature_is_not_enough(world: World) -> None:
    anna, _ = world.directors
    alone = Entry.read(acts.resolve(the_mandate(agent="another"), anna))
    with pytest.raises(DistrustError, match="want 2 different directors"):
        authenticate(alone, world.state, world.root)


def test_a_stranger_who_countersigns_spoils_the_mandate(world: World) -> None:
    anna, _ = world.directors
    stranger = NoteSigner("mallory", signer_for("mallory"))
    first = acts.resolve(the_mandate(agent="another"), anna)
    both = Entry.read(acts.countersign(first, stranger))
    with pytest.raises(DistrustError, match="mallory"):
        authenticate(both, world.state, world.root)


def test_only_a_mandate_can_be_countersigned(world: World) -> None:
    anna, bernd = world.directors
    order = world.order_note()
    with pytest.raises(MalformedError):
        acts.countersign(order, anna)
    with pytest.raises(MalformedError):
        acts.countersign(b"not a note", bernd)


def test_an_enrolment_says_where_the_key_is(world: World) -> None:
    key = MemorySigner.from_seed(KeyAlgorithm.P256, b"x" * 32)
    custody = acts.custody_text(key.describe())
    assert "exportable: " in custody
    note = acts.enrol(world.authority, world.certificate, custody, FOUNDED)
    assert custody.encode() in note
    event = Entry.read(note).event
    assert isinstance(event, CertificateIssued)
    assert event.replaces is None


@pytest.mark.parametrize("act", [Act.SUSPEND, Act.REINSTATE])
def test_an_act_names_credential_and_reason(world: World, act: Act) -> None:
    note = acts.change_standing(
        world.authority, world.credential, act, "a reason", FOUNDED
    )
    event = Entry.read(note).event
    assert event == StandingChanged(
        credential=world.credential, act=act, reason="a reason", at=FOUNDED
    )


def test_a_revocation_names_its_code_besides(world: World) -> None:
    event = world.revocation(FOUNDED, ReasonCode.KEY_COMPROMISE)
    note = acts.sign_standing(world.authority, event)
    assert b'"code":"keyCompromise"' in note
    assert Entry.read(note).event == event


def test_a_schedule_names_its_code_and_when_it_is_due(world: World) -> None:
    event = RevocationScheduled(
        credential=world.credential,
        code=ReasonCode.SUPERSEDED,
        reason="a new model",
        due=FOUNDED.plus(seconds=1),
        at=FOUNDED,
    )
    assert Entry.read(acts.schedule(world.authority, event)).event == event


def test_a_code_is_for_revocations_alone(world: World) -> None:
    with pytest.raises(MalformedError, match="want a code for a revocation"):
        acts.change_standing(
            world.authority, world.credential, Act.REVOKE, "x", FOUNDED
        )
    with pytest.raises(MalformedError, match="and for it alone"):
        replace(world.revocation(FOUNDED), act=Act.SUSPEND)


def test_no_act_without_a_reason(world: World) -> None:
    with pytest.raises(MalformedError, match="reason"):
        acts.change_standing(
            world.authority, world.credential, Act.SUSPEND, "", FOUNDED
        )


def test_a_mandate_is_named_by_the_digest_of_its_line(world: World) -> None:
    event = Entry.read(acts.resolve(the_mandate(), *world.directors)).event
    assert isinstance(event, MandateGranted)
    assert event.digest in world.state.mandates
    assert event.digest not in State().mandates
