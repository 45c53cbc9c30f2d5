"""Histories of an operator who holds all keys but the root's: negative twins.

What is logged is well-formed and well signed, but for one thing that must not be.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from conformance.case import Case, Given
from kya.authority import acts
from kya.codec.note import SignedNote
from kya.core.instant import Instant
from kya.core.lifecycle import Act
from kya.core.money import Currency, Money, Price
from kya.core.order import OrderType
from kya.pki.note_signer import NoteSigner, sign_note
from tests.drop_copies import copy_list, execution_of, submitted_in
from tests.verify.packages import busy_world, handed_over, judged, later
from tests.world import AGENT, World, eur, signer_for

_ALLOWED_ALTHOUGH: Final[dict[str, dict[str, Any]]] = {
    "one-cent-above": {"amount": eur("25000.01")},
    "seven-times-above": {"amount": eur("180000.00")},
    "market": {"market": "BTC/EUR"},
    "venue": {"venue": "SIMX"},
    "region": {"region": "us-east-1"},
    "client-order-id-again": {"client_order_id": "c-1"},
    "wrong-predecessor": {"prev": "1" * 64},
    "base-units": {"amount": Money.parse("25000.00000000", Currency("BTC"))},
    "clock-ahead": {"created_at": Instant.parse("2026-05-15T11:00:00.000000Z")},
}

_RECEIVED: Final = {
    "before-opening": "2026-05-18T07:59:59.999999Z",
    "at-closing": "2026-05-18T17:00:00.000000Z",
    "saturday": "2026-05-16T10:00:00.000000Z",
    "sunday": "2026-05-17T10:00:00.000000Z",
}

_ALTERED: Final = {
    "measured": (b'"measured":"20000.00"', b'"measured":"1.00"'),
    "limit": (b'"limit":"25000.00"', b'"limit":"99000.00"'),
    "counter-before": (b'"before":{"agent":"0.00"', b'"before":{"agent":"1.00"'),
    "counter-after": (b'"after":{"agent":"20000.00"', b'"after":{"agent":"0.00"'),
    "mode": (b'"mode":"live"', b'"mode":"paper"'),
    "version": (b'"version":1}]', b'"version":2}]'),
    "control-left-out": (b'{"id":"clock.skew",', b'{"id":"clock.skewed",'),
    "unit": (b'"unit":"us"', b'"unit":"ms"'),
}


def history_cases() -> Iterator[Case]:
    """Yield one history for each thing that must not be."""
    for name, changes in _ALLOWED_ALTHOUGH.items():
        yield _case(f"allowed/{name}", {4}, _allowed(changes))
    for name, instant in _RECEIVED.items():
        yield _case(f"allowed/{name}", {4}, _received(instant))
    for name, (old, new) in _ALTERED.items():
        yield _case(f"altered/{name}", {5}, _altered(old, new))
    for name, at_stake, do in (
        ("allowed/day-above-its-cap", {4}, _above_the_cap),
        ("allowed/suspended", {4}, _ignored(Act.SUSPEND)),
        ("allowed/revoked", {4}, _ignored(Act.REVOKE)),
        ("allowed/dated-before-the-revocation", {4}, _dated_back),
        ("denied/without-a-rule", {5}, _denied_for_nothing),
        ("orders/first-removed", {10}, _first_removed),
        ("orders/in-each-others-place", {10}, _swapped),
        ("orders/another-key", {2}, _thief),
        ("orders/signed-twice", {2}, _second_line),
        ("decisions/missing", {5, 10}, _undecided),
        ("decisions/missing-at-the-end", {5, 10}, _undecided_at_the_end),
        ("mandates/after-the-certificate", {3}, _late_mandate),
        ("mandates/one-director", {3}, _one_signature(-3)),
        ("mandates/dated-back", {3}, _mandate_dated_back),
        ("mandates/wider-than-the-certificate", {3}, _wider_mandate),
        ("registrations/one-operator", {1}, _one_signature(-2)),
        ("registrations/none", {1}, _unregistered),
        ("registrations/another-custody", {1}, _other_custody),
        ("standings/one-operator-reinstates", {1}, _reinstated_by_one),
        ("standings/reinstated-again", {1}, _reinstated_again),
        ("standings/suspended-twice", {1}, _suspended_twice),
        ("lists/missing-at-the-end", {1}, _unlisted),
        ("lists/signed-by-the-gateway", {1}, _list_by_gateway),
        ("reports/another-venue", {9}, _other_venue),
        ("reports/second-final", {9}, _second_final),
        ("reports/more-than-ordered", {9}, _too_much),
        ("reports/of-a-denied-order", {9}, _report_of_denied),
        ("executions/worse-than-the-orders-limit", {9}, _executed_beyond),
    ):
        yield _case(name, at_stake, do)


def _case(name: str, at_stake: set[int], forge: Callable[[], World]) -> Case:
    def make(out: Path) -> Given:
        return Given.of(handed_over(forge(), out / "evidence"))

    says = name.replace("/", ": ").replace("-", " ")
    return Case(
        id=f"history/{name}", says=says, at_stake=frozenset(at_stake), make=make
    )


def _traded(orders: int = 1) -> World:
    world = World()
    for _ in range(orders):
        world.trade(world.order(created_at=later(world)))
    return world


def _allowed(changes: dict[str, Any]) -> Callable[[], World]:
    def forge() -> World:
        world = _traded()
        order = world.order(created_at=later(world))
        judged(world, replace(order, **changes), as_if=order)
        return world

    return forge


def _received(instant: str) -> Callable[[], World]:
    """Return an order received then, with the decision of a better moment."""

    def forge() -> World:
        world = _traded()
        order = world.order(created_at=later(world))
        then = replace(order, created_at=Instant.parse(instant))
        good, bad = str(order.created_at), instant
        judged(
            world,
            then,
            as_if=order,
            line=lambda line: line.replace(good.encode(), bad.encode()).replace(
                b'"day":"2026-05-15"', b'"day":"' + bad[:10].encode() + b'"'
            ),
        )
        return world

    return forge


def _altered(old: bytes, new: bytes) -> Callable[[], World]:
    def forge() -> World:
        world = World()

        def altered(line: bytes) -> bytes:
            if old not in line:
                message = f"no {old!r} in {line!r}"
                raise ValueError(message)
            return line.replace(old, new)

        judged(world, world.order(created_at=later(world)), line=altered)
        return world

    return forge


def _above_the_cap() -> World:
    world = World()
    for _ in range(20):
        world.trade(world.order(created_at=later(world), amount=eur("25000.00")))
    penny = world.order(created_at=later(world), amount=eur("0.01"))
    judged(world, penny, as_if=replace(penny, market="GBP/EUR"))
    return world


def _ignored(act: Act) -> Callable[[], World]:
    def forge() -> World:
        world = _traded()
        world.change_standing(act, later(world))
        judged(world, world.order(created_at=later(world, 120)))
        return world

    return forge


def _dated_back() -> World:
    world = _traded()
    world.revoke(later(world, 120))
    judged(world, world.order(created_at=later(world, 60)))
    return world


def _denied_for_nothing() -> World:
    world = World()
    small = world.order(created_at=later(world))
    judged(world, small, as_if=replace(small, amount=eur("180000.00")))
    return world


def _first_removed() -> World:
    world = busy_world()
    del world.entries[10:13]
    return world


def _swapped() -> World:
    world = _traded(2)
    world.entries[-4:] = world.entries[-2:] + world.entries[-4:-2]
    return world


def _thief() -> World:
    world = _traded()
    note = SignedNote.parse(world.entries[-2])
    line = NoteSigner(AGENT, signer_for("thief")).signature(note.text)
    forged = replace(line, key_id=world.agent.key.key_id)
    world.entries[-2] = SignedNote(note.text, (forged,)).render()
    return world


def _second_line() -> World:
    world = _traded()
    note = SignedNote.parse(world.entries[-2])
    more = world.gateway.signature(note.text)
    world.entries[-2] = SignedNote(note.text, (*note.signatures, more)).render()
    return world


def _undecided() -> World:
    world = _traded(2)
    del world.entries[-3]
    return world


def _undecided_at_the_end() -> World:
    world = _traded()
    del world.entries[-1]
    return world


def _late_mandate() -> World:
    world = World()
    mandate, registered, certificate = world.entries[-3:]
    world.entries[-3:] = [registered, certificate, mandate]
    return world


def _one_signature(at: int) -> Callable[[], World]:
    def forge() -> World:
        world = World()
        note = SignedNote.parse(world.entries[at])
        world.entries[at] = SignedNote(note.text, note.signatures[:1]).render()
        return world

    return forge


def _mandate_dated_back() -> World:
    """The directors resolve, in May, upon what they date to the day of founding."""
    world = _traded()
    dated = replace(world.mandate, grace_seconds=600)
    world.entries.append(acts.resolve(dated, *world.directors))
    return world


def _wider_mandate() -> World:
    world = World()
    text = SignedNote.parse(world.entries[-3]).text
    wider = text.replace(b"25000.00", b"99000.00")
    world.entries[-3] = sign_note(wider, *world.directors).render()
    return world


def _unregistered() -> World:
    world = World()
    del world.entries[-2]
    return world


def _other_custody() -> World:
    world = World()
    text = SignedNote.parse(world.entries[-1]).text
    safer = text.replace(b"memory, software", b"token, attested")
    world.entries[-1] = sign_note(safer, world.authority).render()
    return world


def _reinstated_by_one() -> World:
    world = World()
    world.change_standing(Act.SUSPEND, later(world))
    world.change_standing(Act.REINSTATE, later(world, 180))
    note = SignedNote.parse(world.entries[-1])
    world.entries[-1] = SignedNote(note.text, note.signatures[:1]).render()
    return world


def _reinstated_again() -> World:
    world = World()
    world.change_standing(Act.SUSPEND, later(world))
    world.change_standing(Act.REINSTATE, later(world, 180))
    lifted = world.entries[-1]
    world.change_standing(Act.SUSPEND, later(world, 240))
    world.entries.append(lifted)
    return world


def _suspended_twice() -> World:
    world = World()
    world.change_standing(Act.SUSPEND, later(world))
    world.entries.append(world.entries[-1])
    return world


def _unlisted() -> World:
    world = busy_world(1)
    world.entries = world.entries[:-3]
    return world


def _list_by_gateway() -> World:
    world = busy_world(1)
    text = SignedNote.parse(world.entries[-3]).text
    world.entries[-3] = sign_note(text, world.gateway).render()
    return world


def _reported(old: bytes, new: bytes) -> World:
    world = _traded()
    world.report(1)
    text = SignedNote.parse(world.entries[-1]).text.replace(old, new)
    world.entries[-1] = sign_note(text, world.gateway).render()
    return world


def _other_venue() -> World:
    return _reported(b'"venue":"SIMA"', b'"venue":"SIMB"')


def _too_much() -> World:
    return _reported(b'"filled":"20000.00"', b'"filled":"20000.01"')


def _second_final() -> World:
    world = _traded()
    world.report(1)
    world.entries.append(world.entries[-1])
    return world


def _executed_beyond() -> World:
    """A buyer's order at 1.38 at most is executed at 1.38111, as the list says, too."""
    world = World()
    world.now = later(world)
    copy_list(world)
    limit = {"type": OrderType.LIMIT, "limit_price": Price.parse("1.38")}
    world.trade(world.order(created_at=later(world), **limit))
    line = execution_of(submitted_in(world, 1))
    world.report(1)
    copy_list(world, line)
    return world


def _report_of_denied() -> World:
    world = _traded()
    world.report(1)
    allowed = world.entries[-1]
    other = World()
    other.trade(other.order(created_at=later(other), amount=eur("180000.00")))
    text = SignedNote.parse(allowed).text.replace(
        _leaf_of(world).encode(), _leaf_of(other).encode()
    )
    other.entries.append(sign_note(text, other.gateway).render())
    return other


def _leaf_of(world: World) -> str:
    """Return how the first decision in a world names its order."""
    decision = next(raw for raw in world.entries if b"kya/decision/v1" in raw[:40])
    return decision.split(b'"order":"')[1][:64].decode()
