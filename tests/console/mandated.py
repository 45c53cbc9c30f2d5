"""A world whose board has widened its agent's mandate."""

from dataclasses import replace

from kya.authority import acts
from kya.core.mandate import Mandate
from kya.core.money import Money
from tests.incidents import a_watched_world
from tests.world import World


def wider(mandate: Mandate) -> Mandate:
    """The same mandate with a greater order maximum and a narrower day."""
    scope = mandate.scope
    larger = Money.parse("30000.00", scope.currency)
    smaller = Money.parse("400000.00", scope.currency)
    return replace(mandate, scope=replace(scope, order_max=larger, daily_max=smaller))


def a_world_with_two_mandates() -> World:
    """The board has widened the mandate, and no certificate carries that yet."""
    world = a_watched_world()
    world.append(acts.resolve(wider(world.mandate), *world.directors))
    return world
