import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kya.core.errors import MalformedError
from kya.core.lei import Lei

KNOWN = "529900T8BM49AURSDO55"  # A published identifier.

bodies = st.text(string.ascii_uppercase + string.digits, min_size=18, max_size=18)


def checked(body: str) -> str:
    """The body with its check digits: 98 less the remainder (ISO 7064)."""
    rest = int("".join(str(int(character, 36)) for character in f"{body}00")) % 97
    return f"{body}{98 - rest:02d}"


def test_a_published_identifier_is_one() -> None:
    assert str(Lei(KNOWN)) == KNOWN


@given(bodies)
def test_check_digits_that_agree_are_taken(body: str) -> None:
    assert Lei(checked(body)).text == checked(body)


@given(bodies, st.integers(0, 17), st.sampled_from(string.digits))
def test_one_wrong_character_is_found(body: str, place: int, digit: str) -> None:
    text = checked(body)
    wrong = text[:place] + digit + text[place + 1 :]
    if wrong == text:
        return
    with pytest.raises(MalformedError, match="check digits that agree"):
        Lei(wrong)


@pytest.mark.parametrize(
    "text",
    ["", KNOWN[:-1], KNOWN + "0", KNOWN.lower(), KNOWN[:-2] + "٥٥", f"{KNOWN}\n"],
)
def test_what_is_not_twenty_characters_is_refused(text: str) -> None:
    with pytest.raises(MalformedError, match="lei: want"):
        Lei(text)
