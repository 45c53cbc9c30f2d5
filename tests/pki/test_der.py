import subprocess
from contextlib import suppress

import pytest
from cryptography.x509 import ObjectIdentifier
from hypothesis import given
from hypothesis import strategies as st

from kya.core.errors import MalformedError
from kya.pki import der

PRIMITIVES = st.sampled_from([der.OCTET_STRING, der.UTF8_STRING, der.INTEGER])


@given(st.lists(st.tuples(PRIMITIVES, st.binary(max_size=300))))
def test_what_is_written_is_read(values: list[tuple[int, bytes]]) -> None:
    encoded = b"".join(der.encode(tag, content) for tag, content in values)
    assert der.elements(encoded) == tuple(der.Element(*value) for value in values)


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(encoded: bytes) -> None:
    with suppress(MalformedError):
        der.elements(encoded)


@pytest.mark.parametrize(
    ("value", "content"),
    [(0, "00"), (1, "01"), (127, "7f"), (128, "0080"), (255, "00ff"), (256, "0100")],
)
def test_integers_are_positive_and_shortest(value: int, content: str) -> None:
    assert der.integer(value)[2:].hex() == content


@pytest.mark.parametrize(("size", "header"), [(127, "047f"), (128, "048180")])
def test_lengths_are_shortest(size: int, header: str) -> None:
    assert der.encode(der.OCTET_STRING, bytes(size)).startswith(bytes.fromhex(header))


@pytest.mark.parametrize(
    ("oid", "encoded"),
    [
        ("2.5.29.32.0", "0604551d2000"),
        ("1.3.6.1.4.1.32473.1.1", "060a2b0601040181fd590101"),
        ("2.999.3", "0603883703"),
    ],
)
def test_object_identifiers_follow_x690(oid: str, encoded: str) -> None:
    assert der.object_identifier(ObjectIdentifier(oid)).hex() == encoded


@pytest.mark.parametrize(
    "encoded",
    ["04", "0401", "048000", "0485000000000100", "04810a00", "0482"],
    ids=["tag only", "no value", "indefinite", "five octets", "short", "no length"],
)
def test_cut_and_indefinite_forms_are_refused(encoded: str) -> None:
    with pytest.raises(MalformedError, match="der"):
        der.elements(bytes.fromhex(encoded))


def test_openssl_reads_the_same_elements() -> None:
    encoded = der.sequence(
        der.integer(0xF1D4E8C7B2A9F3E6), der.encode(der.UTF8_STRING, b"{}")
    )
    shown = subprocess.run(
        ["openssl", "asn1parse", "-inform", "DER"],
        input=encoded,
        capture_output=True,
        check=True,
    ).stdout
    assert b"INTEGER           :F1D4E8C7B2A9F3E6" in shown
    assert b"UTF8STRING        :{}" in shown
