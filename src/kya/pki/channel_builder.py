"""What the root and the channel CA are asked to sign; not judged here."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from cryptography import x509

from kya.core.errors import InputError
from kya.core.instant import MICROS_PER_SECOND, Instant
from kya.pki import der
from kya.pki.builder_key import BuilderKey
from kya.pki.certificate import key_identifier, parse_certificate, public_key_of
from kya.pki.channel_profile import CHANNEL_CA, CHANNEL_LEAF
from kya.pki.channel_rules import Host
from kya.pki.extension_values import (
    EXTENDED_KEY_USAGE,
    distribution_point,
    key_usage,
    policies,
    subject_name,
)
from kya.pki.identity import SpiffeId
from kya.pki.issuance import Basics, IssuingRequest
from kya.pki.keys import PublicKey
from kya.pki.lint import ToBeSigned
from kya.pki.oids import CHANNEL_BINDING, NO_REVOCATION_AVAILABLE
from kya.pki.profile import Profile

_NULL: Final = b"\x05\x00"
_EMPTY: Final = b"\x30\x00"


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelRequest:
    """A certificate for TLS: whose, bound to which identity certificate (SHA-256).

    `hosts` are the names and addresses of a gateway; nobody else has any.
    """

    basics: Basics
    identity: SpiffeId
    binding: str
    hosts: tuple[Host, ...] = ()


def prepare_channel_ca(request: IssuingRequest, root: bytes) -> ToBeSigned:
    """Return what the root signs to make a channel CA."""
    domain = x509.UniformResourceIdentifier(str(request.trust_domain))
    extensions = (
        x509.SubjectAlternativeName([domain]),
        distribution_point(request.crl_url),
    )
    return _prepared(CHANNEL_CA, request.basics, request.common_name, root, extensions)


def prepare_channel(request: ChannelRequest, ca: bytes) -> ToBeSigned:
    """Return what the channel CA signs to make a channel certificate."""
    binding = der.encode(der.OCTET_STRING, bytes.fromhex(request.binding))
    try:
        names: list[x509.GeneralName] = [
            x509.UniformResourceIdentifier(str(request.identity)),
            *map(_general_name, request.hosts),
        ]
    except ValueError as error:
        raise InputError(f"channel certificate: {error}") from error
    extensions = (
        EXTENDED_KEY_USAGE,
        x509.SubjectAlternativeName(names),
        x509.UnrecognizedExtension(NO_REVOCATION_AVAILABLE, _NULL),
        x509.UnrecognizedExtension(CHANNEL_BINDING, binding),
    )
    name = request.identity.name
    return _prepared(CHANNEL_LEAF, request.basics, name, ca, extensions)


def _prepared(
    profile: Profile,
    basics: Basics,
    common_name: str,
    issuer: bytes,
    extensions: tuple[x509.ExtensionType, ...],
) -> ToBeSigned:
    """Return the TBSCertificate with what every certificate of ours has."""
    above = parse_certificate(issuer)
    stand_in = BuilderKey(public_key_of(above), _no_signature)
    key = PublicKey(basics.public_key).loaded
    identifier = x509.AuthorityKeyIdentifier(key_identifier(above), None, None)
    try:
        builder = (
            x509.CertificateBuilder()
            .subject_name(subject_name(basics.operator, common_name))
            .issuer_name(above.subject)
            .public_key(key)
            .serial_number(basics.serial)
            .not_valid_before(_whole_seconds(basics.not_before))
            .not_valid_after(_whole_seconds(basics.not_after))
        )
        for value in (
            x509.BasicConstraints(ca=profile.is_ca, path_length=profile.path_length),
            key_usage(profile),
            x509.SubjectKeyIdentifier.from_public_key(key),
            identifier,
            *(() if profile.policy is None else (policies(profile.policy),)),
            *extensions,
        ):
            builder = builder.add_extension(value, value.oid in profile.critical)
        unsigned = builder.sign(stand_in, stand_in.hash_algorithm)
    except ValueError as error:
        raise InputError(f"{profile.title} certificate: {error}") from error
    return ToBeSigned(
        tbs=unsigned.tbs_certificate_bytes, profile=profile, issuer=issuer
    )


def _no_signature(_: bytes) -> bytes:
    """Return an empty SEQUENCE in the place of a signature that is thrown away."""
    return _EMPTY


def _general_name(host: Host) -> x509.GeneralName:
    """Return a host as it stands in a certificate."""
    return x509.DNSName(host) if isinstance(host, str) else x509.IPAddress(host)


def _whole_seconds(instant: Instant) -> datetime:
    """Return the time as X.509 writes it; InputError for a fraction of a second."""
    if instant.micros % MICROS_PER_SECOND:
        raise InputError(f"certificate: want whole seconds, got {instant}")
    return instant.to_datetime()
