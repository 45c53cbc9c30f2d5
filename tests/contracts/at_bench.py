"""Contracts whose cases run in the loop of a bench, which is a test's own fixture."""

from collections.abc import Coroutine
from typing import Generic, Protocol, TypeVar

import pytest

T = TypeVar("T")


class Runs(Protocol):
    """A bench, as far as a contract needs it."""

    def run(self, work: Coroutine[None, None, T]) -> T: ...


B = TypeVar("B", bound=Runs)


class AtBench(Generic[B]):
    """Mix in before a contract; the test's module has a fixture `bench`."""

    runs: B

    @pytest.fixture(autouse=True)
    def at_bench(self, bench: B) -> None:
        self.runs = bench

    def run(self, case: Coroutine[None, None, T]) -> T:
        """Run one case in the bench's loop."""
        return self.runs.run(case)
