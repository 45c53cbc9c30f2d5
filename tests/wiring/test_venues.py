from pathlib import Path

import pytest

from kya.adapters.venue_paper import Fault
from kya.config import Config, PricesSection, VenueSection
from kya.core.errors import CorruptionError, InputError
from kya.pki.keys import KeyAlgorithm
from kya.pki.note_signer import NoteSigner
from kya.tlog.tile import encode_entries
from kya.wiring.clock import system_clock
from kya.wiring.log_reader import published, published_state
from kya.wiring.venues import prices_of, venues_of
from tests.test_config import INSTALLATION, LEAST
from tests.world import MORNING, ORIGIN, World, signer_for


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


def test_a_seed_makes_the_same_prices() -> None:
    one, two, other = (
        prices_of(PricesSection(seed=seed)).at("EUR/USD", MORNING) for seed in (1, 1, 2)
    )
    assert one is not None
    assert one == two
    assert one != other


def test_recorded_prices_need_their_directory(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="want eurusd_YYYYMMDD_quote"):
        prices_of(PricesSection(kind="recorded", directory=str(tmp_path)))


def test_a_directory_that_is_no_log_says_so(tmp_path: Path) -> None:
    log = NoteSigner(ORIGIN, signer_for("log", KeyAlgorithm.ED25519))
    with pytest.raises(InputError, match="want the log directory of a gateway"):
        published(tmp_path, log.key)
    assert published_state(tmp_path, 0).opened is None


def test_a_log_that_cannot_be_folded_calls_for_a_person(tmp_path: Path) -> None:
    order = World().order_note()
    path = tmp_path / "tile/entries/000.p/1"
    path.parent.mkdir(parents=True)
    path.write_bytes(encode_entries([order]))
    with pytest.raises(CorruptionError, match="entry 0: the first entry must open"):
        published_state(tmp_path, 1)
