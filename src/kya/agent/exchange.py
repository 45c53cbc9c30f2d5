"""What to send to the gateway and what to make of its reply. No network here.

The synchronous and the asynchronous client share every rule in this file.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, TypeVar

import msgspec

from kya.agent.chain import Head
from kya.core.decision import Outcome
from kya.core.errors import (
    DistrustError,
    InputError,
    KyaError,
    MalformedError,
    TransientError,
)
from kya.core.order_events import VenueStatus

_T = TypeVar("_T")

_OK: Final = 200
_CONFLICT: Final = 409
_OURS: Final = range(400, 500)  # the client's fault (RFC 9110 §15.5)
_TRY_LATER: Final = frozenset({408, 425, 429})  # of those, what time may heal


class ChainConflictError(InputError):
    """The gateway expects another `seq` and `prev` than this agent has signed."""

    def __init__(self, detail: str, expected: Head) -> None:
        super().__init__(detail)
        self.expected = expected


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How often the same bytes are sent, and the pauses between, which double."""

    attempts: int = 8
    first_pause_ms: int = 50
    pause_ms_max: int = 2_000

    def pauses(self) -> tuple[int, ...]:
        """Return the pauses between attempts, in milliseconds."""
        return tuple(
            min(self.first_pause_ms << number, self.pause_ms_max)
            for number in range(self.attempts - 1)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """An HTTP response as far as it matters; header names in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    def accepted(self) -> "Reply":
        """Return this reply if it is a 200; raise the fault that it means otherwise."""
        if self.status != _OK:
            raise _fault_in(self)
        return self


class Problem(msgspec.Struct, frozen=True, kw_only=True):
    """An RFC 9457 problem; unknown members are ignored (§3.2)."""

    type: str = "about:blank"
    title: str = ""
    detail: str = ""
    expected_seq: int | None = None
    expected_prev: str | None = None


class HeadReply(msgspec.Struct, frozen=True, kw_only=True):
    """The agent as the gateway knows it."""

    agent: str
    seq: int
    prev: str


class OrderReply(msgspec.Struct, frozen=True, kw_only=True):
    """An order as the gateway knows it, and the venue's word, once it has one."""

    agent: str
    seq: int
    outcome: str
    venue: str | None = None

    def settled(self) -> "OrderReply":
        """Return this reply if the venue has answered; TransientError otherwise.

        Acknowledged is an answer: the order rests, and may be asked for again.
        """
        waits = self.venue in {None, VenueStatus.UNKNOWN.value}
        if self.outcome == Outcome.ALLOWED.value and waits:
            raise TransientError(f"order {self.seq}: the venue's outcome is not known")
        return self


_HEAD: Final = msgspec.json.Decoder(HeadReply)
_ORDER: Final = msgspec.json.Decoder(OrderReply)
_PROBLEM: Final = msgspec.json.Decoder(Problem)


def head_in(reply: Reply, agent: str) -> Head:
    """Return the end of the agent's chain as the gateway knows it."""
    found = decode(_HEAD, reply)
    if found.agent != agent:
        raise DistrustError(f"agent {agent}: the reply is about {found.agent}")
    return Head(seq=found.seq, prev=found.prev)


def order_in(reply: Reply, agent: str, seq: int) -> OrderReply:
    """Return what the gateway knows of an order."""
    found = decode(_ORDER, reply)
    if (found.agent, found.seq) != (agent, seq):
        raise DistrustError(
            f"order {seq}: the reply is about {found.agent} {found.seq}"
        )
    return found


def require_agreement(ours: Head | None, theirs: Head) -> None:
    """Raise unless the gateway's chain ends where ours does."""
    if ours != theirs:
        raise ChainConflictError(
            f"the gateway's chain ends at seq {theirs.seq}, ours at "
            f"{ours.seq if ours else 0}: another process signs with this key, or a "
            "journal or log is not the newest",
            theirs,
        )


def _fault_in(reply: Reply) -> KyaError:
    """Return the fault that a reply other than 200 means."""
    try:
        problem = _PROBLEM.decode(reply.body)
    except (msgspec.DecodeError, UnicodeError):
        problem = Problem()
    detail = problem.detail or problem.title or "no reason given"
    text = f"gateway: {detail} ({reply.status} {problem.type})"
    if reply.status == _CONFLICT and problem.expected_seq and problem.expected_prev:
        head = Head(seq=problem.expected_seq - 1, prev=problem.expected_prev)
        return ChainConflictError(text, head)
    if reply.status in _OURS and reply.status not in _TRY_LATER:
        return InputError(text)
    return TransientError(text)


def decode(decoder: "msgspec.json.Decoder[_T]", reply: Reply) -> _T:
    """Return the reply's JSON; MalformedError otherwise."""
    try:
        return decoder.decode(reply.body)
    except (msgspec.DecodeError, UnicodeError) as error:
        raise MalformedError(
            f"gateway: the reply is not what was asked: {error}"
        ) from error
