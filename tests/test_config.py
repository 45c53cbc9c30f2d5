from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kya.adapters.venue_paper import Fault
from kya.config import (
    CONFIG_FILE,
    Config,
    GatewaySection,
    InstallationSection,
    LogSection,
    PaperSection,
    read_config,
    render_config,
)
from kya.config_outside import PriceSourceSection, PricesSection
from kya.config_venues import VenueSection
from kya.core.errors import InputError

FAULTS = tuple(fault.value for fault in Fault)
INSTALLATION = InstallationSection(
    operator="Example AG",
    trust_domain="kya.example",
    root_name="Example Root CA",
    crl_url="http://crl.kya.example/issuing.crl",
)
LEAST = Config(installation=INSTALLATION, log=LogSection(origin="kya.example/log/2026"))
texts = st.text(st.characters(codec="utf-8"), max_size=20)


def _written(directory: Path, text: str | bytes) -> Path:
    raw = text.encode() if isinstance(text, str) else text
    (directory / CONFIG_FILE).write_bytes(raw)
    return directory


def test_what_may_be_left_out_has_a_default(tmp_path: Path) -> None:
    text = """
        [installation]
        operator = "Example AG"
        trust_domain = "kya.example"
        root_name = "Example Root CA"
        crl_url = "http://crl.kya.example/issuing.crl"
        [log]
        origin = "kya.example/log/2026"
    """
    config = read_config(_written(tmp_path, text))
    assert config == LEAST
    assert (config.gateway.host, config.gateway.port) == ("127.0.0.1", 8700)
    assert config.paper.kind == "seeded"
    assert config.prices == PricesSection(apart_bps_max=0, sources={})
    assert config.log.publish_every_ms == 1000


def test_every_setting_is_written_out(tmp_path: Path) -> None:
    text = render_config(LEAST)
    for key in ("host", "port", "publish_every_ms", "kind", "directory", "seed"):
        assert f"\n{key} = " in text
    assert read_config(_written(tmp_path, text)) == LEAST


@given(
    texts,
    st.integers(0, 65_535),
    st.dictionaries(
        texts, st.dictionaries(texts, st.sampled_from(FAULTS), max_size=3), max_size=3
    ),
)
def test_rendering_and_reading_are_inverse(
    tmp_path_factory: pytest.TempPathFactory,
    text: str,
    port: int,
    venues: dict[str, dict[str, str]],
) -> None:
    config = Config(
        installation=INSTALLATION,
        log=LogSection(origin=text),
        gateway=GatewaySection(port=port),
        paper=PaperSection(kind="recorded", directory=text, seed=port),
        prices=PricesSection(
            apart_bps_max=port % 9_999 + 1,
            sources={
                "second": PriceSourceSection(kind="recorded", directory=text),
                "first": PriceSourceSection(kind="http", url="https://feed.example/"),
            },
        ),
        venues={
            name: VenueSection(faults=faults)  # type: ignore[arg-type]
            for name, faults in venues.items()
        },
    )
    directory = tmp_path_factory.getbasetemp()
    found = read_config(_written(directory, render_config(config)))
    assert found == config
    assert list(found.prices.sources) == ["second", "first"]


@pytest.mark.parametrize(
    ("section", "where"),
    [
        ("", ""),
        ("[installation]", "$.installation"),
        ("[log]", "$.log"),
        ("[gateway]", "$.gateway"),
        ("[prices]", "$.prices"),
        ("[prices.sources.feed]", "$.prices.sources"),
        ("[paper]", "$.paper"),
        ("[venues.SIMA]", "$.venues"),
    ],
)
def test_an_unknown_key_is_named_with_its_place(
    tmp_path: Path, section: str, where: str
) -> None:
    config = Config(
        installation=INSTALLATION,
        log=LEAST.log,
        prices=PricesSection(sources={"feed": PriceSourceSection(kind="seeded")}),
        venues={"SIMA": VenueSection()},
    )
    text = render_config(config)
    unknown = "bypass = true\n"
    if section:
        text = text.replace(section + "\n", f"{section}\n{unknown}")
    else:
        text = unknown + text
    with pytest.raises(InputError, match="bypass") as refused:
        read_config(_written(tmp_path, text))
    assert where in str(refused.value)
    assert CONFIG_FILE in str(refused.value)


@pytest.mark.parametrize(
    ("old", "new", "named"),
    [
        ("port = 8700", 'port = "8700"', "gateway.port"),
        ("port = 8700", "port = 87.5", "gateway.port"),
        ('kind = "seeded"', 'kind = "live"', "paper.kind"),
        ('operator = "Example AG"\n', "", "operator"),
        ("[log]", "[log", CONFIG_FILE),
        ("seed = 1", "seed = 1\nseed = 2", CONFIG_FILE),
    ],
)
def test_what_is_wrong_is_named(tmp_path: Path, old: str, new: str, named: str) -> None:
    text = render_config(LEAST)
    assert old in text
    with pytest.raises(InputError, match=named):
        read_config(_written(tmp_path, text.replace(old, new)))


@pytest.mark.parametrize("raw", [b"\xff\xfe", b"operator = \xff"])
def test_bytes_that_are_no_text_are_refused(tmp_path: Path, raw: bytes) -> None:
    with pytest.raises(InputError):
        read_config(_written(tmp_path, raw))


def test_a_directory_without_a_configuration_is_no_installation(
    tmp_path: Path,
) -> None:
    with pytest.raises(InputError, match="want the data directory of `kya up`"):
        read_config(tmp_path)


def test_a_venue_can_have_every_fault_that_the_paper_venue_knows(
    tmp_path: Path,
) -> None:
    faults = {f"c-{fault}": fault for fault in FAULTS}
    venue = VenueSection(faults=faults)  # type: ignore[arg-type]
    config = Config(installation=INSTALLATION, log=LEAST.log, venues={"SIMA": venue})
    assert read_config(_written(tmp_path, render_config(config))) == config
    text = render_config(config).replace('"reject"', '"unheard-of"')
    with pytest.raises(InputError, match="venues"):
        read_config(_written(tmp_path, text))


def _with_prices(tmp_path: Path, text: str) -> Config:
    """What is read where the section of prices says this."""
    least = render_config(LEAST).replace("[prices]\napart_bps_max = 0\n", "")
    return read_config(_written(tmp_path, f"{least}\n{text}"))


FEED = '[prices.sources.feed]\nkind = "http"\nurl = "https://feed.example/"\n'
OTHER = '[prices.sources.other]\nkind = "seeded"\n'
THIRD = '[prices.sources.third]\nkind = "seeded"\n'
AGREE = "[prices]\napart_bps_max = 25\n"


@pytest.mark.parametrize(
    "text", ["", "[prices]\n", FEED, OTHER, AGREE + FEED + OTHER, AGREE + OTHER + FEED]
)
def test_prices_come_from_nowhere_from_one_source_or_from_two_that_agree(
    tmp_path: Path, text: str
) -> None:
    sources = _with_prices(tmp_path, text).prices.sources
    assert len(sources) == text.count("[prices.sources.")


@pytest.mark.parametrize(
    ("text", "named"),
    [
        (AGREE + FEED, "apart_bps_max: want 1 to 9999 with two"),
        (AGREE, "apart_bps_max"),
        (FEED + OTHER, "apart_bps_max"),
        (AGREE.replace("25", "10000") + FEED + OTHER, "apart_bps_max"),
        (AGREE.replace("25", "-1") + FEED + OTHER, "apart_bps_max"),
        (AGREE + FEED + OTHER + THIRD, "sources: want at most 2"),
        (OTHER.replace("other", '"an other"'), "sources: want names like"),
        # What an older version called the prices of paper venues.
        ('[prices]\nkind = "seeded"\nseed = 1\n', "unknown field `kind`"),
        (FEED.replace("https", "http"), "url: want https"),
        (FEED.replace("https", "ftp"), "url: want https"),
        (FEED.replace("feed.example", ""), "url: want https"),
        (
            FEED.replace("feed.example", "ann:secret@feed.example"),
            "no user or password",
        ),
        (FEED.replace("https://feed.example/", ""), "url: want https"),
        (FEED.replace('"http"', '"seeded"'), "are for kind"),
        (FEED + "interval_ms = 9\n", "interval_ms: want 10 to 60000"),
        (FEED + "quiet_ms = 60001\n", "quiet_ms: want 10 to 60000"),
        (FEED + 'token = "secret"\n', "unknown field `token`"),
        (FEED.replace('kind = "http"\n', ""), "missing required field `kind`"),
    ],
)
def test_prices_that_nobody_should_judge_by_are_refused(
    tmp_path: Path, text: str, named: str
) -> None:
    with pytest.raises(InputError, match=named):
        _with_prices(tmp_path, text)


@pytest.mark.parametrize("host", ["127.0.0.1:9000", "localhost", "[::1]:9000"])
def test_a_feed_on_this_machine_needs_no_tls(tmp_path: Path, host: str) -> None:
    text = FEED.replace("https://feed.example", f"http://{host}")
    assert host in _with_prices(tmp_path, text).prices.sources["feed"].url


BINANCE = {
    "kind": "ccxt",
    "exchange": "binance",
    "key_file": "k",
    "markets": ("BTC/EUR",),
}
FIX = {"kind": "fix", "url": "tls://fix.example", "comp_id": "A", "venue_comp_id": "B"}


@pytest.mark.parametrize(
    ("changes", "wanted"),
    [
        ({"url": "https://api.example"}, 'for kind "ccxt" or "fix"'),
        ({"kind": "fix", "url": "tcp://127.0.0.1:1"}, "want both"),
        (
            {"kind": "ccxt", "key_file": "k", "comp_id": "A", "venue_comp_id": "B"},
            'for kind "fix"',
        ),
        ({**FIX, "url": "tcp://fix.example:1"}, "want tls, or tcp on loopback"),
        ({**FIX, "url": ""}, "want tls"),
        ({**FIX, "heartbeat_seconds": 61}, "want 1 to 60"),
        ({**FIX, "key_file": "k", "key_env": "K"}, "and not both"),
        ({**FIX, "cancel_after_seconds": 60}, 'for kind "ccxt", want 15'),
        ({"cancel_after_seconds": 60}, 'for kind "ccxt", want 15'),
        ({"kind": "ccxt", "key_file": "k", "cancel_after_seconds": 14}, "want 15 to"),
        ({**FIX, "cert_file": "a.pem"}, "want both, or neither"),
        ({**FIX, "url": "tcp://127.0.0.1:1", "ca_file": "a"}, "for a tls:// url"),
        ({"kind": "ccxt", "key_file": "k", "server_name": "a"}, "for a tls:// url"),
        ({"ca_file": "ca.pem"}, "for a tls:// url"),
        ({"kind": "ccxt"}, "want a key_file or a key_env"),
        ({"kind": "ccxt", "key_file": "k", "key_env": "K"}, "and not both"),
        ({"kind": "ccxt", "key_file": "k", "faults": {"c": "lost"}}, "for kind"),
        ({"kind": "ccxt", "key_file": "k", "url": "http://api.example"}, "want https"),
        ({"kind": "ccxt", "key_file": "k", "timeout_ms": 5_001}, "want 100 to 5000"),
        ({**BINANCE, "markets": ()}, "markets: want 1 to 4"),
        ({**BINANCE, "markets": ("BTC/EUR",) * 2}, "different"),
        ({**BINANCE, "markets": ("BTCEUR",)}, "markets"),
        ({**BINANCE, "cancel_after_seconds": 60}, "no such timer"),
        ({**BINANCE, "exchange": "kraken"}, 'for exchange "binance"'),
    ],
)
def test_a_venues_section_holds_what_its_kind_needs(
    changes: dict[str, object], wanted: str
) -> None:
    with pytest.raises(ValueError, match=wanted):
        VenueSection(**changes)  # type: ignore[arg-type]


BAD_ALERTS = {
    'kind = "sms"': "kind",
    'kind = "webhook"\nsecrets = ["whsec_c2VjcmV0"]': "not the secret",
    'kind = "webhook"\nsecrets = ["env:1X"]': "not the secret",
    'kind = "webhook"\nnetworks = ["everywhere"]': "IPv4 or IPv6",
    'kind = "webhook"\nnetworks = ["10.0.0.1/8"]': "host bits",
    'kind = "webhook"\nanswer_ms = 99': "answer_ms: want 100 to 30000",
    'kind = "webhook"\nanswer_ms = 30001': "answer_ms",
    'kind = "webhook"\ngive_up_seconds = 0': "give_up_seconds: want 1 to 86400",
    'kind = "apprise"\nurl = "https://x.example"': "not for kind",
    f'kind = "webhook"\nsecrets = {["env:X"] * 9}': "at most 8",
}


@pytest.mark.parametrize(("text", "fault"), BAD_ALERTS.items())
def test_a_target_of_alerts_that_could_not_work_is_refused(
    tmp_path: Path, text: str, fault: str
) -> None:
    least = render_config(LEAST)
    with pytest.raises(InputError, match=fault) as caught:
        read_config(_written(tmp_path, f"{least}\n[alerts.desk]\n{text}\n"))
    assert "c2VjcmV0" not in str(caught.value)


@pytest.mark.parametrize(
    "names", [["a b"], [f"desk-{number}" for number in range(17)]], ids=["odd", "many"]
)
def test_alerts_have_names_that_an_entry_can_hold_and_are_not_too_many(
    tmp_path: Path, names: list[str]
) -> None:
    sections = "".join(f'[alerts."{name}"]\nkind = "webhook"\n' for name in names)
    with pytest.raises(InputError, match="alerts: want"):
        read_config(_written(tmp_path, f"{render_config(LEAST)}\n{sections}"))
