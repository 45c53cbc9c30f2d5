import base64

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP384R1, derive_private_key
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given
from hypothesis import strategies as st

from kya.codec.note import (
    NOTE_BYTES_MAX,
    SIGNATURES_MAX,
    Algorithm,
    NoteSignature,
    SignedNote,
    VerifierKey,
    key_id,
    verify,
)
from kya.core.errors import DistrustError, InputError, MalformedError
from tests.tlog.builders import (
    AGENT,
    AGENT_KEY,
    LOG,
    LOG_KEY,
    ORIGIN,
    WITNESS,
    a_note,
    cosign,
    sign,
    spki,
)

TEXT = b"This is a text.\n\nIt has a blank line.\n"
SPEC_VKEY = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"
GO_VKEY = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
WITNESS_VKEY = (
    "witness.example.org+b8a2cf20+BFLN3yikSfFkVAJtrnh/CiY3Zozkoy7clp+P7XB28qUN"
)

names = st.text(st.characters(codec="utf-8"), min_size=1, max_size=20)
signatures = st.builds(
    NoteSignature,
    name=names.filter(lambda n: "+" not in n and n.isprintable() and n.split() == [n]),
    key_id=st.binary(min_size=4, max_size=4),
    value=st.binary(min_size=1, max_size=100),
)
texts = st.text(st.characters(codec="utf-8", min_codepoint=32)).map(
    lambda text: f"{text}\n".encode()
)


@given(texts, st.lists(signatures, min_size=1, max_size=SIGNATURES_MAX))
def test_what_is_rendered_reads_back_as_itself(
    text: bytes, lines: list[NoteSignature]
) -> None:
    note = SignedNote(text, tuple(lines))
    assert SignedNote.parse(note.render()) == note


@given(st.binary(max_size=200))
def test_what_is_read_is_rendered_as_it_was(tail: bytes) -> None:
    raw = a_note(TEXT).render() + tail
    try:
        note = SignedNote.parse(raw)
    except MalformedError:
        return
    assert note.render() == raw


def test_the_signed_bytes_end_before_the_last_blank_line() -> None:
    note = SignedNote.parse(a_note(TEXT, LOG, AGENT).render())
    assert note.text == TEXT
    assert [signature.name for signature in note.signatures] == [LOG.name, AGENT.name]


@pytest.mark.parametrize("text", [b"", b"text", b"a\rb\n", b"\x00\n", b"\xff\n"])
def test_refuses_a_text_that_would_not_read_back(text: bytes) -> None:
    with pytest.raises(MalformedError):
        SignedNote(text, (sign(b"text\n"),))


@pytest.mark.parametrize("count", [0, SIGNATURES_MAX + 1])
def test_refuses_no_and_too_many_signatures(count: int) -> None:
    with pytest.raises(MalformedError):
        SignedNote(TEXT, (sign(TEXT),) * count)


def test_a_note_is_at_most_65535_bytes() -> None:
    rest = len(a_note(b"\n").render())
    longest = a_note(b"x" * (NOTE_BYTES_MAX - rest) + b"\n")
    assert SignedNote.parse(longest.render()) == longest
    with pytest.raises(MalformedError, match="65536"):
        a_note(b"x" + longest.text).render()
    with pytest.raises(MalformedError, match="65536"):
        SignedNote.parse(b"x" + longest.render())


@pytest.mark.parametrize(
    "name", ["", " ", "a b", "a+b", "a\u2003b", "a\nb", "\ud800", "x" * 256]
)
def test_refuses_a_key_name_that_the_format_cannot_hold(name: str) -> None:
    with pytest.raises(MalformedError):
        NoteSignature(name=name, key_id=bytes(4), value=b"x")
    with pytest.raises(MalformedError):
        VerifierKey.from_spki(name, LOG.spki)


@pytest.mark.parametrize(("key_id_", "value"), [(b"abc", b"x"), (b"abcd", b"")])
def test_refuses_a_signature_without_key_id_or_value(
    key_id_: bytes, value: bytes
) -> None:
    with pytest.raises(MalformedError):
        NoteSignature(name="n", key_id=key_id_, value=value)


@pytest.mark.parametrize(
    "vkey", [SPEC_VKEY, GO_VKEY, WITNESS_VKEY, str(LOG), str(AGENT)]
)
def test_a_published_verifier_key_reads_back_as_itself(vkey: str) -> None:
    assert str(VerifierKey.parse(vkey)) == vkey


def test_a_plus_in_the_base64_does_not_cut_the_key() -> None:
    assert WITNESS_VKEY.count("+") == 3
    assert VerifierKey.parse(WITNESS_VKEY).algorithm is Algorithm.ED25519_COSIGNATURE


@pytest.mark.parametrize(
    "vkey",
    [
        "",
        "a+b",
        SPEC_VKEY[:-1],
        SPEC_VKEY + "=",
        SPEC_VKEY.replace("530d903a", "530D903A"),
        SPEC_VKEY.replace("530d903a", "530d903b"),
        SPEC_VKEY.replace("530d903a", "530d903"),
        SPEC_VKEY.replace("example.com", "example.org"),
        SPEC_VKEY.replace("+Ae", "+Be"),
        SPEC_VKEY.replace("+Ae", "+Bg"),
        SPEC_VKEY.replace("+Ae", "+Ae\n"),
        "example.com/foo+530d903a+",
        "example.com/foo+530d903a+AQ==",
        "example.com/foo+530d903a+Ag==",
        str(AGENT)[:-4] + "AAAA",
    ],
)
def test_refuses_every_other_verifier_key(vkey: str) -> None:
    with pytest.raises(InputError):
        VerifierKey.parse(vkey)


def test_the_key_id_follows_the_rule_of_each_type() -> None:
    assert key_id("example.com/foo", VerifierKey.parse(SPEC_VKEY).spki).hex() == (
        "530d903a"
    )
    assert key_id("one", AGENT.spki) == key_id("two", AGENT.spki)
    assert key_id("one", LOG.spki) != key_id("two", LOG.spki)


def compressed_point() -> bytes:
    point = AGENT_KEY.public_key().public_bytes(
        Encoding.X962, PublicFormat.CompressedPoint
    )
    header = bytes.fromhex("3039301306072a8648ce3d020106082a8648ce3d030107032200")
    return header + point


@pytest.mark.parametrize(
    "der",
    [
        b"",
        LOG.spki + b"\x00",
        LOG.spki[:-1],
        AGENT.spki[:-1] + b"\x00",
        compressed_point(),
        spki(derive_private_key(7, SECP384R1())),
        X25519PrivateKey.from_private_bytes(bytes(32))
        .public_key()
        .public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo),
    ],
)
def test_accepts_only_ed25519_and_p256_in_one_encoding(der: bytes) -> None:
    with pytest.raises(InputError):
        VerifierKey.from_spki("name", der)


def test_a_key_is_not_used_as_another_type() -> None:
    with pytest.raises(InputError, match="ED25519"):
        VerifierKey(name="n", algorithm=Algorithm.ECDSA_P256, spki=LOG.spki)
    with pytest.raises(InputError, match="ECDSA_P256"):
        VerifierKey(name="n", algorithm=Algorithm.ED25519, spki=AGENT.spki)


def test_names_everyone_who_signed_once() -> None:
    assert verify(a_note(TEXT, LOG, AGENT, LOG), [AGENT, LOG]) == (LOG, AGENT)


def test_ignores_a_signer_that_it_does_not_know() -> None:
    assert verify(a_note(TEXT, LOG, AGENT), [AGENT]) == (AGENT,)


def test_a_known_key_whose_line_fails_spoils_the_note() -> None:
    note = SignedNote(TEXT, (sign(TEXT, AGENT), sign(b"other\n", LOG)))
    assert verify(note, [AGENT]) == (AGENT,)
    with pytest.raises(DistrustError, match=ORIGIN):
        verify(note, [AGENT, LOG])


def test_refuses_a_note_that_only_strangers_signed() -> None:
    with pytest.raises(DistrustError, match=AGENT.name):
        verify(a_note(TEXT, AGENT), [LOG])
    with pytest.raises(DistrustError):
        verify(a_note(TEXT, AGENT), [])


def test_does_not_guess_between_two_keys_of_one_name_and_id() -> None:
    twin = VerifierKey.from_spki(ORIGIN, spki(LOG_KEY))
    assert verify(a_note(TEXT), [LOG, twin]) == (LOG,)
    object.__setattr__(twin, "spki", WITNESS.spki)
    with pytest.raises(InputError, match="two keys"):
        verify(a_note(TEXT), [LOG, twin])


def test_a_cosignature_covers_the_time_that_it_states() -> None:
    note = SignedNote(TEXT, (cosign(TEXT),))
    assert verify(note, [WITNESS]) == (WITNESS,)
    value = note.signatures[0].value
    for other in (
        bytes(8) + value[8:],
        bytes(7) + b"\x01" + value[8:],
        value[8:],
        value[:-1],
        value + b"x",
        b"x",
    ):
        assert not WITNESS.verifies(TEXT, other)


def test_a_cosignature_of_time_zero_is_none() -> None:
    assert not WITNESS.verifies(TEXT, cosign(TEXT, 0).value)


@pytest.mark.parametrize("key", [LOG, AGENT])
def test_no_changed_byte_goes_unseen(key: VerifierKey) -> None:
    raw = a_note(b"text\n", key).render()
    for at in range(len(raw)):
        for bit in range(8):
            bent = raw[:at] + bytes([raw[at] ^ 1 << bit]) + raw[at + 1 :]
            with pytest.raises((InputError, DistrustError)):
                verify(SignedNote.parse(bent), [key])


def test_base64_of_a_line_is_the_usual_one() -> None:
    line = str(sign(TEXT)).split(" ")[2]
    assert base64.b64decode(line, validate=True)[:4] == LOG.key_id
