"""What the lint costs an issuing CA, and how long a large revocation list takes.

Ours is the whole road of a certificate: prepared, linted, signed, and the signature
checked. Raw is the library's builder with the same names and extensions, no more.
They take turns, a slice each, so that both see the same machine.
"""

import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    load_der_public_key,
)
from cryptography.x509.oid import NameOID

from bench.figure import Figure, at_least, at_most, p50, shown
from bench.scale import Scale
from kya.adapters.kms_file import FileSigner
from kya.core.credential import ReasonCode
from kya.pki.crl import (
    Revocation,
    RevocationContents,
    issue_crl,
    verify_crl,
)
from kya.pki.issuance import IssuingRequest, LeafRequest, issue, prepare
from kya.pki.keys import KeyAlgorithm
from kya.pki.lint import lint
from tests.pki.world import (
    DOMAIN,
    NOON,
    OPERATOR,
    ROOT_KEY,
    issuing_request,
    leaf_request,
    seeded,
    signed,
    with_basics,
    world,
)

SLICES = 15
CERTIFICATES = 200
KEYS = [
    seeded(1_000 + number, KeyAlgorithm.P256).public_key()
    for number in range(CERTIFICATES)
]
RATIO_MIN = 0.5
REVOCATIONS = 100_000
LISTS = 3
LIST_SECONDS_MAX = 2.0
LIFE_SECONDS = 30 * 86_400


def run(_scale: Scale) -> list[Figure]:
    """Return the rates, their ratio, and the seconds of a list."""
    with TemporaryDirectory(prefix="issuing-") as folder:
        path = Path(folder) / "issuer.pem"
        signer = FileSigner.create(path, os.urandom(32), KeyAlgorithm.P256)
    issuer = signed(_issuing(signer), world().root, ROOT_KEY)
    raw, ours = _rates(issuer, signer)
    seconds = p50([_list_seconds(issuer, signer) for _ in range(LISTS)])
    runs = f"{SLICES} x {CERTIFICATES} certificates, in turns"
    ratio = p50([one / other for one, other in zip(ours, raw, strict=True)])
    return [
        shown("certificates of the raw builder", p50(raw), "/s", runs),
        shown("certificates prepared, linted and issued", p50(ours), "/s", runs),
        at_least("certificates issued / raw builder", ratio, "x", RATIO_MIN, runs),
        at_most(
            f"revocation list of {REVOCATIONS:,}, built and signed",
            seconds,
            "s",
            LIST_SECONDS_MAX,
            f"middle of {LISTS}",
        ),
    ]


def _rates(issuer: bytes, signer: FileSigner) -> tuple[list[float], list[float]]:
    """Return certificates per second of each slice, raw and ours."""
    raw_of, ours_of = _raw(issuer), _ours(issuer, signer)
    _rate(raw_of)
    _rate(ours_of)
    slices = [(_rate(raw_of), _rate(ours_of)) for _ in range(SLICES)]
    raw, ours = zip(*slices, strict=True)
    return list(raw), list(ours)


def _rate(certificate: Callable[[int], bytes]) -> float:
    """Return how many certificates a second, each with a serial of its own."""
    start = perf_counter()
    for number in range(CERTIFICATES):
        certificate(number)
    return CERTIFICATES / (perf_counter() - start)


def _ours(issuer: bytes, signer: FileSigner) -> Callable[[int], bytes]:
    """Return the road that every certificate of kya takes."""

    def certificate(number: int) -> bytes:
        return issue(lint(prepare(_request(number), issuer)), signer)

    return certificate


def _raw(issuer: bytes) -> Callable[[int], bytes]:
    """Return the library's builder; what all certificates share is made beforehand."""
    above = x509.load_der_x509_certificate(issuer)
    key = ec.generate_private_key(ec.SECP256R1())
    model = x509.load_der_x509_certificate(signed(leaf_request(), world().issuing))
    own = (x509.SubjectKeyIdentifier, x509.SubjectAlternativeName)
    shared = [each for each in model.extensions if not isinstance(each.value, own)]
    start, end = model.not_valid_before_utc, model.not_valid_after_utc

    def certificate(number: int) -> bytes:
        public, name = load_der_public_key(KEYS[number]), _name(number)
        if not isinstance(public, ec.EllipticCurvePublicKey):
            raise TypeError("want an elliptic-curve key")
        uri = x509.UniformResourceIdentifier(f"{DOMAIN}/agent/{name}")
        subject = x509.Name(
            [
                x509.NameAttribute(NameOID.ORGANIZATION_NAME, OPERATOR),
                x509.NameAttribute(NameOID.COMMON_NAME, name),
            ]
        )
        builder = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(above.subject)
            .public_key(public)
            .serial_number(_serial(number))
            .not_valid_before(start)
            .not_valid_after(end)
            .add_extension(
                x509.SubjectKeyIdentifier.from_public_key(public), critical=False
            )
            .add_extension(x509.SubjectAlternativeName([uri]), critical=False)
        )
        for each in shared:
            builder = builder.add_extension(each.value, each.critical)
        return builder.sign(key, SHA256()).public_bytes(Encoding.DER)

    return certificate


def _request(number: int) -> LeafRequest:
    """Return the request of an agent with a name, a key and a serial of its own."""
    request = leaf_request(name=_name(number))
    basics = replace(request.basics, serial=_serial(number), public_key=KEYS[number])
    return with_basics(request, basics)


def _name(number: int) -> str:
    """Return an agent's name."""
    return f"algo_trader_v{number}"


def _issuing(signer: FileSigner) -> IssuingRequest:
    """Return the request of a CA whose key is in a file."""
    request = issuing_request()
    basics = replace(request.basics, public_key=signer.public_key())
    return replace(request, basics=basics)


def _serial(number: int) -> int:
    """Return a serial of 128 bits, as issuing draws them."""
    return (1 << 127) + number


def _list_seconds(issuer: bytes, signer: FileSigner) -> float:
    """Return how long a complete list takes from its entries to its signature."""
    revocations = tuple(
        Revocation(
            serial=_serial(number),
            at=NOON,
            reason=ReasonCode.CESSATION_OF_OPERATION,
        )
        for number in range(REVOCATIONS)
    )
    start = perf_counter()
    contents = RevocationContents(
        number=7,
        this_update=NOON,
        next_update=NOON.plus(seconds=LIFE_SECONDS),
        revocations=revocations,
    )
    crl = issue_crl(contents, issuer, signer)
    spent = perf_counter() - start
    if len(verify_crl(crl, issuer).by_serial) != REVOCATIONS:
        raise RuntimeError("the list does not say what it was given")
    return spent
