from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kya.codec.note import SignedNote
from kya.core.errors import DistrustError, InputError, MalformedError
from kya.tlog.checkpoint import Checkpoint, open_checkpoint
from kya.tlog.merkle import EMPTY_ROOT
from tests.tlog.builders import (
    AGENT,
    LOG,
    ORIGIN,
    WITNESS,
    a_checkpoint,
    a_note,
    cosign,
    sign,
    signed,
)

ROOT_64 = "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I="
TEXT = f"{ORIGIN}\n4080\n{ROOT_64}\n"


def test_reads_the_three_lines() -> None:
    checkpoint = Checkpoint.parse(TEXT)
    assert (checkpoint.origin, checkpoint.size) == (ORIGIN, 4080)
    assert checkpoint.root.hex().startswith("0ac5186a")


@given(st.text(), st.integers(1, 2**63 - 1), st.binary(min_size=32, max_size=32))
def test_what_can_be_written_reads_back_as_itself(
    origin: str, size: int, root: bytes
) -> None:
    try:
        checkpoint = Checkpoint(origin=origin, size=size, root=root)
    except MalformedError:
        return
    assert Checkpoint.parse(str(checkpoint)) == checkpoint


@pytest.mark.parametrize(
    "text",
    [
        "",
        TEXT[:-1],
        TEXT + "\n",
        TEXT + "extension\n",
        "\n" + TEXT,
        TEXT.replace("\n", "\r\n"),
        TEXT.replace(ORIGIN, ""),
        TEXT.replace(ORIGIN, ORIGIN + "\r"),
        TEXT.replace(ORIGIN, ORIGIN + "\u2028"),
        *(
            TEXT.replace("4080", size)
            for size in ("", "-3", "+3", "03", "0_3", " 3", "٣", "3.0", "0x3")
        ),
        TEXT.replace("4080", "9" * 5000),
        TEXT.replace("4080", str(2**63)),
        TEXT.replace("4080", "0"),
        TEXT.replace(ROOT_64, ROOT_64[:-1]),
        TEXT.replace(ROOT_64, ROOT_64.replace("2I=", "2J=")),
        TEXT.replace(ROOT_64, "!" + ROOT_64),
        TEXT.replace(ROOT_64, "AAAA"),
    ],
)
def test_refuses_every_other_spelling(text: str) -> None:
    with pytest.raises(MalformedError):
        Checkpoint.parse(text)


def test_an_empty_log_has_the_empty_root() -> None:
    empty = Checkpoint(origin=ORIGIN, size=0, root=EMPTY_ROOT)
    assert Checkpoint.parse(str(empty)) == empty


def test_opens_a_checkpoint_that_the_log_signed() -> None:
    checkpoint = a_checkpoint()
    assert open_checkpoint(signed(checkpoint), ORIGIN, [LOG]) == checkpoint


def test_refuses_a_checkpoint_of_another_log() -> None:
    other = Checkpoint(origin="log.example/2025", size=3, root=bytes(32))
    with pytest.raises(DistrustError, match="2025"):
        open_checkpoint(signed(other), ORIGIN, [LOG])


def test_a_key_of_another_name_does_not_sign_for_the_log() -> None:
    raw = a_note(a_checkpoint().text(), AGENT).render()
    with pytest.raises(DistrustError, match=ORIGIN):
        open_checkpoint(raw, ORIGIN, [AGENT])


def test_a_cosignature_does_not_stand_in_for_the_log() -> None:
    text = a_checkpoint().text()
    alone = SignedNote(text, (cosign(text),)).render()
    with pytest.raises(DistrustError):
        open_checkpoint(alone, ORIGIN, [LOG, WITNESS])
    both = SignedNote(text, (sign(text), cosign(text))).render()
    assert open_checkpoint(both, ORIGIN, [LOG, WITNESS]) == a_checkpoint()


def test_a_witness_named_as_the_log_is_still_a_witness() -> None:
    text = a_checkpoint().text()
    namesake = replace(WITNESS, name=ORIGIN)
    line = replace(cosign(text), name=ORIGIN, key_id=namesake.key_id)
    with pytest.raises(DistrustError, match="no signature"):
        open_checkpoint(SignedNote(text, (line,)).render(), ORIGIN, [namesake])


def test_refuses_a_signed_text_that_is_no_checkpoint() -> None:
    with pytest.raises(MalformedError):
        open_checkpoint(a_note(b"text\n").render(), ORIGIN, [LOG])


def test_no_changed_byte_goes_unseen() -> None:
    raw = signed(a_checkpoint())
    for at in range(len(raw)):
        for bit in (1, 0x20, 0x80):
            bent = raw[:at] + bytes([raw[at] ^ bit]) + raw[at + 1 :]
            with pytest.raises((InputError, DistrustError)):
                open_checkpoint(bent, ORIGIN, [LOG])
