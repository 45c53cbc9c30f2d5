"""Which trust files a package must hold: derived from the log, not from the package."""

from dataclasses import dataclass, field
from hashlib import sha256

from kya.codec.package_layout import (
    ISSUER_PEM,
    ROOT_CRL_PEM,
    ROOT_PEM,
    certificate_path,
    crl_path,
    mandate_path,
)
from kya.codec.statements import parse_certificate, parse_log
from kya.core.credential import Credential
from kya.core.power_events import (
    CertificateIssued,
    IssuerRenewed,
    LogOpened,
    MandateGranted,
    RevocationListed,
)
from kya.pki.entries import Entry
from kya.pki.pem import CERTIFICATE, X509_CRL, to_pem


@dataclass(slots=True)
class Expected:
    """The SHA-256 that the log gives to each small file of the package."""

    root: bytes
    digests: dict[str, bytes] = field(default_factory=dict[str, bytes])
    issuers: bytes = b""
    root_list: bytes = b""

    def __post_init__(self) -> None:
        """Expect the verifier's own root, whatever the log says."""
        self.put(ROOT_PEM, to_pem(CERTIFICATE, self.root))

    def take(self, entry: Entry) -> None:
        """Expect what this entry brings."""
        match entry.event:
            case LogOpened(authority=authority, issuer=issuer):
                opening = parse_log(entry.note.text)
                self._issuer(issuer)
                self.root_list = opening.root_crl
                self.put(ROOT_CRL_PEM, to_pem(X509_CRL, opening.root_crl))
                self._certificate(authority, opening.authority)
            case CertificateIssued(credential=credential):
                der = parse_certificate(entry.note.text).certificate
                self._certificate(credential, der)
            case IssuerRenewed(issuer=issuer):
                self._issuer(issuer)
            case MandateGranted(digest=digest):
                self.put(mandate_path(digest), entry.raw)
            case RevocationListed(number=number, crl=crl):
                self.put(crl_path(number), to_pem(X509_CRL, crl))
            case _:
                pass

    def put(self, path: str, content: bytes) -> None:
        """Expect this content in this file."""
        self.digests[path] = sha256(content).digest()

    def _issuer(self, certificate: bytes) -> None:
        """Expect one more certificate of the issuing CA in the one file for them."""
        self.issuers += to_pem(CERTIFICATE, certificate)
        self.put(ISSUER_PEM, self.issuers)

    def _certificate(self, credential: Credential, der: bytes) -> None:
        """Expect the PEM of a certificate."""
        path = certificate_path(
            credential.role.value, credential.name, credential.serial
        )
        self.put(path, to_pem(CERTIFICATE, der))
