"""Whose session it is, and whether its evidence holds, asked of real keys."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from kya.codec.sessions import render_session
from kya.core.errors import DistrustError
from kya.core.limits import INSTANCE_AGE_MICROS_MAX
from kya.core.runtime import Runtime
from kya.core.scope import RegionEvidence
from kya.core.session import RegionAnchor, RegionSource, Shown
from kya.core.workload_events import SessionStarted
from kya.pki.instance_identity import require_document
from kya.pki.note_signer import NoteSigner, sign_note
from tests.pki.instances import ACCOUNT, Cloud, a_certificate, a_key
from tests.pki.world import world as pki_world
from tests.world import AGENT, MORNING, RUNTIME, World, signer_for

CLOUD = Cloud()
FORGER = Cloud(key=a_key(1))


@pytest.fixture
def world() -> World:
    return World()


def anchored(world: World, cloud: Cloud = CLOUD, **changes: object) -> str:
    """Put the cloud's certificate on record for the agent's certificate."""
    anchor = cloud.anchor(world.credential, **changes)
    return world.anchor(
        source=anchor.source,
        subject=anchor.subject,
        region=anchor.region,
        certificate=anchor.certificate,
    )


def started(world: World, evidence: Shown | None) -> SessionStarted:
    note = world.session_note(world.session(evidence=evidence))
    event = world.start(note).event
    assert isinstance(event, SessionStarted)
    return event


# ------------------------------------------------------------------------ signatures


def test_a_session_under_the_agents_own_signature_counts(world: World) -> None:
    event = started(world, None)
    assert event.session.region_evidence is RegionEvidence.SELF_ASSERTED
    assert event.source == "agent"


def test_a_session_signed_by_another_key_does_not_count(world: World) -> None:
    line = render_session(world.session())
    stranger = NoteSigner(AGENT, signer_for("stranger"))
    with pytest.raises(DistrustError, match=f"want the signature of {AGENT} alone"):
        world.start(sign_note(line, stranger).render())
    both = sign_note(line, world.agent, stranger).render()
    with pytest.raises(DistrustError, match=f"want the signature of {AGENT} alone"):
        world.start(both)


def test_a_session_that_was_altered_does_not_count(world: World) -> None:
    note = world.session_note()
    altered = note.replace(b'"region":"eu-west-1"', b'"region":"eu-west-2"')
    with pytest.raises(DistrustError, match="does not fit the text"):
        world.start(altered)


def test_a_session_of_another_agent_does_not_count(world: World) -> None:
    with pytest.raises(DistrustError, match=f"certificate is {AGENT}'s, not some"):
        world.start(world.session_note(world.session(agent="somebody")))
    with pytest.raises(DistrustError, match="no agent is enrolled under"):
        world.start(world.session_note(world.session(credential="0" * 64)))


def test_only_a_gateway_puts_a_session_in_force(world: World) -> None:
    world.gateway = NoteSigner("authority", world.authority.signer)
    with pytest.raises(DistrustError, match="want a gateway"):
        world.start()


# ------------------------------------------------------------------------------ pins


def test_two_operators_pin_a_runtime(world: World) -> None:
    world.pin(RUNTIME, MORNING)
    assert world.state.agents[AGENT].pinned == RUNTIME


def test_one_operator_pins_nothing(world: World) -> None:
    alice, _ = world.operators
    with pytest.raises(DistrustError, match="2 different operators, signed by alice"):
        world.pin(RUNTIME, MORNING, alice)
    with pytest.raises(DistrustError, match="2 different operators, signed by alice"):
        world.pin(RUNTIME, MORNING, alice, alice)


def test_directors_are_no_operators(world: World) -> None:
    with pytest.raises(DistrustError, match="want a operator"):
        world.pin(RUNTIME, MORNING, *world.directors)


def test_a_changed_model_is_denied_until_two_people_have_pinned_it(
    world: World,
) -> None:
    model = Runtime.of({**dict(RUNTIME.components), "model": "5" * 64})
    world.pin(RUNTIME, MORNING)
    assert world.trade() == "denied"
    world.start()
    assert world.trade() == "allowed"
    world.start(world.session_note(world.session(runtime=model)))
    assert world.trade() == "denied"
    world.pin(model, world.now.plus(micros=1))
    assert world.trade() == "allowed"


# ------------------------------------------------------------------------- documents


def test_a_signed_document_shows_the_region(world: World) -> None:
    event = started(world, CLOUD.shown(anchored(world)))
    assert event.session.region_evidence is RegionEvidence.ATTESTED
    assert event.source == "aws-instance-identity"


def test_what_the_authority_has_looked_up_shows_the_region(world: World) -> None:
    for source in (RegionSource.KMS_KEY, RegionSource.KUBERNETES_NODE):
        digest = world.anchor(source=source, subject="node-7")
        event = started(world, Shown(anchor=digest, document=b"", signature=b""))
        assert event.source == source.value


def test_a_forged_document_shows_nothing(world: World) -> None:
    shown = CLOUD.shown(anchored(world))
    forged = replace(shown, document=CLOUD.document(instanceId="i-other"))
    for evidence in (forged, replace(shown, signature=b"\x00" * 256)):
        with pytest.raises(DistrustError, match="its signature does not verify"):
            started(world, evidence)


def test_a_document_under_another_certificate_shows_nothing(world: World) -> None:
    with pytest.raises(DistrustError, match="does not verify under the certificate"):
        started(world, FORGER.shown(anchored(world)))


def test_a_document_under_an_anchor_that_is_not_on_record_shows_nothing(
    world: World,
) -> None:
    with pytest.raises(DistrustError, match="no region anchor 7777"):
        started(world, CLOUD.shown("7" * 64))


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"region": "us-east-1"}, "want region eu-west-1, got 'us-east-1'"),
        ({"accountId": "444455556666"}, f"want account {ACCOUNT}, got"),
        ({"pendingTime": "yesterday"}, "want pendingTime as 2026-"),
        ({"pendingTime": "2026-05-15T09:15:03Z"}, "the instance started at"),
        ({"pendingTime": "2025-05-15T09:14:59Z"}, "the instance started at"),
        ({"region": 7}, "Expected `str`"),
    ],
    ids=str,
)
def test_a_document_must_say_what_the_anchor_says(
    world: World, changes: dict[str, object], why: str
) -> None:
    document = CLOUD.document(**changes)
    with pytest.raises(DistrustError, match=why):
        started(world, CLOUD.shown(anchored(world), document))


def test_a_document_is_as_old_as_its_instance_at_most_a_year() -> None:
    assert INSTANCE_AGE_MICROS_MAX == 365 * 24 * 3600 * 1_000_000
    anchor = CLOUD.anchor("0" * 64)
    eldest = CLOUD.document(pendingTime="2025-05-15T09:15:00Z")
    require_document(CLOUD.shown("1" * 64, eldest), anchor, MORNING)


def test_what_is_no_document_shows_nothing(world: World) -> None:
    anchor = anchored(world)
    for document in (b"{}", b"[]", b"\xff", b"[" * 10_000):
        with pytest.raises(DistrustError, match="instance document: "):
            started(world, CLOUD.shown(anchor, document))


# -------------------------------------------------------------- anchors' certificates


def an_anchor(certificate: bytes) -> RegionAnchor:
    return CLOUD.anchor("0" * 64, certificate=certificate)


@pytest.mark.parametrize(
    ("certificate", "why"),
    [
        (b"no certificate", "want X.509 v3 DER"),
        (pki_world().root, "want a certificate with an RSA key"),
        (
            a_certificate(a_key(), ends=datetime(2026, 5, 15, 9, tzinfo=UTC)),
            "its certificate is not valid at",
        ),
        (
            a_certificate(a_key(), begins=datetime(2026, 5, 15, 10, tzinfo=UTC)),
            "its certificate is not valid at",
        ),
    ],
    ids=["no certificate", "no RSA", "over", "not begun"],
)
def test_an_anchor_needs_a_certificate_that_can_check_documents(
    certificate: bytes, why: str
) -> None:
    with pytest.raises(DistrustError, match=why):
        require_document(CLOUD.shown("1" * 64), an_anchor(certificate), MORNING)


def test_such_an_anchor_does_not_come_on_record(world: World) -> None:
    world.trade()
    with pytest.raises(DistrustError, match=r"want X\.509 v3 DER"):
        world.anchor(
            source=RegionSource.AWS_INSTANCE_IDENTITY, certificate=b"no certificate"
        )
