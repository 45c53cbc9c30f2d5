import pytest

from tests.verify.packages import Handed, busy_world, handed_over


@pytest.fixture(scope="session")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Handed:
    """A package with orders allowed, denied and refused, that nobody writes to."""
    return handed_over(busy_world(), tmp_path_factory.mktemp("report") / "evidence")
