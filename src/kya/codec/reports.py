"""What the gateway puts on record of a venue's answer and of a double signature."""

from typing import Final, Literal

import msgspec

from kya.codec import base64_text, canonical
from kya.codec.enums import by_value
from kya.core.errors import MalformedError
from kya.core.instant import Instant
from kya.core.money import Currency, Money, Price, Quantity
from kya.core.order_events import Equivocated, VenueReported, VenueStatus

REPORT_TYPE: Final = "kya/report/v1"
EQUIVOCATION_TYPE: Final = "kya/equivocation/v1"


class ReportLine(canonical.Statement, frozen=True, kw_only=True):
    """`kya/report/v1`: what the venue said of a released order."""

    type_: Literal["kya/report/v1"] = msgspec.field(name="_type")
    agent: str
    at: str
    detail: str
    filled: str | None
    filled_currency: str | None
    filled_exact: str | msgspec.UnsetType = msgspec.UNSET
    order: str
    price: str | None
    price_source: str
    seq: int
    status: str
    venue: str


class EquivocationLine(canonical.Statement, frozen=True, kw_only=True):
    """`kya/equivocation/v1`: an agent has signed two orders under one seq."""

    type_: Literal["kya/equivocation/v1"] = msgspec.field(name="_type")
    agent: str
    at: str
    conflicting: str
    order: str
    seq: int


_REPORT: Final = msgspec.json.Decoder(ReportLine)
_EQUIVOCATION: Final = msgspec.json.Decoder(EquivocationLine)
_STATUS: Final = by_value("status", VenueStatus)


def parse_report(line: bytes) -> VenueReported:
    """Return a venue's report; MalformedError otherwise."""
    return canonical.read_line(line, _REPORT, "report", _report_from)


def render_report(event: VenueReported) -> bytes:
    """Return the line of a venue's report."""
    filled = event.filled
    return canonical.encode_line(
        ReportLine(
            type_=REPORT_TYPE,
            agent=event.agent,
            at=str(event.at),
            detail=event.detail,
            filled=None if filled is None else str(filled),
            filled_currency=None if filled is None else filled.currency.code,
            filled_exact=msgspec.UNSET if event.exact is None else str(event.exact),
            order=event.order,
            price=None if event.price is None else str(event.price),
            price_source=event.price_source,
            seq=event.seq,
            status=event.status.value,
            venue=event.venue,
        )
    )


def parse_equivocation(line: bytes) -> Equivocated:
    """Return an equivocation on record; MalformedError otherwise."""
    return canonical.read_line(line, _EQUIVOCATION, "equivocation", _equivocation_from)


def render_equivocation(event: Equivocated) -> bytes:
    """Return the line that puts an equivocation on record."""
    return canonical.encode_line(
        EquivocationLine(
            type_=EQUIVOCATION_TYPE,
            agent=event.agent,
            at=str(event.at),
            conflicting=base64_text.encode(event.conflicting),
            order=event.order,
            seq=event.seq,
        )
    )


def _report_from(wire: ReportLine) -> VenueReported:
    """Return the report of its fields."""
    return VenueReported(
        agent=wire.agent,
        seq=wire.seq,
        order=wire.order,
        venue=wire.venue,
        status=_STATUS(wire.status),
        filled=_filled_from(wire.filled, wire.filled_currency),
        price=None if wire.price is None else Price.parse(wire.price),
        price_source=wire.price_source,
        detail=wire.detail,
        at=Instant.parse(wire.at),
        exact=(
            None
            if wire.filled_exact is msgspec.UNSET
            else Quantity.parse(wire.filled_exact)
        ),
    )


def _filled_from(amount: str | None, currency: str | None) -> Money | None:
    """Return what was filled; MalformedError for an amount without its currency."""
    if amount is not None and currency is not None:
        return Money.parse(amount, Currency(currency))
    if amount is currency:
        return None
    msg = "want filled and filled_currency together"
    raise MalformedError(msg)


def _equivocation_from(wire: EquivocationLine) -> Equivocated:
    """Return the equivocation of its fields."""
    return Equivocated(
        agent=wire.agent,
        seq=wire.seq,
        order=wire.order,
        conflicting=base64_text.decode("conflicting", wire.conflicting),
        at=Instant.parse(wire.at),
    )
