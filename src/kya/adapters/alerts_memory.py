"""A target in memory, for whoever is in the same process."""

from kya.core.errors import InputError, TransientError
from kya.gateway.alert import Alert


class MemoryTarget:
    """Keeps what it is told. `fault` is raised once an alert has come, if it is set."""

    def __init__(self) -> None:
        """Know of nothing yet."""
        self.told: list[Alert] = []
        self.fault: TransientError | InputError | None = None

    async def tell(self, alert: Alert) -> str:
        """Keep the alert."""
        self.told.append(alert)
        if self.fault is not None:
            raise self.fault
        return "kept in memory"
