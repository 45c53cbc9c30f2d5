"""The shell verifier over logs with sessions, pinned runtimes and shown regions."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.evidence.shell_package import ShellPackage, build
from tests.evidence.test_verify_sh import holds, path_with, pytestmark, verify
from tests.sessions import told, workload_world
from tests.verify.test_workloads import (
    a_document_for_another_region,
    a_forged_document,
    a_pin_by_one_person,
    a_session_dated_ahead,
    a_session_played_again,
    a_session_that_the_agent_did_not_sign,
    an_anchor_that_nobody_has_set,
)
from tests.world import World

__all__ = ["pytestmark"]


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> ShellPackage:
    return build(tmp_path_factory.mktemp("workload"), workload_world())


@pytest.mark.parametrize("awk", ["mawk", "gawk"])
def test_every_decision_comes_out_byte_for_byte(
    good: ShellPackage, awk: str, tmp_path: Path
) -> None:
    answer = holds(good, PATH=path_with(awk, tmp_path))
    assert "10 of 10 decisions come out again byte for byte" in answer.reasons["Q5"]
    assert "4 allowed, 6 denied, 0 refused" in answer.reasons["Q5"]


@pytest.mark.parametrize(
    ("forge", "why"),
    [
        (a_forged_document, "the signature of the instance document does not fit"),
        (a_document_for_another_region, "its region is not attested"),
        (an_anchor_that_nobody_has_set, "its region is not attested"),
        (a_session_played_again, "does not follow the session before it"),
        (a_session_dated_ahead, "was not made when it came"),
        (a_session_that_the_agent_did_not_sign, "not signed under the certificate"),
        (a_pin_by_one_person, "want two operators"),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_a_forged_workload_is_found(
    tmp_path: Path, forge: Callable[[World], None], why: str
) -> None:
    world = World()
    told(world)
    world.trade()
    forge(world)
    answer = verify(build(tmp_path, world))
    assert "Q5" in answer.failing(), answer.text + answer.talk
    assert why in answer.text
