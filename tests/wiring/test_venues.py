import asyncio
from pathlib import Path

import pytest

from kya.adapters.venue_paper import Fault
from kya.config import Config, PaperSection
from kya.config_venues import VenueSection
from kya.core.errors import CorruptionError, InputError
from kya.core.past import Past
from kya.pki.keys import KeyAlgorithm
from kya.pki.note_signer import NoteSigner
from kya.tlog.tile import encode_entries
from kya.wiring.ccxt_venue import key_of
from kya.wiring.clock import system_clock
from kya.wiring.log_reader import published, published_power
from kya.wiring.venues import connect, paper_prices, venues_of
from tests.test_config import INSTALLATION, LEAST
from tests.verify.packages import busy_world
from tests.world import AGENT, MORNING, ORIGIN, World, signer_for


def test_each_venue_keeps_a_journal_of_its_own(tmp_path: Path) -> None:
    config = Config(
        installation=INSTALLATION,
        log=LEAST.log,
        venues={
            "SIMA": VenueSection(faults={f"c-{f.value}": f.value for f in Fault}),
            "SIMB": VenueSection(),
        },
    )
    venues = venues_of(config, tmp_path, system_clock().clock)
    for venue in venues.values():
        venue.close()
    assert sorted(venues) == ["SIMA", "SIMB"]
    journals = sorted(path.name for path in (tmp_path / "venues").iterdir())
    assert journals == ["SIMA.jsonl", "SIMB.jsonl"]


@pytest.mark.parametrize(("seconds", "works"), [(0, 0), (60, 1)])
def test_an_exchanges_timer_is_kept_set_where_that_is_wanted(
    tmp_path: Path, seconds: int, works: int
) -> None:
    (tmp_path / "key").write_text("key\nsecret\n")
    section = VenueSection(kind="ccxt", key_file="key", cancel_after_seconds=seconds)
    config = Config(
        installation=INSTALLATION, log=LEAST.log, venues={"KRAKEN": section}
    )
    connected = connect(config, tmp_path, system_clock().clock)
    assert len(connected.works) == works
    asyncio.run(connected.closing())


def test_a_seed_makes_the_same_prices() -> None:
    one, two, other = (
        paper_prices(PaperSection(seed=seed)).at("EUR/USD", MORNING)
        for seed in (1, 1, 2)
    )
    assert one is not None
    assert one == two
    assert one != other


def test_recorded_prices_need_their_directory(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="want eurusd_YYYYMMDD_quote"):
        paper_prices(PaperSection(kind="recorded", directory=str(tmp_path)))


def test_a_directory_that_is_no_log_says_so(tmp_path: Path) -> None:
    log = NoteSigner(ORIGIN, signer_for("log", KeyAlgorithm.ED25519))
    with pytest.raises(InputError, match="want the log directory of a gateway"):
        published(tmp_path, log.key)
    assert published_power(tmp_path, 0).opened is None


def test_a_log_that_cannot_be_folded_calls_for_a_person(tmp_path: Path) -> None:
    _bundled(tmp_path, [World().entries[1]])
    with pytest.raises(CorruptionError, match="entry 0: the first entry must open"):
        published_power(tmp_path, 1)


def test_power_is_the_same_whatever_was_traded(tmp_path: Path) -> None:
    world = busy_world()
    _bundled(tmp_path, world.entries)
    power = published_power(tmp_path, len(world.entries))
    for name in ("mandates", "credentials", "issued_to", "crl_number", "crl"):
        assert getattr(power, name) == getattr(world.state, name)
    assert power.agents[AGENT].past == Past()


def test_entries_about_orders_are_passed_over_unread(tmp_path: Path) -> None:
    traffic = [
        b'{"_type":"kya/%s/v1", and the rest is noise' % kind
        for kind in (b"order", b"decision", b"report", b"equivocation")
    ]
    world = World()
    _bundled(tmp_path, [*world.entries, *traffic])
    assert published_power(tmp_path, len(world.entries) + 4) == world.state


def _bundled(folder: Path, entries: list[bytes]) -> None:
    """Store the entries as the one bundle of a small log."""
    path = folder / f"tile/entries/000.p/{len(entries)}"
    path.parent.mkdir(parents=True)
    path.write_bytes(encode_entries(entries))


def reached(folder: Path, **changes: object) -> VenueSection:
    """A venue behind ccxt whose key is in a file that is there."""
    (folder / "api-key").write_text("key\nc2VjcmV0\n")
    usual: dict[str, object] = {"kind": "ccxt", "key_file": "api-key"}
    return VenueSection(**{**usual, **changes})  # type: ignore[arg-type]


def with_venue(section: VenueSection) -> Config:
    """A configuration with this one venue."""
    return Config(installation=INSTALLATION, log=LEAST.log, venues={"KRAK": section})


@pytest.mark.parametrize(
    "changes", [{}, {"exchange": "binance", "markets": ("BTC/EUR",)}]
)
def test_a_venue_behind_ccxt_has_a_list_and_an_account(
    tmp_path: Path, changes: dict[str, object]
) -> None:
    section = reached(tmp_path, **changes)
    connected = connect(with_venue(section), tmp_path, system_clock().clock)
    assert (
        [*connected.venues] == [*connected.lists] == [*connected.accounts] == ["KRAK"]
    )
    asyncio.run(connected.closing())


@pytest.mark.parametrize(
    ("text", "wanted"),
    [(None, "want an API key"), ("one line\n", "a line each"), ("\n\n", "a line each")],
)
def test_a_gateway_without_its_key_says_so_at_its_start(
    tmp_path: Path, text: str | None, wanted: str
) -> None:
    section = reached(tmp_path)
    (tmp_path / "api-key").unlink()
    if text is not None:
        (tmp_path / "api-key").write_text(text)
    with pytest.raises(InputError, match=wanted):
        connect(with_venue(section), tmp_path, system_clock().clock)


def test_a_key_may_come_from_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    section = reached(tmp_path, key_file="", key_env="KRAK")
    with pytest.raises(InputError, match="KRAK_KEY and KRAK_SECRET"):
        key_of("KRAK", section, tmp_path)
    monkeypatch.setenv("KRAK_KEY", "key")
    monkeypatch.setenv("KRAK_SECRET", "secret")
    assert key_of("KRAK", section, tmp_path) == ("key", "secret")
