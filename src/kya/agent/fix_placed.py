"""Orders as a FIX bot knows them, and what it is to be told of them. Pure.

What became of an order stands in the log; here is what of that has been told.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Final

from kya.agent.chain import Instruction
from kya.agent.past import ToldOrder
from kya.core.instant import Instant
from kya.core.order import Action
from kya.core.order_events import VenueStatus
from kya.fix.orders import WORD
from kya.fix.reports import ZERO, ExecType, OrdStatus, Report
from kya.fix.tags import Tag

_PRICE_UNIT: Final = Decimal("1e-10")
_REJECTED: Final = frozenset({
    VenueStatus.REJECTED.value, VenueStatus.NOT_RECEIVED.value,
})  # fmt: skip
_ENDED: Final = frozenset({
    VenueStatus.CANCELLED.value, VenueStatus.PARTIALLY_FILLED.value,
})  # fmt: skip


@dataclass(slots=True, kw_only=True)
class Placed:
    """One allowed order: what was asked, and what the bot has been told of it.

    `filled` and `worth` are of this order alone, those `before` of the orders whose
    place it took. `cancel` is the ClOrdID of the cancel that acts on it, and
    `heir` is the replacement that does. While it is `held`, a message that acts on it
    is being judged, and its end is told only behind what is said of that.
    """

    instruction: Instruction
    seq: int
    leaf: str
    index: int | None
    original: str = ""
    before: Decimal = ZERO
    worth_before: Decimal = ZERO
    filled: Decimal = ZERO
    worth: Decimal = ZERO
    status: str = OrdStatus.PENDING_NEW
    cancel: str = ""
    heir: "Placed | None" = None
    is_over: bool = False
    held: int = 0

    @property
    def client_id(self) -> str:
        """The bot's name of it."""
        return self.instruction.client_order_id

    def report(self, kind: str, at: Instant, **more: str) -> Report:
        """Return a report of how it stands."""
        cumulated, worth = self.before + self.filled, self.worth_before + self.worth
        mean = worth / cumulated if cumulated else ZERO
        return Report(
            order_id=f"KYA-{self.seq}",
            exec_id=f"{self.seq}-{kind}-{cumulated}",
            client_id=more.get("client_id") or self.client_id,
            original=more.get("original") or self.original,
            kind=kind,
            status=self.status,
            market=self.instruction.market,
            side=WORD[self.instruction.side],
            quantity=Decimal(str(self.instruction.amount)),
            filled=cumulated,
            average=mean.quantize(_PRICE_UNIT),
            at=at,
            text=more.get("text", ""),
            more=names_of(self.leaf, self.seq, self.index),
        )


def names_of(
    leaf: str, seq: int, index: int | None, reasons: str = ""
) -> tuple[tuple[int, str], ...]:
    """Return the fields that name a decision in the log."""
    return (
        (int(Tag.KYA_ORDER), leaf),
        (int(Tag.KYA_SEQ), str(seq)),
        (int(Tag.KYA_LOG_INDEX), "" if index is None else str(index)),
        (int(Tag.KYA_REASONS), reasons),
    )


def news(placed: Placed, told: ToldOrder, at: Instant) -> list[Report]:
    """Return what the bot has not been told yet, and note that it has been."""
    found: list[Report] = []
    if told.venue in {None, VenueStatus.UNKNOWN.value} or placed.is_over:
        return found
    if placed.status in {OrdStatus.PENDING_NEW, OrdStatus.PENDING_REPLACE}:
        if told.venue in _REJECTED:
            return [_rejected(placed, told, at)]
        found.append(_accepted(placed, at))
    filled = Decimal(told.filled or 0)
    if filled > placed.filled:
        found.append(_filled(placed, filled, Decimal(told.price or 0), at))
    if told.venue == VenueStatus.FILLED.value:
        placed.is_over = True
    elif told.venue in _ENDED and not _is_inherited(placed):
        found.append(_cancelled(placed, told, at))
    return found


def _accepted(placed: Placed, at: Instant) -> Report:
    """Say that the venue has it."""
    is_replacement = placed.status == OrdStatus.PENDING_REPLACE
    placed.status = OrdStatus.NEW
    if placed.before:
        placed.status = OrdStatus.PARTIALLY_FILLED
    return placed.report(ExecType.REPLACED if is_replacement else ExecType.NEW, at)


def _filled(placed: Placed, filled: Decimal, price: Decimal, at: Instant) -> Report:
    """Say what more was filled, at the price that the mean has moved by."""
    last, worth = filled - placed.filled, filled * price
    at_price = ((worth - placed.worth) / last).quantize(_PRICE_UNIT)
    placed.filled, placed.worth = filled, worth
    is_whole = placed.before + filled >= Decimal(str(placed.instruction.amount))
    placed.status = OrdStatus.FILLED if is_whole else OrdStatus.PARTIALLY_FILLED
    said = placed.report(ExecType.FILL, at)
    return replace(said, last=last, last_price=at_price)


def _cancelled(placed: Placed, told: ToldOrder, at: Instant) -> Report:
    """Say that no more will be filled, by the name of the cancel if there was one."""
    placed.status, placed.is_over = OrdStatus.CANCELED, True
    if placed.cancel:
        names = {"client_id": placed.cancel, "original": placed.client_id}
        return placed.report(ExecType.CANCELED, at, text=told.detail, **names)
    return placed.report(ExecType.CANCELED, at, text=told.detail)


def _rejected(placed: Placed, told: ToldOrder, at: Instant) -> Report:
    """Say that the venue would not have it."""
    placed.status, placed.is_over = OrdStatus.REJECTED, True
    why = told.detail or "the venue never received it"
    return placed.report(ExecType.REJECTED, at, text=why)


def _is_inherited(placed: Placed) -> bool:
    """Tell whether a replacement takes it over, or may yet.

    Then its end is told by what is said of the replacement.
    """
    heir = placed.heir
    if heir is None or heir.status == OrdStatus.REJECTED:
        return False
    heir.before = placed.before + placed.filled
    heir.worth_before = placed.worth_before + placed.worth
    placed.is_over = heir.status != OrdStatus.PENDING_REPLACE
    return True


def recalled(
    told: ToldOrder, last: Report | None, by_seq: Mapping[int, Placed], venue: str
) -> Placed:
    """Return an order of an earlier process, as its bot was told of it the last time.

    Without a report of one that is over, its bot spoke another dialect, or forgot it.
    """
    target = None if told.target is None else by_seq.get(told.target)
    placed = Placed(
        instruction=told.again(told.client_order_id, venue),
        seq=told.seq,
        leaf=told.order,
        index=told.order_index,
        original="" if target is None else target.client_id,
    )
    if target is not None and told.venue not in _REJECTED:
        target.heir = placed
        placed.before = target.before + target.filled
        placed.worth_before = target.worth_before + target.worth
        placed.status = OrdStatus.PENDING_REPLACE
    if last is not None:
        pending = last.status == OrdStatus.PENDING_CANCEL
        placed.status = OrdStatus.NEW if pending else last.status
        placed.is_over = last.is_over
        placed.filled = last.filled - placed.before
        placed.worth = last.filled * last.average - placed.worth_before
    elif not told.is_working:
        placed.is_over = True
        placed.filled = Decimal(told.filled or 0)
        placed.worth = placed.filled * Decimal(told.price or 0)
    return placed


def is_order(told: ToldOrder) -> bool:
    """Tell whether it is an order or a replacement, and no cancel."""
    return told.action in {Action.NEW.value, Action.REPLACE.value}
