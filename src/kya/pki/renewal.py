"""A new certificate for the issuing CA's own key: what it must be to count."""

from collections.abc import Sequence

from kya.core.errors import DistrustError, InputError
from kya.core.instant import Instant
from kya.pki.certificate import (
    assemble,
    not_after,
    not_before,
    parse_certificate,
    public_key_of,
)
from kya.pki.examined import Examined
from kya.pki.profile import ISSUING, ROOT
from kya.pki.profile_rules import violations


def verify_renewal(
    renewed: bytes, issuers: Sequence[bytes], root: bytes, at: Instant
) -> None:
    """Return if the certificate renews the newest of these; DistrustError otherwise.

    It is in force, signed by the same root, and says what the former one says, for the
    same key: all but its serial number and its times, and it ends later. So whatever
    that key has signed, revocation lists included, holds under either.
    """
    if not issuers:
        raise DistrustError("issuer: the log is not open")
    try:
        found, former, anchor = map(parse_certificate, (renewed, issuers[-1], root))
        broken = violations(Examined(found, ISSUING, anchor))
        public_key_of(anchor).require(found.tbs_certificate_bytes, found.signature)
        whole = assemble(
            found.tbs_certificate_bytes, ROOT.key_algorithm, found.signature
        )
        same_key = public_key_of(found) == public_key_of(former)
    except (InputError, DistrustError) as error:
        raise DistrustError(f"issuer: {error}") from error
    start, end = not_before(found), not_after(found)
    if whole != renewed:
        raise DistrustError("issuer: not in canonical form (DER)")
    if broken:
        raise DistrustError("issuer: " + "; ".join(broken))
    if not start <= at <= end:
        raise DistrustError(f"issuer: is valid: {at} is not in {start} to {end}")
    if not same_key:
        raise DistrustError("issuer: want the key of the former certificate")
    if found.subject != former.subject or list(found.extensions) != list(
        former.extensions
    ):
        raise DistrustError("issuer: want name and extensions of the former one")
    if end <= not_after(former):
        raise DistrustError(f"issuer: ends {end}, not after the former one")
