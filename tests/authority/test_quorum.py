import pytest

from kya.authority.quorum import Quorum
from kya.core.errors import DistrustError, InputError

NAMED = Quorum(directors=frozenset({"anna", "bernd", "carla"}), signatures_min=2)


def test_two_of_any_are_enough_where_nobody_is_named() -> None:
    Quorum().require(["x", "y"])


def test_enough_of_those_named_are_enough() -> None:
    NAMED.require(["anna", "carla"])


@pytest.mark.parametrize("names", [[], ["anna"], ["anna", "anna"]])
def test_too_few_are_told_who_is_missing(names: list[str]) -> None:
    given = names[0] if names else "nobody"
    wanted = f"want 2 of anna, bernd, carla; signed by {given}"
    with pytest.raises(DistrustError, match=wanted):
        NAMED.require(names)


def test_somebody_else_does_not_count_and_is_named() -> None:
    with pytest.raises(DistrustError, match="mallory is none of anna, bernd, carla"):
        NAMED.require(["anna", "bernd", "mallory"])


@pytest.mark.parametrize("signatures_min", [0, 1, 4])
def test_a_rule_is_neither_below_the_logs_nor_impossible(signatures_min: int) -> None:
    with pytest.raises(InputError, match="directors_min: want 2 to 3"):
        Quorum(directors=NAMED.directors, signatures_min=signatures_min)


def test_a_directors_name_must_be_one() -> None:
    with pytest.raises(InputError, match="directors: want"):
        Quorum(directors=frozenset({"../x", "anna"}))
