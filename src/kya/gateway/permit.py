"""A permit: the proof that an order may leave."""

from dataclasses import dataclass

from kya.core.client_id import client_id_of
from kya.core.order import Order
from kya.core.scope import Mode


@dataclass(frozen=True, slots=True, kw_only=True)
class Permit:
    """An order that is allowed and whose decision is durable in the log.

    Minted only in `kya.gateway.pipeline.Gateway.submit`.

    `leaf` is the leaf hash of the order's entry, `index` its place in the log, `target`
    the leaf hash of the working order that it replaces or cancels, if it does.
    """

    order: Order
    leaf: str
    mode: Mode
    index: int
    target: str | None = None

    @property
    def target_client_id(self) -> str | None:
        """The name under which the venue knows the order that this one acts on."""
        return None if self.target is None else client_id_of(self.target)

    @property
    def client_id(self) -> str:
        """The name under which the venue knows the order."""
        return client_id_of(self.leaf)
