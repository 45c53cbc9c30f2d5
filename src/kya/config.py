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
    require_safe_address,
    require_tls,
)
from kya.core.errors import InputError
from kya.core.limits import (
    DROP_COPY_MILLIS_MAX,
    MANDATE_DIRECTORS_MIN,
    RETENTION_YEARS,
    VENUE_ANSWER_MICROS_MAX,
)
from kya.core.limits_outside import ALERT_TARGETS_MAX
from kya.fix.limits import HEARTBEAT_SECONDS_MAX

CONFIG_FILE: Final = "kya.toml"

CONNECTION_SECONDS: Final = 600
CONNECTION_SECONDS_MAX: Final = 1_200
"""A third of a channel certificate's hour: the client renews at two thirds, and the
connections it opened before have ended by the time the old one does."""


PORT_MAX: Final = 65_535

TlsMode = Literal["off", "mutual", "proxy"]
Halting = Literal["venue", "firm", "none"]
FaultName = Literal["lost", "timeout", "reject", "partial"]


VENUE_MILLIS_MIN: Final = 100
VENUE_MILLIS_MAX: Final = VENUE_ANSWER_MICROS_MAX // 1_000
"""The gateway itself waits no longer for a venue."""


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


class VenueSection(Section, frozen=True, kw_only=True):
    """One venue.

    `unexplained` is what is halted when the venue's own list names an execution that
    the log does not know, or knows otherwise: the venue, the firm, or none.

    `paper`: `faults` maps a client order id to what goes wrong with it. `ccxt`: orders
    go to `exchange`, at `url` unless that is empty, under the key that is in `key_file`
    (a path from the data directory: the key and its secret, a line each) or in the
    environment, in `<key_env>_KEY` and `<key_env>_SECRET`. `fix`: orders go to `url`,
    `tls://` or, on loopback, `tcp://`, where we are `comp_id` and the venue is
    `venue_comp_id`; a key, if there is one, is user name and password. With `resets`
    both sides number their messages anew at each Logon. Behind `tls://` the venue's
    certificate must name the host, or `server_name`, under the CA in `ca_file`, or else
    one of the system's; ours, if it wants one, is in `cert_file` and `cert_key_file`.
    """

    kind: Literal["paper", "ccxt", "fix"] = "paper"
    unexplained: Halting = "venue"
    faults: dict[str, FaultName] = msgspec.field(default_factory=dict[str, FaultName])
    exchange: Literal["kraken"] = "kraken"
    url: str = ""
    key_file: str = ""
    key_env: str = ""
    timeout_ms: int = 4_000
    comp_id: str = ""
    venue_comp_id: str = ""
    heartbeat_seconds: int = 30
    resets: bool = False
    ca_file: str = ""
    server_name: str = ""
    cert_file: str = ""
    cert_key_file: str = ""

    def __post_init__(self) -> None:
        """Refuse what belongs to another kind, and a road that others could read."""
        certificate = (self.cert_file, self.cert_key_file)
        require_tls(self.url, (self.ca_file, self.server_name, *certificate))
        if bool(self.cert_file) is not bool(self.cert_key_file):
            raise ValueError("cert_file and cert_key_file: want both, or neither")
        if self.kind == "paper":
            if self.url or self.key_file or self.key_env:
                raise ValueError(
                    'url, key_file and key_env are for kind "ccxt" or "fix"'
                )
            return
        if self.faults:
            raise ValueError('faults are for kind "paper"')
        is_fix = self.kind == "fix"
        if is_fix is not bool(self.comp_id and self.venue_comp_id):
            raise ValueError('comp_id and venue_comp_id are for kind "fix", want both')
        if self.key_file and self.key_env:
            raise ValueError("want a key_file or a key_env, and not both")
        if not (self.key_file or self.key_env or is_fix):
            raise ValueError("want a key_file or a key_env")
        if not 1 <= self.heartbeat_seconds <= HEARTBEAT_SECONDS_MAX:
            raise ValueError(f"heartbeat_seconds: want 1 to {HEARTBEAT_SECONDS_MAX}")
        if self.url or is_fix:
            require_safe_address(
                self.url, ("tls", "tcp") if is_fix else ("https", "http")
            )
        if not VENUE_MILLIS_MIN <= self.timeout_ms <= VENUE_MILLIS_MAX:
            raise ValueError(
                f"timeout_ms: want {VENUE_MILLIS_MIN} to {VENUE_MILLIS_MAX}"
            )


class DropCopySection(Section, frozen=True, kw_only=True):
    """How often the venues' own lists of executions are copied; 0 for when asked."""

    every_ms: int = 1_000

    def __post_init__(self) -> None:
        """Refuse an interval that lies before the one before."""
        if not 0 <= self.every_ms <= DROP_COPY_MILLIS_MAX:
            raise ValueError(f"every_ms: want 0 to {DROP_COPY_MILLIS_MAX}")


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
