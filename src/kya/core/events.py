"""Events: what an entry of the log says, once its bytes are understood."""

from dataclasses import dataclass
from enum import Enum

from kya.core.credential import Credential
from kya.core.decision import Outcome
from kya.core.instant import Instant
from kya.core.lifecycle import Act
from kya.core.mandate import Mandate
from kya.core.money import Money, Price
from kya.core.order import Order


class ClockSource(Enum):
    """Where the gateway's time comes from."""

    SYSTEM = "system"
    VIRTUAL = "virtual"


class VenueStatus(Enum):
    """What the venue said of an order that was released to it."""

    FILLED = "filled"
    PARTIALLY_FILLED = "partially_filled"
    REJECTED = "rejected"
    UNKNOWN = "unknown"

    @property
    def is_final(self) -> bool:
        """Whether the order's outcome is known, so that nobody needs to ask again."""
        return self is not VenueStatus.UNKNOWN


@dataclass(frozen=True, slots=True, kw_only=True)
class LogOpened:
    """The first entry: which log this is, and under which root its keys stand.

    `root` is the SHA-256 of the root certificate, `issuer` the issuing CA in DER;
    `authority` signs this entry and every later act of the authority.
    """

    origin: str
    root: str
    issuer: bytes
    authority: Credential
    clock: ClockSource
    at: Instant


@dataclass(frozen=True, slots=True, kw_only=True)
class MandateGranted:
    """Enough directors have signed a mandate; `digest` is the SHA-256 of its line."""

    digest: str
    mandate: Mandate


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificateIssued:
    """The authority has issued a certificate, in place of another one or of none."""

    credential: Credential
    replaces: str | None
    at: Instant


@dataclass(frozen=True, slots=True, kw_only=True)
class StandingChanged:
    """The authority has changed a credential's standing."""

    credential: str
    act: Act
    reason: str
    at: Instant


@dataclass(frozen=True, slots=True, kw_only=True)
class RevocationListed:
    """The issuing CA has published a complete revocation list, in DER."""

    number: int
    crl: bytes
    at: Instant


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderSubmitted:
    """An agent's order is on record; its decision follows as the next entry.

    `line_digest` is the SHA-256 of the order line, which the next order names;
    `leaf` is the entry's leaf hash, which the decision names.
    """

    order: Order
    line_digest: str
    leaf: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderDecided:
    """The gateway has judged the order whose leaf hash is `order`."""

    agent: str
    seq: int
    order: str
    outcome: Outcome
    received_at: Instant


@dataclass(frozen=True, slots=True, kw_only=True)
class VenueReported:
    """The venue has told us, or failed to tell us, what became of a released order.

    `filled` is in the order's own currency; `price_source` says where the paper venue
    took its price from; `detail` is the venue's own word or our reason for not knowing.
    """

    agent: str
    seq: int
    order: str
    venue: str
    status: VenueStatus
    filled: Money | None
    price: Price | None
    price_source: str
    detail: str
    at: Instant


@dataclass(frozen=True, slots=True, kw_only=True)
class Equivocated:
    """An agent has signed two different orders under one `seq`.

    `order` is the leaf hash of the one on record, `conflicting` the other note.
    """

    agent: str
    seq: int
    order: str
    conflicting: bytes
    at: Instant


Event = (
    LogOpened
    | MandateGranted
    | CertificateIssued
    | StandingChanged
    | RevocationListed
    | OrderSubmitted
    | OrderDecided
    | VenueReported
    | Equivocated
)
