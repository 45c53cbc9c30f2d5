"""Events of the drop copy: a venue's own list, and what is unexplained."""

from dataclasses import dataclass

from kya.core import tokens
from kya.core.errors import MalformedError
from kya.core.execution import Execution
from kya.core.instant import Instant
from kya.core.levels import Place
from kya.core.limits import EXECUTIONS_COPIED_MAX, SEQ_MAX
from kya.core.matching import Unexplained


@dataclass(frozen=True, slots=True, kw_only=True)
class DropCopied:
    """The lines of a venue's list behind the position `after` are on record.

    `until` is up to when the list is whole with them.
    """

    venue: str
    after: int
    executions: tuple[Execution, ...]
    until: Instant
    at: Instant

    def __post_init__(self) -> None:
        """Refuse a list of nowhere, or from nowhere."""
        tokens.require(tokens.VENUE, "venue", self.venue)
        if not 0 <= self.after <= SEQ_MAX - EXECUTIONS_COPIED_MAX:
            msg = f"after: want 0 or more, got {self.after}"
            raise MalformedError(msg)
        if len(self.executions) > EXECUTIONS_COPIED_MAX:
            msg = f"executions: want at most {EXECUTIONS_COPIED_MAX}"
            raise MalformedError(msg)
        if self.until > self.at:
            msg = f"until: {self.until} lies after {self.at}"
            raise MalformedError(msg)


@dataclass(frozen=True, slots=True, kw_only=True)
class ExecutionUnexplained:
    """The log does not know of this, or knows otherwise; `place` was halted for it.

    No place, where the firm has said that nothing is to be halted.
    """

    venue: str
    found: Unexplained
    place: Place | None
    at: Instant

    def __post_init__(self) -> None:
        """Refuse what names nothing."""
        tokens.require(tokens.VENUE, "venue", self.venue)
        found = self.found
        if found.client_id:
            tokens.require(tokens.FOREIGN, "client_id", found.client_id)
        tokens.require_text("expected", found.expected)
        if found.execution is None:
            if found.position != 0:
                msg = "position: want 0 without an execution"
                raise MalformedError(msg)
            return
        tokens.require_count("position", found.position)
        if found.client_id != found.execution.client_id:
            msg = "client_id: want the execution's own"
            raise MalformedError(msg)
