"""One side of a FIX 4.4 session as a state machine. Pure but for its store.

Frames and the time go in, effects come out; whoever drives it carries them out in their
order. A message that came garbled, or not at all, shows as a gap in the numbers: it is
asked for, and what came behind it is taken only once it has come.
"""

from typing import Final

from kya.core.errors import MalformedError
from kya.core.instant import MICROS_PER_SECOND, Instant
from kya.fix.checks import (
    Fault,
    header_fault,
    heartbeat_in,
    is_reset,
    logon_fault,
    may_log_on,
)
from kya.fix.limits import ASK_AGAIN_SECONDS, LOGON_SECONDS_MAX
from kya.fix.message import Frames, Message, Received, number_in, read
from kya.fix.outgoing import Outgoing
from kya.fix.store import Store
from kya.fix.tags import YES, MsgType, SessionReject, Tag
from kya.fix.terms import (
    Begun,
    Deliver,
    Echoed,
    Effect,
    Ended,
    Phase,
    Role,
    Terms,
    Took,
)

_PROBE_TENTHS: Final = 12
"""Silence after which the peer is asked whether it lives, in tenths of heartbeats."""
_DEAD_TENTHS: Final = 24


class Session:
    """Numbers, heartbeats, gaps and goodbyes of one side."""

    def __init__(self, terms: Terms, store: Store) -> None:
        """Stand where the store says; nothing is connected."""
        self.terms = terms
        self.store = store
        self.frames = Frames()
        self.phase = Phase.DOWN
        self._heartbeat_micros = terms.heartbeat_seconds * MICROS_PER_SECOND
        self._out = Outgoing(terms, store)
        self._expected = store.next_in
        self._since = self._heard = self._asked = Instant(0)
        self._is_probed = False
        self._asked_until = 0

    def connected(self, now: Instant) -> list[Effect]:
        """Begin: the initiator logs on, the acceptor waits for that."""
        self.phase, self._since, self._heard = Phase.LOGGING_ON, now, now
        self._is_probed, self._asked_until = False, 0
        self._expected = self.store.next_in  # What was not dealt with comes again.
        self.frames.clear()
        if self.terms.role is Role.ACCEPTOR:
            return []
        if self.terms.resets:
            self._reset()
        reset = YES if self.terms.resets else ""
        return self._out.log_on(now, self.terms.heartbeat_seconds, reset)

    def lost(self) -> None:
        """Know that the connection is gone."""
        self.phase = Phase.DOWN

    def send(self, message: Message, now: Instant) -> list[Effect]:
        """Give an application's message a number; it leaves if the session is up.

        Otherwise it is kept, and leaves when the peer asks for what it has missed.
        """
        write = self._out.write(message, now)
        return [write] if self.phase is Phase.UP else []

    def test(self, name: str, now: Instant) -> list[Effect]:
        """Ask the peer for an answer that carries this name."""
        return self._out.say(MsgType.TEST_REQUEST, now, (Tag.TEST_REQ_ID, name))

    def leave(self, why: str, now: Instant) -> list[Effect]:
        """Say goodbye, and wait for the peer's."""
        if self.phase is not Phase.UP:
            return self._end(why)
        self.phase, self._since = Phase.LEAVING, now
        return self._out.say(MsgType.LOGOUT, now, (Tag.TEXT, why))

    def ticked(self, now: Instant) -> list[Effect]:
        """Do what is due: heartbeat, test, a gap asked for again, or the end."""
        if self.phase is Phase.DOWN:
            return []
        if self.phase is not Phase.UP:
            waited = now.micros - self._since.micros
            is_over = waited > LOGON_SECONDS_MAX * MICROS_PER_SECOND
            return self._end(f"{self.phase.value} took too long") if is_over else []
        silence = 10 * (now.micros - self._heard.micros)
        if silence >= _DEAD_TENTHS * self._heartbeat_micros:
            return self._end("the peer is silent")
        done: list[Effect] = []
        if silence >= _PROBE_TENTHS * self._heartbeat_micros and not self._is_probed:
            self._is_probed = True
            done += self.test("alive", now)
        if now.micros - self._out.said.micros >= self._heartbeat_micros:
            done += self._out.say(MsgType.HEARTBEAT, now)
        if self._expected <= self._asked_until:
            done += self._ask(self._asked_until, now)
        return done

    def received(self, frame: bytes, now: Instant) -> list[Effect]:
        """Take one frame; a garbled one is as if it had not come."""
        try:
            got = read(frame)
        except MalformedError:
            return []
        if self.phase is Phase.DOWN:
            return []
        self._heard, self._is_probed = now, False
        if self.phase is Phase.LOGGING_ON and not self._may_begin(got):
            return self._end("want a Logon of whom we know")
        fault = header_fault(got, self.terms, now)
        if fault is not None or got.number is None:
            return self._break(got, fault or Fault("MsgSeqNum: want one"), now)
        if self.phase is Phase.LOGGING_ON:
            return self._begin(got, got.number, now)
        if got.message.type == MsgType.LOGON:
            return self._break(got, Fault("MsgType: want one Logon alone"), now)
        if got.message.type == MsgType.SEQUENCE_RESET:
            return self._renumber(got, got.number, now)
        return self._take(got, got.number, now)

    # ------------------------------------------------------------------ logging on

    def _may_begin(self, got: Received) -> bool:
        """Tell whether the first message is a Logon of whom we know.

        Nobody else is told anything.
        """
        return got.message.type == MsgType.LOGON and may_log_on(got, self.terms)

    def _begin(self, got: Received, number: int, now: Instant) -> list[Effect]:
        """Take the Logon; whoever was dialled answers it."""
        if fault := logon_fault(got, self.terms):
            return self._break(got, Fault(fault), now)
        if is_reset(got) and self.terms.role is Role.ACCEPTOR:
            self._reset()
        if number < self._expected:
            return self._too_low(got, number, now)
        done: list[Effect] = []
        if self.terms.role is Role.ACCEPTOR:
            reset = YES if is_reset(got) else ""
            done += self._out.log_on(now, heartbeat_in(got), reset)
        self.phase = Phase.UP
        self._heartbeat_micros = heartbeat_in(got) * MICROS_PER_SECOND
        done.append(Begun())
        if number > self._expected:
            return [*done, *self._ask(number, now)]
        return [*done, *self._advance(number)]

    # -------------------------------------------------------------------- numbers

    def _take(self, got: Received, number: int, now: Instant) -> list[Effect]:
        """Take what is next, ask for what is missing, pass over what was taken."""
        if number < self._expected:
            return self._too_low(got, number, now)
        if number == self._expected:
            return [*self._done(got, now), *self._advance(number)]
        match got.message.type:
            case MsgType.RESEND_REQUEST:  # Both may miss something of the other.
                return [*self._resend(got, now), *self._ask(number, now)]
            case MsgType.LOGOUT:
                return self._done(got, now)
            case _:
                return self._ask(number, now)

    def _too_low(self, got: Received, number: int, now: Instant) -> list[Effect]:
        """Pass over what was sent before; without its mark, the session is broken."""
        if got.is_possible_duplicate and self.phase is not Phase.LOGGING_ON:
            return []
        why = f"MsgSeqNum too low: want {self._expected}, got {number}"
        return self._break(got, Fault(why), now)

    def _renumber(self, got: Received, number: int, now: Instant) -> list[Effect]:
        """Take the number that the peer goes on with."""
        new = number_in(got.message.get(Tag.NEW_SEQ_NO)) or 0
        if got.message.get(Tag.GAP_FILL_FLAG) == YES:
            if number != self._expected:
                return self._take(got, number, now)
            least = number + 1
        else:
            least = self._expected
        if new < least:
            return self._reject(got, SessionReject.VALUE_INCORRECT, Tag.NEW_SEQ_NO, now)
        return self._advance(new - 1)

    def _advance(self, number: int) -> list[Effect]:
        """Expect the number behind this one."""
        self._expected = number + 1
        return [Took(number)]

    def _ask(self, seen: int, now: Instant) -> list[Effect]:
        """Ask for what is missing, unless that was asked for just now."""
        waited = now.micros - self._asked.micros
        is_asked = self._expected <= self._asked_until
        self._asked_until = max(self._asked_until, seen)
        if is_asked and waited < ASK_AGAIN_SECONDS * MICROS_PER_SECOND:
            return []
        self._asked = now
        return self._out.say(
            MsgType.RESEND_REQUEST,
            now,
            (Tag.BEGIN_SEQ_NO, str(self._expected)),
            (Tag.END_SEQ_NO, "0"),
        )

    def _resend(self, got: Received, now: Instant) -> list[Effect]:
        """Send again what the peer has missed."""
        begin = number_in(got.message.get(Tag.BEGIN_SEQ_NO)) or 0
        last = self._out.last
        end = number_in(got.message.get(Tag.END_SEQ_NO)) or last
        if not 1 <= begin <= last:
            tag = Tag.BEGIN_SEQ_NO
            return self._reject(got, SessionReject.VALUE_INCORRECT, tag, now)
        return self._out.again(begin, min(end, last), now)

    def _reset(self) -> None:
        """Begin both numbers anew."""
        self.store.reset()
        self._expected = 1

    # ------------------------------------------------------------------- messages

    def _done(self, got: Received, now: Instant) -> list[Effect]:
        """Do what a message in its turn asks for."""
        message = got.message
        match message.type:
            case MsgType.HEARTBEAT:
                test = message.get(Tag.TEST_REQ_ID)
                return [Echoed(test)] if test else []
            case MsgType.TEST_REQUEST:
                test = message.get(Tag.TEST_REQ_ID)
                return self._out.say(MsgType.HEARTBEAT, now, (Tag.TEST_REQ_ID, test))
            case MsgType.RESEND_REQUEST:
                return self._resend(got, now)
            case MsgType.LOGOUT:
                is_answer = self.phase is Phase.LEAVING
                goodbye = [] if is_answer else self._out.say(MsgType.LOGOUT, now)
                return [*goodbye, *self._end(message.get(Tag.TEXT) or "Logout")]
            case _:
                return [Deliver(got)]

    def _reject(
        self, got: Received, reason: str, tag: Tag, now: Instant
    ) -> list[Effect]:
        """Say what is wrong with a message, which is taken all the same."""
        said = self._out.say(
            MsgType.REJECT,
            now,
            (Tag.REF_SEQ_NUM, str(got.number)),
            (Tag.REF_TAG_ID, str(int(tag))),
            (Tag.REF_MSG_TYPE, got.message.type),
            (Tag.SESSION_REJECT_REASON, reason),
        )
        number = got.number
        if number is None or number != self._expected:
            return said
        return [*said, *self._advance(number)]

    def _break(self, got: Received, fault: Fault, now: Instant) -> list[Effect]:
        """End a session that cannot go on, and say why."""
        done: list[Effect] = []
        if fault.tag is not None:
            done += self._reject(got, fault.reason, fault.tag, now)
        done += self._out.say(MsgType.LOGOUT, now, (Tag.TEXT, fault.why))
        return [*done, *self._end(fault.why)]

    def _end(self, why: str) -> list[Effect]:
        """Close the connection."""
        self.phase = Phase.DOWN
        return [Ended(why)]
