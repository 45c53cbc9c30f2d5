"""Instants as they are written, moved by plain calendar arithmetic."""

from datetime import UTC, datetime, timedelta
from typing import Final

_LAST: Final = datetime.max.replace(tzinfo=UTC)


def moment(text: str) -> datetime:
    """Return the instant that is written."""
    return datetime.fromisoformat(text)


def later(text: str, by: timedelta) -> str:
    """Return the instant this much later in the one spelling, or the last there is."""
    then = moment(text)
    moved = _LAST if _LAST - then < by else then + by
    return f"{moved:%Y-%m-%dT%H:%M:%S.%fZ}"
