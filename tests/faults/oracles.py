"""What must be true of a data directory whatever happened to its gateway."""

from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from kya.adapters.paper_journal import Execution
from kya.core.client_id import client_id_of
from kya.core.decision import Outcome
from kya.core.order_events import OrderDecided, OrderSubmitted, VenueReported
from kya.pki.entries import Entry
from kya.tlog.checkpoint import open_checkpoint
from kya.tlog.tree import entries
from kya.wiring.installation import LOG, open_installation
from kya.wiring.log_reader import check_log, tile_reader
from tests.faults.traders import Trader


@dataclass(slots=True)
class Record:
    """The log of a data directory, read as a stranger reads it."""

    raw: list[bytes]
    orders: dict[str, list[OrderSubmitted]] = field(
        default_factory=dict[str, list[OrderSubmitted]]
    )
    allowed: set[str] = field(default_factory=set[str])
    reported: set[str] = field(default_factory=set[str])

    @classmethod
    def of(cls, data: Path) -> "Record":
        """Read everything that is published."""
        key = open_installation(data).note_signer(LOG).key
        read = tile_reader(data / "log")
        size = open_checkpoint(read("checkpoint"), key.name, [key]).size
        record = cls(list(entries(read, 0, size, size)))
        for raw in record.raw:
            record.take(Entry.read(raw))
        return record

    def take(self, entry: Entry) -> None:
        """Remember what the entry says."""
        match entry.event:
            case OrderSubmitted() as event:
                self.orders.setdefault(event.order.agent, []).append(event)
            case OrderDecided(outcome=Outcome.ALLOWED, order=leaf):
                self.allowed.add(leaf)
            case VenueReported(order=leaf, status=status) if status.is_final:
                self.reported.add(leaf)
            case _:
                pass


def executions(data: Path) -> list[Execution]:
    """Everything that the paper venues say they received."""
    decoder = msgspec.json.Decoder(Execution)
    return [
        decoder.decode(line)
        for path in sorted((data / "venues").glob("*.jsonl"))
        for line in path.read_bytes().splitlines()
    ]


def judge(data: Path, traders: list[Trader]) -> Record:
    """Hold the directory of a gateway that has stopped against what agents know."""
    against = [v for v in check_log(open_installation(data)) if not v.holds]
    assert against == []
    record = Record.of(data)
    for trader in traders:
        _nothing_answered_is_lost(record, trader)
        _the_chain_has_no_gap(record, trader)
    _nothing_is_sent_twice(record, data)
    return record


def _nothing_answered_is_lost(record: Record, trader: Trader) -> None:
    """Each answer stands in the log, after its order, where the answer said."""
    for answered in trader.answers:
        assert record.raw[answered.index] == answered.note
        assert record.raw[answered.index + 1] == answered.body


def _the_chain_has_no_gap(record: Record, trader: Trader) -> None:
    """The agent's orders count from 1; at most the last one was never answered."""
    orders = [submitted.order for submitted in record.orders.get(trader.name, [])]
    assert [order.seq for order in orders] == list(range(1, len(orders) + 1))
    assert len(orders) - len(trader.answers) in {0, 1}


def _nothing_is_sent_twice(record: Record, data: Path) -> None:
    """What reached a venue was allowed and on record, and came once."""
    sent = executions(data)
    assert {execution.arrival for execution in sent} <= {1}
    ids = [execution.client_id for execution in sent]
    assert len(ids) == len(set(ids))
    assert set(ids) <= {client_id_of(leaf) for leaf in record.allowed}
