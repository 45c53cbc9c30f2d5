import pytest
from hypothesis import given
from hypothesis import strategies as st

from kya.codec.cosignature import (
    SECONDS_MAX,
    cosignature_value,
    cosigned_message,
    split_value,
)
from kya.codec.note import SignedNote, VerifierKey, verify
from kya.core.errors import DistrustError, MalformedError

# A checkpoint that a witness of another project has cosigned: Sunlight's fixture.
WITNESS = "witness.example.org+b8a2cf20+BFLN3yikSfFkVAJtrnh/CiY3Zozkoy7clp+P7XB28qUN"
BY_THE_LOG = (
    "kVB1JgAAAZtxtEwABAMARzBFAiEAi+mTa2xjL1IdWpH82OeciGsGvwRAP+f1WkfKaSZCfFECIHoNPZ/Q"
    "3y6UNzvKOO9cuLr6V16vPNfhwhle9f6r5H/Z"
)
BY_THE_WITNESS = (
    "uKLPIAAAAABpVGeAhm2bOvKc3LaB9PFN1ruG19Y5yqslmcAAbhftnn1Zznmo0LXFZq4LGvqKqLX8jWlw"
    "LKasxEGTLIqAVusneCBmBw=="
)
LINES = (
    "rome2026h1.example.org",
    "300",
    "lCkHUpkmVBEms2r2T1K6Og69+wUuuN3MIEW1/ezu2v0=",
    "",
    f"— rome2026h1.example.org {BY_THE_LOG}",
    f"— witness.example.org {BY_THE_WITNESS}",
)
FOREIGN = "".join(f"{line}\n" for line in LINES).encode()


def test_a_cosignature_of_another_program_verifies_and_tells_its_time() -> None:
    note, key = SignedNote.parse(FOREIGN), VerifierKey.parse(WITNESS)
    assert verify(note, [key]) == (key,)
    seconds, _ = split_value(note.signatures[1].value)
    assert seconds == 1_767_139_200  # 31 December 2025, midnight UTC


def test_a_cosignature_of_another_program_covers_size_and_root() -> None:
    key = VerifierKey.parse(WITNESS)
    for bent in (
        FOREIGN.replace(b"\n300\n", b"\n301\n"),
        FOREIGN.replace(b"lCk", b"lCl"),
    ):
        with pytest.raises(DistrustError):
            verify(SignedNote.parse(bent), [key])


@given(st.integers(1, SECONDS_MAX), st.binary(min_size=64, max_size=64))
def test_a_value_splits_into_what_made_it(seconds: int, signature: bytes) -> None:
    assert split_value(cosignature_value(seconds, signature)) == (seconds, signature)


def test_what_is_signed_is_the_text_under_the_time() -> None:
    assert cosigned_message(b"text\n", 12) == b"cosignature/v1\ntime 12\ntext\n"


@pytest.mark.parametrize("seconds", [0, -1, SECONDS_MAX + 1])
def test_no_time_is_signed_that_another_program_could_not_read(seconds: int) -> None:
    with pytest.raises(MalformedError, match="time"):
        cosigned_message(b"text\n", seconds)


@pytest.mark.parametrize("size", [0, 8, 71, 73])
def test_a_value_of_another_length_is_none(size: int) -> None:
    with pytest.raises(MalformedError, match="want 72"):
        split_value(bytes(size))
