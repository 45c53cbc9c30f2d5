"""Proofs of one package: all under one checkpoint, and each much like its neighbour."""

from binascii import a2b_base64, b2a_base64
from typing import Final

from kya.core.errors import DistrustError
from kya.tlog.merkle import HASH_BYTES, node_hash, verify_inclusion
from kya.tlog.proof import Proof

_LINE_BYTES: Final = 45
"""Base64 of a hash, LF included."""


class Proofs:
    """Verifies proofs under one checkpoint, which needs reading only once.

    Two entries share their way to the root from some node on. A proof that comes to
    that node, and goes on with the very bytes of a proof that held, holds like it.
    """

    def __init__(self, size: int, root: bytes, checkpoint: bytes) -> None:
        self._size, self._root, self._checkpoint = size, root, checkpoint
        self._index, self._lines = 0, b""
        self._nodes: list[bytes] = []

    def require(self, raw: bytes, index: int, leaf: bytes) -> None:
        """Raise MalformedError or DistrustError unless the leaf is this entry."""
        lines = self._lines_of(raw, index)
        if lines is not None and self._holds_like_the_former(lines, index, leaf):
            return
        path = _path_of(raw, lines, index)
        verify_inclusion(leaf, index, self._size, path, self._root)
        # From there on up the entry is in the last place of its row: its own way.
        whole = (index ^ (self._size - 1)).bit_length()
        self._index, self._lines = index, lines or b""
        self._nodes = _climbed(leaf, index, path[:whole])[:-1]

    def _holds_like_the_former(self, lines: bytes, index: int, leaf: bytes) -> bool:
        """Tell whether this way meets the former one, and is the same from there on."""
        level = (index ^ self._index).bit_length()
        start = level * _LINE_BYTES
        if level >= len(self._nodes) or lines[start:] != self._lines[start:]:
            return False
        path = _hashes(lines[:start])
        if path is None or len(path) != level:
            return False
        nodes = _climbed(leaf, index, path)
        if nodes[level] != self._nodes[level]:
            return False
        self._index, self._lines = index, lines
        self._nodes[:level] = nodes[:level]
        return True

    def _lines_of(self, raw: bytes, index: int) -> bytes | None:
        """Return the lines of hashes of a proof about this entry; None of another."""
        start = b"c2sp.org/tlog-proof@v1\nindex %d\n" % index
        end = b"\n" + self._checkpoint
        lines = raw[len(start) : len(raw) - len(end)]
        return lines if raw == start + lines + end else None


def _path_of(raw: bytes, lines: bytes | None, index: int) -> tuple[bytes, ...]:
    """Return the hashes of a proof; MalformedError or DistrustError otherwise.

    A proof that is not what it must be is read with `Proof.parse`, which knows how to
    say why.
    """
    path = None if lines is None else _hashes(lines)
    if path is not None:
        return path
    proof = Proof.parse(raw)
    if proof.index != index or proof.extra:
        raise DistrustError(f"is about entry {proof.index}, or more than {index}")
    raise DistrustError("is under another checkpoint than log/checkpoint")


def _climbed(leaf: bytes, index: int, path: tuple[bytes, ...]) -> list[bytes]:
    """Return the nodes from a leaf up a path on which no row ends."""
    nodes = [leaf]
    for level, sibling in enumerate(path):
        is_right = index >> level & 1
        pair = (sibling, nodes[level]) if is_right else (nodes[level], sibling)
        nodes.append(node_hash(*pair))
    return nodes


def _hashes(lines: bytes) -> tuple[bytes, ...] | None:
    """Return the hashes of which the lines are the one spelling, else None."""
    try:
        found = tuple(
            [
                a2b_base64(lines[at : at + _LINE_BYTES])
                for at in range(0, len(lines), _LINE_BYTES)
            ]
        )
    except ValueError:
        return None
    spelt = b"".join(map(b2a_base64, found))
    return found if spelt == lines and {*map(len, found)} <= {HASH_BYTES} else None
