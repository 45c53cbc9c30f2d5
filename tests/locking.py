"""A world whose agent has been watched for two weeks, and whose baseline is locked."""

from copy import copy
from dataclasses import replace
from functools import lru_cache
from typing import Final

from kya.codec.attempts import history_digest
from kya.codec.baseline_locks import render_lock
from kya.codec.baselines import baseline_digest
from kya.codec.logged_attempts import LoggedAttempts
from kya.core.attempt import Attempt
from kya.core.baseline import Lock, Source
from kya.core.instant import Instant
from kya.core.learn import learn
from kya.core.learned_baseline import LearnedBaseline, Subject
from kya.core.money import Money
from kya.core.order import Order, Side
from kya.core.scope_limits import Limits
from kya.pki.note_signer import NoteSigner, sign_note
from tests.behaving import a_history, learned
from tests.halting import CARLA, enrol_supervisors
from tests.world import AGENT, EUR, World, the_scope

SCORES: Final = Limits(score_critical_bps=8_500, score_warn_bps=7_500)
AGEING: Final = replace(SCORES, baseline_days=5, baseline_warn_days=3)
EVENING: Final = Instant.parse("2026-05-14T18:00:00.000000Z")
MONDAY: Final = Instant.parse("2026-05-18T09:00:00.000000Z")
USUAL: Final = 1_900_000
"""EUR 19,000.00 in cents: what the agent most often asks for."""


def observed_world(limits: Limits = SCORES) -> World:
    """A world after two weeks on paper; nothing is locked yet."""
    return _copied(_observed(limits))


def locked_world(limits: Limits = SCORES) -> World:
    """A world whose agent's baseline was locked in the evening before it goes live."""
    return _copied(_locked(limits))


def imported_world(limits: Limits = SCORES) -> World:
    """A world whose agent's baseline was learned elsewhere: its log is short."""
    world = World(scope=the_scope(limits=limits))
    enrol_supervisors(world)
    world.now = EVENING
    world.append(lock_note(world, a_lock(learned(), None, world.now)))
    return world


def succeeded_world(orders: int) -> World:
    """A world whose agent goes on under a new certificate, and sends so many orders."""
    world = imported_world()
    world.now = MONDAY
    world.revoke(MONDAY)
    world.issue_agent(world.agent, replaces=world.credential)
    for number in range(orders):
        world.trade(
            world.order(
                amount=Money(USUAL, EUR),
                created_at=MONDAY.plus(seconds=60 * (number + 1)),
            )
        )
    return world


@lru_cache(maxsize=2)
def _observed(limits: Limits) -> World:
    world = World(scope=the_scope(limits=limits))
    for attempt in a_history():
        world.trade(_order_of(world, attempt))
    return world


@lru_cache(maxsize=2)
def _locked(limits: Limits) -> World:
    world = observed_world(limits)
    enrol_supervisors(world)
    world.now = EVENING
    world.append(lock_note(world, learned_from(world)))
    return world


def _copied(world: World) -> World:
    """A world of its own: what is kept must not change."""
    other = copy(world)
    other.entries, other.orders = list(world.entries), dict(world.orders)
    return other


def _order_of(world: World, attempt: Attempt) -> Order:
    """The order that shows such an attempt, as far as a market order can."""
    return world.order(
        market=attempt.market.split(" ")[0],
        side=Side(attempt.side),
        venue=attempt.venue,
        amount=Money(attempt.size, EUR),
        created_at=Instant(attempt.at * 1_000),
    )


def learned_from(
    world: World, first: int = 1, last: int | None = None, *struck: int
) -> Lock:
    """What two people would sign, learned from the agent's orders on record."""
    source = Source(first, last or world.state.agents[AGENT].past.seq, struck)
    logged = LoggedAttempts(AGENT)
    for raw in world.entries:
        logged.take(raw)
    attempts = logged.of(source)
    found = learn(attempts, Subject(AGENT, history_digest(attempts)))
    if found.baseline is None:
        raise AssertionError(found.refusals)
    return a_lock(found.baseline, source, world.now)


def a_lock(baseline: LearnedBaseline, source: Source | None, at: Instant) -> Lock:
    """The lock of a baseline, whatever it was learned from."""
    digest = baseline_digest(baseline)
    return Lock(digest=digest, baseline=baseline, source=source, at=at)


def lock_note(world: World, lock: Lock, *people: NoteSigner) -> bytes:
    """A lock as risk and compliance sign it, unless others are named."""
    signers = people or (world.risk, CARLA)
    return sign_note(render_lock(lock), *signers).render()
