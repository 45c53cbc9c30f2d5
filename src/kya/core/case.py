"""A case: everything a decision may depend on, and nothing else."""

from dataclasses import dataclass

from kya.core.baseline import Baseline
from kya.core.credential import Credential
from kya.core.errors import CorruptionError
from kya.core.instant import Instant
from kya.core.order import Order
from kya.core.past import Past
from kya.core.price import ReferencePrice
from kya.core.scope import Scope


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """An authenticated order and the state of the world as the log tells it.

    `past` is the agent's past as the UTC day of `received_at` sees it; `scope` is what
    the credential grants.
    """

    order: Order
    received_at: Instant
    credential: Credential
    scope: Scope
    baseline: Baseline | None
    past: Past
    price: ReferencePrice | None

    def __post_init__(self) -> None:
        """Refuse a case whose parts belong to different stories."""
        if self.past.day.number != self.received_at.micros // 86_400_000_000:
            msg = f"case: past of {self.past.day} for an order of {self.received_at}"
            raise CorruptionError(msg)
        if self.order.credential != self.credential.digest:
            msg = "case: the order names another credential"
            raise CorruptionError(msg)
