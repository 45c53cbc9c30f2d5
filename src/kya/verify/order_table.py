"""What the log says of every order, in a few bytes each, to compare files with."""

from dataclasses import dataclass, field
from enum import Enum
from hashlib import sha256
from struct import Struct
from typing import Final, NamedTuple

_RECORD: Final = Struct(">Q32s32s32s")


class OrderFile(Enum):
    """The three files that a package has of one order."""

    ORDER = 1
    PROOF = 2
    DECISION = 4


ALL_FILES: Final = 7


class OrderRecord(NamedTuple):
    """One order: its entry's index, its leaf hash, and the SHA-256 of its two notes."""

    entry: int
    leaf: bytes
    order: bytes
    decision: bytes


@dataclass(slots=True)
class _Agent:
    """One agent's orders by `seq`; the selected ones lie in [first, last]."""

    records: bytearray = field(default_factory=bytearray)
    first: int = 0
    last: int = -1
    seen: bytearray = field(default_factory=bytearray)


@dataclass(slots=True)
class OrderTable:
    """Every decided order of the log, 104 bytes each, gap-free from `seq` 1."""

    agents: dict[str, _Agent] = field(default_factory=dict[str, _Agent])

    def add(
        self, agent: str, index: int, order: bytes, decision: bytes, *, selected: bool
    ) -> None:
        """Take an agent's next order."""
        known = self.agents.get(agent) or self.agents.setdefault(agent, _Agent())
        known.records += _RECORD.pack(
            index,
            sha256(b"\x00" + order).digest(),
            sha256(order).digest(),
            sha256(decision).digest(),
        )
        known.seen.append(0)
        if selected:
            seq = len(known.seen)
            known.first, known.last = known.first or seq, seq

    def selected(self, agent: str, seq: int) -> OrderRecord | None:
        """Return the order if the package is to show it."""
        known = self.agents.get(agent)
        if known is None or not known.first <= seq <= known.last:
            return None
        return self._record(known, seq)

    def order(self, agent: str, seq: int) -> OrderRecord | None:
        """Return the order, selected or not."""
        known = self.agents.get(agent)
        if known is None or not 1 <= seq <= len(known.seen):
            return None
        return self._record(known, seq)

    def tick(self, agent: str, seq: int, file: OrderFile) -> None:
        """Remember that the package has this file."""
        self.agents[agent].seen[seq - 1] |= file.value

    def missing(self) -> list[tuple[str, int, OrderFile]]:
        """Return the files that the package does not have, up to a thousand."""
        found: list[tuple[str, int, OrderFile]] = []
        for name, agent in sorted(self.agents.items()):
            for seq in range(agent.first, agent.last + 1) if agent.first else ():
                lacks = ALL_FILES & ~agent.seen[seq - 1]
                found += [(name, seq, file) for file in OrderFile if lacks & file.value]
                if len(found) > 1_000:  # noqa: PLR2004  enough to tell what happened
                    return found
        return found

    @property
    def count(self) -> int:
        """How many orders the log has."""
        return sum(len(agent.seen) for agent in self.agents.values())

    def shown(self) -> int:
        """How many orders the package is to show."""
        return sum(
            agent.last - agent.first + 1
            for agent in self.agents.values()
            if agent.first
        )

    @staticmethod
    def _record(agent: _Agent, seq: int) -> OrderRecord:
        """Return the record of one order."""
        start = (seq - 1) * _RECORD.size
        return OrderRecord(*_RECORD.unpack_from(agent.records, start))
