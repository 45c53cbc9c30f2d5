from collections.abc import Iterator

import pytest

from kya.adapters.region_aws import HOST, InstanceIdentity
from kya.core.errors import TransientError
from kya.pki.instance_identity import require_document
from tests.adapters.doubles.metadata import DOCUMENT, SIGNATURE, Metadata, serving
from tests.world import MORNING

ANCHOR = "5" * 64


@pytest.fixture
def metadata() -> Metadata:
    return Metadata()


@pytest.fixture
def identity(metadata: Metadata) -> Iterator[InstanceIdentity]:
    with serving(metadata) as port:
        yield InstanceIdentity(anchor=ANCHOR, host="127.0.0.1", port=port)


def test_the_document_comes_with_a_signature_that_holds(
    metadata: Metadata, identity: InstanceIdentity
) -> None:
    shown = identity.shown()
    assert shown.document == metadata.cloud.document()
    require_document(shown, metadata.cloud.anchor("0" * 64), MORNING)


def test_a_token_is_asked_for_first(
    metadata: Metadata, identity: InstanceIdentity
) -> None:
    identity.shown()
    assert metadata.asked == [
        "PUT /latest/api/token",
        f"GET {DOCUMENT}",
        f"GET {SIGNATURE}",
    ]


@pytest.mark.parametrize("path", ["/latest/api/token", DOCUMENT, SIGNATURE])
@pytest.mark.parametrize("body", [404, 500, b"x" * 16_385], ids=["404", "500", "long"])
def test_what_the_service_does_not_give_may_come_later(
    metadata: Metadata, identity: InstanceIdentity, path: str, body: bytes | int
) -> None:
    metadata.bodies[path] = body
    with pytest.raises(TransientError, match="want 200 and at most 16384"):
        identity.shown()


@pytest.mark.parametrize(
    ("path", "body", "why"),
    [
        (SIGNATURE, b"x", "not base64"),
        (SIGNATURE, b"", "no instance document, or unsigned"),
        (DOCUMENT, b"", "no instance document, or unsigned"),
        ("/latest/api/token", b"a\nb", "no instance metadata"),
    ],
)
def test_nonsense_is_no_evidence(
    metadata: Metadata, identity: InstanceIdentity, path: str, body: bytes, why: str
) -> None:
    metadata.bodies[path] = body
    with pytest.raises(TransientError, match=why):
        identity.shown()


def test_where_nobody_listens_nothing_is_shown() -> None:
    silent = InstanceIdentity(anchor=ANCHOR, host="127.0.0.1", port=1)
    with pytest.raises(TransientError, match="no instance metadata: Connection"):
        silent.shown()
    assert InstanceIdentity(anchor=ANCHOR).host == HOST == "169.254.169.254"
