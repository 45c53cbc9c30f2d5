"""From the log's entries to order records: one event of one order each, in log order.

Nothing is judged here and nothing is guessed: what the log does not say is null. Only
orders whose outcome is not final are kept in mind, so memory stays flat.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from hashlib import sha256

import msgspec

from kya.codec import canonical
from kya.codec.algorithm import algorithm_code
from kya.codec.decisions import DecisionLine, parse_decision
from kya.codec.note import SignedNote
from kya.codec.order_records import (
    BEGUN_WITH,
    EVENT_OF,
    RECORD_TYPE,
    OrderRecord,
    RecordEvent,
)
from kya.codec.tally import Selection
from kya.core.clock_comparison import ClockCompared, Deviation
from kya.core.credential import Credential, Grant
from kya.core.errors import DistrustError, InputError
from kya.core.lei import Lei
from kya.core.order_events import OrderDecided, OrderSubmitted, VenueReported
from kya.core.power_events import (
    CertificateIssued,
    IssuerRenewed,
    LogOpened,
    MandateGranted,
)
from kya.core.runtime import Runtime
from kya.core.workload_events import RuntimePinned
from kya.evidence.record_fields import (
    limits_of,
    of_decision,
    of_execution,
    of_note,
    of_order,
)
from kya.pki.entries import Entry
from kya.tlog.checkpoint import Checkpoint
from kya.tlog.tree import entries


def order_records(
    read: Callable[[str], bytes], selection: Selection, lei: Lei | None
) -> Iterator[OrderRecord]:
    """Yield the records of the selected orders, over the whole published log.

    `read` gives the log's files. An order is selected by when it was received; all that
    became of it follows, whenever. InputError, after the last record, if the log does
    not know the agent; DistrustError for an entry that no log of ours holds.
    """
    size = Checkpoint.from_note(SignedNote.parse(read("checkpoint"))).size
    records = Records(selection, lei)
    for index, raw in enumerate(entries(read, 0, size, size)):
        found = records.take(index, raw)
        if found is not None:
            yield found
    wanted, known = selection.agent, records.agents
    if wanted is not None and wanted not in known:
        raise InputError(
            f"agent {wanted}: not in the log, which knows:"
            f" {', '.join(sorted(known)) or 'none'}"
        )


@dataclass(frozen=True, slots=True)
class _Pending:
    """An order's entry, which waits for its decision."""

    index: int
    entry: Entry
    event: OrderSubmitted


@dataclass(slots=True)
class Records:
    """Takes the entries of a log, from the first on, and gives out its records."""

    selection: Selection
    lei: Lei | None
    _opened: LogOpened | None = None
    _issuer: str = ""
    _credentials: dict[str, Credential] = field(default_factory=dict[str, Credential])
    _resolutions: dict[str, str] = field(default_factory=dict[str, str])
    _runtimes: dict[str, Runtime] = field(default_factory=dict[str, Runtime])
    _deviation: Deviation | None = None
    _pending: _Pending | None = None
    _open: dict[tuple[str, int], OrderRecord] = field(
        default_factory=dict[tuple[str, int], OrderRecord]
    )

    @property
    def agents(self) -> frozenset[str]:
        """Who has had an agent's certificate so far."""
        return frozenset(c.name for c in self._credentials.values())

    @property
    def unanswered(self) -> int:
        """How many orders are kept in mind, because their outcome is not final."""
        return len(self._open)

    def take(self, index: int, raw: bytes) -> OrderRecord | None:
        """Return the record of what this entry says of a selected order, if any.

        DistrustError for an entry that no log of ours holds.
        """
        try:
            return self._take(index, Entry.read(raw))
        except InputError as error:
            raise DistrustError(f"entry {index}: {error}") from error

    def _take(self, index: int, entry: Entry) -> OrderRecord | None:
        match entry.event:
            case OrderSubmitted() as event:
                self._pending = _Pending(index, entry, event)
            case OrderDecided() as event:
                return self._decided(index, entry, event)
            case VenueReported() as event:
                return self._reported(index, entry, event)
            case LogOpened(issuer=issuer) as event:
                self._opened, self._issuer = event, sha256(issuer).hexdigest()
            case IssuerRenewed(issuer=issuer):
                self._issuer = sha256(issuer).hexdigest()
            case CertificateIssued(credential=credential):
                if credential.grant is not None:
                    self._credentials[credential.digest] = credential
            case MandateGranted(digest=digest, mandate=mandate):
                self._resolutions[digest] = mandate.resolution
            case RuntimePinned(agent=agent, runtime=runtime):
                self._runtimes[agent] = runtime
            case ClockCompared(deviation=deviation):
                self._deviation = deviation
            case _:
                pass
        return None

    def _decided(
        self, index: int, entry: Entry, event: OrderDecided
    ) -> OrderRecord | None:
        """Return the first record of an order: it goes, or we have stopped it."""
        pending, self._pending = self._pending, None
        if pending is None or pending.event.leaf != event.order:
            raise InputError("want a decision right after the order that it names")
        if not self.selection.takes(event.agent, event.received_at):
            return None
        line = parse_decision(entry.note.text)
        record = self._record(index, entry, pending, line)
        if record.event != RecordEvent.BLOCKED.value:
            self._open[event.agent, event.seq] = record
        return record

    def _record(
        self, index: int, entry: Entry, pending: _Pending, line: DecisionLine
    ) -> OrderRecord:
        """Return what order, decision and their certificate say together."""
        order, opened = pending.event.order, self._opened
        credential = self._credentials.get(order.credential)
        if opened is None or credential is None or credential.grant is None:
            raise InputError("want the order under an agent's certificate on record")
        allowed = line.outcome == "allowed"
        first = BEGUN_WITH[order.action] if allowed else RecordEvent.BLOCKED
        known = {
            **of_note(entry, "gateway"),
            **of_note(pending.entry, "agent"),
            **of_order(order),
            **of_decision(line, order.market),
            **self._of_power(order.agent, credential, credential.grant),
        }
        return OrderRecord(
            type_=RECORD_TYPE,
            log=opened.origin,
            clock_source=opened.clock.value,
            clock_offset_us=self._offset(),
            entry=index,
            leaf=canonical.leaf_digest(entry.raw),
            order_entry=pending.index,
            order_leaf=pending.event.leaf,
            event=first.value,
            event_at=line.received_at,
            firm_lei=None if self.lei is None else str(self.lei),
            **known,  # type: ignore[arg-type]
        )

    def _offset(self) -> int | None:
        """Return how far the gateway's clock was ahead of UTC when last compared."""
        return None if self._deviation is None else self._deviation.offset_micros

    def _of_power(
        self, agent: str, credential: Credential, grant: Grant
    ) -> dict[str, object]:
        """Return the fields about who may act, and under what."""
        resolution = self._resolutions.get(grant.mandate)
        if resolution is None:
            raise InputError("want the certificate under a mandate on record")
        runtime = self._runtimes.get(agent)
        code = algorithm_code(agent, runtime, grant.mandate)
        return {
            "investment_decision": code,
            "execution_within_firm": code,
            "certificate_serial": f"{credential.serial:X}",
            "issuer": self._issuer,
            "resolution": resolution,
            "limits": limits_of(grant.scope),
            "runtime": None if runtime is None else str(runtime),
        }

    def _reported(
        self, index: int, entry: Entry, event: VenueReported
    ) -> OrderRecord | None:
        """Return the record of what the venue said of an order."""
        key = event.agent, event.seq
        former = self._open.get(key)
        if former is None:
            return None
        if former.order_leaf != event.order:
            raise InputError("want a report on the order that its seq is of")
        record = msgspec.structs.replace(
            former,
            entry=index,
            leaf=canonical.leaf_digest(entry.raw),
            previous=former.leaf,
            event=EVENT_OF[event.status].value,
            event_at=str(event.at),
            answered_at=str(event.at),
            price_source=event.price_source or None,
            detail=event.detail or None,
            **of_execution(event, former),
            **of_note(entry, "gateway"),
        )
        if event.status.is_final:
            del self._open[key]
        else:
            self._open[key] = record
        return record
