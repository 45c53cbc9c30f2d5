"""PAdES for long: what a signature rests on is put into the PDF, and stamped (B-LTA).

Certificates end, and whoever asks for their revocation lists then finds none. With
chain and lists inside, and a time stamp over all of it, it is judged as of then.
"""
# The library's ASN.1 has no types.
# pyright: reportUnknownMemberType=false, reportUnknownArgumentType=false
# pyright: reportUnknownVariableType=false, reportMissingTypeStubs=false

from collections.abc import Iterator
from io import BytesIO
from typing import Final

from asn1crypto import crl, x509
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.signers.pdf_signer import PdfTimeStamper
from pyhanko.sign.timestamps import TimeStamper
from pyhanko.sign.validation.dss import DocumentSecurityStore
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature

STAMP_FIELD: Final = "Timestamp"


class Addition(IncrementalPdfFileWriter):
    """What is added to a PDF behind its last byte; what it says of itself stays.

    The library would write the metadata again, in spellings that PDF/A does not know.
    """

    def _update_meta(self) -> None:
        """Leave title, dates and the claim of PDF/A as they are."""


def with_validation_material(
    pdf: bytes, chain: tuple[bytes, ...], lists: tuple[bytes, ...]
) -> bytes:
    """Return the signed PDF with the chain, and the lists, in its security store.

    In DER each. The certificates that came with the time stamp go in as well.
    """
    writer, target = Addition(BytesIO(pdf)), BytesIO()
    (signature,) = PdfFileReader(BytesIO(pdf)).embedded_signatures
    # Not per signature (VRI): there is one, and EN 319 142-1 says to leave that out.
    DocumentSecurityStore.supply_dss_in_writer(
        writer,
        None,
        certs=[*map(x509.Certificate.load, chain), *_of_the_stamp(signature)],
        crls=[crl.CertificateList.load(each) for each in lists],
    )
    writer.write(target)  # type: ignore[no-untyped-call]
    return target.getvalue()


def _of_the_stamp(signature: EmbeddedPdfSignature) -> Iterator[x509.Certificate]:
    """Yield the certificates that the authority sent with its stamp."""
    for attribute in signature.signer_info["unsigned_attrs"]:
        if attribute["type"].native == "signature_time_stamp_token":
            for token in attribute["values"]:
                for choice in token["content"]["certificates"]:
                    yield choice.chosen


async def stamped(pdf: bytes, stamper: TimeStamper, digest: str) -> bytes:
    """Return the PDF under a time stamp over all that is in it."""
    writer, target = Addition(BytesIO(pdf)), BytesIO()
    stamping = PdfTimeStamper(stamper, field_name=STAMP_FIELD)
    await stamping.async_timestamp_pdf(writer, digest, output=target)
    return target.getvalue()
