"""Proofs that follow one another: whatever is wrong with one is found in any order."""

from binascii import b2a_base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kya.core.errors import DistrustError, InputError
from kya.tlog.growth import Edge, Growth
from kya.tlog.merkle import leaf_hash
from kya.tlog.tree import inclusion_proof
from kya.verify.proofs import Proofs

CHECKPOINT = b"log.example\n0\n\n"
LINE = 45


class Wood:
    """A tree of so many entries, with a proof of each."""

    def __init__(self, size: int) -> None:
        entries = [f"entry {number}".encode() for number in range(size)]
        growth = Growth(Edge())
        files = dict(growth.files(entries))
        self.size, self.root = size, growth.edge.root
        self.leaves = [leaf_hash(each) for each in entries]
        self.paths = [inclusion_proof(files.__getitem__, i, size) for i in range(size)]

    def proofs(self) -> Proofs:
        return Proofs(self.size, self.root, CHECKPOINT)

    def raw(self, index: int) -> bytes:
        head = b"c2sp.org/tlog-proof@v1\nindex %d\n" % index
        return head + b"".join(map(b2a_base64, self.paths[index])) + b"\n" + CHECKPOINT


WOODS = {size: Wood(size) for size in (1, 2, 3, 7, 8, 21, 64, 77)}
TREES = st.sampled_from(sorted(WOODS)).map(WOODS.__getitem__)


@given(TREES, st.data())
def test_true_proofs_hold_in_any_order(wood: Wood, data: st.DataObject) -> None:
    proofs = wood.proofs()

    for index in data.draw(st.permutations(range(wood.size))):
        proofs.require(wood.raw(index), index, wood.leaves[index])


@given(st.data())
def test_one_other_byte_fails_after_any_proof_that_held(data: st.DataObject) -> None:
    wood = data.draw(TREES.filter(lambda wood: wood.size > 1))
    indexes = st.integers(0, wood.size - 1)
    former, index = data.draw(indexes), data.draw(indexes)
    raw = bytearray(wood.raw(index))
    at = data.draw(st.integers(0, len(raw) - 1))
    raw[at] ^= data.draw(st.integers(1, 255))
    proofs = wood.proofs()
    proofs.require(wood.raw(former), former, wood.leaves[former])

    with pytest.raises((InputError, DistrustError)):
        proofs.require(bytes(raw), index, wood.leaves[index])


@given(st.data())
def test_another_leaf_fails_after_any_proof_that_held(data: st.DataObject) -> None:
    wood = data.draw(TREES)
    indexes = st.integers(0, wood.size - 1)
    former, index = data.draw(indexes), data.draw(indexes)
    proofs = wood.proofs()
    proofs.require(wood.raw(former), former, wood.leaves[former])

    with pytest.raises(DistrustError, match="not to the root"):
        proofs.require(wood.raw(index), index, leaf_hash(b"another"))


@given(st.data())
def test_a_line_more_or_less_fails_after_any_proof_that_held(
    data: st.DataObject,
) -> None:
    wood = data.draw(TREES.filter(lambda wood: wood.size > 2))
    indexes = st.integers(0, wood.size - 1)
    former, index = data.draw(indexes), data.draw(indexes)
    raw = wood.raw(index)
    start = (
        raw.index(b"\n", 24)
        + 1
        + LINE * data.draw(st.integers(0, len(wood.paths[index]) - 1))
    )
    twice = data.draw(st.booleans())
    spoilt = raw[: start + LINE * twice] + raw[start + LINE * (not twice) :]
    proofs = wood.proofs()
    proofs.require(wood.raw(former), former, wood.leaves[former])

    with pytest.raises((InputError, DistrustError)):
        proofs.require(spoilt, index, wood.leaves[index])


def test_a_proof_that_failed_is_no_former_one() -> None:
    wood = WOODS[8]
    proofs = wood.proofs()
    for _ in range(2):
        with pytest.raises(DistrustError, match="not to the root"):
            proofs.require(wood.raw(2), 2, leaf_hash(b"another"))

    proofs.require(wood.raw(3), 3, wood.leaves[3])
