from contextlib import suppress
from hashlib import sha256

import pytest
from cryptography.x509 import ObjectIdentifier
from hypothesis import given
from hypothesis import strategies as st

from kya.core.errors import MalformedError
from kya.core.limits import SCOPE_BYTES_MAX
from kya.pki import der
from kya.pki.oids import POLICY_LANGUAGE_JCS
from kya.pki.scope_extension import AgentScope

MANDATE = bytes(range(32))
POLICY = '{"operator":"Zürich"}'.encode()

policies = st.text(st.characters(min_codepoint=32, codec="utf-8"), max_size=200).map(
    lambda text: b"{" + text.encode() + b"}"
)
hashes = st.binary(min_size=32, max_size=32)


def encoded(
    *,
    version: int = 1,
    language: ObjectIdentifier = POLICY_LANGUAGE_JCS,
    policy_hash: bytes | None = None,
    policy: bytes = POLICY,
) -> bytes:
    shown = sha256(policy).digest() if policy_hash is None else policy_hash
    return der.sequence(
        der.integer(version),
        der.object_identifier(language),
        der.encode(der.OCTET_STRING, shown),
        der.encode(der.OCTET_STRING, MANDATE),
        der.encode(der.UTF8_STRING, policy),
    )


@given(policies, hashes)
def test_decoding_is_the_inverse_of_encoding(policy: bytes, mandate: bytes) -> None:
    scope = AgentScope(policy, mandate)
    assert AgentScope.decode(scope.encode()) == scope


@given(st.binary(max_size=300))
def test_what_is_decoded_is_encoded_the_same(raw: bytes) -> None:
    try:
        scope = AgentScope.decode(raw)
    except MalformedError:
        return
    assert scope.encode() == raw


@given(policies, st.data())
def test_no_two_encodings_mean_the_same_scope(
    policy: bytes, draw: st.DataObject
) -> None:
    scope = AgentScope(policy, MANDATE)
    raw = bytearray(scope.encode())
    raw[draw.draw(st.integers(0, len(raw) - 1))] ^= draw.draw(st.integers(1, 255))
    with suppress(MalformedError):
        assert AgentScope.decode(bytes(raw)) != scope


def test_every_flipped_byte_outside_the_mandate_hash_is_refused() -> None:
    raw = encoded()
    mandate_at = raw.index(MANDATE)
    for at in set(range(len(raw))) - set(range(mandate_at, mandate_at + 32)):
        flipped = raw[:at] + bytes((raw[at] ^ 1,)) + raw[at + 1 :]
        with pytest.raises(MalformedError):
            AgentScope.decode(flipped)


def test_the_layout_is_the_published_one() -> None:
    assert AgentScope(POLICY, MANDATE).encode() == encoded()


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        encoded() + b"\x00",
        encoded()[:-1],
        encoded() + encoded(),
        encoded(version=2),
        encoded(version=0),
        encoded(language=ObjectIdentifier("1.3.6.1.4.1.32473.1.2.2")),
        encoded(policy_hash=bytes(32)),
        encoded(policy_hash=b""),
        encoded(policy=b"[]"),
        encoded(policy=b"{"),
        encoded(policy=b'{"a":"\xff"}'),
        encoded(policy=b"{\n}"),
        encoded(policy=b"{" + b" " * SCOPE_BYTES_MAX + b"}"),
        der.sequence(),
        b"\x30\x81" + encoded()[1:],
    ],
)
def test_other_bytes_are_refused(raw: bytes) -> None:
    with pytest.raises(MalformedError):
        AgentScope.decode(raw)


def test_a_longer_length_than_needed_is_refused() -> None:
    raw = encoded()
    members = raw[2:] if raw[1] < 0x80 else raw[3:]
    with pytest.raises(MalformedError, match="not DER"):
        AgentScope.decode(b"\x30\x82" + len(members).to_bytes(2) + members)


def test_the_largest_policy_fits_and_one_byte_more_does_not() -> None:
    policy = b"{" + b" " * (SCOPE_BYTES_MAX - 2) + b"}"
    assert AgentScope.decode(AgentScope(policy, MANDATE).encode()).policy == policy
    with pytest.raises(MalformedError, match="4096"):
        AgentScope(b" ".join((policy[:-1], b"}")), MANDATE)


def test_a_hash_of_another_length_is_refused() -> None:
    with pytest.raises(MalformedError, match="32-octet"):
        AgentScope(POLICY, bytes(31))
