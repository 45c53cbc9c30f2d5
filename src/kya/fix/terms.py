"""What two sides of a session have agreed on, and what a session tells its driver."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import TypeAlias

from kya.core.errors import InputError
from kya.fix.limits import (
    HEARTBEAT_SECONDS_MAX,
    TOLERANCE_SECONDS_MAX,
    TOLERANCE_SECONDS_MIN,
)
from kya.fix.message import Message, Received
from kya.fix.tags import MsgType


class Role(Enum):
    """Who dials: the initiator does, and is the first to log on."""

    INITIATOR = "initiator"
    ACCEPTOR = "acceptor"


class Phase(Enum):
    """Where a connection stands."""

    DOWN = "down"
    LOGGING_ON = "logging on"
    UP = "up"
    LEAVING = "leaving"


def resend_nothing(_: Message) -> bool:
    """Say of every message that a gap is to be filled in its place."""
    return False


def resend_reports(message: Message) -> bool:
    """Say that what tells of orders is resent, and what asks for something is not."""
    return message.type in {
        MsgType.EXECUTION_REPORT,
        MsgType.ORDER_CANCEL_REJECT,
        MsgType.ORDER_MASS_CANCEL_REPORT,
        MsgType.BUSINESS_MESSAGE_REJECT,
        MsgType.MARKET_DATA_REQUEST_REJECT,
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """The two names, who dials, and how long silence and clocks may differ.

    With `resets`, the initiator begins at 1 whenever it logs on, and the acceptor lets
    it; without, a reset is refused. `credentials` are user name and password, sent by
    the initiator and wanted by the acceptor. `resends` says what may leave twice.
    """

    ours: str
    theirs: str
    role: Role
    heartbeat_seconds: int = 30
    tolerance_seconds: int = 30
    resets: bool = False
    credentials: tuple[str, str] | None = None
    resends: Callable[[Message], bool] = resend_reports

    def __post_init__(self) -> None:
        """Refuse what no session can be held by."""
        if not 1 <= self.heartbeat_seconds <= HEARTBEAT_SECONDS_MAX:
            raise InputError(f"FIX heartbeat: want 1 to {HEARTBEAT_SECONDS_MAX} s")
        if not TOLERANCE_SECONDS_MIN <= self.tolerance_seconds <= TOLERANCE_SECONDS_MAX:
            raise InputError(
                f"FIX tolerance of SendingTime: want {TOLERANCE_SECONDS_MIN} to"
                f" {TOLERANCE_SECONDS_MAX} s"
            )


@dataclass(frozen=True, slots=True)
class Write:
    """Send these bytes."""

    raw: bytes


@dataclass(frozen=True, slots=True)
class Deliver:
    """The application's turn: the next message, each number once and in order."""

    received: Received


@dataclass(frozen=True, slots=True)
class Took:
    """Keep that everything up to this number is dealt with."""

    number: int


@dataclass(frozen=True, slots=True)
class Echoed:
    """The peer has answered our test: what it sent before has come by now."""

    test: str


@dataclass(frozen=True, slots=True)
class Begun:
    """Both sides have logged on."""


@dataclass(frozen=True, slots=True)
class Ended:
    """Close the connection, once what was to be written is; why, in words."""

    why: str


Effect: TypeAlias = Write | Deliver | Took | Echoed | Begun | Ended
