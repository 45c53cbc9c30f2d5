"""A session on its connections, one after the other: effects carried out in asyncio."""

import asyncio
from collections.abc import Callable
from typing import Final, Protocol, assert_never, cast

from kya.core.errors import TransientError
from kya.core.instant import Instant
from kya.fix.limits import UNREAD_BYTES_MAX
from kya.fix.message import Message, Received
from kya.fix.session import Session
from kya.fix.terms import (
    Begun,
    Deliver,
    Echoed,
    Effect,
    Ended,
    Phase,
    Took,
    Write,
)

_TICK_SECONDS: Final = 0.5
_BUFFER_BYTES: Final = 65_536


class NotTakenError(Exception):
    """Raised by an application that has not taken a message: the connection ends.

    A TransientError of its own does the same.
    """


class Application(Protocol):
    """Whoever speaks through a session. Nothing here may block."""

    def begun(self) -> None:
        """Both sides have logged on."""
        ...

    def taken(self, received: Received) -> None:
        """Deal with a message; once this returns, it does not come again."""
        ...

    def echoed(self, test: str) -> None:
        """Know that whatever was sent before our test was answered has come."""
        ...

    def ended(self, why: str) -> None:
        """The session is down."""
        ...


class Line:
    """One session, its application, and the connection that it has now, if any."""

    def __init__(
        self,
        session: Session,
        application: Application,
        clock: Callable[[], Instant],
    ) -> None:
        """Wait for a connection."""
        self.session = session
        self._application = application
        self._clock = clock
        self._transport: asyncio.Transport | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._why = ""

    @property
    def is_up(self) -> bool:
        """Whether what is sent now leaves now."""
        return self.session.phase is Phase.UP

    def protocol(self) -> asyncio.BaseProtocol:
        """Return what serves the next connection."""
        return _Wire(self)

    def send(self, message: Message) -> None:
        """Give a message its number, and let it leave if the session is up."""
        self._carry_out(self.session.send(message, self._clock()))

    def keep(self, message: Message) -> None:
        """Give a message its number; it leaves only when the peer asks for it."""
        self.session.send(message, self._clock())

    def test(self, name: str) -> None:
        """Ask the peer for an echo."""
        self._carry_out(self.session.test(name, self._clock()))

    def leave(self, why: str) -> None:
        """Say goodbye."""
        if self._transport is not None:
            self._carry_out(self.session.leave(why, self._clock()))

    def hang_up(self) -> None:
        """End the connection without a word."""
        if self._transport is not None:
            self._transport.abort()

    def open(self, transport: asyncio.Transport) -> bool:
        """Take a connection, unless there is one; tell whether it was taken."""
        if self._transport is not None:
            return False
        self._transport, self._why = transport, "the connection was lost"
        self._carry_out(self.session.connected(self._clock()))
        self._tick()
        return True

    def take(self, chunk: bytes) -> None:
        """Take what came."""
        try:
            for frame in self.session.frames.of(chunk):
                self._carry_out(self.session.received(frame, self._clock()))
        except (NotTakenError, TransientError):
            self.hang_up()  # It is still expected, and comes again.

    def close(self) -> None:
        """Know that the connection is gone."""
        self.session.lost()
        self._transport = None
        if self._timer is not None:
            self._timer.cancel()
        self._application.ended(self._why)

    def _tick(self) -> None:
        """Let the session do what is due, now and twice a second."""
        self._carry_out(self.session.ticked(self._clock()))
        loop = asyncio.get_running_loop()
        self._timer = loop.call_later(_TICK_SECONDS, self._tick)

    def _carry_out(self, effects: list[Effect]) -> None:
        """Do what the session says, in its order."""
        for effect in effects:
            match effect:
                case Write(raw):
                    self._write(raw)
                case Deliver(received):
                    self._application.taken(received)
                case Took(number):
                    self.session.store.took(number)
                case Echoed(test):
                    self._application.echoed(test)
                case Begun():
                    self._application.begun()
                case Ended(why):
                    self._why = why
                    if self._transport is not None:
                        self._transport.close()
                case _ as never:
                    assert_never(never)

    def _write(self, raw: bytes) -> None:
        """Send bytes, unless the peer has long ceased to read."""
        if self._transport is None:
            return
        self._transport.write(raw)
        if self._transport.get_write_buffer_size() > UNREAD_BYTES_MAX:
            self._transport.abort()


class _Wire(asyncio.BufferedProtocol):
    """One connection of a line."""

    def __init__(self, line: Line) -> None:
        self._line = line
        self._is_taken = False
        self._buffer = bytearray(_BUFFER_BYTES)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin, or hang up on whoever comes while another one is here."""
        # Not every loop's transports are asyncio's own.
        stream = cast("asyncio.Transport", transport)
        self._is_taken = self._line.open(stream)
        if not self._is_taken:
            stream.abort()

    def get_buffer(self, sizehint: int) -> bytearray:
        """Return where the next bytes go."""
        del sizehint
        return self._buffer

    def buffer_updated(self, nbytes: int) -> None:
        """Take what came."""
        if self._is_taken:
            self._line.take(bytes(self._buffer[:nbytes]))

    def connection_lost(self, exc: Exception | None) -> None:
        """Know that it is gone."""
        del exc
        if self._is_taken:
            self._line.close()
