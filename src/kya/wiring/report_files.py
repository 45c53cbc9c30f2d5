"""The report as a PDF, set and signed by libraries that only a PDF needs."""

from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass

from kya.adapters.stamp_http import asking
from kya.core.credential import PEOPLE, Standing
from kya.core.errors import DistrustError, InputError
from kya.core.instant import Instant
from kya.pki.crl import verify_crl
from kya.pki.path import VerifiedCertificate, verify_chain
from kya.pki.pem import CERTIFICATE, X509_CRL, blocks_of_pem
from kya.pki.signer import Signer, pinned
from kya.report.model import Document
from kya.report.sheet import sheet
from kya.verify.examination import Examination


@dataclass(frozen=True, slots=True, kw_only=True)
class Signatory:
    """Who signs a report: a key, and the PEM of its certificate and any above it.

    `newer_list` is the issuing CA's revocation list, PEM, where the log's own is old.
    """

    signer: Signer
    certificates: bytes
    stamp_url: str | None = None
    newer_list: bytes | None = None


def pdf_of(document: Document) -> bytes:
    """Return the report as PDF/A-3b; InputError without the library that sets it."""
    with _report_extra():
        from kya.adapters.pdf_typst import set_pdf  # noqa: PLC0415
    return set_pdf(sheet(document))


def signed_pdf(
    pdf: bytes, signatory: Signatory, examination: Examination, root: bytes, at: Instant
) -> bytes:
    """Return the PDF signed by a person whom the root vouches for.

    DistrustError for a certificate that does not chain to the root now, is nobody's
    who may sign, was stopped in this log, or belongs to another key.
    """
    with _report_extra():
        from kya.adapters.pdf_pades import Seal, sealed  # noqa: PLC0415
    person = _person(signatory.certificates, examination, root, at)
    is_stamped = signatory.stamp_url is not None
    lists = _lists(person, signatory.newer_list, examination, at) if is_stamped else ()
    seal = Seal(
        signer=pinned(signatory.signer, person.public_key),
        certificate=person.der,
        chain=(person.issuer, root),
        reason=f"Report on an evidence package, verdict {_verdict(examination)}",
        lists=lists,
        ask=None if signatory.stamp_url is None else asking(signatory.stamp_url),
    )
    return sealed(pdf, seal)


def _person(
    pem: bytes, examination: Examination, root: bytes, at: Instant
) -> VerifiedCertificate:
    """Return the signatory, with the log's own issuers to build the chain from."""
    leaf, *above = blocks_of_pem(CERTIFICATE, pem)
    found = examination.found
    issuers = found.reexecution.state.issuers if found else ()
    person = verify_chain(leaf, [*above, *issuers], root, at)
    if person.role not in PEOPLE:
        raise DistrustError(
            f"--certificate: {person.name} is {person.role.value}; want a person's"
        )
    known = found and found.reexecution.state.credentials.get(person.fingerprint.hex())
    if known and known.standing_at(at) is not Standing.ACTIVE:
        standing = known.standing_at(at).value
        raise DistrustError(f"--certificate: that of {person.name} is {standing}")
    return person


def _lists(
    person: VerifiedCertificate,
    newer: bytes | None,
    examination: Examination,
    at: Instant,
) -> tuple[bytes, ...]:
    """Return the root's own list, and the issuing CA's, which is good now.

    DistrustError for one that is over, or that names the signatory.
    """
    found = examination.found
    given = () if newer is None else blocks_of_pem(X509_CRL, newer)
    logged = () if found is None else (found.reexecution.state.crl,)
    lists = [verify_crl(each, person.issuer) for each in (*logged, *given) if each]
    newest = max(lists, key=lambda each: each.contents.number, default=None)
    if found is None or newest is None or not at < newest.contents.next_update:
        ended = "none" if newest is None else f"one until {newest.contents.next_update}"
        raise DistrustError(
            f"--stamp-url: want a revocation list that is good now, got {ended}; give"
            " a newer one with --crl, such as `kya log crl` has"
        )
    if newest.is_revoked(person.serial):
        raise DistrustError(f"--certificate: that of {person.name} is revoked")
    return found.reexecution.expected.root_list, newest.der


def _verdict(examination: Examination) -> str:
    return examination.report.verdict.value


@contextmanager
def _report_extra() -> Generator[None, None, None]:
    """Say what to install where a library of the report is missing."""
    try:
        yield
    except ModuleNotFoundError as error:
        raise InputError(
            f"--pdf: {error.name} is not installed; want kya[report], or --html"
        ) from error
