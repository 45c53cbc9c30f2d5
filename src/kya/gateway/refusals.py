"""What the gateway answers, unlogged, to an order that it cannot judge now."""

from kya.core.errors import InputError, TransientError
from kya.core.past import Past


class OutOfTurnError(InputError):
    """The order is not the agent's next one; `expected_seq` and `expected_prev` are."""

    def __init__(self, reason: str, past: Past) -> None:
        super().__init__(reason)
        self.expected_seq = past.seq + 1
        self.expected_prev = past.prev


class CongestedError(TransientError):
    """Too much is under way for this agent; nothing was logged or released."""
