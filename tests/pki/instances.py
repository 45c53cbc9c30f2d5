"""A cloud in miniature: it signs instance identity documents with its own RSA key."""

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from kya.core.session import RegionAnchor, RegionSource, Shown
from tests.world import MORNING

ACCOUNT = "111122223333"
STARTED = "2026-05-14T23:00:00Z"


@cache
def a_key(number: int = 0, bits: int = 2048) -> rsa.RSAPrivateKey:
    """An RSA key that is made once; `number` tells keys of a size apart."""
    del number
    return rsa.generate_private_key(public_exponent=65_537, key_size=bits)


def a_certificate(
    key: rsa.RSAPrivateKey,
    begins: datetime = datetime(2024, 1, 1, tzinfo=UTC),
    ends: datetime = datetime(2196, 1, 1, tzinfo=UTC),
) -> bytes:
    """The cloud's certificate for the key: signed by itself, as AWS's are."""
    name = x509.Name([x509.NameAttribute(NameOID.ORGANIZATION_NAME, "A Cloud LLC")])
    builder = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(7)
        .not_valid_before(begins)
        .not_valid_after(ends)
    )
    return builder.sign(key, hashes.SHA256()).public_bytes(Encoding.DER)


@dataclass(kw_only=True)
class Cloud:
    """One region of a cloud, and the certificate under which it signs."""

    key: rsa.RSAPrivateKey = field(default_factory=a_key)
    region: str = "eu-west-1"

    def document(self, **changes: object) -> bytes:
        """What the instance reads of itself, as AWS spells it."""
        members = {
            "accountId": ACCOUNT,
            "architecture": "x86_64",
            "availabilityZone": f"{self.region}b",
            "billingProducts": None,
            "imageId": "ami-0123456789abcdef0",
            "instanceId": "i-0123456789abcdef0",
            "instanceType": "c7i.large",
            "pendingTime": STARTED,
            "privateIp": "10.0.0.7",
            "region": self.region,
            "version": "2017-09-30",
            **changes,
        }
        return json.dumps(members, indent=2).encode()

    def signature(self, document: bytes) -> bytes:
        """The cloud's signature over a document."""
        return self.key.sign(document, padding.PKCS1v15(), hashes.SHA256())

    def shown(self, anchor: str, document: bytes | None = None) -> Shown:
        """The document as an agent shows it."""
        document = document or self.document()
        return Shown(
            anchor=anchor, document=document, signature=self.signature(document)
        )

    def anchor(self, credential: str, **changes: object) -> RegionAnchor:
        """What the authority says of this region and account."""
        fields: dict[str, object] = {
            "credential": credential,
            "source": RegionSource.AWS_INSTANCE_IDENTITY,
            "subject": ACCOUNT,
            "region": self.region,
            "certificate": a_certificate(self.key),
            "at": MORNING,
            **changes,
        }
        return RegionAnchor(**fields)  # type: ignore[arg-type]
