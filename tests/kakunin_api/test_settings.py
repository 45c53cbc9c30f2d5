"""Settings, tokens, drafts and buckets: each alone."""

import asyncio
from pathlib import Path

import pytest

from kya.core.errors import InputError, MalformedError
from kya.kakunin_api.drafting import drafted
from kya.kakunin_api.envelope import RefusedError
from kya.kakunin_api.orders import wanted_in
from kya.kakunin_api.settings import HeldSection, read_settings
from kya.kakunin_api.spelling import Fields, plain, read_json
from kya.kakunin_api.throttle import Throttle
from kya.kakunin_api.tokens import Right, Tokens
from kya.wiring.agent_host import AgentHost
from kya.wiring.clock import system_clock
from kya.wiring.kakunin_api import HeldAgent
from tests.cli.terminal import kya
from tests.kakunin_api.hall import token
from tests.kakunin_api.moved import key, section
from tests.kakunin_api.test_orders import PLAIN as ORDER
from tests.world import MORNING, World

TOP = 'gateway = "http://127.0.0.1:1"\npolicy = "p"\nroot = "r"\nkeep = "k"\n'


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        (TOP + "polcy = 1\n", "polcy"),
        (TOP.replace('"p"', "1"), "policy"),
        ('gateway = "x"\n', "policy"),
        (TOP + section("a", "read", "write"), "write"),
        (TOP + section("a", "read").replace("sha256", "sha512"), "sha512"),
    ],
)
def test_settings_name_what_is_wrong_in_them(
    tmp_path: Path, text: str, wanted: str
) -> None:
    path = tmp_path / "settings.toml"
    path.write_text(text)
    with pytest.raises(InputError, match=wanted):
        read_settings(path)


def test_a_token_says_what_it_may_do(tmp_path: Path) -> None:
    path = tmp_path / "settings.toml"
    path.write_text(TOP + section("desk", "read", "halt", person="risk:rita"))
    found = read_settings(path).known_tokens().find(f"Bearer {key('desk')}", MORNING)
    assert found is not None
    assert found.rights == {Right.READ, Right.HALT}
    assert (found.person, found.is_for("anybody")) == ("risk:rita", True)


@pytest.mark.parametrize(
    "presented",
    [
        "",
        key("desk"),
        f"bearer {key('desk')}",
        f"Bearer  {key('desk')}",
        f"Bearer {key('desk')} ",
        f"Bearer {key('desk')}x",
        "Bearer kak_test_",
        f"Bearer {key('desk').removeprefix('kak_')}",
        f"Basic {key('desk')}",
    ],
)
def test_another_text_is_no_token(presented: str) -> None:
    tokens = Tokens((token("desk", Right.READ),))
    assert tokens.find(presented, MORNING) is None
    assert tokens.find(f"Bearer {key('desk')}", MORNING) is not None


def test_a_token_that_has_ended_opens_nothing() -> None:
    tokens = Tokens((token("desk", Right.READ, until=MORNING),))
    before = MORNING.plus(micros=-1)
    assert tokens.find(f"Bearer {key('desk')}", before) is not None
    assert tokens.find(f"Bearer {key('desk')}", MORNING) is None


def test_tokens_that_cannot_be_told_apart_are_refused() -> None:
    with pytest.raises(MalformedError, match="digest of its own"):
        Tokens((token("a", Right.READ), token("a", Right.SIGN)))
    with pytest.raises(MalformedError, match="one right or more"):
        token("a")


def test_a_bucket_fills_again_and_says_when() -> None:
    seconds = [0.0]
    throttle = Throttle((2, 60), lambda: seconds[0])
    throttle.require_room("a")
    throttle.require_room("a")
    throttle.require_room("b")
    with pytest.raises(RefusedError) as refused:
        throttle.require_room("a")
    assert refused.value.headers["retry-after"] == "30"
    seconds[0] = 29.0
    with pytest.raises(RefusedError):
        throttle.require_room("a")
    seconds[0] = 30.0
    throttle.require_room("a")


def test_the_bucket_that_was_silent_longest_is_forgotten(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("kya.kakunin_api.throttle.PEERS_MAX", 1)
    throttle = Throttle((1, 60), lambda: 0.0)
    for name in ("a", "b", "a"):
        throttle.require_room(name)


def test_a_scope_becomes_the_draft_of_a_mandate() -> None:
    scope = {
        "maxSingleTradeUsd": read_json(b"25000.50"),
        "daily_limit_usd": 500_000,
        "permitted_instruments": ["EUR_USD", "gbp/eur"],
        "permitted_venues": ["sima"],
        "leverage_permitted": True,
    }
    draft = drafted("bot", scope)
    assert draft["scope"] == {
        "currency": "USD",
        "order_max": "25000.50",
        "daily_max": "500000.00",
        "markets": ["EUR/USD", "GBP/EUR"],
        "venues": ["SIMA"],
    }
    assert draft["not_taken_over"] == ["leverage: no limit of ours knows it"]
    assert drafted("bot", plain(scope))["scope"] == draft["scope"]


@pytest.mark.parametrize(
    "scope",
    [
        {"max_single_trade_usd": 1, "maxSingleTradeUsd": 1},
        {"max_single_trade_usd": 1, "maxTradeSize": 2},
        {"max_single_trade_usd": -1},
        {"max_single_trade_usd": "0.001"},
        {"max_single_trade_usd": True},
        {"max_single_trade_usd": "much"},
        {"permitted_venues": "SIMA"},
        {"permitted_venues": [1]},
        {"max_loss_usd": 1},
        [],
    ],
    ids=str,
)
def test_a_scope_that_says_something_else_is_refused(scope: object) -> None:
    with pytest.raises(MalformedError):
        drafted("bot", scope)


def test_labels_are_small_and_texts_are_one_line() -> None:
    fields = Fields("body", {"metadata": {"a": "b" * 20_000}, "name": "a\nb", "x": 1})
    with pytest.raises(MalformedError, match="at most 16384 bytes"):
        fields.labels("metadata")
    with pytest.raises(MalformedError, match="name"):
        fields.text("name")
    with pytest.raises(MalformedError, match="'x'"):
        fields.require_none_left()


def test_an_agent_is_signed_for_from_its_own_directory_alone(tmp_path: Path) -> None:
    async def submit(name: str) -> None:
        section = HeldSection(directory=".", venue="SIMA", region="eu-west-1")
        held = HeldAgent(name, section, tmp_path, system_clock())
        wanted = wanted_in(ORDER, name, held.venue, str).instruction
        await held.submit(wanted)

    with pytest.raises(InputError, match="that `kya agent enrol` made"):
        asyncio.run(submit("bot"))
    host = AgentHost(tmp_path)
    host.new_key()
    host.store(
        "another", World().certificate, "http://127.0.0.1:1", str(World().log.key)
    )
    with pytest.raises(InputError, match="another's, not bot's"):
        asyncio.run(submit("bot"))


@pytest.mark.parametrize(
    ("more", "wanted"),
    [
        ("", "cannot be read"),
        ('person = "operator:alice"\n', "directory of their keys"),
    ],
)
def test_a_server_without_its_files_does_not_start(
    tmp_path: Path, more: str, wanted: str
) -> None:
    path = tmp_path / "settings.toml"
    path.write_text(TOP + section("a", "halt") + more)
    if more:
        (tmp_path / "p").write_text(f"log {World().log.key}\nquorum none\n")
        (tmp_path / "r").write_bytes(b"")
    said = kya("kakunin-api", path)
    assert (said.code, wanted in said.err) == (2, True), said.err
