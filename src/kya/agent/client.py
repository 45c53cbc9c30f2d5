"""The synchronous client: sign an order, submit it, and get a verdict in words."""

import time
from collections.abc import Callable
from types import TracebackType
from typing import Final, Self, TypeVar

import httpx

from kya.agent.answer import Answer, read_answer
from kya.agent.chain import Head, Identity, Instruction, SignedOrder, next_order
from kya.agent.exchange import (
    OrderReply,
    Reply,
    head_in,
    order_in,
    require_agreement,
)
from kya.agent.journal import Journal
from kya.agent.link import PLAIN, TIMEOUT_SECONDS, Link, lost, reply_of
from kya.agent.session import Said, read_start, session_head_in, sign_session
from kya.codec.orders import render_order
from kya.core.errors import InputError, TransientError
from kya.core.instant import MICROS_PER_SECOND, Instant
from kya.core.limits import OVERRIDE_MICROS_MAX
from kya.core.order import Action, Order
from kya.core.workload_events import SessionStarted
from kya.pki.note_signer import NoteSigner, sign_note

T = TypeVar("T")

OVERRIDE_SECONDS_MAX: Final = OVERRIDE_MICROS_MAX // MICROS_PER_SECOND
"""No override lasts longer, so that no order waits longer for one."""


class Agent:
    """One agent's road to the gateway: one order at a time, from one thread."""

    def __init__(
        self,
        identity: Identity,
        signer: NoteSigner,
        journal: Journal,
        clock: Callable[[], Instant],
        link: Link,
    ) -> None:
        """Sign as this identity, keep the chain in the journal; send nothing yet."""
        self._identity = identity
        self._signer = signer
        self._journal = journal
        self._clock = clock
        self._link = link
        self._has_session = identity.workload is None
        self._http = httpx.Client(
            base_url=link.url, timeout=TIMEOUT_SECONDS, verify=link.trust
        )

    def __enter__(self) -> Self:
        """Return the client."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close the connection."""
        self.close()

    def close(self) -> None:
        """Close the connection; the journal stays as it is."""
        self._http.close()

    def resume(self) -> tuple[Answer, ...]:
        """Bring journal and gateway to agreement, and return what was still unanswered.

        Orders that were signed and may not have arrived are sent again, the same bytes.
        ChainConflictError if the two chains then end differently.
        """
        self._begin()
        return self._agree()

    def _agree(self) -> tuple[Answer, ...]:
        """Send what is unanswered, and require one end of both chains."""
        if self._journal.head is None:
            self._journal.adopt(self._head_at_gateway())
            return ()
        answers = tuple([self._deliver(order) for order in self._journal.unanswered])
        require_agreement(self._journal.head, self._head_at_gateway())
        return answers

    def submit(self, instruction: Instruction) -> Answer:
        """Return the gateway's decision on the instruction.

        After a TransientError the order may have arrived, and it has its `seq`: the
        next call, or `resume`, sends the same bytes again before anything else.
        """
        return self._deliver(self._sign(instruction, self._clock))

    def cancel(self, order: Order, client_order_id: str) -> Answer:
        """Take a working order back; a suspended agent may, whatever the hour.

        `order` is the one that its answer holds. `outcome` tells what became of both.
        """
        return self.submit(Instruction.to_cancel(order, client_order_id))

    def replace(self, seq: int, instruction: Instruction) -> Answer:
        """Put the instruction into the place of a working order of its market and side.

        Its amount is what both may come to together. The scope must list it.
        """
        return self.submit(instruction.in_place_of(seq))

    def prepare(self, instruction: Instruction, after_seconds: int) -> SignedOrder:
        """Sign the next order, dated for an instant to come, and do not send it yet.

        People may read it until then, and set limits aside for it. `resume` waits for
        that instant and sends it, as does the next `submit` before its own order.
        """
        if not 0 < after_seconds <= OVERRIDE_SECONDS_MAX:
            msg = f"prepare: want 1 to {OVERRIDE_SECONDS_MAX} s, got {after_seconds}"
            raise InputError(msg)
        return self._sign(
            instruction, lambda: self._clock().plus(seconds=after_seconds)
        )

    def start_session(self) -> SessionStarted | None:
        """Say what runs here, and where; None if this host has nothing to say.

        It holds for this certificate until the next one. The first order of this client
        starts one by itself; call this again when a component has changed.
        """
        workload = self._identity.workload
        if workload is None:
            return None
        said = Said(runtime=workload.runtime(), evidence=workload.shown())
        started = self._insist(lambda: self._start(said))
        self._has_session = True
        return started

    def outcome(self, seq: int) -> OrderReply:
        """Return what became of an order at its venue; TransientError if unknown."""
        name = self._identity.agent
        path = f"/v1/orders/{name}/{seq}?wait=1"
        return self._insist(lambda: order_in(self._ask(path), name, seq).settled())

    def _sign(
        self, instruction: Instruction, dated: Callable[[], Instant]
    ) -> SignedOrder:
        """Return the next order of the chain, dated when all before it is answered."""
        if instruction.action is not Action.CANCEL:
            self._begin()  # A suspended agent cannot start a session, but may cancel.
        if self._journal.head is None or self._journal.unanswered:
            self._agree()
        head = self._journal.head or Head()
        order = next_order(self._identity, head, instruction, dated())
        note = sign_note(render_order(order), self._signer).render()
        signed = SignedOrder.read(note)
        # Commit point: from here on this note, and no other, has this seq.
        self._journal.record(signed)
        return signed

    def _begin(self) -> None:
        """Start a session unless this client has."""
        if not self._has_session:
            self.start_session()

    def _start(self, said: Said) -> SessionStarted:
        """Start the session that follows the one that the gateway has now.

        An attempt whose answer was lost may be on record; the next one follows it.
        """
        name = self._identity.agent
        head = session_head_in(self._ask(f"/v1/agents/{name}"), name)
        note = sign_session(self._identity, head, said, self._clock(), self._signer)
        reply = self._post("/v1/sessions", note)
        return read_start(note, reply, self._link.gateway)

    def _deliver(self, signed: SignedOrder) -> Answer:
        """Send the same bytes until they are answered or patience ends.

        Not before the order's own instant: whoever prepared it has dated it ahead. One
        dated further ahead than anybody prepares is of a clock that has stepped back.
        """
        ahead = signed.order.created_at.micros - self._clock().micros
        if 0 < ahead <= OVERRIDE_MICROS_MAX:
            time.sleep(ahead / MICROS_PER_SECOND)
        reply = self._insist(lambda: self._post("/v1/orders", signed.note))
        answer = read_answer(signed, reply, self._link.gateway)
        self._journal.settle(signed.order.seq)
        return answer

    def _post(self, path: str, note: bytes) -> Reply:
        """Send a note once and return the reply that answers it."""
        self._link.keep()
        try:
            response = self._http.post(path, content=note, headers=PLAIN)
        except httpx.TransportError as error:
            raise lost(error, self._link) from error
        return reply_of(response).accepted()

    def _head_at_gateway(self) -> Head:
        """Return the end of this agent's chain as the gateway knows it."""
        name = self._identity.agent
        return self._insist(lambda: head_in(self._ask(f"/v1/agents/{name}"), name))

    def _ask(self, path: str) -> Reply:
        """Return the reply to a question."""
        self._link.keep()
        try:
            response = self._http.get(path)
        except httpx.TransportError as error:
            raise lost(error, self._link) from error
        return reply_of(response).accepted()

    def _insist(self, attempt: Callable[[], T]) -> T:
        """Return what the attempt returns, made again after each TransientError."""
        for pause_ms in self._link.patience.pauses():
            try:
                return attempt()
            except TransientError:
                time.sleep(pause_ms / 1000)
        return attempt()
