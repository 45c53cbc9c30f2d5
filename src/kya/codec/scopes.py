"""The canonical scope: the JSON that stands in the mandate and in the certificate."""

from typing import Final, Literal

import msgspec

from kya.codec import canonical
from kya.codec.enums import by_value
from kya.codec.scope_limits import LimitsFields, limits_fields, limits_from
from kya.core.errors import MalformedError
from kya.core.instant import Instant, TimeOfDay
from kya.core.limits import SCOPE_BYTES_MAX
from kya.core.money import Currency, Money
from kya.core.scope import Calendar, DailyMaxPer, RegionEvidence, Scope, TradingWindow

SCOPE_TYPE: Final = "kya/scope/v1"


class WindowFields(canonical.Statement, frozen=True, kw_only=True):
    """The trading window on the wire: [opens, closes)."""

    closes: str
    opens: str


class ScopeFields(canonical.Statement, frozen=True, kw_only=True):
    """The scope on the wire; lists are sorted and hold each item once."""

    type_: Literal["kya/scope/v1"] = msgspec.field(name="_type")
    calendar: str
    currency: str
    daily_max: str
    daily_max_per: str
    live_from: str
    markets: list[str]
    order_max: str
    region_evidence: str
    regions: list[str]
    venues: list[str]
    window: WindowFields
    limits: LimitsFields | msgspec.UnsetType = msgspec.UNSET


_DECODER: Final = msgspec.json.Decoder(ScopeFields)
_CALENDAR: Final = by_value("calendar", Calendar)
_REGION_EVIDENCE: Final = by_value("region_evidence", RegionEvidence)
_DAILY_MAX_PER: Final = by_value("daily_max_per", DailyMaxPer)


def parse_scope(raw: bytes) -> Scope:
    """Return the scope that the bytes are the one spelling of, or MalformedError."""
    return canonical.read(raw, _DECODER, "scope", scope_from)


def render_scope(scope: Scope) -> bytes:
    """Return the canonical JSON of the scope, without a line feed.

    Raises MalformedError for a scope that no certificate can carry.
    """
    return canonical.encode(scope_fields(scope))


def scope_digest(scope: Scope) -> str:
    """Return the SHA-256 of the canonical scope, as hexadecimal."""
    return canonical.digest(render_scope(scope))


def scope_from(wire: ScopeFields) -> Scope:
    """Return the scope of its fields; MalformedError if it is none."""
    _require_size(wire)
    currency = Currency(wire.currency)
    return Scope(
        currency=currency,
        markets=_sorted_set("markets", wire.markets),
        venues=_sorted_set("venues", wire.venues),
        regions=_sorted_set("regions", wire.regions),
        order_max=Money.parse(wire.order_max, currency),
        daily_max=Money.parse(wire.daily_max, currency),
        daily_max_per=_DAILY_MAX_PER(wire.daily_max_per),
        window=TradingWindow(
            TimeOfDay.parse(wire.window.opens), TimeOfDay.parse(wire.window.closes)
        ),
        calendar=_CALENDAR(wire.calendar),
        region_evidence=_REGION_EVIDENCE(wire.region_evidence),
        live_from=Instant.parse(wire.live_from),
        limits=limits_from(wire.limits, currency),
    )


def scope_fields(scope: Scope) -> ScopeFields:
    """Return the fields of the scope."""
    wire = ScopeFields(
        type_=SCOPE_TYPE,
        calendar=scope.calendar.value,
        currency=scope.currency.code,
        daily_max=str(scope.daily_max),
        daily_max_per=scope.daily_max_per.value,
        live_from=str(scope.live_from),
        markets=sorted(scope.markets),
        order_max=str(scope.order_max),
        region_evidence=scope.region_evidence.value,
        regions=sorted(scope.regions),
        venues=sorted(scope.venues),
        window=WindowFields(
            closes=str(scope.window.closes), opens=str(scope.window.opens)
        ),
        limits=limits_fields(scope.limits),
    )
    _require_size(wire)
    return wire


def _sorted_set(field: str, items: list[str]) -> frozenset[str]:
    """Return the items as a set; MalformedError unless sorted and each once."""
    if sorted(set(items)) != items:
        msg = f"{field}: want a sorted list that holds each item once"
        raise MalformedError(msg)
    return frozenset(items)


def _require_size(wire: ScopeFields) -> None:
    """Raise unless a certificate can carry the scope."""
    size = len(canonical.encode(wire))
    if size > SCOPE_BYTES_MAX:
        msg = f"want a scope of at most {SCOPE_BYTES_MAX} bytes, got {size}"
        raise MalformedError(msg)
