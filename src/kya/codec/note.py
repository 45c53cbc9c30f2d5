"""C2SP signed notes: text that one or more keys have signed.

A text of one line under one signature:

    {"_type":"kya/order/v1","seq":"1"}

    — algo-trader-v2 T2Zm…

Source: c2sp.org/signed-note v1.0.0. Signing lives in `kya.pki`; this module reads,
writes and verifies.
"""

import re
from binascii import a2b_base64, b2a_base64
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from enum import Enum
from functools import partial
from hashlib import sha256
from typing import Final, Self, TypeAlias

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ec import (
    ECDSA,
    SECP256R1,
    EllipticCurvePublicKey,
)
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.hashes import SHA256

from kya.codec.cosignature import cosigned_message, split_value
from kya.core.errors import DistrustError, InputError, MalformedError

# A note is a log entry, and an entry's length is written in two bytes (tlog-tiles).
NOTE_BYTES_MAX: Final = 65_535
# Every verifier must accept 16 lines; more would only buy a reader wasted work.
SIGNATURES_MAX: Final = 16
# A key name is a schema-less URL; 255 bytes hold any host name and leave room.
NAME_BYTES_MAX: Final = 255

KEY_ID_BYTES: Final = 4
_CONTROLS: Final = bytes(sorted(set(range(0x20)) - {0x0A}))
# No Unicode space, no plus, no control character, no half of a surrogate pair.
_NAME: Final = re.compile(r"[^\s+\x00-\x20\ud800-\udfff]+")
_SPKI_ED25519: Final = bytes.fromhex("302a300506032b6570032100")
_SPKI_P256: Final = bytes.fromhex(
    "3059301306072a8648ce3d020106082a8648ce3d03010703420004"
)
_ECDSA_SHA256: Final = ECDSA(SHA256())

Check: TypeAlias = Callable[[bytes, bytes], None]
"""Takes a signature and the text under it; raises InvalidSignature unless they fit."""


class Algorithm(Enum):
    """The signature types that kya verifies, by their identifier byte."""

    ED25519 = 0x01
    ECDSA_P256 = 0x02
    ED25519_COSIGNATURE = 0x04  # a witness's, with a time (tlog-cosignature v1.0.1)


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteSignature:
    """One signature line; `value` is what follows the four bytes of the key id."""

    name: str
    key_id: bytes
    value: bytes

    def __post_init__(self) -> None:
        """Refuse what no line can hold."""
        require_key_name(self.name)
        if len(self.key_id) != KEY_ID_BYTES or not self.value:
            raise MalformedError(f"note: key id or signature of {self.name} is short")

    @classmethod
    def parse(cls, line: str) -> Self:
        """Read one line without its newline; the caller compares the spelling."""
        dash, _, signed = line.partition(" ")
        name, _, encoded = signed.partition(" ")
        try:
            blob = a2b_base64(encoded)
        except ValueError:
            blob = b""
        if dash != "—" or not blob:
            raise MalformedError("note: want signature lines of em dash, name, base64")
        return cls(name=name, key_id=blob[:KEY_ID_BYTES], value=blob[KEY_ID_BYTES:])

    def __str__(self) -> str:
        """Render the line without its newline."""
        return f"— {self.name} {_base64(self.key_id + self.value)}"


@dataclass(frozen=True, slots=True)
class SignedNote:
    """A text, final newline included, and the signatures under it; believed by none."""

    text: bytes
    signatures: tuple[NoteSignature, ...]

    def __post_init__(self) -> None:
        """Refuse a text that would not read back as itself."""
        if not self.text.endswith(b"\n"):
            raise MalformedError("note: the text must end in a newline")
        _check_characters(self.text)
        if not 1 <= len(self.signatures) <= SIGNATURES_MAX:
            raise MalformedError(f"note: want 1 to {SIGNATURES_MAX} signatures")

    @classmethod
    def parse(cls, raw: bytes) -> Self:
        """Return the note of which `raw` is the one spelling."""
        _check_length(raw)
        # The last blank line is the separator: the text may hold blank lines itself.
        body, separator, block = raw.rpartition(b"\n\n")
        if not separator or block.count(b"\n") > SIGNATURES_MAX:
            raise MalformedError("note: want text, blank line, signature lines")
        try:
            *lines, behind = block.decode("utf-8").split("\n")
        except UnicodeDecodeError as error:
            raise MalformedError("note: not valid UTF-8") from error
        signatures = tuple([NoteSignature.parse(line) for line in lines])
        # Text and blank line stand as they were found; only lines have other spellings.
        if behind or list(map(str, signatures)) != lines:
            raise MalformedError("note: not in canonical form")
        return cls(body + b"\n", signatures)

    def render(self) -> bytes:
        """Return the bytes that are stored, sent and hashed."""
        lines = "".join([f"{signature}\n" for signature in self.signatures])
        raw = self.text + b"\n" + lines.encode("utf-8")
        _check_length(raw)
        return raw


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifierKey:
    """A public key under a name, as a verifier was told to trust it."""

    name: str
    algorithm: Algorithm
    spki: bytes  # SubjectPublicKeyInfo, DER; for P-256 with the uncompressed point
    key_id: bytes = field(init=False)
    _check: Check = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Load the key once; verifying is the hot path."""
        require_key_name(self.name)
        material = _material(self.algorithm, self.spki)
        object.__setattr__(self, "key_id", _id(self.name, self.algorithm, material))
        object.__setattr__(self, "_check", _load(self.spki))

    @classmethod
    def from_spki(cls, name: str, spki: bytes) -> Self:
        """Return the key that signs notes as type 0x01 (Ed25519) or 0x02 (P-256)."""
        return cls(name=name, algorithm=_algorithm(spki), spki=spki)

    @classmethod
    def parse(cls, vkey: str) -> Self:
        """Read `name+hex(key id)+base64(type || key)`, in its one spelling."""
        try:
            # Base64 has plus signs of its own, so only the first two separate.
            name, _, encoded = vkey.split("+", 2)
            blob = a2b_base64(encoded)
            algorithm = Algorithm(blob[0])
        except (ValueError, IndexError) as error:
            raise MalformedError(
                f"vkey: {vkey[:80]!r}: want name+key id+base64, type 0x01, 0x02 or 0x04"
            ) from error
        prefix = b"" if algorithm is Algorithm.ECDSA_P256 else _SPKI_ED25519
        key = cls(name=name, algorithm=algorithm, spki=prefix + blob[1:])
        if str(key) != vkey:
            raise MalformedError(f"vkey: {vkey[:80]!r}: want {str(key)!r}")
        return key

    def __str__(self) -> str:
        """Render the vkey."""
        blob = bytes([self.algorithm.value]) + _material(self.algorithm, self.spki)
        return f"{self.name}+{self.key_id.hex()}+{_base64(blob)}"

    def verifies(self, text: bytes, signature: bytes) -> bool:
        """Tell whether this key made `signature` (without key id) over `text`."""
        try:
            if self.algorithm is Algorithm.ED25519_COSIGNATURE:
                seconds, signature = split_value(signature)
                text = cosigned_message(text, seconds)
            self._check(signature, text)
        except (InvalidSignature, MalformedError):
            return False
        return True


def key_id(name: str, spki: bytes) -> bytes:
    """Return the four bytes that index this key in a signature line."""
    algorithm = _algorithm(spki)
    return _id(name, algorithm, _material(algorithm, spki))


def verify(note: SignedNote, keys: Iterable[VerifierKey]) -> tuple[VerifierKey, ...]:
    """Return the keys that signed, in the order of their lines; at least one.

    Lines of unknown keys are ignored; one bad line of a known key spoils the note.
    """
    known = _indexed(keys)
    signers: dict[VerifierKey, None] = {}
    for signature in note.signatures:
        key = known.get((signature.name, signature.key_id))
        if key is None:
            continue
        if not key.verifies(note.text, signature.value):
            raise DistrustError(
                f"note: signature by {key.name} ({key.key_id.hex()}) does not fit"
            )
        signers[key] = None
    if not signers:
        names = ", ".join(f"{s.name} ({s.key_id.hex()})" for s in note.signatures)
        raise DistrustError(f"note: signed by no known key, only by {names}")
    return tuple(signers)


def _base64(blob: bytes) -> str:
    return b2a_base64(blob, newline=False).decode("ascii")


def _indexed(keys: Iterable[VerifierKey]) -> dict[tuple[str, bytes], VerifierKey]:
    known: dict[tuple[str, bytes], VerifierKey] = {}
    for key in keys:
        if known.setdefault((key.name, key.key_id), key) != key:
            # Four bytes are cheap to collide; guessing which key is meant is not ours.
            raise InputError(f"two keys for {key.name} ({key.key_id.hex()})")
    return known


def require_key_name(name: str) -> None:
    """Raise MalformedError unless a key can be called so."""
    if not _NAME.fullmatch(name) or len(name.encode("utf-8")) > NAME_BYTES_MAX:
        raise MalformedError(
            f"note: key name {name[:80]!r}: want 1 to {NAME_BYTES_MAX} bytes "
            "without space, control character or plus"
        )


def _check_length(raw: bytes) -> None:
    if len(raw) > NOTE_BYTES_MAX:
        raise MalformedError(f"note: {len(raw)} bytes; want at most {NOTE_BYTES_MAX}")


def _check_characters(text: bytes) -> None:
    if text.translate(None, _CONTROLS) != text:
        raise MalformedError("note: control characters other than newline are banned")
    try:
        text.decode("utf-8")
    except UnicodeDecodeError as error:
        raise MalformedError("note: not valid UTF-8") from error


def _algorithm(spki: bytes) -> Algorithm:
    """Tell the type by the fixed bytes that open each key's DER."""
    if spki.startswith(_SPKI_ED25519) and len(spki) == len(_SPKI_ED25519) + 32:
        return Algorithm.ED25519
    if spki.startswith(_SPKI_P256) and len(spki) == len(_SPKI_P256) + 64:
        return Algorithm.ECDSA_P256
    raise InputError(
        "public key: want the DER SubjectPublicKeyInfo of an Ed25519 key or of a "
        "P-256 key with its point uncompressed"
    )


def _material(algorithm: Algorithm, spki: bytes) -> bytes:
    """Return the key as a vkey and a key id carry it."""
    found = _algorithm(spki)
    wants_p256 = algorithm is Algorithm.ECDSA_P256
    if wants_p256 != (found is Algorithm.ECDSA_P256):
        raise InputError(f"public key is {found.name}, not usable as {algorithm.name}")
    return spki if wants_p256 else spki[len(_SPKI_ED25519) :]


def _id(name: str, algorithm: Algorithm, material: bytes) -> bytes:
    if algorithm is Algorithm.ECDSA_P256:  # the specification's one exception
        return sha256(material).digest()[:KEY_ID_BYTES]
    prefix = name.encode("utf-8") + b"\n" + bytes([algorithm.value])
    return sha256(prefix + material).digest()[:KEY_ID_BYTES]


def _load(spki: bytes) -> Check:
    """Return how signatures of this key are checked: InvalidSignature, or nothing."""
    if spki.startswith(_SPKI_ED25519):
        return Ed25519PublicKey.from_public_bytes(spki[len(_SPKI_ED25519) :]).verify
    try:
        point = spki[len(_SPKI_P256) - 1 :]
        key = EllipticCurvePublicKey.from_encoded_point(SECP256R1(), point)
    except ValueError as error:
        raise InputError("public key: not a point on P-256") from error
    return partial(key.verify, signature_algorithm=_ECDSA_SHA256)
