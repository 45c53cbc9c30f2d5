"""What people grant at a console: mandates, registrations and runtimes."""

import json
from typing import Final

import pytest

from kya.authority.quorum import Quorum
from kya.codec.mandate_drafts import written_down
from kya.codec.mandates import parse_mandate
from kya.codec.note import SignedNote
from kya.console.mandates import former_of, newest_of
from kya.core.mandate import Mandate
from kya.core.relation import Relation
from tests.console.lounge import Browser, Lounge, text_of, visited_by_two
from tests.console.mandated import a_world_with_two_mandates, wider
from tests.incidents import a_watched_world
from tests.world import AGENT

NASTY: Final = "<script>alert(1)</script>"


def a_draft(mandate: Mandate, **changes: object) -> str:
    """A mandate as a director writes it down, with the times left out."""
    fields = {**json.loads(written_down(mandate)), "resolution": mandate.resolution}
    return json.dumps({**fields, **changes})


async def draft(browser: Browser, text: str, **fields: str) -> str:
    """Ask for a mandate; return where it is signed."""
    asked = await browser.ask_for("mandate", "", reason="", draft=text, **fields)
    assert asked.status_code == 303, text_of(asked.text)
    return asked.headers["location"]


def test_two_directors_read_what_is_wider_and_sign() -> None:
    world = a_watched_world()

    async def visit(lounge: Lounge, anna: Browser, bernd: Browser) -> None:
        at = await draft(anna, a_draft(wider(world.mandate)))
        words = text_of((await bernd.get(at)).text)
        assert f"We grant {AGENT} this mandate." in words
        assert "It is not within the former mandate." in words
        assert "order_max is wider than in the former mandate:" in words
        assert "NEW allows it, OLD says order.amount_max" in words
        assert "daily_max" not in words.partition("Exactly this line")[0]
        assert "an order at most EUR 30000.00" in words
        assert "2 of the directors on record sign." in words
        await anna.sign(at, "anna")
        assert at in (await bernd.get("/mandates")).text
        assert (await bernd.sign(at, "bernd")).json()["entry"]
        await lounge.look()
        digest = list(world.state.mandates)[-1]
        successor = (await anna.get(f"/mandates?from={digest}")).text
        assert "&#34;order_max&#34;: &#34;30000.00&#34;" in successor
        page = text_of((await anna.get(f"/mandates/{digest}")).text)
        assert "order max wider 25000.00 30000.00" in page
        assert "daily max narrower 500000.00 400000.00" in page
        assert page.index("order max wider") < page.index("daily max narrower")
        assert "Signed by anna and bernd" in page
        assert "no certificate yet" in page
        listed = text_of((await anna.get("/mandates")).text)
        assert listed.index("no certificate yet") < listed.index("in force")

    before = len(world.state.mandates)
    visited_by_two(visit, "anna", "bernd", world)
    assert len(world.state.mandates) == before + 1


def test_the_first_mandate_of_an_agent_is_said_to_be_that() -> None:
    async def visit(lounge: Lounge, anna: Browser, _: Browser) -> None:
        said = {"agent": "another", "operator": NASTY, "resolution": ""}
        text = a_draft(lounge.world.mandate, **said)
        page = await anna.get(await draft(anna, text, resolution="ab" * 32))
        assert "It is the first mandate of another." in page.text
        assert NASTY not in page.text
        assert "&lt;script&gt;" in page.text
        waiting = lounge.console.queue.open()[0].drafted.text
        assert parse_mandate(waiting).resolution == "ab" * 32

    visited_by_two(visit, "anna", "bernd", a_watched_world())


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "want JSON"),
        ("[]", "want a JSON object"),
        ("", "want JSON"),
        ('{"scope":{}}', "agent: missing"),
    ],
)
def test_a_mandate_that_is_none_is_refused_with_all_that_is_wrong(
    text: str, said: str
) -> None:
    async def visit(lounge: Lounge, anna: Browser, olga: Browser) -> None:
        asked = await anna.ask_for("mandate", "", reason="", draft=text)
        assert asked.status_code == 400
        assert said in text_of(asked.text)
        assert (await olga.ask_for("mandate", "", draft=text)).status_code == 403
        assert lounge.console.queue.open() == []

    visited_by_two(visit, "anna", "olga", a_watched_world())


def test_one_director_twice_is_one_and_a_firm_may_want_three() -> None:
    quorum = Quorum(directors=frozenset({"anna", "bernd", "dora"}), signatures_min=3)

    async def visit(lounge: Lounge, anna: Browser, bernd: Browser) -> None:
        at = await draft(anna, a_draft(wider(lounge.world.mandate)))
        assert "3 of anna, bernd, dora sign." in text_of((await anna.get(at)).text)
        for browser, name in ((anna, "anna"), (anna, "anna"), (bernd, "bernd")):
            assert (await browser.sign(at, name)).json()["entry"] is None
        assert lounge.gateway.appended == []
        dora = lounge.browser("192.0.2.9")
        await dora.sign_in("dora")
        assert (await dora.sign(at, "dora")).json()["entry"]
        note = SignedNote.parse(lounge.gateway.appended[-1])
        assert [each.name for each in note.signatures] == ["anna", "bernd", "dora"]

    visited_by_two(visit, "anna", "bernd", a_watched_world(), quorum)


def test_the_mandate_before_is_the_same_agents() -> None:
    state = a_world_with_two_mandates().state
    first, second = state.mandates
    assert former_of(state, first) is None
    assert former_of(state, second) == (first, state.mandates[first])
    assert newest_of(state, AGENT) == state.mandates[second]
    assert newest_of(state, "nobody") is None
    assert Relation.WIDER.is_within is False


def test_two_operators_register_under_the_newest_mandate() -> None:
    world = a_world_with_two_mandates()
    token = "cd" * 32

    async def visit(_: Lounge, olga: Browser, otto: Browser) -> None:
        wanted = {"attest": "token", "token": token, "minutes": "60"}
        for change in ({"token": "?"}, {"minutes": "0"}, {"attest": "moon"}):
            bad = await olga.ask_for("register", AGENT, **{**wanted, **change})
            assert bad.status_code == 400
        assert (await olga.ask_for("register", "nobody", **wanted)).status_code == 400
        at = (await olga.ask_for("register", AGENT, **wanted)).headers["location"]
        words = text_of((await otto.get(at)).text)
        assert f"a certificate for {AGENT}." in words
        assert "order_max is wider" in words
        await olga.sign(at, "olga")
        assert (await otto.sign(at, "otto")).json()["entry"]

    visited_by_two(visit, second="otto", world=world)
    registration = list(world.state.registrations.values())[-1].registration
    assert registration.token == token
    assert registration.mandate == list(world.state.mandates)[-1]


def test_two_operators_pin_a_release() -> None:
    async def visit(_: Lounge, olga: Browser, otto: Browser) -> None:
        release = "image=sha256:" + "ab" * 32
        for text in ("", "image", f"{release} {release}", "image=sha256:xyz"):
            bad = await olga.ask_for("pin", AGENT, runtime=text)
            assert bad.status_code == 400, text
        at = (await olga.ask_for("pin", AGENT, runtime=release)).headers["location"]
        assert "image " + "ab" * 32 in text_of((await otto.get(at)).text)
        await olga.sign(at, "olga")
        assert (await otto.sign(at, "otto")).json()["entry"]

    world = visited_by_two(visit, second="otto")
    pinned = world.state.agents[AGENT].runtime_pinned
    assert pinned is not None
    assert dict(pinned.runtime.components) == {"image": "ab" * 32}
