"""Working orders once more, by plain reading: what is acted on, and how it ends."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from math import ceil
from typing import Final

from kya.verify.plain_prices import Fields

_NONE: Final = Decimal(0)
_NOTHING_DONE: Final = ("unknown", "rejected", "not_received")


@dataclass(slots=True)
class WorkingOrder:
    """An allowed order without a last word, and what the venue has said of it.

    `worth` is what it was worth when it was allowed, in `currency`.
    """

    order: Fields
    leaf: str
    worth: Decimal
    currency: str
    acknowledged: bool = False
    filled: Decimal = _NONE
    before: Decimal = _NONE

    @property
    def remaining(self) -> int:
        """What its part that is not filled is worth, in smallest units, rounded up."""
        done, amount = self.filled + self.before, Decimal(self.order["amount"])
        if done >= amount:
            return 0
        _, _, decimals = f"{self.worth:f}".partition(".")  # Never as 1E-8.
        whole = int(self.worth.scaleb(len(decimals)))
        if not done:
            return whole
        left = Fraction(amount) - Fraction(done)
        return ceil(whole * left / Fraction(amount))


@dataclass(slots=True)
class PlainWorking:
    """The orders of all agents that the venue may still answer, by agent and `seq`."""

    _of: dict[str, dict[int, WorkingOrder]] = field(
        default_factory=dict[str, dict[int, WorkingOrder]]
    )
    positions: dict[tuple[str, str, str], int] = field(
        default_factory=dict[tuple[str, str, str], int]
    )
    currencies: dict[str, set[str]] = field(default_factory=dict[str, set[str]])

    def of_agent(self, agent: str) -> Iterator[WorkingOrder]:
        """Yield the agent's working orders, its cancels aside."""
        for each in self._of.get(agent, {}).values():
            if each.order.get("action") != "cancel":
                yield each

    def of_the_firm(self) -> Iterator[WorkingOrder]:
        """Yield the working orders of all agents."""
        for agent in self._of:
            yield from self.of_agent(agent)

    def is_in(self, agent: str, currency: str) -> bool:
        """Tell whether all that the agent was allowed had its worth in the currency."""
        return self.currencies.get(agent, set()) <= {currency}

    def position(self, agent: str, field_name: str, name: str) -> int:
        """Return what was bought less what was sold in a market or at a venue."""
        return self.positions.get((agent, field_name, name), 0)

    def places_of(self, agent: str, field_name: str) -> list[str]:
        """Return the markets or venues in which anything was filled."""
        return [
            name
            for who, what, name in self.positions
            if (who, what) == (agent, field_name)
        ]

    def target_of(self, order: Fields) -> WorkingOrder | None:
        """Return the order that this one acts on, if it is there and no cancel."""
        found = self._of.get(order["agent"], {}).get(order.get("target", 0))
        if found is None or found.order.get("action") == "cancel":
            return None
        return found

    def named_in(self, said: Fields) -> WorkingOrder | None:
        """Return the order that a report is about, if the venue may still answer."""
        found = self._of.get(said["agent"], {}).get(said["seq"])
        return None if found is None or found.leaf != said["order"] else found

    def add(self, working: WorkingOrder) -> None:
        """Take an order that was allowed."""
        order = working.order
        if order.get("action") != "cancel":
            self.currencies.setdefault(order["agent"], set()).add(working.currency)
        self._of.setdefault(order["agent"], {})[order["seq"]] = working

    def objections(self, said: Fields) -> list[str]:
        """Return what speaks against a report, and take it."""
        found = self.named_in(said)
        if found is None:
            return ["a report on no allowed order, or a second one"]
        wrong: list[str] = []
        if said["venue"] != found.order["venue"]:
            wrong.append("a report that differs from its order")
        wrong += _against_figures(found, said)
        if said["status"] not in _NOTHING_DONE and self.target_of(found.order):
            wrong.append("a report of what took the place of an order not settled yet")
        self._settle(found, said)
        return wrong

    def _settle(self, found: WorkingOrder, said: Fields) -> None:
        """Remember how far the order has come, or that it has ended."""
        if said["status"] == "unknown":
            return
        self._fill(found, Decimal(said["filled"] or 0))
        if not is_final(said):
            found.acknowledged = True
            return
        others = self._of[said["agent"]]
        del others[said["seq"]]
        if found.before + found.filled:
            for waiting in others.values():
                if waiting.order.get("target") == said["seq"]:
                    waiting.before = found.before + found.filled

    def _fill(self, found: WorkingOrder, filled: Decimal) -> None:
        """Move what was filled from what remains into the positions."""
        order, before = found.order, found.remaining
        found.filled = max(found.filled, filled)
        if order.get("action") == "cancel":
            return
        done = before - found.remaining
        for name in ("market", "venue"):
            key = (order["agent"], name, order[name])
            moved = done if order["side"] == "BUY" else -done
            self.positions[key] = self.positions.get(key, 0) + moved


def _against_figures(found: WorkingOrder, said: Fields) -> list[str]:
    """Compare what was filled with the order and with what was said before."""
    order, status = found.order, said["status"]
    filled = Decimal(said["filled"] or 0)
    if order.get("action") == "cancel":
        odd = status in ("acknowledged", "filled", "partially_filled") or filled
        return ["a cancel that fills or rests"] if odd else []
    if said["filled"] is not None and said["filled_currency"] != order["currency"]:
        return ["filled in another currency than was ordered"]
    if found.before + filled > Decimal(order["amount"]):
        return ["more was filled than was ordered"]
    if found.acknowledged and status in ("rejected", "not_received"):
        return ["an order that was there is said never to have been"]
    if status != "unknown" and filled < found.filled:
        return ["less is filled than was before"]
    return []


def is_final(said: Fields) -> bool:
    """Tell whether a report is the last word on its order."""
    return said["status"] not in {"unknown", "acknowledged"}


def action_reasons(
    order: Fields, target: WorkingOrder | None, scope: Fields
) -> set[str]:
    """Return what speaks against the action, and against what it acts on."""
    action, listed = order.get("action", "new"), scope.get("limits", {}).get("actions")
    allowed = {"cancel", *(["new"] if listed is None else listed)}
    reasons: set[str] = set()
    if action not in allowed:
        reasons.add("action.not_allowed")
    if action not in ("replace", "cancel"):
        return reasons
    if target is None:
        return reasons | {"target.unknown"}
    same = ["market", "side", "venue", "currency"]
    if action == "cancel":
        same.append("amount")
    if any(order[name] != target.order[name] for name in same):
        reasons.add("target.differs")
    return reasons


def added_by(
    order: Fields, worth: str | None, currency: str, target: WorkingOrder | None
) -> Decimal:
    """Return what an order adds to the sums of its day if it is allowed.

    `worth` is in `currency`; without any, the amount is what is added.
    """
    if order.get("action") == "cancel":
        return _NONE
    asked = Decimal(order["amount"] if worth is None else worth)
    if target is None or target.currency != currency:
        return asked
    return max(_NONE, asked - target.worth)
