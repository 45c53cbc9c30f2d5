"""The asynchronous client: the same road, with many orders on their way at once."""

import asyncio
from collections.abc import Awaitable, Callable
from types import TracebackType
from typing import Self, TypeVar

import httpx

from kya.agent.answer import Answer, read_answer
from kya.agent.chain import Head, Identity, Instruction, SignedOrder, next_order
from kya.agent.exchange import (
    ChainConflictError,
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
from kya.core.errors import TransientError
from kya.core.instant import Instant
from kya.core.limits import AHEAD_ORDERS_MAX
from kya.core.order import Action, Order
from kya.core.workload_events import SessionStarted
from kya.pki.note_signer import NoteSigner, sign_note

T = TypeVar("T")


class AsyncAgent:
    """One agent's road to the gateway, in one event loop.

    Orders are signed in the order of the calls; at most AHEAD_ORDERS_MAX are on their
    way, as many as the gateway lets wait for their turn.
    """

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
        self._http = httpx.AsyncClient(
            base_url=link.url, timeout=TIMEOUT_SECONDS, verify=link.trust
        )
        self._keeping = asyncio.Lock()
        self._signing = asyncio.Lock()
        self._places = asyncio.Semaphore(AHEAD_ORDERS_MAX)
        self._in_flight: set[int] = set()
        self._first: int | None = None

    async def __aenter__(self) -> Self:
        """Return the client."""
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close the connections."""
        await self.close()

    async def close(self) -> None:
        """Close the connections; the journal stays as it is."""
        await self._http.aclose()

    async def resume(self) -> tuple[Answer, ...]:
        """Bring journal and gateway to agreement, and return what was still unanswered.

        As `Agent.resume`. Call it when nothing is on its way.
        """
        async with self._signing:
            await self._begin()
            return await self._agree()

    async def submit(self, instruction: Instruction) -> Answer:
        """Return the gateway's decision on the instruction. As `Agent.submit`."""
        async with self._places:
            async with self._signing:
                if instruction.action is not Action.CANCEL:
                    await self._begin()  # A suspended agent has none, but may cancel.
                if self._journal.head is None or self._is_behind():
                    await self._agree()
                # The key store and the disk may block; the event loop must not.
                signed = await asyncio.to_thread(self._sign, instruction)
                self._in_flight.add(signed.order.seq)
                self._first = self._first or signed.order.seq
            try:
                return await self._deliver(signed)
            finally:
                self._in_flight.discard(signed.order.seq)

    async def cancel(self, order: Order, client_order_id: str) -> Answer:
        """Take a working order back. As `Agent.cancel`."""
        return await self.submit(Instruction.to_cancel(order, client_order_id))

    async def replace(self, seq: int, instruction: Instruction) -> Answer:
        """Put the instruction into the place of a working order. As `Agent.replace`."""
        return await self.submit(instruction.in_place_of(seq))

    async def start_session(self) -> SessionStarted | None:
        """Say what runs here, and where. As `Agent.start_session`."""
        async with self._signing:
            return await self._start_session()

    async def outcome(self, seq: int) -> OrderReply:
        """Return what became of an order at its venue; TransientError if unknown."""
        name = self._identity.agent

        async def attempt() -> OrderReply:
            reply = await self._ask(f"/v1/orders/{name}/{seq}?wait=1")
            return order_in(reply, name, seq).settled()

        return await self._insist(attempt)

    async def past(self, what: str, last: int) -> Reply:
        """Return the newest `orders` or `executions` that the log has of this agent."""
        name = self._identity.agent
        return await self.read(f"/v1/agents/{name}/{what}?last={last}")

    async def read(self, path: str) -> Reply:
        """Return what the gateway tells at this path."""
        return await self._insist(lambda: self._ask(path))

    async def _begin(self) -> None:
        """Start a session unless this client has."""
        if not self._has_session:
            await self._start_session()

    async def _start_session(self) -> SessionStarted | None:
        """Look at the host in a thread, for files may be large, and say it."""
        workload = self._identity.workload
        if workload is None:
            return None
        said = Said(
            runtime=await asyncio.to_thread(workload.runtime),
            evidence=await asyncio.to_thread(workload.shown),
        )
        started = await self._insist(lambda: self._start(said))
        self._has_session = True
        return started

    async def _start(self, said: Said) -> SessionStarted:
        """Start the session that follows the one that the gateway has now."""
        name = self._identity.agent
        head = session_head_in(await self._ask(f"/v1/agents/{name}"), name)
        note = await asyncio.to_thread(
            sign_session, self._identity, head, said, self._clock(), self._signer
        )
        reply = await self._post("/v1/sessions", note)
        return read_start(note, reply, self._link.gateway)

    def _is_behind(self) -> bool:
        """Tell whether an order was given up and nothing is on its way any more."""
        return bool(self._journal.unanswered) and not self._in_flight

    async def _agree(self) -> tuple[Answer, ...]:
        """Send what is unanswered, and require one end of both chains."""
        if self._journal.head is None:
            self._journal.adopt(await self._head_at_gateway())
            return ()
        left = self._journal.unanswered
        answers = tuple([await self._deliver(signed) for signed in left])
        require_agreement(self._journal.head, await self._head_at_gateway())
        return answers

    def _sign(self, instruction: Instruction) -> SignedOrder:
        """Return the instruction as the next signed order, kept in the journal."""
        head = self._journal.head or Head()
        order = next_order(self._identity, head, instruction, self._clock())
        note = sign_note(render_order(order), self._signer).render()
        signed = SignedOrder.read(note)
        # Commit point: from here on this note, and no other, has this seq.
        self._journal.record(signed)
        return signed

    async def _deliver(self, signed: SignedOrder) -> Answer:
        """Send the same bytes until they are answered or patience ends."""
        reply = await self._insist(lambda: self._post_order(signed))
        answer = read_answer(signed, reply, self._link.gateway)
        self._journal.settle(signed.order.seq)
        return answer

    async def _post(self, path: str, note: bytes) -> Reply:
        """Send a note once and return the reply that answers it."""
        await self._keep()
        try:
            response = await self._http.post(path, content=note, headers=PLAIN)
        except httpx.TransportError as error:
            raise lost(error, self._link) from error
        return reply_of(response).accepted()

    async def _post_order(self, signed: SignedOrder) -> Reply:
        """Send an order once; TransientError while it is ahead of one on its way."""
        try:
            return await self._post("/v1/orders", signed.note)
        except ChainConflictError as conflict:
            if self._is_ours(conflict.expected.seq + 1, signed):
                raise TransientError(str(conflict)) from conflict
            raise

    def _is_ours(self, expected: int, ahead: SignedOrder) -> bool:
        """Tell whether the order that the gateway expects first is one of ours.

        By the time we read this, it may have arrived.
        """
        first = self._first
        return first is not None and first <= expected <= ahead.order.seq

    async def _head_at_gateway(self) -> Head:
        """Return the end of this agent's chain as the gateway knows it."""
        name = self._identity.agent

        async def attempt() -> Head:
            return head_in(await self._ask(f"/v1/agents/{name}"), name)

        return await self._insist(attempt)

    async def _keep(self) -> None:
        """Renew the channel certificate if it is due; the loop does not wait for it."""
        channel = self._link.channel
        if channel is not None and channel.is_due():
            async with self._keeping:
                await asyncio.to_thread(channel.keep)

    async def _ask(self, path: str) -> Reply:
        """Return the reply to a question."""
        await self._keep()
        try:
            response = await self._http.get(path)
        except httpx.TransportError as error:
            raise lost(error, self._link) from error
        return reply_of(response).accepted()

    async def _insist(self, attempt: Callable[[], Awaitable[T]]) -> T:
        """Return what the attempt returns, made again after each TransientError."""
        for pause_ms in self._link.patience.pauses():
            try:
                return await attempt()
            except TransientError:
                await asyncio.sleep(pause_ms / 1000)
        return await attempt()
