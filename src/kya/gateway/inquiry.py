"""What the log knows of an agent and of an order, for whoever asks."""

from dataclasses import dataclass
from typing import Final

from kya.codec.canonical import leaf_digest
from kya.codec.reports import REPORT_TYPE
from kya.core.credential import Standing, Withdrawal
from kya.core.decision import Outcome
from kya.core.errors import CorruptionError
from kya.core.order_events import OrderDecided, VenueReported, VenueStatus
from kya.core.power_events import RevocationListed
from kya.core.state import Progress
from kya.core.tokens import NO_DIGEST
from kya.gateway.ports import Clock
from kya.gateway.release import Releases
from kya.pki.entries import Entry
from kya.sequencer.sequencer import Sequencer

_REPORT_PREFIX: Final = f'{{"_type":"{REPORT_TYPE}"'.encode()


@dataclass(frozen=True, slots=True, kw_only=True)
class ChainHead:
    """Where an agent's chains of orders and sessions stand, under which certificate.

    `withdrawal` is from when on that certificate is revoked, and why, if anything is.
    """

    agent: str
    seq: int
    prev: str
    credential: str
    serial: int
    standing: Standing
    withdrawal: Withdrawal | None
    session_seq: int
    session_prev: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderRecord:
    """One order on record; `venue` is None until the venue has answered."""

    agent: str
    seq: int
    order_index: int
    outcome: Outcome
    venue: VenueStatus | None
    report_index: int | None


class Inquiry:
    """Reads the log for others; nothing is told before it is durable."""

    __slots__ = ("_clock", "_releases", "_sequencer")

    def __init__(self, sequencer: Sequencer, releases: Releases, clock: Clock) -> None:
        """Read this log; wait for these releases; the clock says what is due."""
        self._sequencer = sequencer
        self._clock = clock
        self._releases = releases

    async def head(self, name: str) -> ChainHead | None:
        """Return the agent's chain head, or None for a name that is not enrolled."""
        state = self._sequencer.state
        agent = state.agents.get(name)
        if agent is None:
            return None
        await self._sequencer.durable(self._sequencer.size)
        credential = state.credentials[agent.credential]
        started = agent.session_started
        return ChainHead(
            agent=name,
            seq=agent.past.seq,
            prev=agent.past.prev,
            credential=agent.credential,
            serial=credential.serial,
            standing=credential.standing_at(self._clock.now()),
            withdrawal=credential.withdrawal,
            session_seq=0 if started is None else started.session.seq,
            session_prev=NO_DIGEST if started is None else started.line_digest,
        )

    async def order(
        self, name: str, seq: int, *, seconds: float = 0
    ) -> OrderRecord | None:
        """Return the order on record under this `seq`, or None if there is none.

        The venue's answer is waited for, at most so many seconds: the final one, or
        that the order rests.
        """
        index = self._sequencer.order_index(name, seq)
        if index is None:
            return None
        await self._sequencer.durable(index + 2)
        decided = Entry.read(self._sequencer.entry(index + 1)).event
        if not isinstance(decided, OrderDecided):
            raise CorruptionError(f"entry {index + 1}: want the decision on {index}")
        venue, report_index = None, None
        if decided.outcome is Outcome.ALLOWED:
            leaf = leaf_digest(self._sequencer.entry(index))
            await self._releases.answered(leaf, seconds)
            venue, report_index = await self._venue_answer(name, seq, leaf)
        return OrderRecord(
            agent=name,
            seq=seq,
            order_index=index,
            outcome=decided.outcome,
            venue=venue,
            report_index=report_index,
        )

    async def revocation_list(self, number: int) -> bytes | None:
        """Return the list of this number in DER, or None if there never was one."""
        index = self._sequencer.list_index(number)
        if index is None:
            return None
        await self._sequencer.durable(index + 1)
        listed = Entry.read(self._sequencer.entry(index)).event
        if not isinstance(listed, RevocationListed):
            raise CorruptionError(f"entry {index}: want revocation list {number}")
        return listed.crl

    async def _venue_answer(
        self, name: str, seq: int, leaf: str
    ) -> tuple[VenueStatus | None, int | None]:
        """Return what the venue has said so far, and where its final word stands."""
        agent = self._sequencer.state.agents[name]
        if seq in agent.unanswered:
            if agent.progress.get(seq, Progress()).is_acknowledged:
                await self._sequencer.durable(self._sequencer.size)
                return VenueStatus.ACKNOWLEDGED, None
            is_unknown = self._releases.is_unknown(leaf)
            return (VenueStatus.UNKNOWN if is_unknown else None), None
        index, status = self._final_report(name, seq, leaf)
        await self._sequencer.durable(index + 1)
        return status, index

    def _final_report(self, name: str, seq: int, leaf: str) -> tuple[int, VenueStatus]:
        """Find the final report by scanning forward from the order; it follows soon."""
        start = self._sequencer.order_index(name, seq) or 0
        named = leaf.encode("ascii")
        for index in range(start, self._sequencer.size):
            raw = self._sequencer.entry(index)
            if raw.startswith(_REPORT_PREFIX) and named in raw:
                event = Entry.read(raw).event
                if isinstance(event, VenueReported) and event.status.is_final:
                    return index, event.status
        raise CorruptionError(
            f"order {seq} of {name}: answered, but no report is there"
        )
