"""How every test runs: the same cases each time, and the touchy ones one by one."""

import fcntl
import gc
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from tests.foreign.program import foreign_log

__all__ = ["foreign_log"]

# A red test must be red again for the next person, so the cases are derived from the
# test itself. Deadlines measure the machine: on shared cores they fail at random.
settings.register_profile(
    "same",
    derandomize=True,
    deadline=None,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow],
)
# `make fuzz` looks for new cases instead.
settings.register_profile(
    "fuzz",
    settings.get_profile("same"),
    derandomize=False,
    max_examples=int(os.environ.get("KYA_FUZZ_EXAMPLES", "5000")),
)
settings.load_profile("same")


def pytest_collection_finish() -> None:
    """Let the collector pass over what stays to the end: all tests, all modules."""
    gc.collect()
    gc.freeze()


def pytest_sessionfinish() -> None:
    """End without going through everything that ten thousand tests have left."""
    gc.freeze()


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[None]:
    """Run one `serial` test at a time, whichever worker has it.

    Outermost, so that the time spent waiting does not count against the test. The lock
    is on this very file: every worker, and every other run in the checkout, has it.
    """
    if not item.get_closest_marker("serial"):
        return (yield)
    with Path(__file__).open("rb") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)
        return (yield)


@pytest.fixture(scope="session")
def observed_installation(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data directory whose agent has traded on paper for a fortnight; copy it."""
    from tests.observed import observed_at  # noqa: PLC0415  few tests need so much

    data = tmp_path_factory.mktemp("observed") / "kya-data"
    observed_at(data)
    return data
