"""A FIX message: bytes to fields and back, one spelling accepted. Pure.

simplefix takes fields apart and puts them together; lengths, checksums and the one
spelling are held here, for it checks none of them.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final, Protocol, cast

import simplefix  # pyright: ignore[reportMissingTypeStubs]
import simplefix.errors  # pyright: ignore[reportMissingTypeStubs]

from kya.core.errors import MalformedError
from kya.core.instant import Instant
from kya.fix.limits import FRAME_BYTES_MAX, NUMBER_MAX
from kya.fix.tags import BEGIN_STRING, HEADER, YES, Tag

Fields = tuple[tuple[int, str], ...]

_SOH: Final = "\x01"
_START: Final = b"8=FIX"
_OPENING: Final = re.compile(rb"8=FIX[^\x01]{1,8}\x019=([0-9]{1,5})\x01")
_OPENING_BYTES_MAX: Final = 32
_TRAILER: Final = re.compile(rb"10=([0-9]{3})\x01")
_TRAILER_BYTES: Final = 7
_NUMBER: Final = re.compile(r"0*[1-9][0-9]{0,9}", re.ASCII)
_TIME: Final = re.compile(
    r"(\d{4})(\d{2})(\d{2})-(\d{2}):(\d{2}):(\d{2})(?:\.(\d{3}|\d{6}))?", re.ASCII
)


class _Made(Protocol):
    """What is used of simplefix's message: the fields in their order."""

    pairs: list[tuple[bytes, bytes]]

    def append_pair(self, tag: int, value: bytes) -> None: ...

    def encode(self) -> bytes: ...


class _Parser(Protocol):
    """What is used of its parser."""

    def append_buffer(self, buf: bytes) -> None: ...

    def get_message(self) -> _Made | None: ...


@dataclass(frozen=True, slots=True)
class Message:
    """A type and the fields that are its own; header and trailer are the session's."""

    type: str
    fields: Fields = ()

    def get(self, tag: Tag) -> str:
        """Return the first value of a field, or nothing if it is not there."""
        return next((value for known, value in self.fields if known == tag), "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """A message as it came; None for a header field that is missing or unreadable."""

    message: Message
    begin_string: str
    number: int | None
    sender: str
    target: str
    sent_at: Instant | None
    first_sent_at: Instant | None
    is_possible_duplicate: bool
    is_possible_resend: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """What the session puts around a message; `first_sent_at` marks a resent one."""

    number: int
    sender: str
    target: str
    sent_at: Instant
    first_sent_at: Instant | None = None


def render(message: Message, envelope: Envelope) -> bytes:
    """Return the bytes of a message, body length and checksum included."""
    made = cast("_Made", simplefix.FixMessage())
    pairs: list[tuple[int, str]] = [
        (Tag.BEGIN_STRING, BEGIN_STRING),
        (Tag.MSG_TYPE, message.type),
        (Tag.MSG_SEQ_NUM, str(envelope.number)),
        (Tag.SENDER_COMP_ID, envelope.sender),
        (Tag.TARGET_COMP_ID, envelope.target),
        (Tag.SENDING_TIME, time_text(envelope.sent_at)),
    ]
    if envelope.first_sent_at is not None:
        first = time_text(envelope.first_sent_at)
        pairs += [(Tag.POSS_DUP_FLAG, YES), (Tag.ORIG_SENDING_TIME, first)]
    for tag, value in (*pairs, *message.fields):
        if _SOH in value:
            raise MalformedError(f"FIX field {tag}: want no SOH in it")
        made.append_pair(tag, value.encode("latin-1", "replace"))
    return made.encode()


def read(frame: bytes) -> Received:
    """Return the message of one frame; MalformedError if it is garbled."""
    pairs = _pairs_in(frame)
    header: dict[int, str] = {}
    own: list[tuple[int, str]] = []
    for tag, value in pairs[:-1]:
        if tag in HEADER and tag not in header:
            header[tag] = value
        else:
            own.append((tag, value))
    return Received(
        message=Message(header.get(Tag.MSG_TYPE, ""), tuple(own)),
        begin_string=header.get(Tag.BEGIN_STRING, ""),
        number=number_in(header.get(Tag.MSG_SEQ_NUM, "")),
        sender=header.get(Tag.SENDER_COMP_ID, ""),
        target=header.get(Tag.TARGET_COMP_ID, ""),
        sent_at=time_in(header.get(Tag.SENDING_TIME, "")),
        first_sent_at=time_in(header.get(Tag.ORIG_SENDING_TIME, "")),
        is_possible_duplicate=header.get(Tag.POSS_DUP_FLAG) == YES,
        is_possible_resend=header.get(Tag.POSS_RESEND) == YES,
    )


def _pairs_in(frame: bytes) -> list[tuple[int, str]]:
    """Return the fields of a frame whose length and sum are right."""
    opening = _OPENING.match(frame)
    trailer = _TRAILER.fullmatch(frame[-_TRAILER_BYTES:])
    if opening is None or trailer is None:
        raise MalformedError("FIX: want 8=, 9= first and 10= last")
    if int(opening[1]) != len(frame) - opening.end() - _TRAILER_BYTES:
        raise MalformedError("FIX: BodyLength is another one")
    if int(trailer[1]) != sum(frame[:-_TRAILER_BYTES]) % 256:
        raise MalformedError("FIX: CheckSum is another one")
    parser = cast("_Parser", simplefix.FixParser())
    parser.append_buffer(frame)
    try:
        parsed = parser.get_message()
    except (simplefix.errors.ParsingError, ValueError) as error:
        raise MalformedError(f"FIX: {error}") from error
    if parsed is None or int(parsed.pairs[2][0]) != Tag.MSG_TYPE:
        raise MalformedError("FIX: want MsgType third")
    if b"".join(b"%b=%b\x01" % pair for pair in parsed.pairs) != frame:
        raise MalformedError("FIX: a field in another spelling")
    return [(int(tag), value.decode("latin-1")) for tag, value in parsed.pairs]


class Frames:
    """Cuts a stream of bytes into messages; what is none is passed over."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self._buffer = b""

    def of(self, chunk: bytes) -> list[bytes]:
        """Return the frames that are whole by now, each with a trailer at its end."""
        self._buffer += chunk
        found: list[bytes] = []
        while (frame := self._next()) is not None:
            if frame:
                found.append(frame)
        return found

    def clear(self) -> None:
        """Forget what came of a connection that has ended."""
        self._buffer = b""

    def _next(self) -> bytes | None:
        """Return the next frame, nothing where one was skipped, None to wait."""
        at = self._buffer.find(_START)
        if at < 0:
            self._buffer = self._buffer[-len(_START) + 1 :]
            return None
        self._buffer = self._buffer[at:]
        opening = _OPENING.match(self._buffer)
        if opening is None:
            if len(self._buffer) < _OPENING_BYTES_MAX:
                return None
            return self._skip()
        end = opening.end() + int(opening[1]) + _TRAILER_BYTES
        if end > FRAME_BYTES_MAX:
            return self._skip()
        if len(self._buffer) < end:
            return None
        frame = self._buffer[:end]
        if _TRAILER.fullmatch(frame[-_TRAILER_BYTES:]) is None:
            return self._skip()
        self._buffer = self._buffer[end:]
        return frame

    def _skip(self) -> bytes:
        """Look for the next beginning behind this one."""
        self._buffer = self._buffer[1:]
        return b""


def number_in(text: str) -> int | None:
    """Return a sequence number, or None if the text is none."""
    if _NUMBER.fullmatch(text) is None or int(text) > NUMBER_MAX:
        return None
    return int(text)


def time_text(instant: Instant) -> str:
    """Return an instant as UTCTimestamp, in milliseconds as FIX 4.4 has it."""
    moment = instant.to_datetime()
    return f"{moment:%Y%m%d-%H:%M:%S}.{moment.microsecond // 1000:03}"


def time_in(text: str) -> Instant | None:
    """Return the instant of a UTCTimestamp, or None if the text is none."""
    match = _TIME.fullmatch(text)
    if match is None:
        return None
    year, month, day, hour, minute, second = (int(part) for part in match.groups()[:6])
    micros = int((match[7] or "").ljust(6, "0"))
    try:
        moment = datetime(year, month, day, hour, minute, second, micros, tzinfo=UTC)
        return Instant.from_datetime(moment)
    except (ValueError, MalformedError):
        return None


def fields(*pairs: tuple[Tag, str]) -> Fields:
    """Return fields without those that say nothing."""
    return tuple((int(tag), value) for tag, value in pairs if value)
