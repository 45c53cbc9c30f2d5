"""A world in which what runs, and where, has been said, pinned, changed and shown."""

from dataclasses import replace

from kya.core.instant import Instant
from kya.core.lifecycle import Act
from kya.core.runtime import Runtime
from kya.core.scope import RegionEvidence
from kya.core.session import Shown
from tests.pki.instances import Cloud
from tests.world import MORNING, RUNTIME, World, eur, the_scope

OTHER = Runtime.of({**dict(RUNTIME.components), "model": "5" * 64})
CLOUD = Cloud()
DEMANDS = the_scope(
    region_evidence=RegionEvidence.ATTESTED,
    regions=frozenset({"eu-west-1", "eu-west-2"}),
)


def told(world: World, seconds: int = 10) -> Instant:
    """The next instant at which something is said."""
    world.now = max(world.now, MORNING).plus(seconds=seconds)
    return world.now


def trade(world: World, **changes: object) -> str:
    """The outcome of the agent's next order, ten seconds later."""
    told(world)
    return world.trade(world.order(amount=eur("1000.00"), **changes))


def show_document(world: World, cloud: Cloud = CLOUD) -> Shown:
    """Anchor the cloud for the agent's certificate and return its document."""
    anchor = cloud.anchor(world.credential)
    digest = world.anchor(
        source=anchor.source,
        subject=anchor.subject,
        region=anchor.region,
        certificate=anchor.certificate,
        at=told(world),
    )
    return cloud.shown(digest)


def start(world: World, **changes: object) -> None:
    """Start the agent's next session, ten seconds later."""
    told(world)
    world.start(world.session_note(world.session(**changes)))


def workload_world() -> World:
    """Every way in which sessions, pins and anchors can decide about an order."""
    world = World(scope=DEMANDS)
    assert trade(world) == "denied"  # nothing is shown
    start(world)
    assert trade(world) == "denied"  # only the agent says it
    document = show_document(world)
    start(world, evidence=document, runtime=Runtime(()))
    assert trade(world) == "allowed"  # shown, and nothing is pinned
    assert trade(world, region="eu-west-2") == "denied"  # shown for another region
    world.pin(RUNTIME, told(world))
    assert trade(world) == "denied"  # the session names no component
    start(world, evidence=document)
    assert trade(world) == "allowed"
    start(world, evidence=document, runtime=OTHER)
    assert trade(world) == "denied"  # the model has changed
    world.pin(OTHER, told(world))
    assert trade(world) == "allowed"
    told(world)
    world.change_standing(Act.REVOKE, world.now)
    renewed = replace(world.agent)
    world.issue_agent(renewed, replaces=world.credential)
    assert trade(world) == "denied"  # a new certificate, and no session under it
    recorded = world.anchor(at=told(world))
    start(
        world,
        evidence=Shown(anchor=recorded, document=b"", signature=b""),
        runtime=OTHER,
    )
    assert trade(world) == "allowed"
    return world
