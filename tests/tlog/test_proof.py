from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kya.codec.note import SignedNote
from kya.core.errors import DistrustError, InputError, MalformedError
from kya.tlog.proof import PROOF_BYTES_MAX, Proof
from kya.tlog.tree import inclusion_proof
from tests.tlog.builders import (
    LOG,
    ORIGIN,
    WITNESS,
    a_checkpoint,
    a_log,
    a_note,
    cosign,
    sign,
)

SIZE = 11
FILES, EDGE = a_log(SIZE)
CHECKPOINT = a_note(a_checkpoint(SIZE, EDGE.root).text())


def a_proof(index: int = 6, extra: bytes = b"") -> Proof:
    path = inclusion_proof(FILES.read, index, SIZE)
    return Proof(index=index, path=path, checkpoint=CHECKPOINT, extra=extra)


def test_is_written_as_the_specification_says() -> None:
    lines = a_proof(extra=b"extra").render().decode().split("\n")
    assert lines[:3] == ["c2sp.org/tlog-proof@v1", "extra ZXh0cmE=", "index 6"]
    assert lines[7:10] == ["", ORIGIN, "11"]
    assert a_proof().render().endswith(CHECKPOINT.render())


@given(st.integers(0, SIZE - 1), st.binary(max_size=50))
def test_proves_each_entry_and_reads_back_as_itself(index: int, extra: bytes) -> None:
    proof = Proof.parse(a_proof(index, extra).render())
    assert proof == a_proof(index, extra)
    assert proof.verify(b"entry %d" % index, ORIGIN, [LOG]).size == SIZE


def test_a_log_of_one_entry_needs_no_hashes() -> None:
    _, edge = a_log(1)
    note = a_note(a_checkpoint(1, edge.root).text())
    raw = Proof(index=0, path=(), checkpoint=note).render()
    assert raw.startswith(b"c2sp.org/tlog-proof@v1\nindex 0\n\n")
    assert Proof.parse(raw).verify(b"entry 0", ORIGIN, [LOG]).size == 1


def test_a_cosigned_checkpoint_is_kept_verbatim() -> None:
    text = CHECKPOINT.text
    note = SignedNote(text, (sign(text), cosign(text)))
    raw = replace(a_proof(), checkpoint=note).render()
    assert Proof.parse(raw).render() == raw
    Proof.parse(raw).verify(b"entry 6", ORIGIN, [LOG, WITNESS])


@pytest.mark.parametrize("entry", [b"entry 7", b"", b"entry 6\n"])
def test_does_not_prove_another_entry(entry: bytes) -> None:
    with pytest.raises(DistrustError, match="entry 6 in a tree of 11"):
        a_proof().verify(entry, ORIGIN, [LOG])


def test_does_not_prove_another_place() -> None:
    with pytest.raises(DistrustError):
        replace(a_proof(), index=7).verify(b"entry 6", ORIGIN, [LOG])


def test_refuses_a_checkpoint_that_the_log_did_not_sign() -> None:
    with pytest.raises(DistrustError):
        a_proof().verify(b"entry 6", ORIGIN, [WITNESS])


def test_no_changed_byte_goes_unseen() -> None:
    raw = a_proof().render()
    for at in range(len(raw)):
        for bit in (1, 0x20, 0x80):
            bent = raw[:at] + bytes([raw[at] ^ bit]) + raw[at + 1 :]
            with pytest.raises((InputError, DistrustError)):
                Proof.parse(bent).verify(b"entry 6", ORIGIN, [LOG])


RAW = a_proof(extra=b"extra").render()


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        RAW.replace(b"@v1", b"@v2"),
        RAW.replace(b"index 6", b"index 06"),
        RAW.replace(b"index 6", b"index +6"),
        RAW.replace(b"index 6", b"index -6"),
        RAW.replace(b"index 6", b"index 6 "),
        RAW.replace(b"index 6", b"index " + b"9" * 5000),
        RAW.replace(b"index 6\n", b""),
        RAW.replace(b"index 6", b"6"),
        RAW.replace(b"extra ZXh0cmE=\n", b"extra \n"),
        RAW.replace(b"ZXh0cmE=", b"ZXh0cmE"),
        RAW.replace(b"ZXh0cmE=", b"ZXh0cmF="),
        RAW.replace(b"extra ZXh0cmE=\nindex 6", b"index 6\nextra ZXh0cmE="),
        RAW.replace(b"\n", b"\r\n"),
        RAW.replace(b"index 6\n", b"index 6\nAAAA\n"),
        RAW.replace(b"index 6\n", b"index 6\n" + b"A" * 43 + b"=\n"),
        RAW[:-1],
        RAW + b"\n",
        b"x" * (PROOF_BYTES_MAX + 1),
    ],
)
def test_refuses_every_other_spelling(raw: bytes) -> None:
    with pytest.raises((MalformedError, DistrustError)):
        Proof.parse(raw).verify(b"entry 6", ORIGIN, [LOG])


def test_refuses_a_note_that_is_no_checkpoint() -> None:
    raw = replace(a_proof(), checkpoint=a_note(b"text\n")).render()
    with pytest.raises(MalformedError):
        Proof.parse(raw)


def test_refuses_what_no_proof_can_hold() -> None:
    for wrong in (
        {"index": -1},
        {"path": (bytes(31),)},
        {"path": (bytes(32),) * 65},
        {"extra": bytes(65_536)},
    ):
        with pytest.raises(MalformedError):
            replace(a_proof(), **wrong)
