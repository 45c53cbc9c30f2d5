"""What people do at a console: they sign, it carries, and the gateway decides."""

from hashlib import sha256

import pytest

from kya.codec.incidents import parse_incident
from kya.codec.note import SignedNote
from kya.core.credential import Standing
from kya.core.errors import TransientError
from kya.core.incident import IncidentState
from kya.core.latch import Latch
from kya.core.levels import FIRM
from kya.core.lifecycle import Act
from tests.console.lounge import (
    Browser,
    Lounge,
    enrol_everybody,
    person,
    text_of,
    visited_by_two,
)
from tests.incidents import the_incident_in, world_breached
from tests.world import AGENT, World


def a_suspended_world() -> World:
    """The incident's agent is suspended, a second after it was opened."""
    world = world_breached()
    enrol_everybody(world)
    world.now = world.now.plus(seconds=1)
    world.change_standing(Act.SUSPEND, world.now)
    return world


def test_one_person_halts_in_two_steps() -> None:
    async def visit(lounge: Lounge, olga: Browser, _: Browser) -> None:
        asked = await olga.ask_for("halt", "firm", reason="prices are wrong")
        at = asked.headers["location"]
        page = (await olga.get(at)).text
        assert "Halt the whole firm: nothing but cancels leaves." in page
        assert "&#34;place&#34;:&#34;firm&#34;" in page
        signed = await olga.sign(at, "olga")
        assert signed.json() == {
            "entry": len(lounge.world.entries) - 1,
            "refused": "",
        }
        await lounge.look()
        assert "prices are wrong" in (await olga.get("/halts")).text

    world = visited_by_two(visit)
    assert world.state.halts[FIRM].signed_by == ("olga",)


def test_two_people_release_an_incident_in_two_browsers() -> None:
    async def visit(lounge: Lounge, olga: Browser, rita: Browser) -> None:
        incident = the_incident_in(lounge.world.state).id
        asked = await olga.ask_for("release", incident, reason="a wrong parameter")
        at = asked.headers["location"]
        first = await olga.sign(at, "olga")
        assert first.json() == {"entry": None, "refused": ""}
        assert lounge.gateway.appended == []
        waiting = (await rita.get("/waiting")).text
        assert at in waiting
        assert "olga" in waiting
        second = await rita.sign(at, "rita")
        assert second.json()["entry"] is not None
        assert "On record" in (await rita.get(at)).text

    world = visited_by_two(visit)
    assert the_incident_in(world.state).state is IncidentState.RELEASED


def test_one_person_twice_is_still_one() -> None:
    async def visit(lounge: Lounge, olga: Browser, _: Browser) -> None:
        incident = the_incident_in(lounge.world.state).id
        at = (await olga.ask_for("release", incident)).headers["location"]
        for _again in range(2):
            assert (await olga.sign(at, "olga")).json()["entry"] is None
        assert lounge.gateway.appended == []

    visited_by_two(visit)


def test_two_who_trade_do_not_release_among_themselves() -> None:
    async def visit(lounge: Lounge, olga: Browser, otto: Browser) -> None:
        incident = the_incident_in(lounge.world.state).id
        at = (await olga.ask_for("release", incident)).headers["location"]
        await olga.sign(at, "olga")
        assert (await otto.sign(at, "otto")).json()["entry"] is None
        assert lounge.gateway.appended == []

    visited_by_two(visit, second="otto")


def test_an_acknowledgement_and_an_extension() -> None:
    async def visit(lounge: Lounge, olga: Browser, carla: Browser) -> None:
        incident = the_incident_in(lounge.world.state).id
        at = (await olga.ask_for("acknowledge", incident)).headers["location"]
        assert (await olga.sign(at, "olga")).json()["entry"]
        await lounge.look()
        lounge.later(1)
        again = await olga.ask_for("acknowledge", incident)
        assert again.status_code == 400
        assert "it is acknowledged" in again.text
        asked = await carla.ask_for("extend", incident, minutes="60")
        at = asked.headers["location"]
        await carla.sign(at, "carla")
        assert (await olga.sign(at, "olga")).json()["entry"]

    world = visited_by_two(visit, second="carla")
    incident = the_incident_in(world.state)
    assert incident.state is IncidentState.ACKNOWLEDGED
    assert incident.grace_ends_at > incident.opened_at.plus(seconds=3_600)


def test_a_suspended_agent_is_reinstated_by_two_operators() -> None:
    world = a_suspended_world()

    async def visit(_: Lounge, olga: Browser, otto: Browser) -> None:
        asked = await olga.ask_for("reinstate", AGENT, reason="parameter mended")
        at = asked.headers["location"]
        await olga.sign(at, "olga")
        assert (await otto.sign(at, "otto")).json()["entry"]

    visited_by_two(visit, second="otto", world=world)
    assert the_incident_in(world.state).state is IncidentState.REINSTATED


def test_who_supervises_concludes_over_the_very_file_that_is_shown() -> None:
    world = a_suspended_world()
    world.now = world.now.plus(seconds=1)
    world.change_standing(Act.REVOKE, world.now)

    async def visit(lounge: Lounge, olga: Browser, rita: Browser) -> None:
        incident = the_incident_in(lounge.world.state).id
        assert "form-conclude" not in (await olga.get(f"/incidents/{incident}")).text
        assert "form-conclude" in (await rita.get(f"/incidents/{incident}")).text
        assert (await olga.ask_for("conclude", incident)).status_code == 403
        assert (await rita.ask_for("conclude", "0" * 64)).status_code == 404
        asked = await rita.ask_for("conclude", incident, reason="a wrong parameter")
        at = asked.headers["location"]
        file = await rita.get(f"{at}/enclosure")
        assert file.headers["content-disposition"].startswith("attachment;")
        assert file.content == (await olga.get(f"/incidents/{incident}/file")).content
        assert file.json()["incident"] == incident
        assert sha256(file.content).hexdigest() in text_of((await rita.get(at)).text)
        assert (await rita.sign(at, "rita")).json()["entry"]
        said = parse_incident(SignedNote.parse(lounge.gateway.appended[-1]).text)
        assert said.file == sha256(file.content).hexdigest()

    visited_by_two(visit, world=world)
    assert the_incident_in(world.state).is_concluded


def test_two_people_end_the_certificate_of_a_suspended_agent() -> None:
    world = a_suspended_world()

    async def visit(lounge: Lounge, olga: Browser, rita: Browser) -> None:
        incident = the_incident_in(lounge.world.state).id
        page = (await olga.get(f"/incidents/{incident}")).text
        assert "form-revoke" in page
        assert "form-reinstate" in page
        at = (await olga.ask_for("revoke", incident)).headers["location"]
        assert "ends now, and for good." in text_of((await rita.get(at)).text)
        assert (await olga.sign(at, "olga")).json()["entry"] is None
        assert (await rita.sign(at, "rita")).json()["entry"]
        await lounge.look()
        assert "revoked" in text_of((await rita.get(f"/agents/{AGENT}")).text)
        lounge.later(1)
        again = await olga.ask_for("revoke", incident)
        assert "its certificate is revoked already" in text_of(again.text)

    visited_by_two(visit, world=world)
    held = world.state.credentials[world.credential]
    assert held.standing_at(world.now.plus(seconds=30)) is Standing.REVOKED


def test_two_people_set_a_latch_back() -> None:
    async def visit(_: Lounge, olga: Browser, otto: Browser) -> None:
        none = await olga.ask_for("rearm", AGENT, latch="moon")
        assert none.status_code == 400
        assert "latch: want one of losses" in none.text
        at = (await olga.ask_for("rearm", AGENT, latch="rejects")).headers["location"]
        await olga.sign(at, "olga")
        assert (await otto.sign(at, "otto")).json()["entry"]
        assert (await otto.get(f"{at}/enclosure")).status_code == 404

    world = visited_by_two(visit, second="otto")
    assert Latch.REJECTS in world.state.agents[AGENT].rearmed


def test_only_whoever_could_sign_withdraws() -> None:
    async def visit(lounge: Lounge, olga: Browser, carla: Browser) -> None:
        at = (await olga.ask_for("reinstate", AGENT)).headers["location"]
        assert (await carla.post(f"{at}/withdrawal")).status_code == 403
        assert len(lounge.console.queue.open()) == 1

    visited_by_two(visit, second="carla", world=a_suspended_world())


def test_a_resume_lifts_that_very_halt() -> None:
    async def visit(lounge: Lounge, olga: Browser, rita: Browser) -> None:
        at = (await olga.ask_for("halt", "firm")).headers["location"]
        await olga.sign(at, "olga")
        await lounge.look()
        lounge.later(1)
        leaf = lounge.world.state.halts[FIRM].leaf
        at = (await olga.ask_for("resume", leaf)).headers["location"]
        assert "I lift the halt of the whole firm" in (await rita.get(at)).text
        await olga.sign(at, "olga")
        assert (await rita.sign(at, "rita")).json()["entry"]

    assert visited_by_two(visit).state.halts == {}


@pytest.mark.parametrize(
    ("signer", "text"), [("rita", None), ("olga", b"another line\n"), ("aude", None)]
)
def test_a_signature_must_be_of_the_person_and_fit_the_line(
    signer: str, text: bytes | None
) -> None:
    async def visit(lounge: Lounge, olga: Browser, _: Browser) -> None:
        at = (await olga.ask_for("halt", "firm")).headers["location"]
        waiting = lounge.console.queue.find(at.rpartition("/")[2])
        assert waiting is not None
        line = str(person(signer).signature(text or waiting.drafted.text)).encode()
        headers = {"x-form-token": olga.token}
        answer = await olga.send(f"{at}/signature", line, **headers)
        assert answer.status_code == 403
        assert lounge.gateway.appended == []
        bare = await olga.send(f"{at}/signature", line)
        assert bare.status_code == 403

    visited_by_two(visit)


def test_an_act_that_the_log_would_not_take_is_not_even_drafted() -> None:
    async def visit(lounge: Lounge, olga: Browser, _: Browser) -> None:
        incident = the_incident_in(lounge.world.state).id
        for kind, subject, fields in (
            ("release", "0" * 64, {}),
            ("resume", "0" * 64, {}),
            ("halt", "moon", {}),
            ("halt", "agent:nobody", {}),
            ("halt", "firm", {"reason": "  "}),
            ("halt", "firm", {"reason": "two\nlines"}),
            ("extend", incident, {"minutes": "-5"}),
            ("extend", incident, {}),
            ("rearm", "nobody", {"latch": "losses"}),
            ("extend", incident, {"minutes": "99999"}),
            ("reinstate", AGENT, {}),
            ("reinstate", "nobody", {}),
            ("revoke", AGENT, {}),
        ):
            answer = await olga.ask_for(kind, subject, **fields)
            assert answer.status_code == 400, (kind, subject, answer.text)
        lounge.later(301)
        late = await olga.ask_for("release", incident)
        assert late.status_code == 400
        assert "its grace ended" in late.text
        assert lounge.console.queue.open() == []

    visited_by_two(visit)


def test_an_act_is_gone_after_four_minutes_or_when_withdrawn() -> None:
    async def visit(lounge: Lounge, olga: Browser, rita: Browser) -> None:
        incident = the_incident_in(lounge.world.state).id
        at = (await olga.ask_for("release", incident)).headers["location"]
        await olga.sign(at, "olga")
        lounge.later(241)
        assert (await rita.get(at)).status_code == 404
        at = (await olga.ask_for("halt", "firm")).headers["location"]
        assert (await rita.post(f"{at}/withdrawal")).status_code == 303
        assert (await olga.get(at)).status_code == 404
        assert lounge.gateway.appended == []

    visited_by_two(visit)


def test_what_the_gateway_refuses_or_leaves_open_is_said() -> None:
    async def visit(lounge: Lounge, olga: Browser, _: Browser) -> None:
        first = (await olga.ask_for("halt", "firm")).headers["location"]
        second = (await olga.ask_for("halt", "firm")).headers["location"]
        await olga.sign(first, "olga")
        refused = await olga.sign(second, "olga")
        assert "want it after the one on record" in refused.json()["refused"]
        assert "Not on record." in (await olga.get(second)).text
        third = (await olga.ask_for("halt", "venue:SIMA")).headers["location"]
        lounge.gateway.fault = TransientError("no reply")
        answer = (await olga.sign(third, "olga")).json()
        assert answer["refused"].startswith("no answer of the gateway")

    visited_by_two(visit)


def test_an_operator_is_needed_to_ask_for_a_reinstatement() -> None:
    world = a_suspended_world()

    async def visit(_lounge: Lounge, _olga: Browser, rita: Browser) -> None:
        answer = await rita.ask_for("reinstate", AGENT)
        assert answer.status_code == 403
        assert "not for risk" in answer.text

    visited_by_two(visit, world=world)
