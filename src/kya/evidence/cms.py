"""One order as a CMS message that stock tools judge; no private key is needed for it.

The agent's signature over the order's line is also a signature over the content of a
SignedData without signed attributes (RFC 5652 §5.4). Around it stand the agent's
certificate, the issuing CA's and the revocation list that was in force when the order
came: what `openssl cms -verify -crl_check -attime` wants. Nothing is judged here.
"""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Final

from cryptography.x509 import ObjectIdentifier, SignatureAlgorithmOID

from kya.codec.note import SignedNote
from kya.codec.statements import parse_certificate as parse_issuance
from kya.core.errors import InputError
from kya.core.instant import Instant
from kya.core.order_events import OrderDecided, OrderSubmitted
from kya.core.power_events import (
    CertificateIssued,
    IssuerRenewed,
    LogOpened,
    RevocationListed,
)
from kya.pki import der
from kya.pki.certificate import parse_certificate
from kya.pki.entries import Entry
from kya.tlog.checkpoint import Checkpoint
from kya.tlog.tile import bundles_of
from kya.tlog.tree import read_bundle

CONTENT: Final = "order.txt"
MESSAGE: Final = "order.p7s"

_DATA: Final = ObjectIdentifier("1.2.840.113549.1.7.1")
_SIGNED_DATA: Final = ObjectIdentifier("1.2.840.113549.1.7.2")
_SHA256: Final = der.sequence(
    der.object_identifier(ObjectIdentifier("2.16.840.1.101.3.4.2.1"))
)
_ECDSA_SHA256: Final = der.sequence(
    der.object_identifier(SignatureAlgorithmOID.ECDSA_WITH_SHA256)
)
_OBJECT: Final = b"{"


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedOrder:
    """One order on record, and what it stood under when it came.

    `line` is what the agent signed. `crl` is the newest list before it in the log,
    `received_at` the gateway's time in its decision.
    """

    line: bytes
    signature: bytes
    certificate: bytes
    issuer: bytes
    crl: bytes
    crl_number: int
    received_at: Instant


def find_order(read: Callable[[str], bytes], agent: str, seq: int) -> SignedOrder:
    """Return the agent's order `seq` from a published log; InputError if it has none.

    `read` gives the log's files. One pass over the entries before the order: what is
    before is said by the log's order of entries, not by anybody's clock.
    """
    search = _Search(agent, seq)
    size = Checkpoint.from_note(SignedNote.parse(read("checkpoint"))).size
    bundles = (read_bundle(read, bundle) for bundle in bundles_of(size))
    for raw in chain.from_iterable(bundles):
        found = search.take(Entry.read(raw))
        if found is not None:
            return found
    raise InputError(f"order {seq} of {agent}: not in this log")


def message_of(order: SignedOrder) -> bytes:
    """Return the ContentInfo in DER whose detached content is the order's line.

    InputError for a line that is no JSON object: signed attributes in DER begin with
    another octet, so that a signature over one can never pass for one over the other.
    """
    if not order.line.startswith(_OBJECT):
        raise InputError("order: want a line that begins with a brace")
    certificate = parse_certificate(order.certificate)
    signer = der.sequence(
        der.integer(1),
        der.sequence(
            certificate.issuer.public_bytes(), der.integer(certificate.serial_number)
        ),
        _SHA256,
        _ECDSA_SHA256,
        der.encode(der.OCTET_STRING, order.signature),
    )
    content = der.sequence(
        der.integer(1),
        der.set_of(_SHA256),
        der.sequence(der.object_identifier(_DATA)),
        der.within(0, *sorted((order.certificate, order.issuer))),
        der.within(1, order.crl),
        der.set_of(signer),
    )
    return der.sequence(der.object_identifier(_SIGNED_DATA), der.within(0, content))


def write_order(order: SignedOrder, out: Path) -> None:
    """Write `order.txt` and `order.p7s` into a folder; InputError if they are there."""
    out.mkdir(parents=True, exist_ok=True)
    for name, content in ((CONTENT, order.line), (MESSAGE, message_of(order))):
        try:
            with (out / name).open("xb") as file:
                file.write(content)
        except FileExistsError as error:
            raise InputError(
                f"{out / name}: exists already; evidence is never overwritten"
            ) from error


class _Search:
    """What the entries have said so far, for whoever asks about one order."""

    def __init__(self, agent: str, seq: int) -> None:
        self._wanted = (agent, seq)
        self._certificates: dict[str, bytes] = {}
        self._issuer, self._crl, self._crl_number = b"", b"", 0
        self._order: tuple[Entry, str] | None = None

    def take(self, entry: Entry) -> SignedOrder | None:
        """Return the order once its decision is read."""
        match entry.event:
            case LogOpened(issuer=issuer) | IssuerRenewed(issuer=issuer):
                self._issuer = issuer
            case CertificateIssued(credential=credential):
                encoded = parse_issuance(entry.note.text).certificate
                self._certificates[credential.digest] = encoded
            case RevocationListed(number=number, crl=crl):
                self._crl, self._crl_number = crl, number
            case OrderSubmitted(order=order) if (order.agent, order.seq) == (
                self._wanted
            ):
                self._order = (entry, order.credential)
            case OrderDecided(received_at=received_at) if self._order is not None:
                return self._signed(*self._order, received_at)
            case _:
                pass
        return None

    def _signed(
        self, entry: Entry, credential: str, received_at: Instant
    ) -> SignedOrder:
        """Return the order with all it stood under."""
        certificate = self._certificates.get(credential)
        if certificate is None or not self._crl:
            agent, seq = self._wanted
            raise InputError(
                f"order {seq} of {agent}: no certificate or no revocation list is on"
                " record before it"
            )
        return SignedOrder(
            line=entry.note.text,
            signature=entry.note.signatures[0].value,
            certificate=certificate,
            issuer=self._issuer,
            crl=self._crl,
            crl_number=self._crl_number,
            received_at=received_at,
        )
