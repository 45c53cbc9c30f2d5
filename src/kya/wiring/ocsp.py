"""The OCSP responder of an installation: its own key, and a certificate for 30 days."""

from dataclasses import dataclass, field
from threading import Lock
from typing import Final

from cryptography.x509 import AuthorityKeyIdentifier

from kya.adapters.randomness import new_serial
from kya.authority.ceremony import Validity
from kya.authority.ocsp import RESPONDER_SECONDS, Register, issue_responder, respond
from kya.core.errors import InputError
from kya.core.instant import Instant
from kya.core.state import State
from kya.gateway.ports import Clock
from kya.pki.certificate import (
    key_identifier,
    not_after,
    parse_certificate,
    public_key_of,
)
from kya.pki.keys import KeyAlgorithm
from kya.pki.ocsp import Responder
from kya.wiring.installation import Opened, store_certificate

OCSP: Final = "ocsp"
RENEW_SECONDS: Final = 10 * 86_400
"""Renewed with a third of its life left, so that the CA's key may be away for days."""


@dataclass(slots=True)
class OcspDesk:
    """Answers from the state it is given. The responder is renewed when it is needed.

    One question after the other: a key store is asked by one thread at a time.
    """

    opened: Opened
    clock: Clock
    _responder: Responder | None = None
    _register: Register | None = None
    _lock: Lock = field(default_factory=Lock)

    def answer(self, request: bytes, state: State) -> bytes:
        """Return the signed answer; MalformedError for bytes that ask nothing."""
        with self._lock:
            now = self.clock.now()
            register, responder = self._register_of(state), self._responder_at(now)
            return respond(request, register, responder, now)

    def _register_of(self, state: State) -> Register:
        """Return the certificates by serial, indexed anew when one has changed."""
        known = self._register
        if known is None or known.credentials is not state.credentials:
            known = self._register = Register.of(state)
        return known

    def _responder_at(self, now: Instant) -> Responder:
        """Return a responder whose certificate is good for a while yet."""
        held = self._responder or self._stored()
        soon = now.plus(seconds=RENEW_SECONDS)
        if held is None or not _ends_after(held, soon):
            held = self._renewed(held, now)
        self._responder = held
        return held

    def _stored(self) -> Responder | None:
        """Return the responder on disk; None unless key, CA and certificate agree."""
        cabinet, opened = self.opened.cabinet, self.opened
        if not cabinet.has(OCSP) or not (opened.data / f"trust/{OCSP}.pem").exists():
            return None
        held = Responder(
            certificate=opened.certificate(OCSP), signer=cabinet.open(OCSP)
        )
        certificate = parse_certificate(held.certificate)
        issuer = parse_certificate(opened.certificate("issuer"))
        named = certificate.extensions.get_extension_for_class(AuthorityKeyIdentifier)
        agrees = public_key_of(certificate).spki == held.signer.public_key()
        ours = named.value.key_identifier == key_identifier(issuer)
        return held if agrees and ours else None

    def _renewed(self, held: Responder | None, now: Instant) -> Responder:
        """Return a responder with a new key; the old one while the CA's key is away."""
        cabinet = self.opened.cabinet
        if not cabinet.has("issuer"):
            if held is not None and _ends_after(held, now):
                return held
            raise InputError(
                "OCSP: the responder's certificate has ended, and keys/issuer.pem is"
                " not here to make another"
            )
        if cabinet.has(OCSP):
            cabinet.retire(OCSP)
        signer = cabinet.create(OCSP, KeyAlgorithm.P256)
        validity = Validity.lasting(new_serial(), now, RESPONDER_SECONDS)
        issuer = self.opened.issuer()
        certificate = issue_responder(issuer, signer.public_key(), validity)
        store_certificate(self.opened.data, OCSP, certificate)
        return Responder(certificate=certificate, signer=signer)


def _ends_after(held: Responder, at: Instant) -> bool:
    """Tell whether the responder's certificate is valid past this instant."""
    return at < not_after(parse_certificate(held.certificate))
