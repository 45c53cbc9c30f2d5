"""Orders and executions in the shape in which Kraken's REST API shows them."""

from dataclasses import dataclass
from decimal import Decimal

from kya.core.instant import MICROS_PER_SECOND, Instant


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownExecution:
    """One fill of an order; without a fee, nobody here was told it."""

    id: str
    order_id: str
    pair: str
    side: str
    kind: str
    price: Decimal
    volume: Decimal
    at: Instant
    fee: Decimal | None = None

    def shown(self) -> dict[str, object]:
        """Return what TradesHistory and QueryTrades say of it."""
        fee: dict[str, object] = {}
        if self.fee is not None:
            fee = {"fee": plain(self.fee)}
        return fee | {
            "ordertxid": self.order_id,
            "postxid": "",
            "pair": self.pair,
            "time": seconds(self.at),
            "type": self.side,
            "ordertype": self.kind,
            "price": plain(self.price),
            "cost": plain(self.price * self.volume),
            "vol": plain(self.volume),
            "margin": "0",
            "misc": "",
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownOrder:
    """An order as it stands; `price` is its limit, zero for a market order.

    `status` is one of Kraken's: open, closed, canceled, expired.
    """

    pair: str
    side: str
    kind: str
    price: Decimal
    volume: Decimal
    filled: Decimal
    cost: Decimal
    status: str
    reason: str
    client_id: str
    userref: str
    opened: Instant
    closed: Instant | None
    fee: Decimal | None = None
    executions: tuple[str, ...] = ()
    flags: str = "fciq"

    @property
    def is_open(self) -> bool:
        """Whether it may still be filled."""
        return self.status == "open"

    @property
    def words(self) -> str:
        """Say in Kraken's words what was ordered."""
        return described(self.side, self.volume, self.pair, self.price)

    def shown(self, *, with_executions: bool) -> dict[str, object]:
        """Return what OpenOrders, ClosedOrders and QueryOrders say of it."""
        mean = self.cost / self.filled if self.filled else Decimal(0)
        fields: dict[str, object] = {
            "refid": None,
            "userref": int(self.userref) if self.userref else None,
            "status": self.status,
            "opentm": seconds(self.opened),
            "starttm": 0,
            "expiretm": 0,
            "descr": {
                "pair": self.pair,
                "type": self.side,
                "ordertype": self.kind,
                "price": plain(self.price),
                "price2": "0",
                "leverage": "none",
                "order": self.words,
                "close": "",
            },
            "vol": plain(self.volume),
            "vol_exec": plain(self.filled),
            "cost": plain(self.cost),
            "price": plain(mean.quantize(Decimal("1e-10"))),
            "stopprice": "0.00000",
            "limitprice": "0.00000",
            "misc": "",
            "oflags": self.flags,
        }
        if self.fee is not None:
            fields["fee"] = plain(self.fee)
        if self.client_id:
            fields["cl_ord_id"] = self.client_id
        if self.closed is not None:
            fields |= {"closetm": seconds(self.closed), "reason": self.reason or None}
        if with_executions and self.executions:
            fields["trades"] = list(self.executions)
        return fields


def described(side: str, volume: Decimal, pair: str, limit: Decimal) -> str:
    """Say in Kraken's words what is ordered."""
    how = f"limit {plain(limit)}" if limit else "market"
    return f"{side} {plain(volume)} {pair} @ {how}"


def plain(figure: Decimal) -> str:
    """Return a figure without an exponent, and without zeros that say nothing."""
    text = format(figure, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def seconds(instant: Instant) -> float:
    """Return an instant in seconds since 1970, which the API writes as a float."""
    return instant.micros / MICROS_PER_SECOND
