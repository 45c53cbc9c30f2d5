"""The way to a FIX venue: dialled, dialled again, and each question with its answer."""

import asyncio
import logging
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from itertools import count
from typing import Final

from kya.core.errors import MalformedError, TransientError
from kya.fix.line import Line, NotTakenError
from kya.fix.message import Message, Received
from kya.fix.reports import (
    EXECUTIONS,
    ExecType,
    OrdStatus,
    Report,
    read_report,
)
from kya.fix.session import Session
from kya.fix.store import Store
from kya.fix.tags import MsgType, Tag
from kya.fix.terms import Terms
from kya.gateway.ports import Clock

_LOG: Final = logging.getLogger("kya.fix")
_DIAL_SECONDS: Final = (0.1, 0.5, 1.0, 2.0, 5.0)
_PENDING: Final = frozenset({
    OrdStatus.PENDING_NEW, OrdStatus.PENDING_CANCEL, OrdStatus.PENDING_REPLACE,
})  # fmt: skip

Question = tuple[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """Where a venue is, and on what terms it is spoken to; `tls` where it is far.

    Its certificate must name the host, or `server_name` if there is one.
    """

    host: str
    port: int
    terms: Terms
    timeout_millis: int = 4_000
    tls: ssl.SSLContext | None = None
    server_name: str = ""

    @property
    def name(self) -> str | None:
        """What the certificate must name, None where there is none."""
        return None if self.tls is None else self.server_name or self.host


class FixLink:
    """One session; whoever asks waits, and is told when the line is gone."""

    def __init__(
        self, reach: Reach, store: Store, clock: Clock, keep: Callable[[Report], None]
    ) -> None:
        """Dial when somebody asks for the first time; `keep` takes every report."""
        self._reach = reach
        self._keep = keep
        self._clock = clock
        self.line = Line(Session(reach.terms, store), self, clock.now)
        self._seconds = reach.timeout_millis / 1_000
        self._waiting: dict[Question, list[asyncio.Future[Message]]] = {}
        self._numbers: dict[int, Question] = {}
        self._tests = count(1)
        self._up, self._down = asyncio.Event(), asyncio.Event()
        self._dialling: asyncio.Task[None] | None = None
        self._was_up = False
        self._why = ""

    async def ask(self, message: Message, question: Question) -> Message:
        """Send a message, and return what answers it; TransientError if nothing does.

        The answer may be a rejection; whoever asks reads it.
        """
        await self.up()
        number = self.line.session.store.next_out
        self._numbers[number] = question
        try:
            return await self._answered(question, lambda: self.line.send(message))
        finally:
            self._numbers.pop(number, None)

    async def up(self) -> None:
        """Return once the session is up; TransientError if that takes too long."""
        if self._dialling is None:
            self._dialling = asyncio.create_task(self._dial_ever())
        if self.line.is_up:
            return
        try:
            async with asyncio.timeout(self._seconds / 2):
                await self._up.wait()
        except TimeoutError as error:
            why = self._why or "it does not answer"
            raise TransientError(f"FIX: no session with the venue: {why}") from error

    async def flushed(self) -> None:
        """Return once everything that the venue said before now has come."""
        await self.up()
        name = f"flush-{next(self._tests)}"
        question = (MsgType.TEST_REQUEST, name)
        await self._answered(question, lambda: self.line.test(name))

    async def close(self) -> None:
        """Say goodbye, and dial no more."""
        if self._dialling is not None:
            self._dialling.cancel()
            await asyncio.gather(self._dialling, return_exceptions=True)
        if self.line.is_up:
            self.line.leave("the gateway stops")
            await asyncio.sleep(0)
        self.line.hang_up()

    async def _answered(
        self, question: Question, asking: Callable[[], None]
    ) -> Message:
        """Ask, and return what answers the question, if something does in time."""
        waiting: asyncio.Future[Message] = asyncio.get_running_loop().create_future()
        others = self._waiting.setdefault(question, [])
        others.append(waiting)
        try:
            asking()
            async with asyncio.timeout(self._seconds):
                return await waiting
        except TimeoutError as error:
            raise TransientError(f"FIX: no answer on {question[1]}") from error
        finally:
            others.remove(waiting)
            if not others and self._waiting.get(question) is others:
                del self._waiting[question]

    async def _dial_ever(self) -> None:
        """Connect, and connect again whenever that has ended."""
        loop, reach, failures = asyncio.get_running_loop(), self._reach, 0
        while True:
            self._down.clear()
            self._was_up = False
            try:
                async with asyncio.timeout(self._seconds):
                    await loop.create_connection(
                        self.line.protocol,
                        reach.host,
                        reach.port,
                        ssl=reach.tls,
                        server_hostname=reach.name,
                    )
                await self._down.wait()
            except (OSError, TimeoutError) as error:
                self._failed(_in_words(error))
            failures = 0 if self._was_up else failures + 1
            pause = _DIAL_SECONDS[min(failures, len(_DIAL_SECONDS) - 1)]
            await asyncio.sleep(pause)

    def _failed(self, why: str) -> None:
        """Know why there is no connection, and say it once: it is dialled again."""
        if why != self._why:
            where = f"{self._reach.host}:{self._reach.port}"
            _LOG.warning("no session with the venue at %s: %s", where, why)
        self._why = why

    def begun(self) -> None:
        """Let whoever waits for the session go on."""
        self._was_up, self._why = True, ""
        self._up.set()

    def ended(self, why: str) -> None:
        """Tell everybody who waits that nobody knows."""
        self._up.clear()
        self._down.set()
        for waiting in self._waiting.values():
            for each in waiting:
                if not each.done():
                    each.set_exception(TransientError(f"FIX: {why}"))
                    each.exception()  # Whoever asked may have given up by now.

    def echoed(self, test: str) -> None:
        """Tell who asked for an echo."""
        nothing = Message(MsgType.HEARTBEAT)
        self._answer((MsgType.TEST_REQUEST, test), nothing)

    def taken(self, received: Received) -> None:
        """Keep what a report says, then tell who waits for it."""
        message = received.message
        name = message.get(Tag.CL_ORD_ID)
        match message.type:
            case MsgType.EXECUTION_REPORT:
                self._reported(received, name)
            case MsgType.ORDER_CANCEL_REJECT:
                self._answer((MsgType.NEW_ORDER_SINGLE, name), message)
            case MsgType.REJECT | MsgType.BUSINESS_MESSAGE_REJECT:
                number = message.get(Tag.REF_SEQ_NUM)
                question = self._numbers.get(int(number) if number.isdecimal() else 0)
                if question is not None:
                    self._answer(question, message)
            case _:
                pass  # Nothing that we asked for.

    def _reported(self, received: Received, name: str) -> None:
        """Keep a report, and tell who waits for word on its order.

        One of an execution that cannot be read is not taken: the session goes no
        further, for what it says would be in no list.
        """
        message = received.message
        try:
            report = read_report(message, received.sent_at)
            self._keep(report)
        except MalformedError as error:
            if message.get(Tag.EXEC_TYPE) in EXECUTIONS:
                raise NotTakenError from error
            return  # Whoever asked is told nothing, and so nobody knows.
        if report.kind == ExecType.STATUS:
            self._answer((MsgType.ORDER_STATUS_REQUEST, name), message)
        elif report.kind not in _PENDING:
            self._answer((MsgType.NEW_ORDER_SINGLE, name), message)

    def _answer(self, question: Question, message: Message) -> None:
        """Tell everybody who waits for this."""
        for waiting in self._waiting.get(question, ()):
            if not waiting.done():
                waiting.set_result(message)


def _in_words(error: OSError) -> str:
    """Say why a connection was not made; the cause in a certificate comes first."""
    match error:
        case ssl.SSLCertVerificationError():
            return f"its certificate is not trusted: {error.verify_message}"
        case ssl.SSLError():
            return f"no TLS: {error.reason or error}"
        case TimeoutError():
            return "it does not answer"
        case _:
            return error.strerror or type(error).__name__
