"""Working orders once more, by plain reading: what is acted on, and how it ends."""

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final

from kya.verify.plain_rules import Fields

_NONE: Final = Decimal(0)
_OPEN: Final = ("unknown", "acknowledged")
_NOTHING_DONE: Final = ("unknown", "rejected", "not_received")


@dataclass(slots=True)
class _Working:
    """An allowed order without a last word, and what the venue has said of it."""

    order: Fields
    leaf: str
    acknowledged: bool = False
    filled: Decimal = _NONE
    before: Decimal = _NONE


@dataclass(slots=True)
class PlainWorking:
    """The orders of all agents that the venue may still answer, by agent and `seq`."""

    _of: dict[str, dict[int, _Working]] = field(
        default_factory=dict[str, dict[int, _Working]]
    )

    def target_of(self, order: Fields) -> Fields | None:
        """Return the order that this one acts on, if it is there and no cancel."""
        found = self._of.get(order["agent"], {}).get(order.get("target", 0))
        if found is None or found.order.get("action") == "cancel":
            return None
        return found.order

    def add(self, order: Fields, leaf: str) -> None:
        """Take an order that was allowed."""
        self._of.setdefault(order["agent"], {})[order["seq"]] = _Working(order, leaf)

    def objections(self, said: Fields) -> list[str]:
        """Return what speaks against a report, and take it."""
        found = self._of.get(said["agent"], {}).get(said["seq"])
        if found is None or found.leaf != said["order"]:
            return ["a report on no allowed order, or a second one"]
        wrong = []
        if said["venue"] != found.order["venue"]:
            wrong.append("a report that differs from its order")
        wrong += _against_figures(found, said)
        if said["status"] not in _NOTHING_DONE and self.target_of(found.order):
            wrong.append("a report of what took the place of an order not settled yet")
        self._settle(found, said)
        return wrong

    def _settle(self, found: _Working, said: Fields) -> None:
        """Remember how far the order has come, or that it has ended."""
        if said["status"] == "unknown":
            return
        found.filled = Decimal(said["filled"] or 0)
        if said["status"] in _OPEN:
            found.acknowledged = True
            return
        others = self._of[said["agent"]]
        del others[said["seq"]]
        if found.before + found.filled:
            for waiting in others.values():
                if waiting.order.get("target") == said["seq"]:
                    waiting.before = found.before + found.filled


def _against_figures(found: _Working, said: Fields) -> list[str]:
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


def action_reasons(order: Fields, target: Fields | None) -> set[str]:
    """Return what speaks against the action, and against what it acts on."""
    action = order.get("action", "new")
    reasons = set() if action in ("new", "cancel") else {"action.not_allowed"}
    if action not in ("replace", "cancel"):
        return reasons
    if target is None:
        return reasons | {"target.unknown"}
    same = ["market", "side", "venue", "currency"]
    if action == "cancel":
        same.append("amount")
    if any(order[name] != target[name] for name in same):
        reasons.add("target.differs")
    return reasons


def added_by(order: Fields, target: Fields | None) -> Decimal:
    """Return what an allowed order adds to the sums of its day."""
    if order.get("action") == "cancel":
        return _NONE
    asked = Decimal(order["amount"])
    if target is None or target["currency"] != order["currency"]:
        return asked
    return max(_NONE, asked - Decimal(target["amount"]))
