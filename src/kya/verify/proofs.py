"""Proofs of one package: all under one checkpoint, which needs reading only once."""

from binascii import a2b_base64, b2a_base64
from typing import Final

from kya.core.errors import DistrustError
from kya.tlog.merkle import HASH_BYTES
from kya.tlog.proof import Proof

_LINE_BYTES: Final = 45
"""Base64 of a hash, LF included."""


def proof_path_of(raw: bytes, index: int, checkpoint: bytes) -> tuple[bytes, ...]:
    """Return the hashes of a proof about this entry under this checkpoint.

    MalformedError or DistrustError otherwise. A proof that is not what it must be is
    read with `Proof.parse`, which knows how to say why.
    """
    start, end = b"c2sp.org/tlog-proof@v1\nindex %d\n" % index, b"\n" + checkpoint
    middle = raw[len(start) : len(raw) - len(end)]
    if raw == start + middle + end and (path := _hashes(middle)) is not None:
        return path
    proof = Proof.parse(raw)
    if proof.index != index or proof.extra:
        raise DistrustError(f"is about entry {proof.index}, or more than {index}")
    raise DistrustError("is under another checkpoint than log/checkpoint")


def _hashes(lines: bytes) -> tuple[bytes, ...] | None:
    """Return the hashes of which the lines are the one spelling, else None."""
    try:
        found = tuple(
            a2b_base64(lines[at : at + _LINE_BYTES])
            for at in range(0, len(lines), _LINE_BYTES)
        )
    except ValueError:
        return None
    spelt = b"".join(map(b2a_base64, found))
    return found if spelt == lines and {*map(len, found)} <= {HASH_BYTES} else None
