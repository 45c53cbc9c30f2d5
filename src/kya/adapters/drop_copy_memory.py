"""A venue's list in memory: whoever holds it writes the lines."""

from collections.abc import Iterable

from kya.core.errors import TransientError
from kya.core.execution import Execution
from kya.core.limits import EXECUTIONS_COPIED_MAX
from kya.gateway.ports import Listed


class MemoryDropCopy:
    """Answers with the lines that it was given, in their order."""

    def __init__(self, lines: Iterable[Execution] = ()) -> None:
        """Begin with these lines."""
        self.lines = list(lines)

    async def listed(self, after: int) -> Listed:
        """Return the next lines; TransientError for a place that is not there."""
        return lines_behind(self.lines, after)


def lines_behind(lines: list[Execution], after: int) -> Listed:
    """Return the next lines of a list; TransientError for a place that is not there."""
    if after > len(lines):
        msg = f"drop copy: the list has {len(lines)} lines; want {after} or more"
        raise TransientError(msg)
    end = after + EXECUTIONS_COPIED_MAX
    return Listed(tuple(lines[after:end]), is_whole=end >= len(lines))
