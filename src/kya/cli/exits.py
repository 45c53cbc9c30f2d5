"""Exit codes: what a script may conclude."""

from enum import IntEnum


class Exit(IntEnum):
    """The closed set of exit codes."""

    YES = 0
    NO = 1
    USAGE = 2
    CANNOT_TELL = 3
    WORLD = 4
    BUG = 70
    INTERRUPTED = 130
