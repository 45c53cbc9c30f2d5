"""The configuration: one TOML file, in which an unknown key is an error."""

from pathlib import Path
from typing import Final, Literal, cast

import msgspec

from kya.config_outside import (
    AlertSection,
    ClockSection,
    PricesSection,
    Section,
    TimeStampsSection,
    WitnessesSection,
    is_loopback,
    require_names,
)
from kya.config_venues import DropCopySection, VenueSection
from kya.core.errors import InputError
from kya.core.limits import (
    MANDATE_DIRECTORS_MIN,
    RETENTION_YEARS,
)
from kya.core.limits_outside import (
    ALERT_TARGETS_MAX,
)

CONFIG_FILE: Final = "kya.toml"

CONNECTION_SECONDS: Final = 600
CONNECTION_SECONDS_MAX: Final = 1_200
"""A third of a channel certificate's hour: the client renews at two thirds, and the
connections it opened before have ended by the time the old one does."""


PORT_MAX: Final = 65_535

TlsMode = Literal["off", "mutual", "proxy"]


def port_above(port: int) -> int:
    """Return the next port; 0, any free one, where there is none or none was named."""
    return port + 1 if 0 < port < PORT_MAX else 0


class InstallationSection(Section, frozen=True, kw_only=True):
    """Who runs this installation; these names stand in every certificate.

    `ocsp_url`, unless empty, is where others reach this gateway's `/ocsp`.
    """

    operator: str
    trust_domain: str
    root_name: str
    crl_url: str
    ocsp_url: str = ""


class LogSection(Section, frozen=True, kw_only=True):
    """The log: its name for all time, and how often its tree is signed.

    It is kept for so many years after its last entry; under a legal hold nothing that
    lies beside it is destroyed.
    """

    origin: str
    publish_every_ms: int = 1_000
    retention_years: int = 5
    legal_hold: bool = False

    def __post_init__(self) -> None:
        """Refuse to keep it for less than any rule asks."""
        if self.retention_years not in RETENTION_YEARS:
            raise ValueError("retention_years: want 5 to 100")


class GatewaySection(Section, frozen=True, kw_only=True):
    """Where the gateway listens, and how it knows who is at the other end.

    `off`: it does not, and so listens on loopback only. `mutual`: TLS 1.3 with a
    channel certificate, which is issued at `channel_port`. `proxy`: a proxy on this
    machine does that, and names the certificate in a header; then `socket`, if given,
    is the listener's path, with the others beside it. With both, OCSP and revocation
    lists are also at `status_port`, in plain HTTP, for those without a certificate.
    `names` are the host names and addresses, besides `host`, under which clients reach
    it.
    """

    host: str = "127.0.0.1"
    port: int = 8_700
    tls: TlsMode = "off"
    channel_port: int = 8_701
    status_port: int = 8_702
    names: tuple[str, ...] = ()
    socket: str = ""
    connection_seconds_max: int = CONNECTION_SECONDS

    def __post_init__(self) -> None:
        """Refuse what would let strangers pass for somebody."""
        if self.tls != "mutual" and not is_loopback(self.host):
            raise ValueError(
                f'tls = "{self.tls}" is for a loopback host, got {self.host}; want'
                ' "mutual"'
            )
        if self.socket and self.tls != "proxy":
            raise ValueError('socket is for tls = "proxy"')
        if not 1 <= self.connection_seconds_max <= CONNECTION_SECONDS_MAX:
            raise ValueError(
                f"connection_seconds_max: want 1 to {CONNECTION_SECONDS_MAX}, got"
                f" {self.connection_seconds_max}"
            )


class MandatesSection(Section, frozen=True, kw_only=True):
    """Who may sign mandates, and how many must: `directors_min` of `directors`."""

    directors: tuple[str, ...] = ()
    directors_min: int = MANDATE_DIRECTORS_MIN


class PaperSection(Section, frozen=True, kw_only=True):
    """Where the paper venues take the prices from at which they fill.

    `recorded` replays ticks from `directory`; `seeded` walks a random path from `seed`.
    """

    kind: Literal["recorded", "seeded"] = "seeded"
    directory: str = ""
    seed: int = 1


class Config(Section, frozen=True, kw_only=True):
    """Everything that a gateway and its authority need to know to start."""

    installation: InstallationSection
    log: LogSection
    gateway: GatewaySection = GatewaySection()
    mandates: MandatesSection = MandatesSection()
    prices: PricesSection = PricesSection()
    paper: PaperSection = PaperSection()
    drop_copy: DropCopySection = DropCopySection()
    witnesses: WitnessesSection = WitnessesSection()
    time_stamps: TimeStampsSection = TimeStampsSection()
    clock: ClockSection = ClockSection()
    venues: dict[str, VenueSection] = msgspec.field(
        default_factory=dict[str, VenueSection]
    )
    alerts: dict[str, AlertSection] = msgspec.field(
        default_factory=dict[str, AlertSection]
    )

    def __post_init__(self) -> None:
        """Refuse more targets of alerts than the log should hold entries of."""
        require_names("alerts", self.alerts, ALERT_TARGETS_MAX)


def read_config(directory: Path, name: str = CONFIG_FILE) -> Config:
    """Return the configuration of a data directory; InputError names the bad key."""
    path = directory / name
    try:
        raw = path.read_bytes()
    except OSError as error:
        msg = (
            f"{path}: cannot be read ({error.strerror}); want the data directory of"
            " `kya up`"
        )
        raise InputError(msg) from error
    try:
        return msgspec.toml.decode(raw, type=Config)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        msg = f"{path}: {error}"
        raise InputError(msg) from error


def render_config(config: Config) -> str:
    """Return the configuration as TOML, every setting written out."""
    lines: list[str] = []
    _render(msgspec.to_builtins(config), (), lines)
    return "\n".join(lines).lstrip("\n") + "\n"


def _render(table: dict[str, object], path: tuple[str, ...], lines: list[str]) -> None:
    """Append one table and the tables below it."""
    plain = {k: v for k, v in table.items() if not isinstance(v, dict)}
    if plain:
        if path:
            lines.extend(("", "[" + ".".join(map(_key, path)) + "]"))
        lines.extend(f"{_key(k)} = {_value(v)}" for k, v in plain.items())
    for key, value in table.items():
        if isinstance(value, dict):
            _render(cast("dict[str, object]", value), (*path, key), lines)


def _key(text: str) -> str:
    """Return a TOML key, quoted where it must be."""
    bare = text.replace("-", "").replace("_", "")
    return text if bare.isascii() and bare.isalnum() else _value(text)


def _value(value: object) -> str:
    """Return a TOML value: a JSON one, but for the one character TOML escapes alone."""
    return msgspec.json.encode(value).decode().replace("\x7f", "\\u007f")
