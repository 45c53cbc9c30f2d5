"""A replacement at the console, step by step from the revocation to the first order."""

import asyncio
from dataclasses import replace

import pytest

from kya.authority import acts
from kya.console.mandates import newest_of
from kya.console.reading import Reading
from kya.console.replacing import Done, Replacement, replacement_of
from kya.core.incident import Step
from kya.core.instant import Instant
from kya.core.lifecycle import Act
from kya.core.runtime import Runtime
from kya.pki.note_signer import NoteSigner
from tests.behaving import learned
from tests.console.lounge import a_lounge, enrol_everybody, text_of
from tests.incidents import take_step, the_fridays_world, world_breached
from tests.locking import a_lock, imported_world, lock_note
from tests.world import AGENT, World, signer_for


def seen(world: World, at: Instant | None = None) -> Replacement:
    """How far the replacement has come, read from the world's log."""
    reading = Reading()
    for raw in world.entries:
        reading.take(raw)
    return replacement_of(reading, AGENT, at or world.now)


def stages(world: World) -> dict[str, tuple[Done, str]]:
    return {stage.name: (stage.done, stage.said) for stage in seen(world).stages}


def a_replaced_world() -> World:
    """A day after the revocation the agent trades again, with another key."""
    world = the_fridays_world()
    former = world.credential
    world.now = world.now.plus(seconds=60)
    world.agent = NoteSigner(AGENT, signer_for("another key"))
    world.certificate = world.issue_agent(world.agent, former)
    return world


def test_an_agent_that_trades_has_nothing_to_replace() -> None:
    world = world_breached()
    found = seen(world)
    assert found.ended_at is None
    assert found.follower is None
    said = stages(world)
    assert said["Former certificate"][0] is Done.OPEN
    assert "still active" in said["Former certificate"][1]
    assert said["Root cause"] == (Done.OPEN, "the incident is open")


def test_after_the_revocation_what_is_left_to_do_is_said() -> None:
    world = the_fridays_world()
    said = stages(world)
    assert said["Former certificate"] == (Done.DONE, f"revoked since {world.now}")
    assert said["Root cause"] == (Done.LOOK, "nobody has named it yet")
    assert said["Mandate"] == (Done.DONE, "the same")
    assert said["Release"][0] is Done.LOOK
    assert said["New key and certificate"][0] is Done.OPEN
    assert said["First allowed order"] == (Done.OPEN, "none yet")
    take_step(world, Step.CONCLUDE)
    assert stages(world)["Root cause"][0] is Done.DONE


def test_a_certificate_that_is_over_is_replaced_as_well() -> None:
    world = world_breached()
    end = world.state.credentials[world.credential].not_after
    found = seen(world, end.plus(seconds=1))
    assert found.ended_at == end
    assert found.stages[0].said == f"over since {end}"


@pytest.mark.parametrize(
    ("order_max", "said", "done"),
    [
        ("20000.00", "narrower: within the former one", Done.DONE),
        ("26000.00", "not within the former one: order_max", Done.LOOK),
    ],
)
def test_the_next_mandate_is_held_against_the_former_one(
    order_max: str, said: str, done: Done
) -> None:
    world = the_fridays_world()
    former = newest_of(world.state, AGENT)
    assert former is not None
    largest = replace(former.scope.order_max, minor_units=int(order_max[:5]) * 100)
    scope = replace(former.scope, order_max=largest)
    wanted = replace(former, scope=scope, resolved_at=world.now, valid_from=world.now)
    world.append(acts.resolve(wanted, *world.directors))
    assert stages(world)["Mandate"] == (done, said)


def test_another_release_or_its_baseline_locked_again_settles_the_release() -> None:
    world = the_fridays_world()
    world.now = world.now.plus(seconds=1)
    world.pin(Runtime.of({"image": "ab" * 32}), world.now)
    done, said = stages(world)["Release"]
    assert done is Done.DONE
    assert said == f"pinned anew: image={'ab' * 32}"

    locked = imported_world()
    locked.now = locked.now.plus(seconds=60)
    locked.change_standing(Act.REVOKE, locked.now)
    assert stages(locked)["Release"][0] is Done.LOOK
    done, said = stages(locked)["Baseline"]
    assert done is Done.DONE
    assert said.endswith(
        "; the first 100 orders will be on probation, and all of a day from the first"
        " of them on"
    )
    locked.now = locked.now.plus(seconds=60)
    locked.append(lock_note(locked, a_lock(learned(), None, locked.now)))
    assert stages(locked)["Release"][0] is Done.DONE


def test_an_open_registration_is_shown_with_what_the_host_runs() -> None:
    world = the_fridays_world()
    world.now = world.now.plus(seconds=1)
    world.register()
    found = seen(world)
    assert found.registration is not None
    assert stages(world)["New key and certificate"][0] is Done.LOOK
    late = found.registration.expires_at.plus(micros=1)
    assert seen(world, late).registration is None


def test_the_first_order_is_timed_from_the_revocation() -> None:
    world = a_replaced_world()
    revoked_at = seen(world).ended_at
    assert revoked_at is not None
    assert stages(world)["First allowed order"][0] is Done.OPEN
    at = revoked_at.plus(micros=61_250_000)
    assert world.trade(world.order(created_at=at)) == "allowed"
    done, said = stages(world)["First allowed order"]
    assert done is Done.DONE
    assert said.endswith(", 61.250 s after the end of the former certificate")


def test_the_page_leads_through_it_and_offers_only_what_may_be_done() -> None:
    world = the_fridays_world()
    enrol_everybody(world)

    async def lived() -> None:
        with a_lounge(world) as lounge:
            await lounge.look()
            shown: dict[str, str] = {}
            for name in ("aude", "olga"):
                browser = lounge.browser()
                await browser.sign_in(name)
                agent = (await browser.get(f"/agents/{AGENT}")).text
                assert f"/agents/{AGENT}/replacement" in agent
                shown[name] = (await browser.get(f"/agents/{AGENT}/replacement")).text
                nobody = await browser.get("/agents/nobody/replacement")
                assert nobody.status_code == 404
            assert "form-register" not in shown["aude"]
            assert 'name="token" value=""' in shown["olga"]
            assert "done Former certificate revoked since" in text_of(shown["olga"])

    asyncio.run(lived())
