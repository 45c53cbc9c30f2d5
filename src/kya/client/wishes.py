"""What a program sends, and what comes of it: orders to be checked, and notes."""

from kya.client.models import ControlTold, Told


class AssumedPrice(Told, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A price that a check assumes: no feed is asked."""

    market: str
    bid: str
    ask: str


class Wish(Told, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An order that nobody has signed, to be judged and not sent.

    Without `region` it is that of the agent's session.
    """

    agent: str
    market: str
    side: str
    amount: str
    currency: str
    venue: str
    type: str = "MARKET"
    limit_price: str | None = None
    time_in_force: str = "IOC"
    region: str | None = None
    action: str = "new"
    target: int | None = None
    prices: tuple[AssumedPrice, ...] = ()


class CheckTold(Told, frozen=True, kw_only=True):
    """What would be decided of a wish after `size` entries; nothing was written.

    `not_known` says what the gateway would ask, and this check could not.
    """

    outcome: str
    reasons: list[str]
    controls: list[ControlTold]
    score: str | None
    size: int
    at: str
    not_known: list[str]


class Recorded(Told, frozen=True, kw_only=True):
    """A note is on record from this entry on."""

    index: int


class ProblemTold(Told, frozen=True, kw_only=True):
    """A problem document (RFC 9457)."""

    type: str
    title: str
    status: int
    detail: str
