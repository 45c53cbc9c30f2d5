import pytest

from tests.story.others.telling import TABLE


@pytest.fixture
def here(request: pytest.FixtureRequest) -> str:
    """What the table says that comes out here, in the row named after the test."""
    return TABLE[request.node.name.removeprefix("test_")]
