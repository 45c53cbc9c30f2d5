"""Overlays, judged again from a package: their answers, and their engines."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from kya.authority import acts
from kya.codec.canonical import digest
from kya.codec.overlays import policy_of
from kya.core.order import Action
from kya.core.overlay import (
    AskedOverlay,
    Engine,
    OverlayAnswer,
    Policy,
    Said,
    Verdict,
)
from kya.pki.note_signer import NoteSigner
from kya.verify.brought import Brought
from kya.verify.finding import Verdict as Found
from kya.verify.package import LIMITS
from kya.verify.progress import silent
from kya.verify.report import Report
from kya.verify.verify import verify
from kya.wiring.overlay_engines import engines
from tests.adapters.policies import policy
from tests.builders import an_overlay
from tests.halting import CARLA, enrol_supervisors
from tests.verify.packages import (
    Handed,
    failing,
    handed_over,
    judged,
    later,
    sentences,
)
from tests.world import World, eur

HOUSE = policy(Engine.CEDAR)
ALLOW, LARGE = Said(Verdict.ALLOW), Said(Verdict.DENY, ("large",))


def lay_over(
    world: World, asked: Policy | None, *people: NoteSigner, name: str = "house"
) -> bytes:
    """Return an overlay dated a microsecond after what the world has seen."""
    world.now = world.now.plus(micros=1)
    overlay = an_overlay(name=name, policy=asked, at=world.now)
    return acts.lay_over(overlay, *(people or (world.risk, CARLA)))


def trade(
    world: World, amount: str, said: Said | None = None, **changes: object
) -> str:
    """Put an order on record with what the overlay said of it, if it was asked."""
    order = world.order(created_at=later(world), amount=eur(amount), **changes)
    answers = () if said is None else (OverlayAnswer.of("house", HOUSE, said),)
    return world.trade(order, answers=answers)


def laid_over() -> World:
    """A world with a policy that is asked, changed its mind about, and withdrawn."""
    world = World()
    enrol_supervisors(world)
    assert trade(world, "20000.00") == "allowed"
    world.append(lay_over(world, HOUSE, CARLA))
    assert trade(world, "15000.00", ALLOW) == "allowed"
    assert trade(world, "20000.00", LARGE) == "denied"
    assert trade(world, "180000.00") == "denied"
    assert trade(world, "1.00", Said(Verdict.LATE)) == "denied"
    assert trade(world, "1.00") == "denied"
    assert trade(world, "15000.00", action=Action.CANCEL, target=2) == "allowed"
    world.append(lay_over(world, None))
    assert trade(world, "20000.00") == "allowed"
    return world


def asked_again(handed: Handed) -> Report:
    """What is found where the engines are installed."""
    brought = Brought.read(handed.root, handed.policy, None)
    with engines() as ask:
        return verify(handed.path, replace(brought, ask=ask), LIMITS, silent)


def said_of(report: Report) -> str:
    return " | ".join(found.sentence for found in report.answer(5).findings)


def test_the_answers_come_out_again_from_the_engine(tmp_path: Path) -> None:
    report = asked_again(handed_over(laid_over(), tmp_path / "evidence"))
    assert failing(report) == set()
    assert report.answer(5).verdict is report.answer(4).verdict is Found.HOLDS
    assert "answers of overlays: 2, each given again by its engine" in said_of(report)


def test_without_the_engine_it_is_said_that_nobody_asked(tmp_path: Path) -> None:
    report = handed_over(laid_over(), tmp_path / "evidence").verified()
    assert failing(report) == set()
    assert report.answer(5).verdict is Found.UNKNOWN
    assert (
        "answers taken as they are recorded: 2 of overlay house (cedar 4.12.2), which"
        " is absent here"
    ) in said_of(report)


def test_an_answer_that_no_engine_gave_is_found_by_asking_it(tmp_path: Path) -> None:
    world = World()
    enrol_supervisors(world)
    world.append(lay_over(world, HOUSE))
    assert trade(world, "20000.00", ALLOW) == "allowed"
    assert trade(world, "15000.00", LARGE) == "denied"
    handed = handed_over(world, tmp_path / "evidence")
    assert failing(handed.verified()) == set(), "the answers are taken as they stand"
    report = asked_again(handed)
    assert failing(report) == {5}
    assert "is said to allow; asked again, it says deny large" in said_of(report)
    assert "is said to deny large; asked again, it says allow" in said_of(report)


def test_a_policy_of_another_release_is_not_asked_again(tmp_path: Path) -> None:
    world = World()
    enrol_supervisors(world)
    older = policy_of(Engine.CEDAR, "4.0.0", HOUSE.text)
    world.append(lay_over(world, older))
    order = world.order(created_at=later(world))
    answers = (OverlayAnswer.of("house", older, ALLOW),)
    assert world.trade(order, answers=answers) == "allowed"
    report = asked_again(handed_over(world, tmp_path / "evidence"))
    assert report.answer(5).verdict is Found.UNKNOWN
    assert "1 of overlay house (cedar 4.0.0)" in said_of(report)


OTHER = policy(Engine.CEDAR, "permit (principal, action, resource);\n")


def changed_by_one(world: World) -> None:
    world.entries.append(lay_over(world, OTHER, CARLA))


def withdrawn_by_one(world: World) -> None:
    world.entries.append(lay_over(world, None, CARLA))


def by_operators(world: World) -> None:
    world.entries.append(lay_over(world, OTHER, *world.operators, name="other"))


def withdrawn_unset(world: World) -> None:
    world.entries.append(lay_over(world, None, name="other"))


def replayed(world: World) -> None:
    world.entries.append(world.entries[-1])


@pytest.mark.parametrize(
    ("forge", "why", "is_seen"),
    [
        (changed_by_one, "want 2 different people", True),
        (withdrawn_by_one, "want 2 different people", True),
        (by_operators, "want a compliance or risk whose", False),
        (withdrawn_unset, "none is in force that could be withdrawn", True),
        (replayed, "want it after the one of", True),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_an_overlay_that_nobody_may_set_is_found(
    tmp_path: Path, forge: Callable[[World], None], why: str, *, is_seen: bool
) -> None:
    world = World()
    enrol_supervisors(world)
    world.append(lay_over(world, HOUSE))
    forge(world)
    report = handed_over(world, tmp_path / "evidence").verified()
    assert 4 in failing(report)
    said = sentences(report, 4)
    assert why in str(said)
    assert any("plain scan" in sentence for sentence in said) is is_seen


FORGED = {
    "an-id-left-out": (b'"forbidden_by":["large"]', b'"forbidden_by":[]'),
    "an-id-changed": (b'"forbidden_by":["large"]', b'"forbidden_by":["small"]'),
    "a-text-swapped": (HOUSE.digest.encode(), digest(b"other").encode()),
    "a-release-changed": (b'"version":"4.12.2"', b'"version":"4.12.1"'),
    "an-engine-changed": (b'"engine":"cedar"', b'"engine":"rego"'),
    "a-name-changed": (b'"name":"house"', b'"name":"horse"'),
    "a-measure-changed": (b'"measured":"deny large"', b'"measured":"deny"'),
    "a-control-renamed": (b'"id":"overlay.house"', b'"id":"overlay.horse"'),
}


def judged_with(
    world: World, said: Said, old: bytes, new: bytes, asked: Policy = HOUSE
) -> None:
    """Put an order on record under the overlay, with a decision that was altered."""
    enrol_supervisors(world)
    world.append(lay_over(world, asked))
    answer = OverlayAnswer.of("house", asked, said)
    judged(
        world,
        world.order(created_at=later(world)),
        line=lambda line: line.replace(old, new, 1),
        overlays=(AskedOverlay("house", asked, answer),),
    )


@pytest.mark.parametrize(("old", "new"), FORGED.values(), ids=FORGED)
def test_both_judges_find_what_was_changed_in_a_decision(
    tmp_path: Path, old: bytes, new: bytes
) -> None:
    world = World()
    judged_with(world, LARGE, old, new)
    report = handed_over(world, tmp_path / "evidence").verified()
    assert 5 in failing(report)
    found = {"plain scan" in sentence for sentence in sentences(report, 5)}
    assert found == {True, False}


def test_an_order_allowed_against_its_overlay_is_found_by_both(tmp_path: Path) -> None:
    world = World()
    judged_with(world, ALLOW, b'"verdict":"allow"', b'"verdict":"deny"')
    report = handed_over(world, tmp_path / "evidence").verified()
    assert {4, 5} <= failing(report)
    said = sentences(report, 4)
    assert {"plain scan" in sentence for sentence in said} == {True, False}
    assert "overlay.forbids" in str(said)


def test_an_overlay_passed_over_is_found_by_both(tmp_path: Path) -> None:
    world = laid_over()
    first = next(raw for raw in world.entries if b"kya/overlay/v1" in raw[:40])
    world.entries.remove(first)
    report = handed_over(world, tmp_path / "evidence").verified()
    assert 5 in failing(report)
    found = {"plain scan" in sentence for sentence in sentences(report, 5)}
    assert found == {True, False}
