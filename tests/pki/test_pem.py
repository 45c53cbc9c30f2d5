import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from hypothesis import given
from hypothesis import strategies as st

from kya.core.errors import MalformedError
from kya.pki.pem import CERTIFICATE, blocks_of_pem, from_pem, to_pem
from tests.pki.world import world

PEM = to_pem(CERTIFICATE, bytes(range(100)))


@given(st.lists(st.binary(min_size=1, max_size=200), min_size=1, max_size=4))
def test_blocks_are_read_as_they_were_written(blocks: list[bytes]) -> None:
    pem = b"".join(to_pem(CERTIFICATE, block) for block in blocks)
    assert blocks_of_pem(CERTIFICATE, pem) == tuple(blocks)


def test_the_library_writes_the_same_text() -> None:
    certificate = x509.load_der_x509_certificate(world().root)
    assert to_pem(CERTIFICATE, world().root) == certificate.public_bytes(Encoding.PEM)


@pytest.mark.parametrize(
    "pem",
    [
        b"",
        PEM[:-1],
        PEM + b"\n",
        b"\n" + PEM,
        b"Subject: x\n" + PEM,
        PEM.replace(b"\n", b"\r\n"),
        PEM.replace(b"CERTIFICATE", b"X509 CRL"),
        PEM.replace(b"AAEC", b"AA EC"),
        PEM.replace(b"AAEC", b"AA!C"),
        PEM.replace(b"v\n", b"v"),
        PEM + PEM,
        PEM + PEM[: len(PEM) // 2],
        "é".encode(),
    ],
)
def test_other_spellings_are_refused(pem: bytes) -> None:
    with pytest.raises(MalformedError, match="pem"):
        from_pem(CERTIFICATE, pem)
