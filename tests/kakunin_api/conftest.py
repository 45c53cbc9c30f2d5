"""One gateway with its agent, and one server beside it, for the tests of a file."""

from collections.abc import Iterator

import pytest

from tests.cli.conftest import office, trading
from tests.cli.terminal import Up
from tests.kakunin_api.moved import Client, Served, client_of, served

__all__ = ["office", "trading"]


@pytest.fixture(scope="module")
def here(trading: Up) -> Iterator[Served]:
    """The server beside the gateway of `trading`."""
    with served(trading) as running:
        yield running


@pytest.fixture(scope="module")
def client(here: Served) -> Iterator[Client]:
    """The published client with a token of every right."""
    with client_of(here) as running:
        yield running
