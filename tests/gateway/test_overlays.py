"""Overlays on the road, with the real engine: what they forbid does not leave."""

from dataclasses import dataclass, field

import pytest

from kya.adapters.policy_engines import PolicyEngines
from kya.authority import acts
from kya.core.decision import Outcome
from kya.core.errors import DistrustError
from kya.core.order import Action
from kya.core.overlay import Engine, Overlay, Policy, Said, Verdict
from tests.adapters.policies import policy
from tests.gateway.house import House, decision_in, in_house
from tests.gateway.test_place_limits import supervise
from tests.halting import CARLA
from tests.world import eur

SMALL = eur("15000.00")


@dataclass
class Scripted:
    """Says what it is told to, and keeps what it was asked."""

    says: Said
    asked: list[bytes] = field(default_factory=list)

    async def ready(self, policies: object) -> None:
        del policies

    def ask(self, policy: Policy, question: bytes) -> Said:
        del policy
        self.asked.append(question)
        return self.says


async def lay_over(house: House, asked: Policy | None, name: str = "house") -> None:
    house.clock.forward(micros=1)
    overlay = Overlay(name=name, policy=asked, reason="x", at=house.clock.instant)
    people = (house.world.risk, CARLA)
    await house.gateway.statements.record(acts.lay_over(overlay, *people))


async def with_answers(house: House, says: Verdict) -> Scripted:
    """Put a policy in force in a gateway whose engine says this."""
    scripted = house.policies = Scripted(Said(says))
    await house.restart()
    await supervise(house)
    await lay_over(house, policy(Engine.CEDAR))
    return scripted


@in_house()
async def test_a_policy_forbids_and_is_named_and_a_withdrawn_one_does_not(
    house: House,
) -> None:
    house.policies = engines = PolicyEngines(answer_micros=5_000_000)
    await house.restart()
    await supervise(house)
    await lay_over(house, policy(Engine.CEDAR))
    allowed, denied = await house.submit(amount=SMALL), await house.submit()
    assert (allowed.outcome, denied.outcome) == (Outcome.ALLOWED, Outcome.DENIED)
    line = decision_in(denied)
    assert line.reasons == ["overlay.forbids"]
    [said] = line.overlays or []
    assert (said.policy, said.forbidden_by) == (policy(Engine.CEDAR).digest, ["large"])
    await lay_over(house, None)
    assert (await house.submit()).outcome is Outcome.ALLOWED
    engines.close()


@in_house()
async def test_without_an_engine_nothing_leaves(house: House) -> None:
    await supervise(house)
    await lay_over(house, policy(Engine.CEDAR))
    denied = decision_in(await house.submit())
    assert denied.reasons == ["overlay.unanswered"]
    assert denied.controls[-1].outcome == "cannot_evaluate"
    assert [each.verdict for each in denied.overlays or []] == ["absent"]


@pytest.mark.parametrize("says", [Verdict.LATE, Verdict.ABSENT, Verdict.FAILED])
def test_whatever_is_no_answer_stops_the_order(says: Verdict) -> None:
    @in_house()
    async def run(house: House) -> None:
        await with_answers(house, says)
        assert (await house.submit()).outcome is Outcome.DENIED

    run()


@in_house()
async def test_only_what_the_rules_let_pass_is_asked_and_no_cancel(
    house: House,
) -> None:
    scripted = await with_answers(house, Verdict.ALLOW)
    assert (await house.submit(amount=eur("180000.00"))).outcome is Outcome.DENIED
    assert scripted.asked == []
    sent = await house.submit()
    assert sent.outcome is Outcome.ALLOWED
    assert len(scripted.asked) == 1
    await house.submit(action=Action.CANCEL, target=decision_in(sent).seq)
    assert len(scripted.asked) == 1


@in_house()
async def test_one_person_adds_a_policy_and_changes_none(house: House) -> None:
    await supervise(house)
    at = house.clock.instant
    first = Overlay(name="house", policy=policy(Engine.CEDAR), reason="x", at=at)
    await house.gateway.statements.record(acts.lay_over(first, CARLA))
    house.clock.forward(micros=1)
    other = Overlay(
        name="house", policy=policy(Engine.REGO), reason="x", at=house.clock.instant
    )
    with pytest.raises(DistrustError, match="or another policy: want 2 different"):
        await house.gateway.statements.record(acts.lay_over(other, CARLA))
