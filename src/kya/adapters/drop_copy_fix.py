"""The drop copy of a FIX venue: what its reports say was executed, in their order."""

from kya.adapters.drop_copy_memory import lines_behind
from kya.adapters.venue_fix import FixVenue
from kya.gateway.ports import Listed


class FixDropCopy:
    """Reads the list that the session has filled."""

    def __init__(self, venue: FixVenue) -> None:
        """Read the list of this venue's session."""
        self._venue = venue

    async def listed(self, after: int) -> Listed:
        """Return the next lines, once everything has come that was said before."""
        await self._venue.link.flushed()
        return lines_behind(self._venue.executions.lines, after)
