"""How long the one function takes that judges an order: all checks, nothing else."""

from time import perf_counter

from bench.figure import Figure, at_least, at_most, p50, p99, shown
from bench.scale import Scale
from bench.yardstick import check_seconds
from kya.core.case import Case
from kya.core.decide import decide
from tests.world import AGENT, MORNING, World

SLICES = 9
SAMPLES = 3_000
WARM_UP = 500
MICROS = 1_000_000


def run(_scale: Scale) -> list[Figure]:
    """Return p50 and p99 of `decide`, and how it compares with a signature check."""
    case = _case()
    # In turns, so that a neighbour's burst falls on both.
    turns = [(check_seconds(), _samples(case)) for _ in range(SLICES)]
    samples = [seconds for _, slice_ in turns for seconds in slice_]
    raw, middle = p50([check for check, _ in turns]), p50(samples)
    ratio = p50([check / p50(slice_) for check, slice_ in turns])
    runs = f"{len(samples):,} calls"
    return [
        shown("one P-256 verification, raw", raw * MICROS, "us", f"{SLICES} x 9 x 500"),
        at_most("decide, all checks, p50", middle * MICROS, "us", 15, runs),
        shown("decide, all checks, p99", p99(samples) * MICROS, "us", runs),
        at_least("one P-256 verification / decide p50", ratio, "x", 4, runs),
    ]


def _case() -> Case:
    """Return an order in the middle of a busy day."""
    world = World()
    for _ in range(50):
        world.trade()
    order = world.order()
    credential = world.state.credentials[order.credential]
    if credential.grant is None:
        raise TypeError
    return Case(
        order=order,
        received_at=max(world.now, MORNING),
        credential=credential,
        scope=credential.grant.scope,
        baseline=None,
        past=world.state.agents[AGENT].past,
        price=None,
        session=None,
        pinned=None,
    )


def _samples(case: Case) -> list[float]:
    """Return the seconds of each call, its outcome derived."""
    samples: list[float] = []
    for number in range(WARM_UP + SAMPLES):
        start = perf_counter()
        _ = decide(case).outcome
        seconds = perf_counter() - start
        if number >= WARM_UP:
            samples.append(seconds)
    return samples
