"""What the extensions of a certificate must be to obey its profile: one rule each.

A missing extension is reported by `extensions_are_those_of_the_profile` alone.
"""

import re
from collections.abc import Mapping
from typing import Final

from cryptography import x509
from cryptography.x509.oid import NameOID

from kya.core.credential import PEOPLE
from kya.core.errors import MalformedError
from kya.pki.certificate import (
    custody_of,
    identity_of,
    key_identifier,
    scope_of,
    trust_domain_of,
)
from kya.pki.examined import Examined, Rule
from kya.pki.extension_values import (
    distribution_point,
    key_usage,
    policies,
    responder_at,
)

_PEOPLE: Final = frozenset(role.value for role in PEOPLE)
_URL_CHARS_MAX: Final = 512
_HTTP_URL: Final = re.compile(r"http://[A-Za-z0-9.-]+(?::[0-9]{1,5})?(?:/[!-~]*)?")


def extensions_are_those_of_the_profile(examined: Examined) -> str | None:
    """All of them, no others but the optional, each as critical as the profile says."""
    profile = examined.profile
    wanted = dict.fromkeys(profile.critical, True)
    wanted |= dict.fromkeys(profile.not_critical, False)
    wanted |= dict.fromkeys(profile.optional & examined.by_oid.keys(), False)
    found = {oid: extension.critical for oid, extension in examined.by_oid.items()}
    if found == wanted:
        return None
    differing = {oid for oid, _ in found.items() ^ wanted.items()}
    texts = [_difference(oid, found, wanted) for oid in differing]
    return ", ".join(sorted(texts))


def _difference(
    oid: x509.ObjectIdentifier,
    found: Mapping[x509.ObjectIdentifier, bool],
    wanted: Mapping[x509.ObjectIdentifier, bool],
) -> str:
    """Say how one extension differs from the profile."""
    if oid not in found:
        return f"{oid.dotted_string} is missing"
    if oid not in wanted:
        return f"{oid.dotted_string} is not part of it"
    return f"{oid.dotted_string} has the wrong criticality"


def basic_constraints_are_of_the_profile(examined: Examined) -> str | None:
    """RFC 5280 §4.2.1.9."""
    found = examined.extension(x509.BasicConstraints)
    profile = examined.profile
    wanted = x509.BasicConstraints(ca=profile.is_ca, path_length=profile.path_length)
    return None if found in (None, wanted) else repr(found)


def key_usage_is_of_the_profile(examined: Examined) -> str | None:
    """RFC 5280 §4.2.1.3."""
    found = examined.extension(x509.KeyUsage)
    return None if found in (None, key_usage(examined.profile)) else repr(found)


def extended_key_usage_is_of_the_profile(examined: Examined) -> str | None:
    """Both ends of TLS (SPIFFE X509-SVID §4.4), or OCSP and nothing else."""
    found = examined.extension(x509.ExtendedKeyUsage)
    wanted = x509.ExtendedKeyUsage(examined.profile.usages)
    return None if found in (None, wanted) else repr(found)


def key_identifiers_chain(examined: Examined) -> str | None:
    """SKI is the key's SHA-1 (RFC 5280 §4.2.1.2), AKI just the issuer's SKI."""
    subject = examined.extension(x509.SubjectKeyIdentifier)
    wanted = x509.SubjectKeyIdentifier.from_public_key(
        examined.certificate.public_key()
    )
    if subject not in (None, wanted):
        return f"subject key identifier is {subject!r}"
    authority = examined.extension(x509.AuthorityKeyIdentifier)
    above = x509.AuthorityKeyIdentifier(key_identifier(examined.issuer), None, None)
    return None if authority in (None, above) else repr(authority)


def alternative_name_is_one_uri(examined: Examined) -> str | None:
    """SPIFFE X509-SVID §2: the role's identity; for an issuing CA, its trust domain."""
    if x509.SubjectAlternativeName.oid not in examined.profile.not_critical:
        return None
    try:
        if examined.profile.is_ca:
            trust_domain_of(examined.certificate)
            return None
        identity = identity_of(examined.certificate)
        issuers_domain = trust_domain_of(examined.issuer)
    except MalformedError as error:
        return str(error)
    if identity.role.value != examined.profile.title:
        return f"{identity}, want role {examined.profile.title}"
    if identity.trust_domain != issuers_domain:
        return f"{identity}, outside {issuers_domain}"
    return None


def common_name_is_the_name(examined: Examined) -> str | None:
    """The name people read is the one machines check; people keep their own."""
    if examined.profile.is_ca or examined.profile.title in _PEOPLE:
        return None
    names = examined.certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    found = [attribute.value for attribute in names]
    try:
        wanted = identity_of(examined.certificate).name
    except MalformedError:
        return None  # reported by the rule on the alternative name
    return None if found == [wanted] else f"{found}, not {wanted!r}"


def policy_is_of_the_profile(examined: Examined) -> str | None:
    """One policy without qualifiers (RFC 5280 §4.2.1.4)."""
    found = examined.extension(x509.CertificatePolicies)
    policy = examined.profile.policy
    if found is None or policy is None or found == policies(policy):
        return None
    return repr(list(found))


def crl_is_at_one_http_url(examined: Examined) -> str | None:
    """Plain HTTP, because fetching a CRL must not need one (RFC 5280 §8)."""
    found = examined.extension(x509.CRLDistributionPoints)
    if found is None:
        return None
    names = [name for point in found for name in point.full_name or ()]
    url = names[0].value if len(names) == 1 else None
    if not isinstance(url, str) or found != distribution_point(url):
        return "want one distribution point with one URL"
    return None if _is_http(url) else f"{url!r}"


def ocsp_is_at_one_http_url(examined: Examined) -> str | None:
    """Plain HTTP: an answer is signed, and TLS would need one of its own."""
    found = examined.extension(x509.AuthorityInformationAccess)
    if found is None:
        return None
    url = found[0].access_location.value
    if not isinstance(url, str) or found != responder_at(url):
        return "want one responder at one URL, and nothing else"
    return None if _is_http(url) else f"{url!r}"


def _is_http(url: str) -> bool:
    """Whether the URL is http with a host and of a sane length."""
    return _HTTP_URL.fullmatch(url) is not None and len(url) <= _URL_CHARS_MAX


def scope_is_readable(examined: Examined) -> str | None:
    """spec/certificate.md: one spelling, and its hash is right."""
    try:
        scope_of(examined.certificate)
    except MalformedError as error:
        return str(error)
    return None


def custody_is_readable(examined: Examined) -> str | None:
    """spec/certificate.md: one printable line."""
    try:
        custody_of(examined.certificate)
    except MalformedError as error:
        return str(error)
    return None


EXTENSION_RULES: Final[tuple[Rule, ...]] = (
    extensions_are_those_of_the_profile,
    basic_constraints_are_of_the_profile,
    key_usage_is_of_the_profile,
    extended_key_usage_is_of_the_profile,
    key_identifiers_chain,
    alternative_name_is_one_uri,
    common_name_is_the_name,
    policy_is_of_the_profile,
    crl_is_at_one_http_url,
    ocsp_is_at_one_http_url,
    scope_is_readable,
    custody_is_readable,
)
