"""The road that bots share where no test wants a fault."""

from collections.abc import Iterator

import pytest

from tests.bots.road import Road, a_road


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Road]:
    """One road for the tests of a module that want no faults."""
    with a_road(tmp_path_factory.mktemp("road")) as road:
        yield road
