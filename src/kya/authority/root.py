"""The root at work: it signs the two CAs of an installation, as they asked for."""

from typing import assert_never

from kya.authority import ceremony, channel
from kya.authority.ceremony import Installation, Validity
from kya.core.instant import Instant
from kya.pki.ca_request import CaKind, CaRequest
from kya.pki.certificate import not_after, parse_certificate
from kya.pki.signer import Signer


def certify_ca(
    asked: CaRequest, root: bytes, signer: Signer, serial: int, now: Instant
) -> bytes:
    """Return the CA's certificate in DER: for three years, or until the root ends."""
    ends = not_after(parse_certificate(root))
    validity = Validity.lasting(serial, now, ceremony.ISSUER_SECONDS).until(ends)
    installation = Installation(
        operator=asked.operator,
        trust_domain=asked.trust_domain,
        crl_url=asked.crl_url,
    )
    key = asked.public_key
    match asked.kind:
        case CaKind.ISSUING:
            return ceremony.found_issuer(root, signer, key, installation, validity)
        case CaKind.CHANNEL:
            return channel.found_channel_ca(root, signer, key, installation, validity)
        case _ as never:
            assert_never(never)
