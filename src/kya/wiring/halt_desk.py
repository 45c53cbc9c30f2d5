"""The desk where people stop trading at a place, and start it again."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass

from kya.authority import acts
from kya.core.errors import DistrustError, InputError
from kya.core.halt import Halt, HaltOrdered, Resume, TradingState
from kya.core.latch import Latch, Rearm
from kya.core.levels import Place
from kya.pki.note_signer import NoteSigner
from kya.wiring.desk import Desk
from kya.wiring.people import People, signers_of


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedHalt:
    """Where people want to stop, how far, and why."""

    place: Place
    state: TradingState
    reason: str


def halt(desk: Desk, wanted: WantedHalt, people: People) -> int:
    """Return the entry by which these people, or this one, stop trading.

    Nobody waits for the log to be read, which takes longer the longer it is. The
    gateway knows who is on record; whoever is not is enrolled, and signs again.
    """
    at_hand = [desk.person_at_hand(role, name) for role, name in people]
    signers = [signer for signer in at_hand if signer is not None]
    if len(signers) == len(people):
        with suppress(DistrustError):
            return _stop(desk, wanted, signers)
    return _stop(desk, wanted, signers_of(desk, people))


def _stop(desk: Desk, wanted: WantedHalt, signers: Sequence[NoteSigner]) -> int:
    """Return the entry of the halt that these people sign now."""
    value = Halt(
        place=wanted.place,
        state=wanted.state,
        reason=wanted.reason,
        at=desk.clock(),
    )
    return desk.remote.append(acts.halt(value, *signers))


def halt_in_force(desk: Desk, place: Place) -> HaltOrdered:
    """Return the halt of this place that stands; InputError if there is none."""
    halts = desk.state().halts
    if place not in halts:
        stopped = ", ".join(map(str, halts)) or "nothing"
        msg = f"{place}: no halt is in force there; stopped: {stopped}"
        raise InputError(msg)
    return halts[place]


def resume(desk: Desk, lifts: HaltOrdered, reason: str, people: People) -> int:
    """Return the entry by which these people lift this very halt."""
    signers = signers_of(desk, people)
    value = Resume(halt=lifts.leaf, reason=reason, at=desk.clock())
    return desk.remote.append(acts.resume(value, *signers))


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedRearming:
    """Which latch of which agent people want to set back, and why."""

    agent: str
    latch: Latch
    reason: str


def rearm(desk: Desk, wanted: WantedRearming, people: People) -> int:
    """Return the entry by which these people set a latch of the agent back."""
    signers = signers_of(desk, people)
    value = Rearm(
        agent=wanted.agent,
        latch=wanted.latch,
        reason=wanted.reason,
        at=desk.clock(),
    )
    return desk.remote.append(acts.rearm(value, *signers))
