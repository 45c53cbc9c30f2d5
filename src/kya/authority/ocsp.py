"""OCSP answers that follow from the log: a pure function of state, key and instant."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

from kya.authority.ceremony import Issuer, Validity
from kya.core.credential import Credential, Standing
from kya.core.errors import InputError
from kya.core.instant import Instant
from kya.core.state import State
from kya.pki.issuance import Basics, ResponderRequest, issue, prepare
from kya.pki.lint import lint
from kya.pki.ocsp import (
    CertificateId,
    Responder,
    Status,
    Verdict,
    answer,
    is_about,
    read_question,
)
from kya.pki.revocations import revocation_of

RESPONDER_SECONDS: Final = 30 * 86_400
RESPONDER_NAME: Final = "OCSP responder"


def issue_responder(issuer: Issuer, public_key: bytes, validity: Validity) -> bytes:
    """Return the certificate of an OCSP responder in DER, signed by the issuing CA."""
    request = ResponderRequest(
        basics=Basics(
            operator=issuer.installation.operator,
            public_key=public_key,
            serial=validity.serial,
            not_before=validity.not_before,
            not_after=validity.not_after,
        ),
        common_name=RESPONDER_NAME,
    )
    return issue(lint(prepare(request, issuer.certificate)), issuer.signer)


@dataclass(frozen=True, slots=True)
class Register:
    """The certificates on record, by serial; made once for each set of them.

    All are the issuing CA's, so that a serial names one.
    """

    issuer: bytes
    credentials: Mapping[str, Credential]
    by_serial: Mapping[int, Credential] = field(init=False, repr=False)

    @classmethod
    def of(cls, state: State) -> "Register":
        """Return the register at this state; InputError before the log is opened."""
        if state.opened is None:
            raise InputError("OCSP: the log is not open")
        return cls(state.opened.issuer, state.credentials)

    def __post_init__(self) -> None:
        """Index once: many ask between two changes."""
        entries = {held.serial: held for held in self.credentials.values()}
        object.__setattr__(self, "by_serial", MappingProxyType(entries))

    def status(self, asked: CertificateId, at: Instant) -> Status:
        """Return what OCSP says: unknown is what this CA did not put on record.

        A suspension is not told: it can end, and what PKI tools are told is final.
        """
        held = self.by_serial.get(asked.serial)
        if held is None or not is_about(asked, self.issuer):
            return Verdict.UNKNOWN
        if held.standing_at(at) is Standing.REVOKED:
            return revocation_of(held, at)
        return Verdict.GOOD


def respond(
    request: bytes, register: Register, responder: Responder, at: Instant
) -> bytes:
    """Return the signed answer; MalformedError for bytes that ask nothing.

    May block as a key store does.
    """
    question = read_question(request)
    statuses = tuple([register.status(asked, at) for asked in question.certificates])
    return answer(question, statuses, responder, at)
