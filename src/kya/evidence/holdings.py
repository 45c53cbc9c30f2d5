"""What `trust/` holds: every certificate, list and mandate of the log, as files."""

from dataclasses import dataclass, field

from kya.codec.note import VerifierKey
from kya.codec.package_layout import (
    ISSUER_PEM,
    ROOT_CRL_PEM,
    ROOT_PEM,
    certificate_path,
    crl_path,
    mandate_path,
)
from kya.codec.statements import parse_certificate, parse_log
from kya.core.credential import Credential, Role
from kya.core.errors import DistrustError
from kya.core.instant import Instant
from kya.core.power_events import (
    CertificateIssued,
    IssuerRenewed,
    LogOpened,
    MandateGranted,
    RevocationListed,
)
from kya.core.roll import LogContinued
from kya.pki.crl import RevocationList, verify_crl
from kya.pki.entries import Entry
from kya.pki.pem import CERTIFICATE, X509_CRL, to_pem


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """One certificate in the package and the first instant at which it counted."""

    path: str
    credential: Credential
    since: Instant


@dataclass(slots=True)
class Holdings:
    """Collects the trust files of the entries that pass; `files` gives them out."""

    root: bytes
    issuers: list[bytes] = field(default_factory=list[bytes])
    origin: str = ""
    certificates: list[Held] = field(default_factory=list[Held])
    lists: list[tuple[str, RevocationList]] = field(
        default_factory=list[tuple[str, RevocationList]]
    )
    mandates: list[str] = field(default_factory=list[str])

    def take(self, entry: Entry) -> list[tuple[str, bytes]]:
        """Return the files that this entry brings, as path and content."""
        match entry.event:
            case LogOpened(authority=authority, issuer=issuer, origin=origin, at=at):
                self.issuers.append(issuer)
                self.origin = origin
                opening = parse_log(entry.note.text)
                return [
                    (ROOT_PEM, to_pem(CERTIFICATE, self.root)),
                    (ROOT_CRL_PEM, to_pem(X509_CRL, opening.root_crl)),
                    self._certificate(authority, opening.authority, at),
                ]
            case LogContinued(origin=origin):
                self.origin = origin
                return []
            case CertificateIssued(credential=credential, at=at):
                der = parse_certificate(entry.note.text).certificate
                return [self._certificate(credential, der, at)]
            case IssuerRenewed(issuer=issuer):
                self.issuers.append(issuer)
                return []
            case MandateGranted(digest=digest):
                self.mandates.append(mandate_path(digest))
                return [(self.mandates[-1], entry.raw)]
            case RevocationListed(number=number, crl=crl):
                path = crl_path(number)
                self.lists.append((path, verify_crl(crl, self.issuers[-1])))
                return [(path, to_pem(X509_CRL, crl))]
            case _:
                return []

    def issuer_file(self) -> tuple[str, bytes]:
        """Return the file of the issuing CA's certificates, once all are known."""
        blocks = (to_pem(CERTIFICATE, issuer) for issuer in self.issuers)
        return ISSUER_PEM, b"".join(blocks)

    def log_key(self, checkpoint_key_ids: set[bytes]) -> VerifierKey:
        """Return the log's key: certified on record and under the checkpoint."""
        for held in reversed(self.certificates):
            if held.credential.role is Role.LOG:
                key = VerifierKey.from_spki(self.origin, held.credential.spki)
                if key.key_id in checkpoint_key_ids:
                    return key
        raise DistrustError(
            "checkpoint: no certificate with the role log is on record for its key"
        )

    def _certificate(
        self, credential: Credential, der: bytes, at: Instant
    ) -> tuple[str, bytes]:
        """Return the PEM of a certificate and remember it for the README."""
        path = certificate_path(
            credential.role.value, credential.name, credential.serial
        )
        since = max(at, credential.not_before)
        self.certificates.append(Held(path=path, credential=credential, since=since))
        return path, to_pem(CERTIFICATE, der)
