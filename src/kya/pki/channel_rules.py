"""What a certificate of the channel CA must hold: the common rules, and its own.

Two rules for identity certificates are replaced: a gateway's name has host names beside
its URI, and the role is not the profile's title.
"""

from ipaddress import IPv4Address, IPv6Address
from typing import Final, TypeAlias

from cryptography import x509

from kya.core.credential import Role
from kya.core.errors import InputError, MalformedError
from kya.pki import der
from kya.pki.certificate import not_after, not_before, trust_domain_of
from kya.pki.channel_profile import (
    CHANNEL_MICROS_MAX,
    CHANNEL_ROLES,
    CHANNEL_SECONDS_MAX,
)
from kya.pki.examined import Examined, Rule
from kya.pki.extension_rules import (
    alternative_name_is_one_uri,
    common_name_is_the_name,
)
from kya.pki.extension_values import policies
from kya.pki.identity import SpiffeId
from kya.pki.oids import CHANNEL_BINDING, CHANNEL_POLICY, NO_REVOCATION_AVAILABLE
from kya.pki.profile_rules import RULES

HOSTS_MAX: Final = 16
"""Names under which one gateway is reached; a certificate lists them all."""

Host: TypeAlias = str | IPv4Address | IPv6Address

_NULL: Final = b"\x05\x00"
_DIGEST_BYTES: Final = 32


def channel_violations(examined: Examined) -> tuple[str, ...]:
    """Return every rule that does not hold, with what was found."""
    found = ((rule.__name__.replace("_", " "), rule(examined)) for rule in _ALL)
    return tuple([f"{name}: {text}" for name, text in found if text is not None])


def identity_in(certificate: x509.Certificate) -> tuple[SpiffeId, tuple[Host, ...]]:
    """Return the one SPIFFE ID, and the hosts beside it; MalformedError otherwise."""
    try:
        found = certificate.extensions.get_extension_for_class(
            x509.SubjectAlternativeName
        )
    except x509.ExtensionNotFound as error:
        raise MalformedError("subject alternative name: missing") from error
    match list(found.value):
        case [x509.UniformResourceIdentifier() as first, *others]:
            hosts = tuple([_host_in(name) for name in others])
            return SpiffeId.parse(first.value), hosts
        case _:
            raise MalformedError("subject alternative name: want one URI, first")


def _host_in(name: x509.GeneralName) -> Host:
    """Return a host name or address; MalformedError for any other kind of name."""
    value = name.value
    if isinstance(name, x509.DNSName) and isinstance(value, str):
        return value
    if isinstance(value, IPv4Address | IPv6Address):
        return value
    raise MalformedError(f"subject alternative name: {name!r} is no host")


def binding_in(certificate: x509.Certificate) -> str:
    """Return the digest of the identity certificate; MalformedError without one."""
    for extension in certificate.extensions:
        if extension.oid == CHANNEL_BINDING:
            encoded: bytes = extension.value.public_bytes()
            digest = encoded[2:]
            if len(digest) == _DIGEST_BYTES and encoded == der.encode(
                der.OCTET_STRING, digest
            ):
                return digest.hex()
            raise MalformedError("channel binding: want an OCTET STRING of 32 bytes")
    raise MalformedError("channel binding: missing")


def certificate_lasts_an_hour_at_most(examined: Examined) -> str | None:
    """RFC 9608 §3: what cannot be revoked must not live long."""
    start, end = not_before(examined.certificate), not_after(examined.certificate)
    if end.micros - start.micros <= CHANNEL_MICROS_MAX:
        return None
    return f"{start} to {end}, at most {CHANNEL_SECONDS_MAX} s"


def issuer_is_the_channel_ca(examined: Examined) -> str | None:
    """Told apart from the issuing CA by its policy, which is not anyPolicy."""
    try:
        found = examined.issuer.extensions.get_extension_for_class(
            x509.CertificatePolicies
        )
    except x509.ExtensionNotFound:
        return "issuer has no policy"
    return None if found.value == policies(CHANNEL_POLICY) else repr(list(found.value))


def name_is_a_peers_or_a_gateways(examined: Examined) -> str | None:
    """One SPIFFE ID of the CA's domain; hosts for a gateway and for nobody else."""
    try:
        identity, hosts = identity_in(examined.certificate)
        domain = trust_domain_of(examined.issuer)
    except MalformedError as error:
        return str(error)
    if identity.trust_domain != domain:
        return f"{identity}, outside {domain}"
    if identity.role is Role.GATEWAY:
        return None if 1 <= len(hosts) <= HOSTS_MAX else f"{len(hosts)} hosts"
    if identity.role not in CHANNEL_ROLES:
        return f"{identity}: this role has no channel"
    return None if not hosts else f"{identity} with hosts"


def common_name_is_that_of_the_identity(examined: Examined) -> str | None:
    """The name people read is the one machines check."""
    try:
        identity, _ = identity_in(examined.certificate)
    except MalformedError:
        return None  # reported by the rule on the name
    names = examined.certificate.subject.get_attributes_for_oid(
        x509.NameOID.COMMON_NAME
    )
    found = [attribute.value for attribute in names]
    return None if found == [identity.name] else f"{found}, not {identity.name!r}"


def binding_names_an_identity_certificate(examined: Examined) -> str | None:
    """One spelling of a SHA-256."""
    try:
        binding_in(examined.certificate)
    except InputError as error:
        return str(error)
    return None


def no_revocation_is_said_in_full(examined: Examined) -> str | None:
    """RFC 9608 §2: the value is NULL."""
    found = examined.by_oid.get(NO_REVOCATION_AVAILABLE)
    if found is None or found.value.public_bytes() == _NULL:
        return None
    return found.value.public_bytes().hex()


_REPLACED: Final = frozenset({alternative_name_is_one_uri, common_name_is_the_name})
CHANNEL_RULES: Final[tuple[Rule, ...]] = (
    certificate_lasts_an_hour_at_most,
    issuer_is_the_channel_ca,
    name_is_a_peers_or_a_gateways,
    common_name_is_that_of_the_identity,
    binding_names_an_identity_certificate,
    no_revocation_is_said_in_full,
)
_ALL: Final = (*(rule for rule in RULES if rule not in _REPLACED), *CHANNEL_RULES)
