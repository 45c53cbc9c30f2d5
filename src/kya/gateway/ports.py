"""Where the gateway meets the world: the time, the market, the venue and people."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Protocol

from kya.core import tokens
from kya.core.errors import MalformedError
from kya.core.exact_fill import require_exact
from kya.core.execution import Execution
from kya.core.instant import Instant
from kya.core.levels import Place
from kya.core.money import Money, Price, Quantity
from kya.core.order_events import VenueStatus
from kya.core.overlay import Policy, Said
from kya.core.price import ReferencePrice
from kya.gateway.alert import Alert
from kya.gateway.permit import Permit


class Clock(Protocol):
    """The gateway's one source of time."""

    def now(self) -> Instant:
        """Return the present instant; TransientError if nobody can tell it."""
        ...


class Prices(Protocol):
    """The market as one source saw it, from memory: it is asked while an order waits.

    Asking a network takes a task of the source's own, which keeps the newest prices.
    """

    def at(self, market: str, instant: Instant) -> ReferencePrice | None:
        """Return the newest price not after the instant, or None if there is none."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceStatus:
    """How a feed is doing: `fault` is empty while it brings prices.

    `refused` counts the lines that were no price or no newer one, `newest` says of when
    the newest price of each market is.
    """

    name: str
    fault: str
    refused: int
    newest: dict[str, Instant]


@dataclass(frozen=True, slots=True, kw_only=True)
class VenueAnswer:
    """What a venue says of one order; `filled` is in the order's own currency.

    `price_source` says where a paper venue took its price from, `detail` is the
    venue's own word; both may be empty.
    """

    status: VenueStatus
    filled: Money | None = None
    price: Price | None = None
    price_source: str = ""
    detail: str = ""
    exact: Quantity | None = None

    def __post_init__(self) -> None:
        """Refuse what no report can hold."""
        require_exact(self.filled, self.exact)
        for name, text in (
            ("price_source", self.price_source),
            ("detail", self.detail),
        ):
            if text:
                tokens.require_text(name, text)
        if not self.status.may_have(self.filled):
            msg = f"venue answer: {self.status.value} with filled {self.filled}"
            raise MalformedError(msg)


class Venue(Protocol):
    """Where orders become fills. It takes permits, and takes orders back.

    What is sent under one client id is carried out at most once, however often it
    comes; each call raises TransientError when its outcome is unknown.
    """

    async def submit(self, permit: Permit) -> VenueAnswer:
        """Send the order once; TransientError when its outcome is unknown.

        The venue knows the order by `permit.client_id` and executes it at most once.
        """
        ...

    async def replace(self, permit: Permit) -> VenueAnswer:
        """Send the order into the place of its target, both at once or neither.

        The target is cancelled then, and what was filled of it counts. REJECTED leaves
        it as it was.
        """
        ...

    async def cancel(self, permit: Permit) -> VenueAnswer:
        """Cancel the target: CANCELLED, or REJECTED where it does not rest any more."""
        ...

    async def recall(self, client_id: str) -> VenueAnswer | None:
        """Cancel a resting order on the gateway's own initiative.

        The answer is that order's own, as `query` gives it; it takes no permit, because
        it only takes risk away.
        """
        ...

    async def query(self, client_id: str) -> VenueAnswer | None:
        """Return what became of an order; TransientError when the venue cannot say.

        None promises that the venue never received it and will not execute it later.
        """
        ...


@dataclass(frozen=True, slots=True)
class Listed:
    """The next lines of a venue's list; `is_whole` if nothing stood behind them."""

    executions: tuple[Execution, ...]
    is_whole: bool


class Account(Protocol):
    """What a venue tells of the account that the gateway uses there."""

    async def balances(self) -> object:
        """Return the balances as the venue writes them; TransientError if it cannot."""
        ...


class DropCopy(Protocol):
    """A venue's own list of executions: all that happened there, whoever asked for it.

    Lines are only ever added, and one keeps its place. Whatever was executed before a
    question is in the answer to it, or in that to the next question where the answer
    is not whole.
    """

    async def listed(self, after: int) -> Listed:
        """Return the lines behind the first `after`; TransientError if nobody can.

        At most EXECUTIONS_COPIED_MAX, and at least one where there are any. That the
        list has less than `after` lines is a TransientError, too.
        """
        ...


@dataclass(frozen=True, slots=True)
class WatchedList:
    """A venue's list, and what is halted when something in it is unexplained.

    None halts nothing, which the firm must have said in words.
    """

    source: DropCopy
    halts: Place | None


class AlertTarget(Protocol):
    """Where people are told of incidents. Nothing on the road of an order asks it."""

    async def tell(self, alert: Alert) -> str:
        """Return the target's own word once it has taken the alert.

        It comes back within a time of its own. TransientError: not now, or nobody
        knows; the same alert may be told again, and `alert.id` says that it is the
        same. InputError: this alert will never be taken.
        """
        ...


@dataclass(frozen=True, slots=True)
class Recipient:
    """A target, and how long it is tried before an alert is given up."""

    target: AlertTarget
    give_up_micros: int


class PolicyAnswers(Protocol):
    """The engines of overlays: asked while an order waits, and so within a time."""

    async def ready(self, policies: Iterable[Policy]) -> None:
        """Return once these can be asked, or could not be made ready in time."""
        ...

    def ask(self, policy: Policy, question: bytes) -> Said:
        """Return what the policy says of the order in the question; never raises."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class MarketAccess:
    """The venues that orders leave for, by name, and the prices that judge them.

    Without prices, whatever is measured by one is denied; without policies, whatever an
    overlay must be asked about. `lists` are the venues' own lists of executions, by
    venue, as far as they have any.
    """

    venues: Mapping[str, Venue]
    prices: Prices | None = None
    policies: PolicyAnswers | None = None
    lists: Mapping[str, WatchedList] = field(
        default_factory=lambda: MappingProxyType({})
    )
