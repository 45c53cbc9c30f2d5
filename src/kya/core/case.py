"""A case: everything a decision may depend on, and nothing else."""

from dataclasses import dataclass, field

from kya.core.baseline import Likeness
from kya.core.credential import Credential, Grant
from kya.core.crossing import Facing
from kya.core.errors import CorruptionError
from kya.core.halt import HaltOrdered
from kya.core.incident_watch import Watch
from kya.core.instant import MICROS_PER_DAY, Instant
from kya.core.levels import Place, places_of
from kya.core.money import Money
from kya.core.order import Action, Order
from kya.core.overlay import AskedOverlay
from kya.core.override import OverrideGranted
from kya.core.past import Past
from kya.core.place_limits import LimitedPlace
from kya.core.price import ReferencePrice
from kya.core.reservation import Target
from kya.core.runtime import Runtime
from kya.core.scope import Scope
from kya.core.session import Session
from kya.core.valuation import Quotes, usable_of, worth_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """An authenticated order and the state of the world as the log tells it.

    `past` is the agent's past as the UTC day of `received_at` sees it; `scope` is what
    the credential grants. `session` is the agent's newest one if it was started under
    this credential, `pinned` the runtime that the agent may run, if one is pinned,
    `override` the one that waits for this very order line, if it is not over, and
    `target` the order that this one replaces or cancels, if that is working. `halts`
    are those in force where the order goes, in the order of the levels, as are
    `place_limits`, each with what all agents have used there, and `facing` is
    the firm's working order that this one would meet first, if it would meet one.
    `overlays` are those in force by name, each with what it said, if it was asked.

    `watch` is what the mandate says of incidents, and the agent's own that is not over.

    `likeness` says how like its agent's past the order is, where a baseline is locked.

    `price` is to be of the order's market, `conversion` of one that leads on to the
    scope's currency. `usable` is that price if the order may be measured by it, and
    `worth` follows from both: the order's value in the scope's currency, or None if
    nobody can say. What this refuses is our own mistake, never the agent's.
    """

    order: Order
    received_at: Instant
    credential: Credential
    scope: Scope
    likeness: Likeness | None
    past: Past
    price: ReferencePrice | None
    session: Session | None
    pinned: Runtime | None
    override: OverrideGranted | None = None
    halts: tuple[HaltOrdered, ...] = ()
    place_limits: tuple[LimitedPlace, ...] = ()
    conversion: ReferencePrice | None = None
    target: Target | None = None
    facing: Facing | None = None
    overlays: tuple[AskedOverlay, ...] = ()
    watch: Watch | None = None
    usable: ReferencePrice | None = field(init=False)
    worth: Money | None = field(init=False)

    def __post_init__(self) -> None:
        """Refuse a case whose parts belong to different stories."""
        if self.past.day.number != self.received_at.micros // MICROS_PER_DAY:
            msg = f"case: past of {self.past.day} for an order of {self.received_at}"
            raise CorruptionError(msg)
        order, credential = self.order, self.credential
        if order.credential != credential.digest or order.agent != credential.name:
            msg = f"case: the order names another credential than {credential.digest}"
            raise CorruptionError(msg)
        session = self.session
        if session is not None and (session.agent, session.credential) != (
            order.agent,
            order.credential,
        ):
            msg = f"case: the session is not one of {order.agent} under its credential"
            raise CorruptionError(msg)
        if self.override is not None:
            self._require_fitting(self.override)
        if self.target is not None:
            self._require_target(self.target.order)
        running = None if self.watch is None else self.watch.incident
        if running is not None and running.agent != order.agent:
            msg = f"case: incident {running.id} is not one of {order.agent}"
            raise CorruptionError(msg)
        if self.halts:
            self._require_touched("halts", [each.halt.place for each in self.halts])
        if self.place_limits:
            limited = [each.limits.place for each in self.place_limits]
            self._require_touched("limits", limited)
        scope, granted = self.scope, self.grant.scope
        if scope is not granted and scope != granted:
            msg = f"case: the scope is not the one that {credential.digest} grants"
            raise CorruptionError(msg)
        # Derived once, then frozen: half a dozen controls measure by it.
        quotes = Quotes(
            usable_of(self.quote, scope, self.received_at),
            usable_of(self.conversion, scope, self.received_at),
        )
        object.__setattr__(self, "usable", quotes.market)
        object.__setattr__(self, "worth", worth_of(order, scope, quotes))

    def _require_fitting(self, granted: OverrideGranted) -> None:
        """Raise unless the override is this agent's, and not over."""
        if not granted.serves(self.order.agent, self.received_at):
            msg = (
                f"case: override {granted.leaf} is over, or not for {self.order.agent}"
            )
            raise CorruptionError(msg)

    def _require_target(self, target: Order) -> None:
        """Raise unless the target is the order that this one acts on."""
        order = self.order
        named = (target.agent, target.seq) == (order.agent, order.target)
        if not named or target.action is Action.CANCEL:
            msg = f"case: order {order.seq} does not act on {target.agent} {target.seq}"
            raise CorruptionError(msg)

    def _require_touched(self, what: str, places: list[Place]) -> None:
        """Raise unless each place is one of the order's, in their order, each once."""
        touched = [p for p in places_of(self.order, self.scope) if p in places]
        if places != touched:
            msg = f"case: {what} of {', '.join(map(str, places))} for another order"
            raise CorruptionError(msg)

    @property
    def quote(self) -> ReferencePrice | None:
        """The price of the order's own market; one of another market is none."""
        price = self.price
        return None if price is None or price.market != self.order.market else price

    @property
    def grant(self) -> Grant:
        """What the credential grants: scope, mandate and their digests."""
        return self.credential.granted
