"""One order passes a limit, at the console: risk management and another person."""

import pytest

from kya.codec.note import SignedNote
from kya.console.acts import draft
from kya.console.asking import NO_QUORUM
from kya.console.kinds import Kind, Wanted
from kya.core.errors import DistrustError
from kya.core.order import Order
from kya.core.override_admission import OVERRIDABLE
from kya.core.tokens import NO_DIGEST
from kya.pki.note_signer import sign_note
from tests.console.lounge import Browser, Lounge, person, text_of, visited_by_two
from tests.incidents import world_breached
from tests.world import AGENT, World, eur

PAGE = "/limits/overrides"


def a_large_order(world: World, **changes: object) -> Order:
    """An order above the maximum, to be sent in 10 seconds."""
    wanted = {"amount": eur("40000.00"), "created_at": world.now.plus(seconds=10)}
    return world.order(**{**wanted, **changes})


def fields_for(world: World, order: Order) -> dict[str, str]:
    """The form as a browser sends it, which ends lines with CR and LF."""
    note = world.order_note(order).decode().replace("\n", "\r\n")
    return {"note": note, "minutes": "5", "control.order.amount": "yes"}


def test_risk_and_another_person_let_one_order_pass() -> None:
    world = world_breached()
    order = a_large_order(world)

    async def visit(lounge: Lounge, olga: Browser, rita: Browser) -> None:
        assert "No limit was ever set aside" in (await olga.get(PAGE)).text
        asked = await olga.ask_for("override", "", **fields_for(world, order))
        at = asked.headers["location"]
        words = text_of((await rita.get(at)).text)
        assert f"One order of {AGENT} may pass order.amount." in words
        assert "BUY EUR/USD for 40000.00 EUR" in words
        assert "Look at this" not in words
        assert (await olga.sign(at, "olga")).json()["entry"] is None
        assert (await rita.sign(at, "rita")).json()["entry"]
        await lounge.look()
        page = text_of((await rita.get(PAGE)).text)
        assert f"{AGENT} open" in page
        assert "olga and rita" in page
        assert "1 wait for their orders" in (await rita.get("/limits")).text
        assert world.trade(order) == "allowed"
        await lounge.look()
        page = text_of((await rita.get(PAGE)).text)
        assert f"used: allowed order {order.seq}" in page

    visited_by_two(visit, world=world)


def test_two_operators_are_not_enough_and_what_is_not_used_is_over() -> None:
    world = world_breached()
    order = a_large_order(world)

    async def visit(lounge: Lounge, olga: Browser, otto: Browser) -> None:
        asked = await olga.ask_for("override", "", **fields_for(world, order))
        at = asked.headers["location"]
        for browser, name in ((olga, "olga"), (otto, "otto")):
            assert (await browser.sign(at, name)).json()["entry"] is None
        rita = lounge.browser("192.0.2.9")
        await rita.sign_in("rita")
        assert (await rita.sign(at, "rita")).json()["entry"]
        await lounge.look()
        lounge.later(301)
        assert "over, not used" in (await rita.get(PAGE)).text

    visited_by_two(visit, "olga", "otto", world)


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"note": "no note"}, "want the note of an order"),
        ({"minutes": "16"}, "expires_at"),
        ({"minutes": "0"}, "expires_at"),
        ({"reason": ""}, "reason"),
        ({"control.credential.standing": "yes"}, "want some of"),
    ],
)
def test_what_sets_nothing_aside_is_refused(changes: dict[str, str], says: str) -> None:
    world = world_breached()
    order = a_large_order(world)

    async def visit(lounge: Lounge, olga: Browser, aude: Browser) -> None:
        fields = {**fields_for(world, order), **changes}
        answer = await olga.ask_for("override", "", **fields)
        assert (answer.status_code, says in text_of(answer.text)) == (400, True)
        assert (await aude.ask_for("override", "", **fields)).status_code == 403
        assert "form-override" not in (await aude.get(PAGE)).text
        assert lounge.console.queue.open() == []

    visited_by_two(visit, "olga", "aude", world)


def test_an_order_that_its_agent_has_not_signed_is_shown_to_nobody() -> None:
    world = world_breached()
    text = SignedNote.parse(world.order_note(a_large_order(world))).text
    forged = sign_note(text, person("olga")).render().decode()
    more = {"note": forged, "minutes": "5", "control.order.amount": "yes"}
    wanted = Wanted(kind=Kind.OVERRIDE, subject="", reason="hedge", more=more)
    with pytest.raises(DistrustError, match="not signed by"):
        draft(wanted, world.state, world.now, NO_QUORUM)


def test_signers_are_told_why_the_order_may_be_refused_all_the_same() -> None:
    world = world_breached()
    late = world.now.plus(seconds=600)
    order = a_large_order(world, prev=NO_DIGEST, created_at=late)
    more = fields_for(world, order)
    wanted = Wanted(kind=Kind.OVERRIDE, subject="", reason="hedge", more=more)
    cautions = draft(wanted, world.state, world.now, NO_QUORUM).cautions
    assert [caution.split(" ", 3)[1] for caution in cautions] == ["does", "is"]


def test_a_denied_order_leads_to_the_limits_that_people_may_set_aside() -> None:
    world = world_breached()
    seq = world.state.agents[AGENT].past.seq

    async def visit(_: Lounge, olga: Browser, _rita: Browser) -> None:
        page = (await olga.get(f"/orders/{AGENT}/{seq}")).text
        at = page.partition('href="/limits/overrides?past=')[2].partition('"')[0]
        chosen = (await olga.get(f"{PAGE}?past={at}")).text
        assert at
        assert set(at.split(",")) <= OVERRIDABLE
        assert chosen.count("checked>") == len(at.split(","))

    visited_by_two(visit, world=world)
