"""Merkle cases, from the recursive definitions of RFC 9162 §2.1."""

from collections.abc import Iterator, Sequence
from hashlib import sha256

from vectors.cases import Case, case

# The eight leaves that every Certificate Transparency implementation tests with.
CT_LEAVES = [
    bytes.fromhex(leaf)
    for leaf in (
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
]


def cases() -> Iterator[Case]:
    """Yield every case in the order of the file."""
    yield from _roots()
    yield from _inclusions()
    yield from _consistencies()


def _leaf(entry: bytes) -> bytes:
    return sha256(b"\x00" + entry).digest()


def _node(left: bytes, right: bytes) -> bytes:
    return sha256(b"\x01" + left + right).digest()


def _mth(leaves: Sequence[bytes]) -> bytes:
    if not leaves:
        return sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    split = _split(len(leaves))
    return _node(_mth(leaves[:split]), _mth(leaves[split:]))


def _split(size: int) -> int:
    power = 1
    while power * 2 < size:
        power *= 2
    return power


def _path(index: int, leaves: Sequence[bytes]) -> list[bytes]:
    if len(leaves) == 1:
        return []
    split = _split(len(leaves))
    if index < split:
        return [*_path(index, leaves[:split]), _mth(leaves[split:])]
    return [*_path(index - split, leaves[split:]), _mth(leaves[:split])]


def _subproof(old: int, leaves: Sequence[bytes], *, known: bool) -> list[bytes]:
    if old == len(leaves):
        return [] if known else [_mth(leaves)]
    split = _split(len(leaves))
    if old <= split:
        return [*_subproof(old, leaves[:split], known=known), _mth(leaves[split:])]
    rest = _subproof(old - split, leaves[split:], known=False)
    return [*rest, _mth(leaves[:split])]


def _hex(hashes: Sequence[bytes]) -> list[str]:
    return [node.hex() for node in hashes]


def _flip(raw: bytes, at: int = 0) -> bytes:
    return raw[:at] + bytes([raw[at] ^ 1]) + raw[at + 1 :]


def _roots() -> Iterator[Case]:
    leaves = [_leaf(entry) for entry in CT_LEAVES]
    for size in range(len(CT_LEAVES) + 1):
        yield case(
            f"root-{size}",
            "valid",
            "wrong split, or leaf and node hashes not told apart",
            "accept",
            kind="root",
            entries=_hex(CT_LEAVES[:size]),
            root=_mth(leaves[:size]).hex(),
        )


def _inclusions() -> Iterator[Case]:
    for index, size in (
        (0, 1),
        (0, 2),
        (1, 3),
        (2, 3),
        (4, 7),
        (6, 7),
        (5, 8),
        (299, 300),
    ):
        leaves = _leaves(size)
        good = {
            "kind": "inclusion",
            "leaf": leaves[index].hex(),
            "index": index,
            "size": size,
            "path": _hex(_path(index, leaves)),
            "root": _mth(leaves).hex(),
        }
        name = f"inclusion-{index}-of-{size}"
        yield case(name, "valid", "a true proof refused", "accept", **good)
        for flag, bug, changed in _bent_inclusions(good, leaves):
            yield case(f"{name}-{flag}", flag, bug, "refuse", **{**good, **changed})


def _bent_inclusions(
    good: Case, leaves: list[bytes]
) -> Iterator[tuple[str, str, Case]]:
    path, root = good["path"], good["root"]
    flipped = [_flip(bytes.fromhex(node)).hex() for node in path]
    yield "other-leaf", "entry not in the log is believed", {"leaf": _leaf(b"?").hex()}
    yield "other-root", "root not compared", {"root": _flip(bytes.fromhex(root)).hex()}
    yield "index-at-size", "index not bounded", {"index": good["size"]}
    yield "index-negative", "index not bounded", {"index": -1}
    yield "path-longer", "trailing hashes ignored", {"path": [*path, root]}
    yield "hash-short", "hash length not checked", {"path": [*path[:-1], "00"]}
    if path:
        yield "path-shorter", "path length not checked", {"path": path[:-1]}
        yield "path-flipped", "path not hashed", {"path": [*path[:-1], flipped[-1]]}
        yield "neighbour", "index not bound to path", {"index": good["index"] ^ 1}
        left, right = (
            _mth(leaves[: _split(len(leaves))]),
            _mth(leaves[_split(len(leaves)) :]),
        )
        inner = {"leaf": _node(left, right).hex(), "path": [], "index": 0, "size": 1}
        yield (
            "root-as-entry",
            "node bytes taken as an entry",
            {
                **inner,
                "leaf": _leaf(left + right).hex(),
            },
        )


def _consistencies() -> Iterator[Case]:
    for old, new in (
        (1, 1),
        (1, 8),
        (3, 7),
        (4, 7),
        (6, 8),
        (7, 8),
        (8, 8),
        (256, 300),
    ):
        leaves = _leaves(new)
        good = {
            "kind": "consistency",
            "old_size": old,
            "new_size": new,
            "old_root": _mth(leaves[:old]).hex(),
            "new_root": _mth(leaves).hex(),
            "path": _hex(_subproof(old, leaves, known=True)),
        }
        name = f"consistency-{old}-to-{new}"
        yield case(name, "valid", "a true proof refused", "accept", **good)
        for flag, bug, changed in _bent_consistencies(good):
            yield case(f"{name}-{flag}", flag, bug, "refuse", **{**good, **changed})
    empty = sha256(b"").hexdigest()
    start = {"kind": "consistency", "old_size": 0, "old_root": empty, "path": []}
    root = _mth(_leaves(3)).hex()
    zero = {**start, "new_size": 3, "new_root": root}
    yield case("consistency-0-to-3", "valid", "nothing to prove", "accept", **zero)
    yield case(
        "consistency-0-to-3-false-root",
        "empty-root",
        "any root taken for the empty tree's",
        "refuse",
        **{**zero, "old_root": root},
    )
    yield case(
        "consistency-0-to-3-path",
        "path-longer",
        "hashes that prove nothing are let through",
        "refuse",
        **{**zero, "path": [root]},
    )


def _bent_consistencies(good: Case) -> Iterator[tuple[str, str, Case]]:
    path, old, new = good["path"], good["old_root"], good["new_root"]
    yield "old-root", "rewritten history", {"old_root": _flip(bytes.fromhex(old)).hex()}
    yield "new-root", "forged growth", {"new_root": _flip(bytes.fromhex(new)).hex()}
    yield "path-longer", "trailing hashes ignored", {"path": [*path, new]}
    yield "old-over-new", "sizes not ordered", {"old_size": good["new_size"] + 1}
    if path:
        yield "swapped", "direction not checked", {"old_root": new, "new_root": old}
        yield "path-empty", "empty path proves all", {"path": []}
        last = _flip(bytes.fromhex(path[-1])).hex()
        yield "path-flipped", "path not hashed", {"path": [*path[:-1], last]}


def _leaves(size: int) -> list[bytes]:
    entries = CT_LEAVES if size <= len(CT_LEAVES) else [b"%d" % i for i in range(size)]
    return [_leaf(entry) for entry in entries[:size]]
