"""What anybody may ask without a token: a certificate, a message, the authority's own.

Nothing here is secret, and every answer can be checked without us: against the root,
the revocation list and the log.
"""

from base64 import b64decode

from starlette.requests import Request
from starlette.responses import Response

from kya.codec.canonical import leaf_digest
from kya.codec.note import SignedNote, verify
from kya.codec.orders import parse_order
from kya.core.credential import Credential
from kya.core.errors import DistrustError, KyaError, MalformedError
from kya.core.limits import ENTRY_BYTES_MAX
from kya.core.order import Order
from kya.kakunin_api.asking import Asking
from kya.kakunin_api.envelope import answered, not_found
from kya.kakunin_api.orders import wanted_in
from kya.kakunin_api.shown import (
    certificate_shown,
    certificate_status,
    known_of,
    serial_of,
)
from kya.pki.holders import verifier_key
from kya.pki.pem import CERTIFICATE, to_pem


async def certificate(asking: Asking) -> Response:
    """Tell where a certificate stands; to know its serial proves nothing."""
    text = str(asking.request.path_params["serial"])
    credential = asking.record.of_serial(text)
    if credential is None:
        raise not_found(f"no certificate of serial {text[:80]!a}")
    issued = asking.record.issued.get(credential.digest)
    shown = certificate_shown(credential, issued, asking.now)
    known = known_of(asking.record, credential.name, asking.now)
    more = {
        "valid": shown["status"] == "active" and known.status == "active",
        "agent_status": known.status,
        "agent_name": credential.name,
        "log_size": asking.service.follower.sight.size,
        "is_proof_of_possession": False,
    }
    return answered({**shown, **more})


async def message(asking: Asking) -> Response:
    """Tell whether a signature is an allowed order's of this agent, for this payload.

    Not valid, with the reason, unless every part of it holds.
    """
    fields = await asking.fields()
    agent, serial = fields.needed("agent_id"), fields.needed("certificate_serial")
    payload, signature = fields.take("payload"), fields.take("signature")
    fields.require_none_left()
    credential = asking.record.of_serial(serial)
    if credential is None or credential.name != agent:
        raise not_found(f"agent {agent[:80]!a} has no certificate of this serial")
    try:
        note = _note_in(signature)
        order = _order_under(note, credential)
        _require_same(payload, order)
        await _require_allowed(asking, note, order)
    except KyaError as error:
        return answered(_verdict(asking, credential, str(error)))
    return answered(_verdict(asking, credential, None))


def _verdict(
    asking: Asking, credential: Credential, against: str | None
) -> dict[str, object]:
    """Return the answer on a signature under this certificate."""
    status = certificate_status(credential, asking.now)
    if against is None and status != "active":
        against = f"the certificate is {status}"
    return {
        "valid": against is None,
        "reason": against,
        "certificate_status": status,
        "certificate_serial": serial_of(credential),
        "agent_id": credential.name,
        "agent_name": credential.name,
        "model_hash": None,
    }


def _note_in(signature: object) -> bytes:
    """Return the note that `sign` gave out; MalformedError for another signature."""
    if not isinstance(signature, str) or len(signature) > 2 * ENTRY_BYTES_MAX:
        raise MalformedError("signature: want what `sign` gave out, in base64")
    try:
        return b64decode(signature, validate=True)
    except ValueError as error:
        raise MalformedError("signature: want base64") from error


def _order_under(raw: bytes, credential: Credential) -> Order:
    """Return the order in a note, if the certificate's key alone has signed it."""
    note = SignedNote.parse(raw)
    order = parse_order(note.text)
    if order.credential != credential.digest:
        raise DistrustError("the order names another certificate")
    verify(note, [verifier_key(credential.name, credential.spki)])
    if len(note.signatures) != 1:
        raise DistrustError("want the agent's signature alone")
    return order


def _require_same(payload: object, order: Order) -> None:
    """Raise unless the payload asks for this very order.

    What it leaves open, its name and venue, is the order's.
    """
    wanted = wanted_in(
        payload, order.agent, order.venue, lambda: order.client_order_id
    ).instruction
    for name in _COMPARED:
        if getattr(wanted, name) != getattr(order, name):
            raise DistrustError(f"{name}: the payload asks for another order")


_COMPARED = (
    "action",
    "amount",
    "client_order_id",
    "limit_price",
    "market",
    "side",
    "time_in_force",
    "type",
    "venue",
)


async def _require_allowed(asking: Asking, raw: bytes, order: Order) -> None:
    """Raise unless the gateway has this very order on record as allowed."""
    service = asking.service
    entry = await service.require_shown(order.agent, order.seq)
    if entry is None:
        raise DistrustError("the order is not on record")
    if leaf_digest(await service.follower.entry(entry)) != leaf_digest(raw):
        raise DistrustError("another order is on record under its number")
    row = asking.record.rows.get(entry)
    if row is None:
        raise DistrustError("the order is too old to be looked up here; read the log")
    if row.outcome.value != "allowed":
        raise DistrustError(f"the order was {row.outcome.value}")


async def authority(asking: Asking) -> Response:
    """Give out the certificate of the issuing CA, as PEM unless JSON is asked for."""
    return _certificates(asking, asking.record.state.issuers[-1:], b"")


async def chain(asking: Asking) -> Response:
    """Give out the issuing CA's certificates, the newest first, and the root."""
    issuers = tuple(reversed(asking.record.state.issuers))
    return _certificates(asking, issuers, asking.service.root_pem)


def _certificates(asking: Asking, found: tuple[bytes, ...], behind: bytes) -> Response:
    """Return certificates in the form that is asked for."""
    pem = b"".join(to_pem(CERTIFICATE, each) for each in found) + behind
    if _wants_json(asking.request):
        return answered({"certificate_pem": pem.decode()})
    return Response(pem, media_type="application/x-pem-file")


def _wants_json(request: Request) -> bool:
    """Tell whether JSON is asked for by name."""
    return "application/json" in request.headers.get("accept", "")


async def revocation_list(asking: Asking) -> Response:
    """Give out the newest revocation list in DER, as the log has it."""
    crl = asking.record.state.crl
    if not crl:
        raise not_found("no revocation list is on record")
    headers = {"cache-control": "no-store"}
    return Response(crl, headers=headers, media_type="application/pkix-crl")
