"""Verification is re-execution: one pass over the log with the gateway's own functions.

Every entry is authenticated under the verifier's root, folded into the state, and every
decision is made again and compared byte for byte. The state before an entry is all that
an entry is judged by, so what stands too late in the log does not count.
"""

from collections import Counter
from dataclasses import InitVar, dataclass, field
from hashlib import sha256

from kya.codec import canonical
from kya.codec.decisions import (
    DecisionLine,
    event_of,
    inputs_of,
    parse_decision,
    render_decision,
)
from kya.codec.note import SignedNote
from kya.codec.tally import Tally
from kya.core.baseline import BaselineLocked
from kya.core.case_of import case_of
from kya.core.control import Reason
from kya.core.credential import Role, Standing
from kya.core.decide import decide
from kya.core.decision import Decision, Outcome
from kya.core.errors import DistrustError, InputError
from kya.core.fold import apply
from kya.core.order_events import (
    Equivocated,
    OrderDecided,
    OrderSubmitted,
)
from kya.core.overlay import Ask
from kya.core.power_events import RevocationListed
from kya.core.state import State
from kya.pki.authenticate import authenticate
from kya.pki.entries import Entry
from kya.pki.revocations import objections
from kya.verify.brought_list import BroughtList
from kya.verify.decision_lines import difference, loosely
from kya.verify.equivocations import objection_to
from kya.verify.expected import Expected
from kya.verify.finding import Findings
from kya.verify.learning_again import LearningAgain
from kya.verify.order_table import OrderTable
from kya.verify.overlays_again import OverlaysAgain
from kya.verify.questions import (
    GOES_ON,
    QUESTION_OF,
    question_of_bytes,
    question_of_refusal,
)
from kya.verify.succession import Succession
from kya.verify.venue_lists import VenueLists
from kya.verify.watch import NOBODY, Watch

_BATCH = 512
"""Signatures checked in one go."""


@dataclass(slots=True)
class Reexecution:
    """Takes the entries one by one. `stopped` names the entry that ended the pass.

    The first `known` entries are those that the verifier has verified before. Of them,
    what nobody else's power rests on is folded as it is recorded: no signature is
    checked and nothing decided again.
    """

    root: bytes
    findings: Findings
    tally: Tally
    learning: LearningAgain
    ask: InitVar[Ask | None] = None
    brought: BroughtList = field(default_factory=lambda: BroughtList({}))
    watch: Watch = NOBODY
    state: State = field(default_factory=State)
    orders: OrderTable = field(default_factory=OrderTable)
    lists: VenueLists = field(default_factory=VenueLists)
    succession: Succession = field(default_factory=Succession)
    expected: Expected = field(init=False)
    overlays: OverlaysAgain = field(init=False)
    counted: Counter[str] = field(default_factory=Counter[str])
    known: int = 0
    stopped: str = ""
    index: int = -1
    _order: bytes = b""
    _unsigned: list[tuple[int, Entry, State]] = field(
        default_factory=list[tuple[int, Entry, State]]
    )
    _line: DecisionLine | None = None

    def __post_init__(self, ask: Ask | None) -> None:
        """Expect the verifier's own root in the package."""
        self.overlays = OverlaysAgain(ask, self.findings)
        self.expected = Expected(self.root)

    def take(self, raw: bytes) -> None:
        """Judge the next entry; after the pass has stopped, only count it."""
        self.index += 1
        if self.stopped:
            return
        try:
            entry = self._decided(raw) or Entry.read(raw)
        except InputError as error:
            self._fail(question_of_bytes(raw), f"cannot be read: {error}")
            self._stop()
            return
        if self._is_to_be_checked(entry):
            self._authenticate(entry)
        if not self.stopped:
            self._examine(entry)
        if not self.stopped:
            self._fold(entry)

    def require_end(self) -> None:
        """Take note that no entry follows."""
        self.authenticate_all()
        if self.index < 0:
            self.stopped = "the log, which has no entries"
            for question in (1, 2, 3, 4, 5, 10):
                self.findings.fails(question, "log/checkpoint", "the log is empty")
        elif not self.stopped and self.state.undecided is not None:
            self._fail(5, "an order without a decision is the last entry")
        elif not self.stopped and self.state.unlisted is not None:
            self._fail(1, "a revocation without its list is the last entry")

    def stop(self, where: str) -> None:
        """End the pass because entries cannot be had any more."""
        self.stopped = self.stopped or where

    def _is_to_be_checked(self, entry: Entry) -> bool:
        """Tell whether its signature counts this time: it is new, or gives power."""
        return self.index >= self.known or type(entry.event) not in GOES_ON

    def _authenticate(self, entry: Entry) -> None:
        """Check who signed; stop where later entries would rest on a forged one.

        Where they would not, the signature waits for its batch: the state before the
        entry is a value and does not change, and curve arithmetic in one go keeps its
        tables in the processor's cache, which makes it twice as fast.
        """
        self._unsigned.append((self.index, entry, self.state))
        goes_on = type(entry.event) in GOES_ON
        if (goes_on and len(self._unsigned) < _BATCH) or self.authenticate_all():
            return
        if not goes_on:
            self._stop()

    def authenticate_all(self) -> bool:
        """Check the signatures that wait; tell whether the newest entry's held."""
        waiting, self._unsigned = self._unsigned, []
        held = True
        for index, entry, state in waiting:
            held = True
            try:
                authenticate(entry, state, self.root)
            except DistrustError as error:
                held = False
                kind = canonical.type_of(entry.note.text)
                self.findings.fails(QUESTION_OF[kind], f"entry {index}", str(error))
        return held

    def _examine(self, entry: Entry) -> None:
        """Check what an entry says against the state before it."""
        event = entry.event
        if isinstance(event, OrderSubmitted):
            self._order = entry.raw
        elif isinstance(event, OrderDecided):
            if self._line is None:
                self._compare_decision(entry, event)
        elif isinstance(event, Equivocated):
            against = objection_to(event, self.state, self.orders)
            if against is not None:
                self._fail(10, against)
        elif isinstance(event, BaselineLocked):
            wrong = self.learning.objection_to(event, self.orders, self.index)
            if wrong is not None:
                self._fail(6, wrong)
        elif isinstance(event, RevocationListed):
            for sentence in objections(event, self.state):
                self._fail(1, sentence)

    def _fold(self, entry: Entry) -> None:
        """Add the entry to the state, the tally and what the package must hold."""
        event, before = entry.event, self.state
        try:
            self.state = apply(self.state, event)
        except InputError as error:
            self._fail(
                question_of_refusal(event, self.state), f"cannot follow: {error}"
            )
            self._stop()
            return
        if isinstance(event, OrderDecided):
            selected = self.tally.selection.takes(event.agent, event.received_at)
            order, index = self._order, self.index - 1
            self.orders.add(event.agent, index, order, entry.raw, selected=selected)
            if self.index >= self.known:
                self.counted[event.outcome.value] += 1
            if self._line is not None:
                is_locked = before.agents[event.agent].baseline is not None
                self.learning.take_decision(
                    event.agent, self._line.mode, is_locked=is_locked
                )
        self.tally.take(event, self._line)
        self.watch.take(self.index, event, self._line)
        self.lists.take(self.index, event)
        self.succession.take(self.index, event)
        if self.brought.listed:
            self.brought.take(event, self.state)
        self.expected.take(entry)
        if self._is_to_be_checked(entry):
            self.counted[type(event).__name__] += 1
            self.counted["signatures"] += len(entry.note.signatures)

    def _decided(self, raw: bytes) -> Entry | None:
        """Return the decision if making it again gives this very line, else None.

        One that was verified before is not made again.

        The line is then well formed because we have written it ourselves; a line that
        differs in one byte is read with all the care that a stranger's bytes need.
        """
        self._line = None
        submitted = self.state.undecided
        if submitted is None:
            return None
        note = SignedNote.parse(raw)
        line = loosely(note.text)
        if line is None:
            return None
        if self.index < self.known:
            made: OrderDecided | None = event_of(line)
        else:
            made = self._made_again(submitted, line, note.text)
        if made is None:
            return None
        self._line = line
        return Entry(raw, note, made)

    def _made_again(
        self, submitted: OrderSubmitted, line: DecisionLine, text: bytes
    ) -> OrderDecided | None:
        """Return the decision if making it again gives this very text, else None."""
        decision = self._decide_again(submitted, line)
        if render_decision(decision, submitted.leaf) != text:
            return None
        if decision.answers:
            self.overlays.take(self.index, decision)
        return OrderDecided.of(decision, submitted.leaf)

    def _decide_again(self, submitted: OrderSubmitted, line: DecisionLine) -> Decision:
        """Judge the order by the state before it, at the instant that was logged."""
        return decide(case_of(self.state, submitted, inputs_of(line)))

    def _compare_decision(self, entry: Entry, event: OrderDecided) -> None:
        """Say in what a decision differs from the one that we make."""
        submitted = self.state.undecided
        if submitted is None:
            return  # The fold refuses it, with a better sentence.
        order, line = submitted.order, parse_decision(entry.note.text)
        decision = self._decide_again(submitted, line)
        again = parse_decision(render_decision(decision, submitted.leaf))
        where = f"order {order.agent} {order.seq}"
        self._fail(5, f"{where}: {difference(line, again)}")
        if event.outcome is Outcome.ALLOWED and not decision.allowed:
            reasons = ", ".join(reason.value for reason in decision.reasons)
            self._fail(4, f"{where} was allowed, but re-execution gives {reasons}")
            if Reason.INCIDENT_GRACE_OVER in decision.reasons:
                self._fail(7, f"{where} was allowed after the end of a grace")
        self._line = line

    def _fail(self, question: int, sentence: str) -> None:
        self.findings.fails(question, f"entry {self.index}", sentence)

    def _stop(self) -> None:
        self.stopped = f"entry {self.index}"

    def log_credentials(self) -> list[bytes]:
        """Return the public keys that a certificate under the root gives to the log."""
        return [
            credential.spki
            for credential in self.state.credentials.values()
            if credential.role is Role.LOG
            and credential.standing_at(self.state.now) is not Standing.REVOKED
        ]

    @property
    def root_digest(self) -> str:
        """SHA-256 of the verifier's root."""
        return sha256(self.root).hexdigest()
