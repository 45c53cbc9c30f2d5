import pytest

from kya.core import errors
from kya.core.errors import shown


def test_malformed_input_is_wrong_input() -> None:
    assert issubclass(errors.MalformedError, errors.InputError)


@pytest.mark.parametrize(
    "kind",
    [
        errors.InputError,
        errors.DistrustError,
        errors.TransientError,
        errors.CorruptionError,
    ],
)
def test_the_four_faults_are_told_apart(kind: type[errors.KyaError]) -> None:
    assert kind.__mro__[1] is errors.KyaError


def test_shows_short_values_as_they_are() -> None:
    assert shown("three\n") == r"'three\n'"
    assert shown(-3) == "-3"


def test_shows_long_values_cut_short() -> None:
    assert shown("x" * 100_000) == "'" + "x" * 59


def test_shows_integers_of_any_size() -> None:
    assert shown(-(1 << 100_000)) == "an integer of 100001 bits"
