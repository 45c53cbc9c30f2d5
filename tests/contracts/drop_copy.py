"""What every venue's list must do, whatever is behind it.

A test subclasses `DropCopyContract` and says how to make a list with so many lines.
"""

import asyncio
from collections.abc import Coroutine
from typing import TypeVar

import pytest

from kya.core.errors import TransientError
from kya.core.limits import EXECUTIONS_COPIED_MAX
from kya.gateway.ports import DropCopy

T = TypeVar("T")


class DropCopyContract:
    """Subclass, and make a list of `count` executions."""

    def a_list(self, count: int) -> DropCopy:
        raise NotImplementedError

    def run(self, case: Coroutine[None, None, T]) -> T:
        """Run one question in the list's loop."""
        return asyncio.run(case)

    def test_an_empty_list_is_whole(self) -> None:
        listed = self.run(self.a_list(0).listed(0))
        assert (listed.executions, listed.is_whole) == ((), True)

    def test_lines_keep_their_places(self) -> None:
        source = self.a_list(3)
        whole = self.run(source.listed(0))
        assert len({line.execution_id for line in whole.executions}) == 3
        rest = self.run(source.listed(1))
        assert rest.executions == whole.executions[1:]
        assert self.run(source.listed(3)).executions == ()

    def test_a_long_list_comes_in_pages(self) -> None:
        source = self.a_list(EXECUTIONS_COPIED_MAX + 1)
        first = self.run(source.listed(0))
        assert len(first.executions) == EXECUTIONS_COPIED_MAX
        assert not first.is_whole
        last = self.run(source.listed(EXECUTIONS_COPIED_MAX))
        assert len(last.executions) == 1
        assert last.is_whole

    def test_a_list_that_has_lost_lines_is_not_read(self) -> None:
        with pytest.raises(TransientError, match="1 lines; want 2"):
            self.run(self.a_list(1).listed(2))
