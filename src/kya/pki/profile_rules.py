"""What a certificate must hold to be of its profile: one rule per function, all run.

The same rules judge before signing and when a chain is verified.
"""

from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from kya.core.errors import InputError
from kya.pki import der
from kya.pki.certificate import (
    SIGNATURE_ALGORITHMS,
    assemble,
    not_after,
    not_before,
    public_key_of,
)
from kya.pki.examined import Examined, Rule
from kya.pki.extension_rules import EXTENSION_RULES
from kya.pki.extension_values import subject_name
from kya.pki.profile import ISSUING, ROOT, SERIAL_BITS_MAX, SERIAL_BITS_MIN


def violations(examined: Examined) -> tuple[str, ...]:
    """Return every rule that does not hold, with what was found."""
    found = ((rule.__name__.replace("_", " "), rule(examined)) for rule in RULES)
    return tuple([f"{name}: {text}" for name, text in found if text is not None])


def version_is_3(examined: Examined) -> str | None:
    """RFC 5280 §4.1.2.1."""
    version = examined.certificate.version
    return None if version is x509.Version.v3 else version.name


def serial_has_64_to_159_bits(examined: Examined) -> str | None:
    """RFC 5280 §4.1.2.2: positive and at most 20 octets."""
    serial = examined.certificate.serial_number
    if serial > 0 and SERIAL_BITS_MIN <= serial.bit_length() <= SERIAL_BITS_MAX:
        return None
    return f"{serial:X} has {serial.bit_length()} bits"


def key_is_of_the_profile(examined: Examined) -> str | None:
    """Each kind of certificate has one kind of key."""
    try:
        algorithm = public_key_of(examined.certificate).algorithm
    except InputError as error:
        return str(error)
    wanted = examined.profile.key_algorithm
    return None if algorithm is wanted else f"{algorithm.value}, not {wanted.value}"


def signature_is_of_the_issuers_key(examined: Examined) -> str | None:
    """The hash follows from the issuer's curve; said twice (RFC 5280 §4.1.1.2)."""
    certificate = examined.certificate
    try:
        wanted = SIGNATURE_ALGORITHMS.get(public_key_of(examined.issuer).algorithm)
        (tbs,) = der.elements(certificate.tbs_certificate_bytes)
        inner = der.elements(tbs.content)[2]
    except (InputError, ValueError, IndexError) as error:
        return str(error)
    outer = certificate.signature_algorithm_oid
    if outer == wanted and inner.content == der.object_identifier(outer):
        return None
    return f"{outer.dotted_string} outside, {inner.content.hex()} inside"


def encoding_is_the_only_one(examined: Examined) -> str | None:
    """X.690 §11: a bit string of octets has no unused bits, and nothing follows.

    Readers pass over the count of unused bits, so that one certificate would have two
    digests.
    """
    certificate = examined.certificate
    try:
        algorithm = public_key_of(examined.issuer).algorithm
        wanted = assemble(
            certificate.tbs_certificate_bytes, algorithm, certificate.signature
        )
    except InputError as error:
        return str(error)
    same = certificate.public_bytes(Encoding.DER) == wanted
    return None if same else "the bytes around what is signed are spelt otherwise"


def validity_is_within_the_limit(examined: Examined) -> str | None:
    """Positive, and no longer than the profile allows."""
    start, end = not_before(examined.certificate), not_after(examined.certificate)
    if 0 < end.micros - start.micros <= examined.profile.validity_micros_max:
        return None
    return f"{start} to {end}, at most {examined.profile.days_max} days"


def validity_is_within_the_issuers(examined: Examined) -> str | None:
    """A certificate that outlives its issuer cannot be verified to its end."""
    start, end = not_before(examined.certificate), not_after(examined.certificate)
    if not_before(examined.issuer) <= start and end <= not_after(examined.issuer):
        return None
    return f"{start} to {end}"


def issuer_is_the_ca_above(examined: Examined) -> str | None:
    """Root signs issuing CA, issuing CA signs leaves, and their names chain."""
    issuer = examined.certificate.issuer
    if issuer.public_bytes() != examined.issuer.subject.public_bytes():
        return issuer.rfc4514_string()
    above = ISSUING if not examined.profile.is_ca else ROOT
    try:
        algorithm = public_key_of(examined.issuer).algorithm
        found = examined.issuer.extensions.get_extension_for_class(
            x509.BasicConstraints
        )
    except (InputError, x509.ExtensionNotFound) as error:
        return str(error)
    if found.value != x509.BasicConstraints(ca=True, path_length=above.path_length):
        return f"{found.value!r}, want {above.title}"
    if algorithm is not above.key_algorithm:
        return f"{algorithm.value}, want {above.title}"
    return None


def subject_is_operator_and_name(examined: Examined) -> str | None:
    """O, then CN, each a UTF8String in one spelling (RFC 5280 §4.1.2.4, §4.1.2.6)."""
    subject = examined.certificate.subject
    values = [attribute.value for attribute in subject]
    if len(values) != 2:  # noqa: PLR2004  O and CN
        return f"{len(values)} attributes"
    try:
        wanted = subject_name(*values)
    except InputError as error:
        return str(error)
    same = subject.public_bytes() == wanted.public_bytes()
    return None if same else subject.rfc4514_string()


RULES: Final[tuple[Rule, ...]] = (
    version_is_3,
    serial_has_64_to_159_bits,
    key_is_of_the_profile,
    signature_is_of_the_issuers_key,
    encoding_is_the_only_one,
    validity_is_within_the_limit,
    validity_is_within_the_issuers,
    issuer_is_the_ca_above,
    subject_is_operator_and_name,
    *EXTENSION_RULES,
)
