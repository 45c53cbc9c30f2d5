"""The root's own place, which need not be this machine nor be online.

<root>/root.pem           the root's certificate: what verifiers are handed
<root>/root-crl.pem       its own revocation list, which revokes nothing
<root>/keys/root.pem      its key in an encrypted file, or
<root>/keys/root.toml     where its key lives: a token, for one
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from kya.adapters.randomness import new_serial
from kya.authority import ceremony
from kya.authority.ceremony import Validity
from kya.authority.root import certify_ca
from kya.core.errors import InputError
from kya.core.instant import Instant
from kya.pki.ca_request import CaRequest
from kya.pki.keys import KeyAlgorithm
from kya.pki.pem import CERTIFICATE, X509_CRL, from_pem, to_pem
from kya.pki.signer import Signer
from kya.wiring.key_reference import Reference
from kya.wiring.keys import KeyCabinet

ROOT: Final = "root"
_LIST: Final = "root-crl.pem"


@dataclass(frozen=True, slots=True, kw_only=True)
class RootNames:
    """What stands in a root's certificate."""

    operator: str
    common_name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RootPapers:
    """What a root gives out: its certificate and its revocation list, in DER."""

    certificate: bytes
    revocations: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class RootDesk:
    """A root's papers, and its key."""

    papers: RootPapers
    signer: Signer

    def certify(self, asked: CaRequest, now: Instant) -> bytes:
        """Return the certificate of a CA under this root, in DER."""
        return certify_ca(
            asked, self.papers.certificate, self.signer, new_serial(), now
        )


def found_root(
    directory: Path, names: RootNames, reference: Reference | None, now: Instant
) -> RootDesk:
    """Return a new root, whose key is made here unless a reference says where it is."""
    place = directory / "root.pem"
    if place.exists():
        raise InputError(f"{place}: there is a root already")
    cabinet = KeyCabinet(directory / "keys")
    cabinet.prepare()
    if reference is not None:
        signer = cabinet.adopt(ROOT, reference, KeyAlgorithm.P384)
    else:
        signer = cabinet.create(ROOT, KeyAlgorithm.P384)
    desk = new_root(signer, names, now)
    # Commit point: a root is there once its certificate is, the last to be written.
    (directory / _LIST).write_bytes(to_pem(X509_CRL, desk.papers.revocations))
    place.write_bytes(to_pem(CERTIFICATE, desk.papers.certificate))
    return desk


def new_root(signer: Signer, names: RootNames, now: Instant) -> RootDesk:
    """Return the root of this key, with a new certificate for ten years."""
    certificate = ceremony.found_root(
        signer,
        names.operator,
        names.common_name,
        Validity.lasting(new_serial(), now, ceremony.ROOT_SECONDS),
    )
    revocations = ceremony.found_root_list(certificate, signer, now)
    papers = RootPapers(certificate=certificate, revocations=revocations)
    return RootDesk(papers=papers, signer=signer)


def open_root(directory: Path) -> RootDesk:
    """Return the root of a directory; InputError if there is none."""
    # An installation that was founded with its root is the root's directory, too.
    places = [directory / "root.pem", directory / "trust/root.pem"]
    place = next((place for place in places if place.exists()), places[0])
    if not place.exists():
        raise InputError(f"{place}: no root here; want `kya ca root init` first")
    papers = RootPapers(
        certificate=from_pem(CERTIFICATE, place.read_bytes()),
        revocations=from_pem(X509_CRL, place.with_name(_LIST).read_bytes()),
    )
    cabinet = KeyCabinet(directory / "keys")
    return RootDesk(papers=papers, signer=cabinet.open(ROOT, KeyAlgorithm.P384))
