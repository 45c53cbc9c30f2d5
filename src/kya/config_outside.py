"""Sections of the configuration on others: prices, witnesses, time stamps, alerts."""

import re
from collections.abc import Iterable
from ipaddress import ip_address, ip_network
from typing import Final, Literal
from urllib.parse import urlsplit

import msgspec

from kya.core import tokens
from kya.core.limits import BASIS_POINTS_MAX, CLOCK_MICROS_MAX, PRICE_AGE_MILLIS_MAX
from kya.core.limits_outside import (
    ALERT_ANSWER_MILLIS_MAX,
    ALERT_ANSWER_MILLIS_MIN,
    ALERT_GIVE_UP_SECONDS_MAX,
    ALERT_SECRETS_MAX,
    CLOCK_EVERY_SECONDS_MAX,
    CLOCK_SILENCE_SECONDS_MAX,
    FEED_MILLIS_MIN,
    PRICE_SOURCES_MAX,
    STAMP_AUTHORITIES_MAX,
    STAMP_SECONDS_MAX,
    WITNESS_MILLIS_MAX,
    WITNESS_SILENCE_SECONDS_MAX,
)

AlertKind = Literal["webhook", "pagerduty", "alertmanager", "apprise"]

_SECRET: Final = re.compile(r"file:.+|env:[A-Za-z_][A-Za-z0-9_]*", re.ASCII)


class Section(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A table of the file, in which an unknown key is an error."""


def is_loopback(host: str) -> bool:
    """Tell whether nobody but this machine can reach the host."""
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def require_names(what: str, names: Iterable[str], most: int) -> None:
    """Raise ValueError for too many names, or for one that no entry can hold."""
    found = tuple(names)
    if len(found) > most:
        raise ValueError(f"{what}: want at most {most}")
    for name in found:
        if tokens.NAME.fullmatch(name) is None:
            raise ValueError(f"{what}: want names like {tokens.NAME.pattern}")


def require_safe_address(
    url: str, schemes: tuple[str, str] = ("https", "http")
) -> None:
    """Raise ValueError for an address on whose way others could read or write.

    The first scheme keeps them out, the second is for loopback alone.
    """
    address, (safe, plain) = urlsplit(url), schemes
    is_safe = address.scheme == safe or (
        address.scheme == plain and is_loopback(address.hostname or "")
    )
    if not (is_safe and address.hostname) or "@" in address.netloc:
        raise ValueError(
            f"url: want {safe}, or {plain} on loopback, and no user or password in it"
        )


def require_tls(url: str, settings: Iterable[str]) -> None:
    """Raise ValueError for settings of TLS where there is none."""
    if any(settings) and urlsplit(url).scheme != "tls":
        raise ValueError(
            "ca_file, server_name, cert_file and cert_key_file are for a tls:// url"
        )


class PriceSourceSection(Section, frozen=True, kw_only=True):
    """One source of the prices that orders are judged by.

    `http` reads the feed at `url`; `recorded` and `seeded` are as for paper venues.
    `token_file` and `ca_file` are paths from the data directory.
    """

    kind: Literal["http", "recorded", "seeded"]
    url: str = ""
    token_file: str = ""
    ca_file: str = ""
    interval_ms: int = 200
    quiet_ms: int = 5_000
    directory: str = ""
    seed: int = 1

    def __post_init__(self) -> None:
        """Refuse a feed that somebody on its way could change."""
        if self.kind != "http":
            if self.url or self.token_file or self.ca_file:
                raise ValueError('url, token_file and ca_file are for kind "http"')
            return
        require_safe_address(self.url)
        for name, millis in (
            ("interval_ms", self.interval_ms),
            ("quiet_ms", self.quiet_ms),
        ):
            if not FEED_MILLIS_MIN <= millis <= PRICE_AGE_MILLIS_MAX:
                raise ValueError(
                    f"{name}: want {FEED_MILLIS_MIN} to {PRICE_AGE_MILLIS_MAX}"
                )


class PricesSection(Section, frozen=True, kw_only=True):
    """The prices that orders are judged by: none, one source, or two that must agree.

    `apart_bps_max` is how far the second may be from the first.
    """

    apart_bps_max: int = 0
    sources: dict[str, PriceSourceSection] = msgspec.field(
        default_factory=dict[str, PriceSourceSection]
    )

    def __post_init__(self) -> None:
        """Refuse a second source that confirms nothing, and names that say nothing."""
        require_names("sources", self.sources, PRICE_SOURCES_MAX)
        has_two = len(self.sources) == PRICE_SOURCES_MAX
        if has_two is not (0 < self.apart_bps_max < BASIS_POINTS_MAX):
            raise ValueError(
                f"apart_bps_max: want 1 to {BASIS_POINTS_MAX - 1} with two sources, and"
                " 0 with fewer"
            )


class WitnessesSection(Section, frozen=True, kw_only=True):
    """The witnesses that cosign the log: those of a policy, each at its URL.

    `policy` is a path from the data directory; none if it is empty. With
    `halt_after_s`, the firm is halted once its quorum is older than that.
    """

    policy: str = ""
    every_ms: int = 1_000
    timeout_ms: int = 2_000
    halt_after_s: int = 0

    def __post_init__(self) -> None:
        """Refuse to ask without a pause, or to wait for ever or for nobody."""
        if not 0 <= self.halt_after_s <= WITNESS_SILENCE_SECONDS_MAX:
            raise ValueError(f"halt_after_s: want 0 to {WITNESS_SILENCE_SECONDS_MAX}")
        if self.halt_after_s and not self.policy:
            raise ValueError("halt_after_s: want a policy that names witnesses")
        for name, millis in (
            ("every_ms", self.every_ms),
            ("timeout_ms", self.timeout_ms),
        ):
            if not 1 <= millis <= WITNESS_MILLIS_MAX:
                raise ValueError(f"{name}: want 1 to {WITNESS_MILLIS_MAX}")


class StampAuthoritySection(Section, frozen=True, kw_only=True):
    """One authority that puts times on tree heads (RFC 3161).

    `root_file` is a path from the data directory to the root under which its answers
    must stand; `policy` is the identifier that they must name, if any.
    """

    url: str
    root_file: str
    policy: str = ""


class TimeStampsSection(Section, frozen=True, kw_only=True):
    """Who is asked for time stamps, and how long after the last one at most."""

    every_seconds: int = STAMP_SECONDS_MAX
    authorities: dict[str, StampAuthoritySection] = msgspec.field(
        default_factory=dict[str, StampAuthoritySection]
    )

    def __post_init__(self) -> None:
        """Refuse long silences, and names that no file can have."""
        if not 1 <= self.every_seconds <= STAMP_SECONDS_MAX:
            raise ValueError(f"every_seconds: want 1 to {STAMP_SECONDS_MAX}")
        if len(self.authorities) > STAMP_AUTHORITIES_MAX:
            raise ValueError(f"authorities: want at most {STAMP_AUTHORITIES_MAX}")
        for name in self.authorities:
            if tokens.NAME.fullmatch(name) is None or "." in name:
                raise ValueError("authorities: want names without a dot")


class ClockSection(Section, frozen=True, kw_only=True):
    """Who is asked how far the machine's clock is from UTC; nobody unless named.

    `offset_us_max` bounds what counts as in time. With `halt_after_s`, the firm is
    halted once the clock was not, or nobody could tell, for longer than that.
    """

    keeper: Literal["", "chrony", "kernel"] = ""
    every_s: int = 600
    offset_us_max: int = 1_000
    halt_after_s: int = 0

    def __post_init__(self) -> None:
        """Refuse what could never be asked, or be kept."""
        if not 1 <= self.every_s <= CLOCK_EVERY_SECONDS_MAX:
            raise ValueError(f"every_s: want 1 to {CLOCK_EVERY_SECONDS_MAX}")
        if not 1 <= self.offset_us_max <= CLOCK_MICROS_MAX:
            raise ValueError(f"offset_us_max: want 1 to {CLOCK_MICROS_MAX}")
        if not 0 <= self.halt_after_s <= CLOCK_SILENCE_SECONDS_MAX:
            raise ValueError(f"halt_after_s: want 0 to {CLOCK_SILENCE_SECONDS_MAX}")
        if self.halt_after_s and not self.keeper:
            raise ValueError('halt_after_s: want a keeper, "chrony" or "kernel"')


class AlertSection(Section, frozen=True, kw_only=True):
    """One target that is told of incidents.

    `secrets` say where secrets are: `file:` and a path from the data directory, or
    `env:` and the name of a variable; `url` may, too. `networks` are those that may be
    asked although they are not public. `ca_file` is a path from the data directory.
    """

    kind: AlertKind
    url: str = ""
    secrets: tuple[str, ...] = ()
    ca_file: str = ""
    networks: tuple[str, ...] = ()
    answer_ms: int = 2_000
    give_up_seconds: int = 3_600

    def __post_init__(self) -> None:
        """Refuse a secret in the open, and what could never be told."""
        if len(self.secrets) > ALERT_SECRETS_MAX:
            raise ValueError(f"secrets: want at most {ALERT_SECRETS_MAX}")
        if not all(_SECRET.fullmatch(secret) for secret in self.secrets):
            # What stands there may be the secret itself.
            raise ValueError("secrets: want file:PATH or env:NAME, not the secret")
        for network in self.networks:
            ip_network(network)
        if self.kind == "apprise" and (self.url or self.ca_file or self.networks):
            raise ValueError('url, ca_file and networks are not for kind "apprise"')
        low, high = ALERT_ANSWER_MILLIS_MIN, ALERT_ANSWER_MILLIS_MAX
        if not low <= self.answer_ms <= high:
            raise ValueError(f"answer_ms: want {low} to {high}")
        if not 1 <= self.give_up_seconds <= ALERT_GIVE_UP_SECONDS_MAX:
            raise ValueError(f"give_up_seconds: want 1 to {ALERT_GIVE_UP_SECONDS_MAX}")
