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
    PricesSection,
    VenueSection,
    read_config,
    render_config,
)
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
    assert config.prices.kind == "seeded"
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
        prices=PricesSection(kind="recorded", directory=text, seed=port),
        venues={
            name: VenueSection(faults=faults)  # type: ignore[arg-type]
            for name, faults in venues.items()
        },
    )
    directory = tmp_path_factory.getbasetemp()
    assert read_config(_written(directory, render_config(config))) == config


@pytest.mark.parametrize(
    ("section", "where"),
    [
        ("", ""),
        ("[installation]", "$.installation"),
        ("[log]", "$.log"),
        ("[gateway]", "$.gateway"),
        ("[prices]", "$.prices"),
        ("[venues.SIMA]", "$.venues"),
    ],
)
def test_an_unknown_key_is_named_with_its_place(
    tmp_path: Path, section: str, where: str
) -> None:
    config = Config(
        installation=INSTALLATION,
        log=LEAST.log,
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
        ('kind = "seeded"', 'kind = "live"', "prices.kind"),
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
