"""The shell verifier over logs with overrides."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.evidence.shell_package import build
from tests.evidence.test_verify_sh import holds, path_with, pytestmark, verify
from tests.verify.test_overrides import (
    allowed_by_nobody,
    an_override_beside_another,
    an_override_by_one_person,
    an_override_by_two_operators,
    an_override_for_a_decided_order,
    an_override_of_a_credential,
    overridden_world,
)
from tests.world import World

__all__ = ["pytestmark"]


@pytest.mark.parametrize("awk", ["mawk", "gawk"])
def test_an_overridden_decision_comes_out_byte_for_byte(
    awk: str, tmp_path: Path
) -> None:
    package = build(tmp_path / "made", overridden_world())
    answer = holds(package, PATH=path_with(awk, tmp_path))
    assert "but for 1 where two people set a limit aside" in answer.reasons["Q4"]
    assert "2 of 2 decisions come out again byte for byte" in answer.reasons["Q5"]


@pytest.mark.parametrize(
    ("forge", "why"),
    [
        (an_override_by_one_person, "want risk management and another person"),
        (an_override_by_two_operators, "want risk management and another person"),
        (an_override_of_a_credential, "sets aside what nobody may"),
        (an_override_for_a_decided_order, "the order is decided already"),
        (an_override_beside_another, "another one waits for this order"),
        (allowed_by_nobody, "order.amount_max"),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_a_forged_override_is_found(
    tmp_path: Path, forge: Callable[[World], None], why: str
) -> None:
    world = overridden_world()
    forge(world)
    answer = verify(build(tmp_path, world))
    assert "Q4" in answer.failing(), answer.text + answer.talk
    assert why in answer.text
