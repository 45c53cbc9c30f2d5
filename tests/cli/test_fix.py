"""From a FIX bot to a FIX exchange, each in its process, with faults in between."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal

import pytest

from kya.core.instant import Instant
from kya.fix.reports import ExecType, OrdReject, OrdStatus, Report
from kya.fix.store import MemoryStore
from kya.wiring.clock import system_clock
from tests.cli.terminal import Up, a_draft, announcing, kya, stored, up
from tests.fix.bot import Bot, shapes
from tests.world import eur

VENUE = """
[venues.FIXED]
kind = "fix"
url = "{url}"
comp_id = "KYA"
venue_comp_id = "EXCHANGE"
timeout_ms = 1000
"""
FAULTS = ("2=disconnect", "3=gap", "4=timeout", "5=duplicate", "6=reject")
ACTIONS = ("cancel", "new", "replace")
HUNDRED = Decimal(100)


def now() -> Instant:
    """The time that everybody else here goes by."""
    return system_clock().clock.now()


@pytest.fixture(scope="module")
def gateway(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Up]:
    """A gateway whose one venue is a FIX exchange that does what it should not."""
    folder = tmp_path_factory.mktemp("fixed")
    data = folder / "data"
    plan = [word for fault in FAULTS for word in ("--fault", fault)]
    where = ("--dir", str(folder / "exchange"), "--fix-port", "0")
    with announcing("paper-exchange", *where, *plan) as words:
        with up(data) as founding:
            founding.stop()
        with (data / "kya.toml").open("a") as config:
            config.write(VENUE.format(url=words.rpartition(" ")[2]))
        with up(data) as running:
            draft = a_draft()
            draft["scope"] |= {
                "venues": ["FIXED"], "limits": {"actions": list(ACTIONS)},
            }  # fmt: skip
            path = stored(data / "draft.json", draft)
            people = ("--as", "anna", "--as", "bernd")
            assert running.kya("mandate", "sign", path, *people).code == 0
            assert running.enrol("bot").code == 0
            yield running


@contextmanager
def a_sidecar(gateway: Up) -> Iterator[str]:
    """The acceptor beside the bot."""
    key_file = gateway.data / "bot-password"
    key_file.write_text("bot\nsecret\n")
    directory = str(gateway.data / "agents" / "bot")
    where = ("--venue", "FIXED", "--region", "eu-west-1", "--dialect", "fix")
    with announcing("sidecar", directory, *where, "--key-file", str(key_file)) as at:
        yield at


async def a_bot(address: str, store: MemoryStore, password: str) -> Bot:
    """A bot that has logged on."""
    return await Bot(address, now, store, credentials=("bot", password)).dial()


async def told(bot: Bot) -> list[Report]:
    """Everything that is said of an order, until it is over."""
    reports = [await bot.report()]
    while not reports[-1].is_over:
        reports.append(await bot.report())
    return reports


@pytest.mark.proof
def test_every_order_comes_to_its_end_once_whatever_goes_wrong(gateway: Up) -> None:
    store, found = MemoryStore(), dict[str, list[Report]]()

    async def trading(address: str) -> None:
        bot = await a_bot(address, store, "secret")
        for name in ("plain", "disconnect", "gap", "timeout", "duplicate", "reject"):
            bot.order(name)
            found[name] = await told(bot)
        bot.order("big", amount=eur("25000.01"))
        found["big"] = await told(bot)
        bot.rest("rests", "1.0001")
        assert shapes(await bot.reports(2))[-1][0] == ExecType.NEW
        await bot.hang_up()

    async def later(address: str) -> None:
        bot = await a_bot(address, store, "secret")
        bot.rest("moved", "1.0002", original="rests")
        assert [each.kind for each in await bot.reports(2)][-1] == ExecType.REPLACED
        bot.cancel("end", "moved")
        found["rests"] = await told(bot)
        await bot.leave()

    with a_sidecar(gateway) as address:
        with pytest.raises(ConnectionError):
            asyncio.run(a_bot(address, MemoryStore(), "wrong"))
        asyncio.run(trading(address))
    with a_sidecar(gateway) as address:
        asyncio.run(later(address))

    for name in ("plain", "disconnect", "gap", "timeout", "duplicate"):
        done = (ExecType.FILL, OrdStatus.FILLED, HUNDRED)
        assert shapes(found[name])[-1] == done, name
        assert sum(each.last for each in found[name]) == HUNDRED
    assert "Insufficient funds" in found["reject"][-1].text
    assert [each.reason for each in found["big"]] == [OrdReject.EXCEEDS_LIMIT]
    assert (found["rests"][-1].kind, found["rests"][-1].original) == ("4", "moved")
    assert "FIXED: its list has 5 executions" in verified(gateway)


def verified(gateway: Up) -> str:
    """What a verifier says of everything that happened; nothing in it fails."""
    day, package = now().day, gateway.data.parent / "evidence"
    dates = ("--from", f"{day}", "--to", f"{day}", "--out", package)
    built = gateway.kya("evidence", "build", "--agent", "bot", *dates)
    assert built.code == 0, built.err
    said = kya("verify", package, "--root", gateway.data / "trust" / "root.pem")
    assert "FAILS" not in said.out, said.out
    return said.out
