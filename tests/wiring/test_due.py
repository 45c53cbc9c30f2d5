"""A scheduled end needs nobody to happen, and somebody to be written down."""

import time
from pathlib import Path

from kya.agent.dial import Question, ask
from kya.core.credential import ReasonCode, Standing, Withdrawal
from tests.cli.terminal import founded_at
from tests.wiring.secured import SECONDS, Secured, outcome_in, secured


def outcome(house: Secured) -> str:
    """What comes of the bot's next order."""
    note = house.bots["bot"].order()
    question = Question(method="POST", path="/v1/orders", body=note)
    return outcome_in(ask(house.running.url, question, None, SECONDS))


def test_the_end_comes_although_the_authority_is_away(tmp_path: Path) -> None:
    with secured(founded_at(tmp_path / "data"), "bot", arguments=()) as house:
        desk, key = house.desk, tmp_path / "data/keys/issuer.pem"
        due = desk.clock().plus(seconds=2)
        desk.schedule("bot", ReasonCode.SUPERSEDED, "a new model", due)
        key.rename(tmp_path / "away.pem")
        before = desk.remote.revocation_list()
        assert outcome(house) == "allowed"
        while desk.clock() < due.plus(micros=1_500_000):
            time.sleep(0.1)
        assert outcome(house) == "refused"
        # No key, and so no entry; the gateway does not need one.
        assert desk.remote.revocation_list() == before
        (tmp_path / "away.pem").rename(key)
        deadline = time.monotonic() + SECONDS
        while desk.remote.revocation_list() == before:
            assert time.monotonic() < deadline
            time.sleep(0.1)
        credential = desk.credential_of("bot")
        assert credential.standing is Standing.REVOKED
        assert credential.withdrawal == Withdrawal(due, ReasonCode.SUPERSEDED)
        assert outcome(house) == "refused"
