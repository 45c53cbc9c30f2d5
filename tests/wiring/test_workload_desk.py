"""Pins and anchors against a real gateway."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from kya.adapters.kms_memory import MemorySigner
from kya.authority import acts
from kya.codec.canonical import encode
from kya.codec.mandate_drafts import read_draft
from kya.core.errors import DistrustError, InputError
from kya.core.runtime import Runtime
from kya.core.session import RegionSource
from kya.pki.signer import Custody
from kya.wiring.clock import system_clock
from kya.wiring.desk import Desk
from kya.wiring.installation import open_installation
from kya.wiring.remote import Remote
from kya.wiring.workload_desk import anchor_key, anchor_source, pin, runtime_of
from tests.cli.terminal import a_draft, founded_at, up
from tests.enrolling import enrol
from tests.pki.instances import ACCOUNT, a_certificate, a_key
from tests.world import signer_for

ARN = "arn:aws:kms:eu-west-1:111122223333:key/1"
RUNTIME = Runtime.of({"image": "5" * 64})


@dataclass(frozen=True)
class KeptSigner:
    """A signer whose service gives its key a full name."""

    signer: MemorySigner
    resource: str = ARN

    def public_key(self) -> bytes:
        return self.signer.public_key()

    def sign(self, message: bytes) -> bytes:
        return self.signer.sign(message)

    def describe(self) -> Custody:
        return self.signer.describe()


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """A desk at work against a real gateway, with the agent `bot` enrolled."""
    with up(founded_at(tmp_path_factory.mktemp("workload") / "data")) as running:
        desk = Desk(
            opened=open_installation(running.data),
            remote=Remote.of(running.data),
            clock=system_clock().clock.now,
        )
        directors = [desk.director(name) for name in ("anna", "bernd")]
        mandate = read_draft(encode(a_draft("bot")), None, desk.clock())
        desk.grant(acts.resolve(mandate, *directors))
        enrol(desk, "bot", signer_for("bot"))
        yield desk


def test_two_operators_pin_a_runtime(desk: Desk) -> None:
    pin(desk, "bot", RUNTIME, ["alice", "bob"])
    assert desk.state().agents["bot"].pinned == RUNTIME


def test_one_operator_pins_nothing(desk: Desk) -> None:
    for names in (["alice"], ["alice", "alice"]):
        with pytest.raises(DistrustError, match="want 2 different operators"):
            pin(desk, "bot", Runtime.of({"image": "6" * 64}), names)


def test_nobody_is_enrolled_for_an_agent_that_is_not_there(desk: Desk) -> None:
    with pytest.raises(InputError, match="no such agent on record"):
        pin(desk, "nobody", RUNTIME, ["carol", "dave"])
    assert "carol" not in desk.state().issued_to


def test_the_region_of_the_agents_own_key_is_asked_of_its_service(desk: Desk) -> None:
    made = anchor_key(desk, "bot", KeptSigner(signer_for("bot")))
    anchor = desk.state().region_anchors[made.digest]
    assert (anchor.source, anchor.subject) == (RegionSource.KMS_KEY, ARN)
    assert anchor.region == "eu-west-1"
    assert anchor.credential == desk.credential_of("bot").digest


def test_another_key_anchors_nothing(desk: Desk) -> None:
    with pytest.raises(InputError, match="its certificate is for another key"):
        anchor_key(desk, "bot", KeptSigner(signer_for("another bot")))
    with pytest.raises(InputError, match="names no region"):
        anchor_key(desk, "bot", signer_for("bot"))


def test_people_anchor_what_they_have_looked_up(desk: Desk) -> None:
    facts = {"subject": "node-7", "region": "eu-west-1"}
    source = RegionSource.KUBERNETES_NODE
    made = anchor_source(desk, "bot", source, facts, b"")
    assert desk.state().region_anchors[made.digest].subject == "node-7"


def test_a_certificate_that_checks_no_document_is_refused_here(desk: Desk) -> None:
    source = RegionSource.AWS_INSTANCE_IDENTITY
    facts = {"subject": ACCOUNT, "region": "eu-west-1"}
    made = anchor_source(desk, "bot", source, facts, a_certificate(a_key()))
    assert made.digest in desk.state().region_anchors
    with pytest.raises(DistrustError, match="RSA key"):
        anchor_source(desk, "bot", source, facts, desk.opened.certificate("root"))
    with pytest.raises(InputError, match="with no certificate"):
        anchor_source(desk, "bot", source, facts, b"")


def test_components_are_named_once(tmp_path: Path) -> None:
    (tmp_path / "model").write_bytes(b"")
    found = runtime_of([f"model={tmp_path / 'model'}", "image=sha256:" + "5" * 64])
    assert [name for name, _ in found.components] == ["image", "model"]
    for wrong in (["model"], [f"image=sha256:{'5' * 64}"] * 2, ["=x"]):
        with pytest.raises(InputError):
            runtime_of(wrong)
