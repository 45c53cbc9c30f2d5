"""One gateway for the tests of a file, with a mandate for an agent that is enrolled."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.terminal import Up, a_draft, founded_at, stored, up


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Up]:
    """A gateway at work; its log holds only the opening."""
    with up(founded_at(tmp_path_factory.mktemp("office") / "data")) as running:
        yield running


@pytest.fixture(scope="module")
def trading(office: Up) -> Up:
    """The same gateway with the agent `bot` enrolled."""
    draft = stored(office.data / "draft.json", a_draft())
    signed = office.kya("mandate", "sign", draft, "--as", "anna", "--as", "bernd")
    assert signed.code == 0, signed.err
    enrolled = office.enrol("bot")
    assert enrolled.code == 0, enrolled.err
    return office


@pytest.fixture
def nowhere(tmp_path: Path) -> Path:
    """A directory that holds no installation."""
    return tmp_path / "nothing"
