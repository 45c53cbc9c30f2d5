"""Logs, keys and notes for tests: valid unless a test says otherwise."""

from collections.abc import Iterable
from hashlib import sha256
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ec import (
    ECDSA,
    SECP256R1,
    EllipticCurvePrivateKey,
    derive_private_key,
)
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from kya.codec.note import Algorithm, NoteSignature, SignedNote, VerifierKey
from kya.tlog.checkpoint import Checkpoint
from kya.tlog.growth import Edge, Growth

ORIGIN = "log.example/2026"
SHARED = Path(__file__).resolve().parents[2].parent / "shared" / "data" / "vectors"

PrivateKey = Ed25519PrivateKey | EllipticCurvePrivateKey
LOG_KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
OTHER_KEY = Ed25519PrivateKey.from_private_bytes(bytes(32))
AGENT_KEY = derive_private_key(0x6B7961, SECP256R1())


def spki(key: PrivateKey) -> bytes:
    return key.public_key().public_bytes(
        Encoding.DER, PublicFormat.SubjectPublicKeyInfo
    )


LOG = VerifierKey.from_spki(ORIGIN, spki(LOG_KEY))
AGENT = VerifierKey.from_spki("algo-trader-v2", spki(AGENT_KEY))
WITNESS = VerifierKey(
    name="w.example", algorithm=Algorithm.ED25519_COSIGNATURE, spki=spki(OTHER_KEY)
)


def sign(text: bytes, verifier: VerifierKey = LOG) -> NoteSignature:
    if verifier.algorithm is Algorithm.ECDSA_P256:
        value = AGENT_KEY.sign(text, ECDSA(SHA256()))
    else:
        value = LOG_KEY.sign(text)
    return NoteSignature(name=verifier.name, key_id=verifier.key_id, value=value)


def cosign(text: bytes, seconds: int = 1_779_442_200) -> NoteSignature:
    message = b"cosignature/v1\ntime %d\n" % seconds + text
    value = seconds.to_bytes(8) + OTHER_KEY.sign(message)
    return NoteSignature(name=WITNESS.name, key_id=WITNESS.key_id, value=value)


def a_note(text: bytes = b"text\n", *by: VerifierKey) -> SignedNote:
    return SignedNote(text, tuple(sign(text, key) for key in by or (LOG,)))


def a_checkpoint(size: int = 3, root: bytes = sha256(b"root").digest()) -> Checkpoint:
    return Checkpoint(origin=ORIGIN, size=size, root=root)


def signed(checkpoint: Checkpoint) -> bytes:
    return a_note(checkpoint.text()).render()


def some_entries(count: int, start: int = 0) -> list[bytes]:
    return [b"entry %d" % index for index in range(start, start + count)]


class Files(dict[str, bytes]):
    """A log's files in memory."""

    def read(self, path: str) -> bytes:
        try:
            return self[path]
        except KeyError as error:
            raise FileNotFoundError(path) from error


def grow(files: Files, edge: Edge, entries: Iterable[bytes]) -> Edge:
    growth = Growth(edge)
    for path, content in growth.files(entries):
        assert files.get(path, content) == content, f"{path} was overwritten"
        files[path] = content
    return growth.edge


def a_log(*batches: int) -> tuple[Files, Edge]:
    files, edge = Files(), Edge()
    for count in batches:
        edge = grow(files, edge, some_entries(count, edge.size))
    return files, edge
