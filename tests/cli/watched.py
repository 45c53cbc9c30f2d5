"""A gateway at work whose bot's breaches open incidents, and how to wait for it."""

import time
from collections.abc import Callable
from typing import Any, Final

from kya.agent.dial import Question, ask
from kya.core.money import Currency, Money
from tests.cli.terminal import Said, Up, a_draft, stored
from tests.wiring.secured import Bot, outcome_in

GRACE: Final = 2
SECONDS: Final = 20
TOO_LARGE: Final = Money.parse("30000.00", Currency("EUR"))
POLICY: Final = {
    "alert_seconds": None,
    "triggers": [
        {"count": 1, "reasons": ["order.amount_max"], "within_seconds": 60},
    ],
}


class Watched:
    """A gateway, and a bot whose breaches open incidents."""

    def __init__(self, running: Up, grace: int = GRACE) -> None:
        self.running = running
        draft = a_draft(grace_seconds=grace, incidents=POLICY)
        path = stored(running.data / "watched.json", draft)
        signed = running.kya("mandate", "sign", path, "--as", "anna", "--as", "bernd")
        assert signed.code == 0, signed.err
        enrolled = running.enrol("bot")
        assert enrolled.code == 0, enrolled.err
        self.bot = Bot.at("bot", running.data / "agents" / "bot")

    def trade(self, running: Up | None = None, **changes: object) -> str:
        question = Question(
            method="POST", path="/v1/orders", body=self.bot.order(**changes)
        )
        return outcome_in(ask((running or self.running).url, question, None, SECONDS))

    def kya(self, *arguments: str) -> Said:
        return self.running.kya("incident", *arguments)

    def listed(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.kya("list", "--json").json
        return found

    def breach(self) -> str:
        """Open an incident; return its id."""
        assert self.trade(amount=TOO_LARGE) == "denied"
        newest = self.listed()[0]
        assert newest["state"] == "open"
        return str(newest["incident"])


def wait_for(what: Callable[[], bool]) -> None:
    deadline = time.monotonic() + SECONDS
    while not what():
        assert time.monotonic() < deadline
        time.sleep(0.1)
