"""The incident file: what the log knows around an incident, for whoever looks into it.

One canonical line of JSON. Every part names the entries that it comes from, so that it
can be derived again; what is not in the log stands there by its SHA-256 alone.
"""

from dataclasses import dataclass, field
from fractions import Fraction
from statistics import median_low
from typing import Any, Final

import msgspec

from kya.codec import canonical
from kya.codec.decisions import DECISION_TYPE
from kya.codec.note import SignedNote
from kya.codec.orders import ORDER_TYPE
from kya.core.instant import Instant

FILE_TYPE: Final = "kya/incident-file/v1"
ORDERS_BEFORE: Final = 20
_DAY_SECONDS: Final = 86_400
_BPS: Final = 10_000
_PEOPLE: Final = frozenset(
    {
        "kya/certificate/v1",
        "kya/halt/v1",
        "kya/override/v1",
        "kya/place-limits/v1",
        "kya/overlay/v1",
        "kya/registration/v1",
        "kya/resume/v1",
        "kya/rearm/v1",
        "kya/runtime/v1",
        "kya/schedule/v1",
        "kya/standing/v1",
    }
)
"""Acts of power, by people and the authority, that stand around an incident."""

Fields = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which incident: the leaf hash of its order, its agent, and when it was opened."""

    incident: str
    agent: str
    opened_at: Instant


@dataclass(slots=True)
class IncidentFile:
    """Takes the entries of the log one by one, and then renders what counts of them."""

    wanted: Wanted
    _order: tuple[int, Fields, bool] | None = None
    _opened: Fields = field(default_factory=Fields)
    _before: list[Fields] = field(default_factory=list[Fields])
    _acts: list[Fields] = field(default_factory=list[Fields])
    _quotes: dict[str, list[Fields]] = field(default_factory=dict[str, "list[Fields]"])
    _session: Fields | None = None

    def take(self, index: int, raw: bytes) -> None:
        """Look at the next entry."""
        note = SignedNote.parse(raw)
        said: Fields = msgspec.json.decode(note.text)
        kind = said["_type"]
        if kind == ORDER_TYPE:
            self._order = (
                index,
                said,
                canonical.leaf_digest(raw) == self.wanted.incident,
            )
        elif kind == DECISION_TYPE:
            self._take_decision(index, said)
        elif kind == "kya/session-start/v1" and not self._opened:
            self._take_session(index, said)
        elif kind in _PEOPLE:
            self._take_act(index, said, note)

    def render(self, bot_log: bytes | None = None) -> bytes:
        """Return the file; `bot_log` is what the bot wrote down, of which a hash stays.

        Nothing stands under `opened` if the log does not hold the incident.
        """
        order = self._opened.get("order", {})
        return canonical.encode_line(
            {
                "_type": FILE_TYPE,
                "acts": self._acts,
                "bot_log": None if bot_log is None else canonical.digest(bot_log),
                "incident": self.wanted.incident,
                "market": self._market(order.get("market", "")),
                "opened": self._opened,
                "orders_before": self._before[-ORDERS_BEFORE:],
                "session": self._session,
            }
        )

    def _take_decision(self, index: int, said: Fields) -> None:
        """Keep the decision that opened it, those before, and the prices of the day."""
        if self._order is None:
            return
        placed, order, opens = self._order
        price = said["price"]
        if price is not None and self._is_of_the_day(said["received_at"]):
            quote = {"ask": price["ask"], "at": price["at"], "bid": price["bid"]}
            self._quotes.setdefault(price["market"], []).append(
                {**quote, "entry": index}
            )
        if opens:
            self._opened = {"decision": said, "entry": placed, "order": order}
        elif said["agent"] == self.wanted.agent and not self._opened:
            self._before.append(_line(placed, order, said))
            del self._before[:-ORDERS_BEFORE]

    def _is_of_the_day(self, received_at: str) -> bool:
        """Tell whether it is of the incident's UTC day, and not after its opening."""
        opened = str(self.wanted.opened_at)
        return received_at[:10] == opened[:10] and received_at <= opened

    def _take_session(self, index: int, said: Fields) -> None:
        """Keep the agent's newest session before it: what it said of where it runs."""
        if said["agent"] == self.wanted.agent:
            shown = ("at", "region", "region_evidence", "session")
            self._session = {"entry": index, **{name: said[name] for name in shown}}

    def _take_act(self, index: int, said: Fields, note: SignedNote) -> None:
        """Keep acts of power from the day before the opening on."""
        since = self.wanted.opened_at.plus(seconds=-_DAY_SECONDS)
        if said["at"] >= str(since):
            names = sorted({each.name for each in note.signatures})
            act = {"at": said["at"], "entry": index, "kind": said["_type"]}
            self._acts.append(
                {**act, "signed_by": names, "why": said.get("reason", "")}
            )

    def _market(self, market: str) -> Fields | None:
        """Return how the market was when it happened, against its own day so far."""
        quotes = self._quotes.get(market, [])
        spreads = [_bps(_spread(each)) for each in quotes]
        if not spreads:
            return None
        mids = [_middle(each) for each in quotes]
        return {
            "entries": [quotes[0]["entry"], quotes[-1]["entry"]],
            "market": market,
            "mid_range_bps": _bps((max(mids) - min(mids)) / min(mids)),
            "prices": len(quotes),
            "spread_bps": {
                "highest": max(spreads),
                "median": median_low(spreads),
                "then": spreads[-1],
            },
        }


def _line(index: int, order: Fields, said: Fields) -> Fields:
    """Return an order of before in a few words."""
    behaviour: Fields = said.get("behaviour", {})
    return {
        "amount": order["amount"],
        "currency": order["currency"],
        "entry": index,
        "market": order["market"],
        "outcome": said["outcome"],
        "received_at": said["received_at"],
        "score": behaviour.get("score"),
        "seq": order["seq"],
        "side": order["side"],
    }


def _middle(quote: Fields) -> Fraction:
    return (Fraction(quote["ask"]) + Fraction(quote["bid"])) / 2


def _spread(quote: Fields) -> Fraction:
    return (Fraction(quote["ask"]) - Fraction(quote["bid"])) / _middle(quote)


def _bps(share: Fraction) -> int:
    """Return basis points, rounded up."""
    return -(-share * _BPS // 1)
