"""The RFC 9162 Merkle tree: hashes, roots, and the two kinds of proof.

Nothing here stores anything. A hash is 32 bytes of SHA-256, an index counts from 0,
and a path lists hashes from the leaf's side up.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Final, Self

from kya.core.errors import DistrustError, InputError

HASH_BYTES: Final = 32
# Sizes fit a signed 64-bit integer: every other implementation's limit as well.
SIZE_MAX: Final = 2**63 - 1
# A tree of SIZE_MAX leaves is 63 high, and a consistency path one hash longer.
PATH_MAX: Final = 64

EMPTY_ROOT: Final = sha256(b"").digest()


def leaf_hash(entry: bytes) -> bytes:
    """Return the hash of an entry; the 0x00 keeps leaves apart from nodes (§2.1.1)."""
    return sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the hash of the node above two hashes (§2.1.1)."""
    return sha256(b"\x01" + left + right).digest()


def root_of(leaf_hashes: Iterable[bytes]) -> bytes:
    """Return MTH of the leaves, in one pass and with memory for one branch."""
    return Frontier().extend(leaf_hashes).root


@dataclass(frozen=True, slots=True)
class Frontier:
    """The roots of the perfect subtrees that make up a tree, largest first.

    All that appending needs: one hash for each 1 in the binary size.
    """

    size: int = 0
    nodes: tuple[bytes, ...] = ()

    def __post_init__(self) -> None:
        """Refuse a shape that no tree has."""
        if not 0 <= self.size <= SIZE_MAX:
            raise InputError(f"tree size {self.size}: want 0 to {SIZE_MAX}")
        if len(self.nodes) != self.size.bit_count():
            raise InputError(
                f"a tree of {self.size} leaves has {self.size.bit_count()} perfect "
                f"subtrees, not {len(self.nodes)}"
            )

    def append(self, leaf: bytes) -> Self:
        """Return the frontier with one more leaf hash."""
        return self.extend((leaf,))

    def extend(self, leaf_hashes: Iterable[bytes]) -> Self:
        """Return the frontier with more leaf hashes, left to right."""
        size, nodes = self.size, list(self.nodes)
        for leaf in leaf_hashes:
            node, index = leaf, size
            while index & 1:
                node = sha256(b"\x01" + nodes.pop() + node).digest()
                index >>= 1
            nodes.append(node)
            size += 1
        return type(self)(size, tuple(nodes))

    @property
    def root(self) -> bytes:
        """Fold the subtrees from the right."""
        return fold(self.nodes)


def fold(nodes: Sequence[bytes]) -> bytes:
    """Return the root over perfect subtrees of falling size, largest first."""
    if not nodes:
        return EMPTY_ROOT
    *rest, root = nodes
    for node in reversed(rest):
        root = node_hash(node, root)
    return root


def inclusion_path(leaf_hashes: Sequence[bytes], index: int) -> tuple[bytes, ...]:
    """Return PATH(index, leaves) of RFC 9162 §2.1.3.1."""
    size = len(leaf_hashes)
    if not 0 <= index < size:
        raise InputError(f"no entry {index} in a tree of {size}")
    if size == 1:
        return ()
    split = split_of(size)
    left, right = leaf_hashes[:split], leaf_hashes[split:]
    if index < split:
        return (*inclusion_path(left, index), root_of(right))
    return (*inclusion_path(right, index - split), root_of(left))


def consistency_path(leaf_hashes: Sequence[bytes], old_size: int) -> tuple[bytes, ...]:
    """Return PROOF(old size, leaves) of RFC 9162 §2.1.4.1; () from the empty tree."""
    size = len(leaf_hashes)
    if not 0 <= old_size <= size:
        raise InputError(f"a tree of {size} never had {old_size} entries")
    if old_size == 0:
        return ()
    return _subproof(leaf_hashes, old_size, ())


def _subproof(
    leaf_hashes: Sequence[bytes], old_size: int, own_root: tuple[bytes, ...] | None
) -> tuple[bytes, ...]:
    """SUBPROOF; `own_root` is () while the verifier still knows the subtree's root."""
    if old_size == len(leaf_hashes):
        return own_root if own_root is not None else (root_of(leaf_hashes),)
    split = split_of(len(leaf_hashes))
    left, right = leaf_hashes[:split], leaf_hashes[split:]
    if old_size <= split:
        return (*_subproof(left, old_size, own_root), root_of(right))
    return (*_subproof(right, old_size - split, None), root_of(left))


def split_of(size: int) -> int:
    """Return the largest power of two below `size`, which must be over 1."""
    return 1 << (size - 1).bit_length() - 1


def inclusion_path_length(index: int, size: int) -> int:
    """Return how many hashes prove entry `index` in a tree of `size`."""
    inner = (index ^ (size - 1)).bit_length()
    return inner + (index >> inner).bit_count()


def verify_inclusion(
    leaf: bytes, index: int, size: int, path: Sequence[bytes], root: bytes
) -> None:
    """Raise DistrustError unless the leaf is entry `index` under `root` (§2.1.3.2)."""
    what = f"inclusion of entry {index} in a tree of {size}"
    if not 0 <= index < size <= SIZE_MAX:
        raise DistrustError(f"{what}: no such entry")
    if len(leaf) != HASH_BYTES:
        raise DistrustError(f"{what}: a leaf hash has {HASH_BYTES} bytes")
    _check_path(what, path, inclusion_path_length(index, size))
    position, last, computed = index, size - 1, leaf
    for sibling in path:
        if position & 1 or position == last:
            computed = node_hash(sibling, computed)
            position, last = _climb(position, last)
        else:
            computed = node_hash(computed, sibling)
        position, last = position >> 1, last >> 1
    if last != 0 or computed != root:
        raise DistrustError(
            f"{what}: the path leads to {computed.hex()}, not to the root {root.hex()}"
        )


def verify_consistency(
    old_size: int,
    new_size: int,
    old_root: bytes,
    new_root: bytes,
    path: Sequence[bytes],
) -> None:
    """Raise DistrustError unless the new tree begins with the old one (§2.1.4.2)."""
    what = f"consistency of a tree of {old_size} with one of {new_size}"
    if not 0 <= old_size <= new_size <= SIZE_MAX:
        raise DistrustError(f"{what}: the sizes are out of order")
    if old_size == 0:
        _verify_from_empty(what, new_size, old_root, new_root)
    elif old_size == new_size and old_root != new_root:
        raise DistrustError(
            f"{what}: two roots for one size: {old_root.hex()} and {new_root.hex()}"
        )
    _check_path(what, path, consistency_path_length(old_size, new_size))
    if 0 < old_size < new_size:
        _verify_growth(what, (old_size, old_root), (new_size, new_root), path)


def consistency_path_length(old_size: int, new_size: int) -> int:
    """Return how many hashes link the two sizes."""
    if old_size in {0, new_size}:
        return 0
    # The last whole subtree of the old tree: its height, then its own inclusion path.
    height = (old_size & -old_size).bit_length() - 1
    length = inclusion_path_length(
        (old_size - 1) >> height, ((new_size - 1) >> height) + 1
    )
    return length if old_size.bit_count() == 1 else length + 1


def _verify_from_empty(
    what: str, new_size: int, old_root: bytes, new_root: bytes
) -> None:
    """The empty tree begins every tree; only its own root is there to check."""
    if old_root != EMPTY_ROOT:
        raise DistrustError(f"{what}: {old_root.hex()} is not the root of no entries")
    if new_size == 0 and new_root != EMPTY_ROOT:
        raise DistrustError(f"{what}: {new_root.hex()} is not the root of no entries")
    if len(new_root) != HASH_BYTES:
        raise DistrustError(f"{what}: the new root is not a SHA-256 hash")


def _verify_growth(
    what: str, old: tuple[int, bytes], new: tuple[int, bytes], path: Sequence[bytes]
) -> None:
    (old_size, old_root), (new_size, new_root) = old, new
    if old_size.bit_count() == 1:  # the old root is itself a node of the new tree
        path = (old_root, *path)
    position, last = old_size - 1, new_size - 1
    while position & 1:
        position, last = position >> 1, last >> 1
    computed_old = computed_new = path[0]
    for node in path[1:]:
        if position & 1 or position == last:
            computed_old = node_hash(node, computed_old)
            computed_new = node_hash(node, computed_new)
            position, last = _climb(position, last)
        else:
            computed_new = node_hash(computed_new, node)
        position, last = position >> 1, last >> 1
    if computed_old != old_root:
        raise DistrustError(f"{what}: the path does not lead to the old root")
    if last != 0 or computed_new != new_root:
        raise DistrustError(f"{what}: the path does not lead to the new root")


def _climb(position: int, last: int) -> tuple[int, int]:
    """Skip the levels on which a node at the right edge has no sibling."""
    while position and not position & 1:
        position, last = position >> 1, last >> 1
    return position, last


def _check_path(what: str, path: Sequence[bytes], length: int) -> None:
    if len(path) != length:
        raise DistrustError(f"{what}: {len(path)} hashes in the path; want {length}")
    if any(len(node) != HASH_BYTES for node in path):
        raise DistrustError(
            f"{what}: a hash in the path is not {HASH_BYTES} bytes long"
        )
