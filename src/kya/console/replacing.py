"""A replacement step by step: what is done, what is open, and what changes with it."""

from collections.abc import Iterator
from enum import Enum
from itertools import takewhile
from typing import NamedTuple

from kya.console.mandates import newest_of
from kya.console.reading import Reading
from kya.core.baseline import PROBATION_ORDERS
from kya.core.credential import Credential, Standing
from kya.core.decision import Outcome
from kya.core.incident import Incident
from kya.core.instant import MICROS_PER_SECOND, Instant
from kya.core.mandate import Mandate
from kya.core.narrowing import comparisons
from kya.core.registration import Registration
from kya.core.state import AgentState, State


class Done(Enum):
    """Whether a step is done; the value is the word on the page."""

    DONE = "done"
    LOOK = "look"
    OPEN = "open"


DONE_MARKS = {Done.DONE: "good", Done.LOOK: "warn", Done.OPEN: "none"}


class Stage(NamedTuple):
    """One step: its name, whether it is done, what there is to say, where to go."""

    name: str
    done: Done
    said: str
    href: str = ""

    @property
    def mark(self) -> str:
        """How it is drawn, beside its word."""
        return DONE_MARKS[self.done]


class Replacement(NamedTuple):
    """An agent's former certificate, the one in its place if there is one, the steps.

    `registration` is the open one, that a host may fetch the next certificate upon.
    """

    former: Credential
    ended_at: Instant | None
    follower: Credential | None
    mandate: Mandate | None
    registration: Registration | None
    stages: list[Stage]


def replacement_of(reading: Reading, name: str, now: Instant) -> Replacement:
    """Return how far the agent's replacement has come; KeyError for an unknown one."""
    state = reading.state
    agent = state.agents[name]
    held = [state.credentials[digest] for digest in state.issued_to[name]]
    newest, mandate = held[-1], newest_of(state, name)
    is_replaced = len(held) > 1 and _ended_at(newest, now) is None
    former, follower = (held[-2], newest) if is_replaced else (newest, None)
    ended_at, open_now = _ended_at(former, now), _open_registration(state, name, now)
    stages = [
        _stage_of_end(former, ended_at),
        *_stages_of_cause(state, former),
        _stage_of_mandate(state, former, mandate, now),
        _stage_of_release(name, agent, ended_at),
        _stage_of_baseline(agent, follower),
        _stage_of_certificate(follower, open_now),
        _stage_of_orders(reading, name, follower, ended_at),
    ]
    return Replacement(former, ended_at, follower, mandate, open_now, stages)


def _ended_at(credential: Credential, now: Instant) -> Instant | None:
    """Return since when a certificate is revoked or over; None while it is not."""
    if credential.standing_at(now) is Standing.REVOKED:
        withdrawal = credential.withdrawal
        return credential.since if withdrawal is None else withdrawal.due
    return credential.not_after if now > credential.not_after else None


def _open_registration(state: State, name: str, now: Instant) -> Registration | None:
    """Return the registration that a host can still use."""
    for known in state.registrations.values():
        said = known.registration
        if said.agent == name and known.is_open and now <= said.expires_at:
            return said
    return None


def _stage_of_end(former: Credential, ended_at: Instant | None) -> Stage:
    """Say whether the former certificate is out of use for good."""
    name = "Former certificate"
    if ended_at is not None:
        word = "revoked" if former.standing is Standing.REVOKED else "over"
        return Stage(name, Done.DONE, f"{word} since {ended_at}")
    said = f"still {former.standing.value}: kya agent revoke {former.name} --reason …"
    if former.standing is Standing.SUSPENDED:
        said = "suspended: two people revoke it, on the page of its incident"
    return Stage(name, Done.OPEN, said)


def _stages_of_cause(state: State, former: Credential) -> Iterator[Stage]:
    """Say of each incident under the former certificate whether its cause is named."""
    found: list[Incident] = [
        each for each in state.incidents.values() if each.credential == former.digest
    ]
    for each in found[-1:]:
        href = f"/incidents/{each.id}"
        if each.is_concluded:
            yield Stage("Root cause", Done.DONE, "named, over the incident file", href)
        elif each.state.is_over:
            yield Stage("Root cause", Done.LOOK, "nobody has named it yet", href)
        else:
            yield Stage(
                "Root cause", Done.OPEN, f"the incident is {each.state.value}", href
            )


def _stage_of_mandate(
    state: State, former: Credential, mandate: Mandate | None, now: Instant
) -> Stage:
    """Say what the mandate of the next certificate is beside the former one's."""
    name, href = "Mandate", "/mandates"
    before = state.mandates.get(former.granted.mandate)
    if mandate is None or before is None or now > mandate.valid_until:
        return Stage(name, Done.OPEN, "none that is valid is on record", href)
    if mandate == before:
        return Stage(name, Done.DONE, "the same", f"/mandates/{former.granted.mandate}")
    found = comparisons(before, mandate)
    wider = [each.limit for each in found if not each.relation.is_within]
    if wider:
        said = f"not within the former one: {', '.join(wider)}"
        return Stage(name, Done.LOOK, said, href)
    return Stage(name, Done.DONE, "narrower: within the former one", href)


def _stage_of_release(
    agent_name: str, agent: AgentState, ended_at: Instant | None
) -> Stage:
    """Say whether another release runs, or two people have accepted the same one."""
    name, pinned = "Release", agent.runtime_pinned
    href = f"/agents/{agent_name}/baseline"
    since = Instant(0) if ended_at is None else ended_at
    if pinned is not None and pinned.at > since:
        return Stage(name, Done.DONE, f"pinned anew: {pinned.runtime}")
    if agent.baseline is not None and agent.baseline.since > since:
        said = "the same as before; two people have locked its baseline again for it"
        return Stage(name, Done.DONE, said, href)
    said = "the same as before" if pinned else "none is pinned: nobody says what runs"
    accept = "two people accept that in writing when they lock its baseline again"
    return Stage(name, Done.LOOK, f"{said}; {accept}", href)


def _stage_of_baseline(agent: AgentState, follower: Credential | None) -> Stage:
    """Say what the next certificate inherits, and for how long it is on probation."""
    baseline = agent.baseline
    if baseline is None:
        return Stage("Baseline", Done.LOOK, "none is locked: nothing is inherited")
    said = f"inherited: SHA-256 {baseline.digest}"
    if follower is None:
        said += (
            f"; the first {PROBATION_ORDERS} orders will be on probation, and all of"
        )
        said += " a day from the first of them on"
        return Stage("Baseline", Done.DONE, said)
    if baseline.probation:
        said += f"; {baseline.probation} orders on probation are left"
    if baseline.watched_until is not None:
        said += f"; all are on probation until {baseline.watched_until}"
    return Stage("Baseline", Done.DONE, said)


def _stage_of_certificate(
    follower: Credential | None, open_now: Registration | None
) -> Stage:
    """Say whether the new key has its certificate."""
    name = "New key and certificate"
    if follower is not None:
        said = f"fetched: serial {follower.serial:X}, until {follower.not_after}"
        return Stage(name, Done.DONE, said)
    if open_now is not None:
        said = f"registered: the host may fetch it until {open_now.expires_at}"
        return Stage(name, Done.LOOK, said)
    return Stage(name, Done.OPEN, "two operators register the agent, below")


def _stage_of_orders(
    reading: Reading, name: str, follower: Credential | None, ended_at: Instant | None
) -> Stage:
    """Say when the first order under the new certificate was allowed."""
    title = "First allowed order"
    if follower is None:
        return Stage(title, Done.OPEN, "none yet")
    newest = reading.newest(name, None, None)
    since = takewhile(lambda row: row.order.credential == follower.digest, newest)
    allowed = [row for row in since if row.outcome is Outcome.ALLOWED]
    if not allowed:
        return Stage(title, Done.OPEN, "none yet")
    first = allowed[-1]
    said = f"order {first.order.seq} at {first.received_at}"
    if ended_at is not None:
        micros = first.received_at.micros - ended_at.micros
        said += f", {_seconds(micros)} after the end of the former certificate"
    return Stage(title, Done.DONE, said, f"/orders/{name}/{first.order.seq}")


def _seconds(micros: int) -> str:
    """Return a span in seconds with three decimals."""
    thousandths = micros * 1_000 // MICROS_PER_SECOND
    return f"{thousandths // 1_000}.{thousandths % 1_000:03d} s"
