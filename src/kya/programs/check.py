"""A dry run: what would be decided of an order now, by the one function that decides.

Nothing is signed, sent or written. What only the gateway knows, its prices and its
answers of overlays, is not asked here; what needs it is denied as everywhere, and the
answer says so.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

import msgspec

from kya.client.wishes import AssumedPrice, CheckTold, Wish
from kya.codec import canonical
from kya.codec.decisions import parse_decision, render_decision
from kya.codec.orders import ORDER_TYPE, OrderLine, parse_order
from kya.console.order_story import score_text
from kya.core.admission import objection
from kya.core.case_of import case_of
from kya.core.decide import decide
from kya.core.decision import Decision
from kya.core.errors import InputError, MalformedError
from kya.core.instant import Instant
from kya.core.money import Price
from kya.core.order_events import OrderSubmitted
from kya.core.price import ReferencePrice
from kya.core.price_markets import markets_to_price
from kya.core.state import AgentState, State
from kya.core.tokens import NO_DIGEST
from kya.gateway.quotes import inputs_at
from kya.programs.told import controls_told

_PRICES_MAX: Final = 16
_ASSUMED: Final = "assumed by who asks"
_DECODER: Final = msgspec.json.Decoder(Wish)
_NO_PRICE: Final = "prices: none of {} was assumed, and no feed is asked"
_NO_OVERLAY: Final = "overlays: {} is asked by the gateway alone"


class AssumedPrices:
    """The prices of a wish, as of the instant at which they are asked for."""

    def __init__(self, assumed: Sequence[AssumedPrice]) -> None:
        """Take them; MalformedError for what is no price."""
        if len(assumed) > _PRICES_MAX:
            raise MalformedError(f"prices: want at most {_PRICES_MAX}")
        self._quotes: Mapping[str, tuple[Price, Price]] = {
            each.market: (Price.parse(each.bid), Price.parse(each.ask))
            for each in assumed
        }

    def at(self, market: str, instant: Instant) -> ReferencePrice | None:
        """Return the price that was assumed for the market, if one was."""
        quote = self._quotes.get(market)
        if quote is None:
            return None
        bid, ask = quote
        return ReferencePrice(
            market=market, bid=bid, ask=ask, at=instant, source=_ASSUMED
        )


def parse_wish(raw: bytes) -> Wish:
    """Return the wish that the JSON holds; MalformedError otherwise."""
    try:
        return _DECODER.decode(raw)
    except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
        raise MalformedError(f"order: {error}") from error


def checked(wish: Wish, state: State, size: int, now: Instant) -> CheckTold:
    """Return what would be decided; InputError for an order that cannot be one."""
    agent = state.agents.get(wish.agent)
    if agent is None:
        raise InputError(f"{wish.agent}: no such agent is on record")
    submitted = _submitted(wish, agent, now)
    against = objection(state, submitted)
    if against is not None:
        raise InputError(against)
    credential = state.credentials[submitted.order.credential]
    prices = AssumedPrices(wish.prices)
    inputs = inputs_at(prices, submitted.order, credential, now)
    decision = decide(case_of(state, submitted, inputs))
    return _told(decision, size)


def _submitted(wish: Wish, agent: AgentState, now: Instant) -> OrderSubmitted:
    """Return the wish as the agent's next order, signed by nobody."""
    seq, session = agent.past.seq + 1, agent.session_started
    region = wish.region or ("" if session is None else session.session.region)
    if not region:
        raise InputError("region: want one, for the agent has started no session")
    unset = msgspec.UNSET
    line = canonical.encode_line(
        OrderLine(
            type_=ORDER_TYPE,
            agent=wish.agent,
            amount=wish.amount,
            client_order_id=f"check-{seq}",
            created_at=str(now),
            credential=agent.credential,
            currency=wish.currency,
            market=wish.market,
            prev=agent.past.prev,
            region=region,
            seq=seq,
            side=wish.side,
            time_in_force=wish.time_in_force,
            type=wish.type,
            venue=wish.venue,
            action=unset if wish.action == "new" else wish.action,
            limit_price=unset if wish.limit_price is None else wish.limit_price,
            target=unset if wish.target is None else wish.target,
        )
    )
    return OrderSubmitted(
        order=parse_order(line), line_digest=canonical.digest(line), leaf=NO_DIGEST
    )


def _told(decision: Decision, size: int) -> CheckTold:
    """Return the decision as it would be written, and what was not known for it."""
    likeness = decision.case.likeness
    line = parse_decision(render_decision(decision, NO_DIGEST))
    return CheckTold(
        outcome=line.outcome,
        reasons=line.reasons,
        controls=controls_told(line),
        score=None if likeness is None else score_text(likeness.score.value),
        size=size,
        at=line.received_at,
        not_known=list(_not_known(decision)),
    )


def _not_known(decision: Decision) -> Iterator[str]:
    """Yield what the gateway would have asked, and this could not."""
    case = decision.case
    market, _ = markets_to_price(case.order, case.scope)
    if market is not None and case.price is None:
        yield _NO_PRICE.format(market)
    for each in case.overlays:
        yield _NO_OVERLAY.format(each.name)
