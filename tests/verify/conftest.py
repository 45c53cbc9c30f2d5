from pathlib import Path

import pytest

from tests.verify.packages import Handed, busy_world, handed_over
from tests.world import World


@pytest.fixture(scope="session")
def world() -> World:
    return busy_world()


@pytest.fixture(scope="session")
def sound(world: World, tmp_path_factory: pytest.TempPathFactory) -> Handed:
    """A package that nobody writes to."""
    out = tmp_path_factory.mktemp("sound") / "evidence"
    return handed_over(world, out, 7, 11, 20)


@pytest.fixture
def package(sound: Handed, tmp_path: Path) -> Handed:
    """A copy of the sound package for a test to damage."""
    return sound.copy_to(tmp_path)
