import json
from base64 import b64decode
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kya.core.errors import DistrustError, InputError
from kya.tlog.merkle import (
    EMPTY_ROOT,
    Frontier,
    consistency_path,
    consistency_path_length,
    inclusion_path,
    inclusion_path_length,
    leaf_hash,
    node_hash,
    root_of,
    verify_consistency,
    verify_inclusion,
)
from tests.tlog.builders import SHARED

CT_LEAVES = (
    "",
    "00",
    "10",
    "2021",
    "3031",
    "40414243",
    "5051525354555657",
    "606162636465666768696a6b6c6d6e6f",
)
CT_ROOTS = (
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
)


def some_leaves(size: int) -> list[bytes]:
    return [sha256(b"%d" % index).digest() for index in range(size)]


def recursive_root(leaves: Sequence[bytes]) -> bytes:
    """MTH, word for word as RFC 9162 §2.1.1 defines it."""
    if not leaves:
        return sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    return node_hash(recursive_root(leaves[:split]), recursive_root(leaves[split:]))


def test_hashes_are_the_published_ones() -> None:
    assert EMPTY_ROOT.hex().startswith("e3b0c442")
    assert leaf_hash(b"L123456").hex() == (
        "395aa064aa4c29f7010acfe3f25db9485bbd4b91897b6ad7ad547639252b4d56"
    )
    assert node_hash(b"N123", b"N456").hex() == (
        "aa217fe888e47007fa15edab33c2b492a722cb106c64667fc2b044444de66bbb"
    )


@pytest.mark.parametrize("size", range(1, 9))
def test_roots_are_the_published_ones(size: int) -> None:
    leaves = [leaf_hash(bytes.fromhex(leaf)) for leaf in CT_LEAVES[:size]]
    assert root_of(leaves).hex() == CT_ROOTS[size - 1]


@pytest.mark.parametrize("size", [0, 1, 2, 3, 255, 256, 257, 65_535, 65_536, 65_537])
def test_the_frontier_has_the_root_of_the_recursive_definition(size: int) -> None:
    leaves = some_leaves(size)
    assert Frontier().extend(leaves).root == recursive_root(leaves)


@given(st.lists(st.integers(0, 40), max_size=6))
def test_a_frontier_grown_in_steps_equals_one_grown_at_once(steps: list[int]) -> None:
    leaves = some_leaves(sum(steps))
    frontier = Frontier()
    for step in steps:
        frontier = frontier.extend(leaves[frontier.size : frontier.size + step])
    assert frontier == Frontier().extend(leaves)


def test_appending_leaves_the_old_frontier_as_it_was() -> None:
    old = Frontier().extend(some_leaves(5))
    root = old.root
    assert old.append(leaf_hash(b"new")).size == 6
    assert (old.size, old.root) == (5, root)


@pytest.mark.parametrize(("size", "nodes"), [(3, 1), (4, 2), (-1, 1), (2**63, 1)])
def test_refuses_a_frontier_of_no_tree(size: int, nodes: int) -> None:
    with pytest.raises(InputError):
        Frontier(size, tuple(some_leaves(nodes)))


@given(st.data())
def test_every_entry_is_proven_by_its_path(data: st.DataObject) -> None:
    size = data.draw(st.integers(1, 300))
    index = data.draw(st.integers(0, size - 1))
    leaves = some_leaves(size)
    path = inclusion_path(leaves, index)
    assert len(path) == inclusion_path_length(index, size)
    verify_inclusion(leaves[index], index, size, path, root_of(leaves))


@given(st.data())
def test_every_prefix_is_proven_by_its_path(data: st.DataObject) -> None:
    size = data.draw(st.integers(0, 300))
    old = data.draw(st.integers(0, size))
    leaves = some_leaves(size)
    path = consistency_path(leaves, old)
    assert len(path) == consistency_path_length(old, size)
    verify_consistency(old, size, root_of(leaves[:old]), root_of(leaves), path)


def test_a_path_proves_only_its_own_entry_in_every_small_tree() -> None:
    for size in range(1, 18):
        leaves = some_leaves(size)
        root = root_of(leaves)
        for index in range(size):
            path = inclusion_path(leaves, index)
            for other in set(range(size)) - {index}:
                with pytest.raises(DistrustError):
                    verify_inclusion(leaves[index], other, size, path, root)
                with pytest.raises(DistrustError):
                    verify_inclusion(leaves[other], index, size, path, root)


def test_every_small_growth_is_proven_and_no_rewritten_one() -> None:
    for size in range(1, 18):
        leaves = some_leaves(size)
        for old in range(1, size):
            path = consistency_path(leaves, old)
            rewritten = root_of([leaf_hash(b"other"), *leaves[1:old]])
            verify_consistency(old, size, root_of(leaves[:old]), root_of(leaves), path)
            with pytest.raises(DistrustError):
                verify_consistency(old, size, rewritten, root_of(leaves), path)


@pytest.mark.parametrize("index", [-1, 3, 2**64])
def test_makes_no_path_for_an_entry_that_is_not_there(index: int) -> None:
    with pytest.raises(InputError):
        inclusion_path(some_leaves(3), index)
    with pytest.raises(InputError):
        consistency_path(some_leaves(3), index if index != 3 else 4)


def foreign_cases(kind: str) -> list[Path]:
    return sorted((SHARED / "merkle" / kind).rglob("*.json"))


def hashes(case: dict[str, Any]) -> list[bytes]:
    return [b64decode(node) for node in case["proof"] or ()]


def verdict_on_inclusion(case: dict[str, Any]) -> bool:
    leaf, root = b64decode(case["leafHash"]), b64decode(case["root"])
    try:
        verify_inclusion(leaf, case["leafIdx"], case["treeSize"], hashes(case), root)
    except DistrustError:
        return False
    return True


def verdict_on_consistency(case: dict[str, Any]) -> bool:
    roots = b64decode(case["root1"]), b64decode(case["root2"])
    try:
        verify_consistency(case["size1"], case["size2"], *roots, hashes(case))
    except DistrustError:
        return False
    return True


def test_agrees_with_the_transparency_dev_vectors() -> None:
    inclusions, consistencies = foreign_cases("inclusion"), foreign_cases("consistency")
    if not inclusions:
        pytest.skip(f"no vectors in {SHARED / 'merkle'}")
    verdicts = [(path, verdict_on_inclusion) for path in inclusions]
    verdicts += [(path, verdict_on_consistency) for path in consistencies]
    wrong = [
        str(path)
        for path, verdict in verdicts
        if verdict(case := json.loads(path.read_text())) == case["wantErr"]
    ]
    assert wrong == []
    assert len(verdicts) >= 196
