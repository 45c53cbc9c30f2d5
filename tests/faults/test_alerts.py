"""The real gateway, killed between decision and alert: it is told all the same."""

import base64
import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from kya.agent.dial import Question, ask
from kya.config import CONFIG_FILE
from kya.config_outside import AlertSection
from kya.core.money import Currency, Money
from tests.adapters.doubles.feed import Asked, FeedServer, serving
from tests.adapters.doubles.hooks import event_in, takes
from tests.cli.terminal import Up, a_draft, founded_at, stored, up
from tests.wiring.configured import tell
from tests.wiring.secured import Bot, outcome_in

SECONDS: Final = 20
SECRET: Final = "whsec_" + base64.b64encode(bytes(range(32))).decode()
POLICY: Final = {
    "alert_seconds": 5,
    "triggers": [{"count": 1, "reasons": ["order.amount_max"], "within_seconds": 60}],
}
TOO_LARGE: Final = Money.parse("25000.01", Currency("EUR"))


def hanging(asked: Asked) -> None:
    """Take the alert and never say so."""
    del asked
    time.sleep(SECONDS)


def test_an_alert_cut_off_by_a_kill_is_told_once_more_after_the_start(
    tmp_path: Path,
) -> None:
    with serving(hanging) as server:
        data, bot = a_house_that_tells(founded_at(tmp_path / "data"), server)
        with up(data) as running:
            assert breach(running, bot) == "denied"
            until(lambda: len(server.requests) == 1)
            assert alerts_on_record(running) == []
            running.kill()
        server.reply = takes()
        with up(data) as running:
            until(lambda: alerts_on_record(running) != [])
            (alert,) = alerts_on_record(running)
            assert running.stop() == 0
    first, second = (event_in(server, number, SECRET) for number in range(2))
    assert len(server.requests) == 2
    assert first == second
    assert (alert["target"], alert["delivered"]) == ("desk", True)
    assert alert["incident"] == first["subject"]
    assert SECRET not in (data / CONFIG_FILE).read_text()


def a_house_that_tells(data: Path, server: FeedServer) -> tuple[Path, Bot]:
    """A founded installation with a watched bot, which tells this server."""
    with up(data) as running:
        draft = stored(data / "bot.json", a_draft("bot", incidents=POLICY))
        signed = running.kya("mandate", "sign", draft, "--as", "a", "--as", "b")
        assert signed.code == 0, signed.err
        enrolled = running.enrol("bot")
        assert enrolled.code == 0, enrolled.err
        running.kill()
    (data / "hook.secret").write_text(SECRET)
    section = AlertSection(
        kind="webhook",
        url=server.url,
        secrets=("file:hook.secret",),
        networks=("127.0.0.0/8",),
        answer_ms=30_000,
    )
    tell(data, desk=section)
    return data, Bot.at("bot", data / "agents" / "bot")


def breach(running: Up, bot: Bot) -> str:
    """Submit an order that is too large; return what comes of it."""
    note = bot.order(amount=TOO_LARGE)
    question = Question(method="POST", path="/v1/orders", body=note)
    return outcome_in(ask(running.url, question, None, SECONDS))


def alerts_on_record(running: Up) -> list[dict[str, Any]]:
    """The alerts that the log has published."""
    shown = running.kya("log", "show", "--count", "1000", "--json")
    lines = [json.loads(line)["line"] for line in shown.out.splitlines()]
    return [line for line in lines if line["_type"] == "kya/alert/v1"]


def until(happened: Callable[[], bool]) -> None:
    """Wait until it has happened."""
    end = time.monotonic() + SECONDS
    while not happened():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.1)
