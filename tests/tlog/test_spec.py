import re
from pathlib import Path

import pytest

from kya.codec.note import VerifierKey
from kya.core.errors import DistrustError
from kya.tlog.checkpoint import open_checkpoint
from kya.tlog.merkle import leaf_hash, root_of
from kya.tlog.policy import Policy
from kya.tlog.proof import Proof

PAGE = (Path(__file__).resolve().parents[2] / "spec" / "log.md").read_text("utf-8")
BLOCKS: list[bytes] = [
    found[1].encode() for found in re.finditer(r"(?ms)^```\n(.*?)^```$", PAGE)
]
ENTRIES = (b"", b"\x00", b"\x10")


def block(start: str) -> bytes:
    (found,) = [block for block in BLOCKS if block.startswith(start.encode())]
    return found


def key() -> VerifierKey:
    found = re.search(r"The key is `(.*?)`", PAGE)
    assert found is not None
    return VerifierKey.parse(found[1])


def test_the_checkpoint_on_the_page_is_signed_over_its_entries() -> None:
    checkpoint = open_checkpoint(block("log.example"), "log.example/2026", [key()])
    assert checkpoint.root == root_of(map(leaf_hash, ENTRIES))


def test_the_proof_on_the_page_holds_for_its_entry() -> None:
    proof = Proof.parse(block("c2sp.org/tlog-proof"))
    proof.verify(ENTRIES[1], "log.example/2026", [key()])


def test_the_policy_on_the_page_trusts_the_log_and_asks_for_a_witness() -> None:
    policy = Policy.parse(block("# the keys"))
    assert [log.key for log in policy.logs] == [key()]
    with pytest.raises(DistrustError, match="quorum"):
        policy.open(block("log.example"))
