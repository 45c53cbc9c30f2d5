"""The read model: what the log has said, kept so that every page finds it at once.

Pure: entries go in, one after the other, and nothing is asked of the world. It is the
gateway's own fold, with the newest orders and acts beside it.
"""

from collections import Counter, OrderedDict, deque
from collections.abc import Iterator
from dataclasses import dataclass, replace

import msgspec

from kya.codec import canonical
from kya.codec.decisions import DECISION_TYPE, DecisionLine, event_of, parse_decision
from kya.codec.note import SignedNote
from kya.codec.override_figures import OverrideFigures
from kya.console.limits import (
    FEED_ORDERS_MAX,
    HAPPENINGS_MAX,
    OVERRIDES_SHOWN_MAX,
    STATEMENTS_MAX,
    STORY_MAX,
)
from kya.console.places import Places
from kya.console.telling import Happening, told, told_of_incident
from kya.core.baseline import BaselineLocked
from kya.core.control import ControlOutcome
from kya.core.decision import Outcome
from kya.core.errors import CorruptionError, InputError
from kya.core.events import Event
from kya.core.fold import apply
from kya.core.instant import Instant
from kya.core.order import Order
from kya.core.order_events import (
    OrderDecided,
    OrderSubmitted,
    VenueReported,
    VenueStatus,
)
from kya.core.override import OverrideGranted
from kya.core.power_events import CertificateIssued, MandateGranted
from kya.core.state import State
from kya.pki.entries import Entry

_DECISION = f'{{"_type":"{DECISION_TYPE}"'.encode()


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderRow:
    """One order as lists show it; `status` is the venue's newest word, if any."""

    index: int
    order: Order
    received_at: Instant
    outcome: Outcome
    reasons: tuple[str, ...]
    warnings: tuple[str, ...]
    score: int | None
    status: VenueStatus | None = None


class Reading:
    """What the log has said up to `size`."""

    def __init__(self) -> None:
        """Know nothing yet."""
        self.state = State()
        self.size = 0
        self.rows: OrderedDict[int, OrderRow] = OrderedDict()
        self.happened: deque[Happening] = deque(maxlen=HAPPENINGS_MAX)
        self.stories: dict[str, list[Happening]] = {}
        self.scores: dict[str, int] = {}
        self.outcomes: Counter[Outcome] = Counter()
        self.statements: OrderedDict[str, int] = OrderedDict()
        self.certificates: dict[str, int] = {}
        self.locks: dict[str, int] = {}
        self.granted: dict[str, tuple[int, tuple[str, ...]]] = {}
        self.overrides: OrderedDict[str, OverrideFigures] = OrderedDict()
        self._orders: dict[str, Places] = {}
        self._reports: dict[str, Places] = {}
        self._listed: dict[tuple[str, int], int] = {}
        self._submitted: OrderSubmitted | None = None

    def take(self, raw: bytes) -> None:
        """Take the next entry; CorruptionError for one that no log of ours holds."""
        index = self.size
        try:
            event, line = _read(raw)
            before, self.state = self.state, apply(self.state, event)
        except InputError as error:
            raise CorruptionError(f"entry {index}: {error}") from error
        self.size += 1
        match event:
            case OrderSubmitted():
                self._submitted = event
            case OrderDecided():
                self._decided(index, event, line)
            case VenueReported():
                self._reported(index, event)
            case _:
                self._state(index, event, raw)
                self._happened(index, event, before)
        for incident, happening in told_of_incident(index, event, before, self.state):
            story = self.stories.setdefault(incident, [])
            if len(story) < STORY_MAX:
                story.append(happening)

    def newest(
        self, agent: str | None, outcome: Outcome | None, below: int | None
    ) -> Iterator[OrderRow]:
        """Yield orders, the newest first: of one agent or outcome, below an entry."""
        for row in reversed(self.rows.values()):
            if (
                (below is None or row.index < below)
                and (agent is None or row.order.agent == agent)
                and (outcome is None or row.outcome is outcome)
            ):
                yield row

    def entry_of(self, agent: str, seq: int) -> int | None:
        """Return the entry of an order, None if there is none."""
        known = self._orders.get(agent)
        return None if known is None else known.first(seq)

    def reports_of(self, agent: str, seq: int) -> list[int]:
        """Return the entries in which venues told of an order."""
        known = self._reports.get(agent)
        return [] if known is None else known.all(seq)

    def orders_of(self, agent: str) -> int:
        """Return how many orders of the agent are on record."""
        return len(self._orders.get(agent, ()))

    def _decided(
        self, index: int, event: OrderDecided, line: DecisionLine | None
    ) -> None:
        """List one more order, and forget the oldest where there are too many."""
        submitted = self._submitted
        if submitted is None or line is None:
            raise CorruptionError(f"entry {index}: a decision without its order")
        agent, seq = event.agent, event.seq
        score = None
        if not isinstance(line.behaviour, msgspec.UnsetType):
            score = self.scores[agent] = line.behaviour.score
        used = self.overrides.get(line.override or "")
        if used is not None:
            used.take(index - 1, line)
        row = OrderRow(
            index=index - 1,
            order=submitted.order,
            received_at=event.received_at,
            outcome=event.outcome,
            reasons=tuple(line.reasons),
            warnings=_warnings(line),
            score=score,
        )
        self.rows[row.index] = row
        self.outcomes[event.outcome] += 1
        self._orders.setdefault(agent, Places()).add(seq, row.index)
        self._listed[agent, seq] = row.index
        if len(self.rows) > FEED_ORDERS_MAX:
            _, oldest = self.rows.popitem(last=False)
            self._listed.pop((oldest.order.agent, oldest.order.seq), None)

    def _reported(self, index: int, event: VenueReported) -> None:
        """Know what a venue said; that it does not know adds nothing."""
        self._reports.setdefault(event.agent, Places()).add(event.seq, index)
        at = self._listed.get((event.agent, event.seq))
        if at is not None and event.status is not VenueStatus.UNKNOWN:
            self.rows[at] = replace(self.rows[at], status=event.status)

    def _state(self, index: int, event: Event, raw: bytes) -> None:
        """Know by its leaf hash where a statement stands, as long as it is new.

        Where a certificate or a mandate was put on record is known for good, and who
        has signed the mandate; of overrides, the newest.
        """
        if isinstance(event, MandateGranted):
            signatures = SignedNote.parse(raw).signatures
            self.granted[event.digest] = index, tuple(each.name for each in signatures)
        if isinstance(event, BaselineLocked):
            self.locks[event.lock.agent] = index
        if isinstance(event, CertificateIssued):
            self.certificates[event.credential.digest] = index
        if isinstance(event, OverrideGranted):
            self.overrides[event.leaf] = OverrideFigures(entry=index, granted=event)
            if len(self.overrides) > OVERRIDES_SHOWN_MAX:
                self.overrides.popitem(last=False)
        self.statements[canonical.leaf_digest(raw)] = index
        if len(self.statements) > STATEMENTS_MAX:
            self.statements.popitem(last=False)

    def _happened(self, index: int, event: Event, before: State) -> None:
        """List what people or the authority have done."""
        happening = told(index, event, before)
        if happening is not None:
            self.happened.append(happening)


def _read(raw: bytes) -> tuple[Event, DecisionLine | None]:
    """Return the event of an entry; a decision's line is wanted, and parsed once."""
    if raw.startswith(_DECISION):
        line = parse_decision(SignedNote.parse(raw).text)
        return event_of(line), line
    return Entry.read(raw).event, None


def _warnings(line: DecisionLine) -> tuple[str, ...]:
    """Return the reasons of controls that only warned."""
    return tuple(
        each.reason
        for each in line.controls
        if each.outcome == ControlOutcome.WARNED.value
        and not isinstance(each.reason, msgspec.UnsetType)
    )
