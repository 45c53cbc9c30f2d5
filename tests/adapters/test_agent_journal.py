from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kya.adapters import agent_journal
from kya.adapters.agent_journal import FileJournal
from kya.adapters.agent_journal_memory import MemoryJournal
from kya.agent.chain import Head, Identity, Instruction, SignedOrder, next_order
from kya.agent.journal import Journal
from kya.codec.orders import render_order
from kya.core.errors import CorruptionError, TransientError
from kya.core.order import Side
from kya.pki.note_signer import NoteSigner, sign_note
from tests.world import AGENT, MORNING, eur, signer_for

SIGNER = NoteSigner(AGENT, signer_for(AGENT))
IDENTITY = Identity(agent=AGENT, credential="ab" * 32, region="eu-west-1")


def signed_after(head: Head, name: str = "c") -> SignedOrder:
    instruction = Instruction(
        client_order_id=f"{name}-{head.seq + 1}",
        market="EUR/USD",
        side=Side.BUY,
        amount=eur("20000.00"),
        venue="SIMA",
    )
    order = next_order(IDENTITY, head, instruction, MORNING)
    return SignedOrder.read(sign_note(render_order(order), SIGNER).render())


def chain(count: int) -> list[SignedOrder]:
    orders: list[SignedOrder] = []
    head = Head()
    for _ in range(count):
        orders.append(signed_after(head))
        head = orders[-1].head
    return orders


CHAIN = chain(6)


@pytest.fixture(params=["memory", "file"])
def journal(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Journal]:
    if request.param == "memory":
        yield MemoryJournal()
        return
    opened = FileJournal.open(tmp_path / "journal")
    yield opened
    opened.close()


def test_a_new_journal_has_no_chain(journal: Journal) -> None:
    assert (journal.head, journal.unanswered) == (None, ())


def test_the_head_is_the_last_recorded_order(journal: Journal) -> None:
    for signed in CHAIN:
        journal.record(signed)
    assert journal.head == CHAIN[-1].head
    assert journal.unanswered == tuple(CHAIN)


def test_what_is_settled_is_not_unanswered(journal: Journal) -> None:
    journal.record(CHAIN[0])
    journal.record(CHAIN[1])
    journal.settle(1)
    assert journal.unanswered == (CHAIN[1],)


def test_a_chain_that_began_elsewhere_goes_on(journal: Journal) -> None:
    journal.adopt(CHAIN[2].head)
    journal.record(CHAIN[3])
    assert journal.head == CHAIN[3].head


def test_a_chain_is_adopted_once(journal: Journal) -> None:
    journal.adopt(Head())
    with pytest.raises(CorruptionError, match="has a chain already"):
        journal.adopt(CHAIN[2].head)


@pytest.mark.parametrize("order", [CHAIN[0], CHAIN[2], signed_after(Head(seq=1))])
def test_only_the_next_order_is_recorded(journal: Journal, order: SignedOrder) -> None:
    journal.record(CHAIN[0])
    with pytest.raises(CorruptionError, match="does not follow 1"):
        journal.record(order)
    assert journal.head == CHAIN[0].head


def test_everything_is_there_after_a_restart(tmp_path: Path) -> None:
    first = FileJournal.open(tmp_path / "journal")
    for signed in CHAIN[:3]:
        first.record(signed)
    first.settle(1)
    first.close()
    again = FileJournal.open(tmp_path / "journal")
    assert again.head == CHAIN[2].head
    assert again.unanswered == tuple(CHAIN[1:3])
    again.close()


def test_a_second_process_is_refused(tmp_path: Path) -> None:
    first = FileJournal.open(tmp_path / "journal")
    with pytest.raises(TransientError, match="is in use"):
        FileJournal.open(tmp_path / "journal")
    first.close()


def test_a_fault_of_the_disk_ends_the_journal(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fault(_: int) -> None:
        raise OSError(5, "input/output error")

    journal = FileJournal.open(tmp_path / "journal")
    monkeypatch.setattr("os.fdatasync", fault)
    with pytest.raises(TransientError, match="cannot be synced"):
        journal.record(CHAIN[0])
    monkeypatch.undo()
    with pytest.raises(TransientError, match="open it again"):
        journal.record(CHAIN[0])
    assert journal.head is None
    journal.close()
    # It may be there all the same: then it is sent, and no other order has its seq.
    again = FileJournal.open(tmp_path / "journal")
    assert again.unanswered == (CHAIN[0],)
    again.close()


def test_a_long_journal_is_rewritten_and_says_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = FileJournal.open(tmp_path / "journal")
    for signed in CHAIN:
        first.record(signed)
    for seq in range(1, 6):
        first.settle(seq)
    first.close()
    before = (tmp_path / "journal").stat().st_size
    monkeypatch.setattr(agent_journal, "COMPACT_BYTES", 100)
    for _ in range(2):
        again = FileJournal.open(tmp_path / "journal")
        assert (again.head, again.unanswered) == (CHAIN[5].head, (CHAIN[5],))
        again.close()
    assert (tmp_path / "journal").stat().st_size < before


@settings(max_examples=60)
@given(st.data())
def test_a_file_cut_anywhere_holds_a_prefix(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    path = tmp_path_factory.mktemp("cut") / "journal"
    journal = FileJournal.open(path)
    ends = [0]
    for signed in CHAIN[:3]:
        journal.record(signed)
        ends.append(path.stat().st_size)
    journal.close()
    cut = data.draw(st.integers(0, ends[-1]))
    path.write_bytes(path.read_bytes()[:cut])
    again = FileJournal.open(path)
    kept = sum(1 for end in ends[1:] if end <= cut)
    assert again.unanswered == tuple(CHAIN[:kept])
    again.record(CHAIN[kept])
    again.close()


def test_a_damaged_frame_in_the_middle_is_found(tmp_path: Path) -> None:
    path = tmp_path / "journal"
    journal = FileJournal.open(path)
    for signed in CHAIN[:2]:
        journal.record(signed)
    journal.close()
    content = bytearray(path.read_bytes())
    content[100] ^= 1
    path.write_bytes(content)
    with pytest.raises(CorruptionError, match="damaged at byte 0"):
        FileJournal.open(path)
