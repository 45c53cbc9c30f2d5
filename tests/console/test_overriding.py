"""One order passes a limit, at the console: risk management and one other person."""

from dataclasses import replace

import pytest

from kya.core.instant import Instant
from kya.pki.note_signer import NoteSigner, sign_note
from tests.console.lounge import Browser, Lounge, text_of, visited_by_two
from tests.incidents import world_breached
from tests.world import AGENT, World, eur, signer_for

ASIDE = {"aside.order.amount": "on", "minutes": "5"}


def prepared(world: World, at: Instant, amount: str = "40000.00") -> str:
    """Return an order's note as a browser sends it: each line ends with CRLF."""
    order = world.order(created_at=at.plus(seconds=60), amount=eur(amount))
    return world.order_note(order).decode().replace("\n", "\r\n")


def test_risk_and_one_other_person_let_one_order_pass() -> None:
    async def visit(lounge: Lounge, rita: Browser, olga: Browser) -> None:
        assert "form-override" in (await olga.get("/limits")).text
        order = prepared(lounge.world, lounge.now)
        asked = await olga.ask_for("override", "", order=order, **ASIDE)
        at = asked.headers["location"]
        words = text_of((await rita.get(at)).text)
        assert f"This one order of {AGENT} passes what is named" in words
        assert "BUY EUR/USD for 40000.00 EUR at SIMA" in words
        assert "set aside order.amount" in words
        assert "one of risk management verifies" in words
        assert (await olga.sign(at, "olga")).json()["entry"] is None
        assert lounge.gateway.appended == []
        assert (await rita.sign(at, "rita")).json()["entry"]
        await lounge.look()
        page = text_of((await olga.get("/limits")).text)
        assert f"{AGENT}" in page[page.index("no order has used") :]

    world = visited_by_two(visit, "rita", "olga")
    (granted,) = world.state.overrides.values()
    assert granted.override.controls == ("order.amount",)
    assert set(granted.signed_by) == {"olga", "rita"}


def test_two_operators_let_nothing_pass() -> None:
    async def visit(lounge: Lounge, olga: Browser, otto: Browser) -> None:
        order = prepared(lounge.world, lounge.now)
        asked = await olga.ask_for("override", "", order=order, **ASIDE)
        at = asked.headers["location"]
        assert (await olga.sign(at, "olga")).json()["entry"] is None
        assert (await otto.sign(at, "otto")).json()["entry"] is None
        assert lounge.gateway.appended == []

    assert not visited_by_two(visit, "olga", "otto").state.overrides


def test_an_order_that_comes_too_late_for_it_is_told_so() -> None:
    async def visit(lounge: Lounge, rita: Browser, _: Browser) -> None:
        order = prepared(lounge.world, lounge.now.plus(seconds=600))
        asked = await rita.ask_for("override", "", order=order, **ASIDE)
        words = text_of((await rita.get(asked.headers["location"])).text)
        assert "dated for later than this would last" in words

    visited_by_two(visit, "rita", "olga")


def stolen(world: World, at: Instant) -> str:
    order = world.order(created_at=at.plus(seconds=60))
    note = sign_note(
        world.order_note(order).partition(b"\n\n")[0] + b"\n",
        NoteSigner(AGENT, signer_for("thief")),
    )
    return note.render().decode()


def of_a_stranger(world: World, at: Instant) -> str:
    order = world.order(created_at=at.plus(seconds=60))
    return world.order_note(replace(order, credential="0" * 64)).decode()


@pytest.mark.parametrize(
    ("change", "code", "why"),
    [
        ({"order": "no order"}, 400, "want the note of an order"),
        ({"order": ""}, 400, "want the note of an order"),
        ({"order": stolen}, 403, "not signed by"),
        ({"order": of_a_stranger}, 403, "no agent is enrolled"),
        ({"aside.order.amount": None}, 400, "controls: want 1 to"),
        ({"minutes": "0"}, 400, "minutes: want 1 to 15"),
        ({"minutes": "16"}, 400, "minutes: want 1 to 15"),
        ({"reason": ""}, 400, "reason: want"),
    ],
)
def test_what_is_no_override_is_refused(
    change: dict[str, object], code: int, why: str
) -> None:
    async def visit(lounge: Lounge, rita: Browser, aude: Browser) -> None:
        made = {
            name: value(lounge.world, lounge.now) if callable(value) else value
            for name, value in change.items()
        }
        asked = {"order": prepared(lounge.world, lounge.now), **ASIDE, **made}
        fields = {
            name: str(value) for name, value in asked.items() if value is not None
        }
        answer = await rita.ask_for("override", "", **fields)
        assert (answer.status_code, why in text_of(answer.text)) == (code, True)
        assert (await aude.ask_for("override", "", **fields)).status_code == 403
        assert "form-override" not in (await aude.get("/limits")).text
        assert lounge.console.queue.open() == []

    visited_by_two(visit, "rita", "aude", world_breached())
