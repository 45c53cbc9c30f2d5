"""PAdES: a PDF signed in place, by pyHanko's own library (`kya[report]`).

The key stays where it is: the library hands us what is to be signed, and our signer
signs it. With an authority's time stamp it is PAdES B-LTA, without one B-B.
"""
# The library's ASN.1 has no types.
# pyright: reportUnknownMemberType=false, reportUnknownArgumentType=false
# pyright: reportUnknownVariableType=false, reportUnknownParameterType=false
# pyright: reportMissingTypeStubs=false

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO
from typing import Final

from asn1crypto import tsp, x509
from pyhanko.sign.fields import SigSeedSubFilter
from pyhanko.sign.signers.pdf_cms import Signer as PdfCmsSigner
from pyhanko.sign.signers.pdf_signer import PdfSignatureMetadata, PdfSigner
from pyhanko.sign.timestamps import TimeStamper, TimestampRequestError
from pyhanko_certvalidator.registry import SimpleCertificateStore

from kya.adapters.pdf_long_term import Addition, stamped, with_validation_material
from kya.core.errors import TransientError
from kya.pki.signer import CheckedSigner

FIELD: Final = "Signature"
_DIGEST: Final = "sha256"
_SIGNATURE_BYTES_MAX: Final = 72


@dataclass(frozen=True, slots=True, kw_only=True)
class Seal:
    """Who signs: a key, its certificate, and the chain above it, all in DER.

    `ask` sends a query to a time-stamping authority; None for no time stamp. `lists`
    are the revocation lists of root and issuing CA: what is stamped holds them.
    """

    signer: CheckedSigner
    certificate: bytes
    chain: tuple[bytes, ...]
    reason: str
    lists: tuple[bytes, ...] = ()
    ask: Callable[[bytes], bytes] | None = None


def sealed(pdf: bytes, seal: Seal) -> bytes:
    """Return the PDF signed as a whole; TransientError without a stamp asked for."""
    stamper = None if seal.ask is None else _Stamper(seal.ask)
    how = PdfSignatureMetadata(
        field_name=FIELD,
        md_algorithm=_DIGEST,
        subfilter=SigSeedSubFilter.PADES,
        reason=seal.reason,
        signer_key_usage={"digital_signature"},
    )
    signer = PdfSigner(how, _Signer(seal), timestamper=stamper)
    writer, target = Addition(BytesIO(pdf)), BytesIO()

    async def sign() -> bytes:
        await signer.async_sign_pdf(writer, output=target)
        if stamper is None:
            return target.getvalue()
        chain = (seal.certificate, *seal.chain)
        lasting = with_validation_material(target.getvalue(), chain, seal.lists)
        return await stamped(lasting, stamper, _DIGEST)

    try:
        return asyncio.run(sign())
    except TimestampRequestError as error:
        raise TransientError(f"time stamp: {error}") from error


class _Signer(PdfCmsSigner):
    """Our signer as the library wants it: P-256 over SHA-256, checked before use."""

    def __init__(self, seal: Seal) -> None:
        store = SimpleCertificateStore()  # type: ignore[no-untyped-call]
        store.register_multiple([x509.Certificate.load(each) for each in seal.chain])
        super().__init__(
            signing_cert=x509.Certificate.load(seal.certificate), cert_registry=store
        )
        self._checked = seal.signer

    async def async_sign_raw(
        self,
        data: bytes,
        digest_algorithm: str,  # noqa: ARG002  always SHA-256, by the seal's metadata
        dry_run: bool = False,  # noqa: FBT001, FBT002  the library's signature
    ) -> bytes:
        """Return the signature, or as many octets while its place is measured."""
        if dry_run:
            return bytes(_SIGNATURE_BYTES_MAX)
        return await asyncio.to_thread(self._checked.sign, data)


class _Stamper(TimeStamper):
    """Asks an authority through a line of our own, with its limits."""

    def __init__(self, ask: Callable[[bytes], bytes]) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._ask = ask

    async def async_request_tsa_response(
        self, req: tsp.TimeStampReq
    ) -> tsp.TimeStampResp:
        """Return the authority's answer, which the library compares with `req`."""
        answer = await asyncio.to_thread(self._ask, req.dump())
        try:
            return tsp.TimeStampResp.load(answer, strict=True)
        except ValueError as error:
            raise TransientError("time stamp: the answer is none") from error
