"""The venues in the configuration: where orders go, and how their lists are copied."""

from typing import Final, Literal

import msgspec

from kya.config_outside import Section, require_safe_address, require_tls
from kya.core.limits import DROP_COPY_MILLIS_MAX, VENUE_ANSWER_MICROS_MAX
from kya.core.limits_outside import (
    MARKETS_ASKED_MAX,
    VENUE_TIMER_SECONDS_MAX,
    VENUE_TIMER_SECONDS_MIN,
)
from kya.core.tokens import MARKET
from kya.fix.limits import HEARTBEAT_SECONDS_MAX

Halting = Literal["venue", "firm", "none"]
FaultName = Literal["lost", "timeout", "reject", "partial"]

VENUE_MILLIS_MIN: Final = 100
VENUE_MILLIS_MAX: Final = VENUE_ANSWER_MICROS_MAX // 1_000
"""The gateway itself waits no longer for a venue."""


class VenueSection(Section, frozen=True, kw_only=True):
    """One venue.

    `unexplained` is what is halted when the venue's own list names an execution that
    the log does not know, or knows otherwise: the venue, the firm, or none.

    `paper`: `faults` maps a client order id to what goes wrong with it. `ccxt`: orders
    go to `exchange`, at `url` unless that is empty, under the key that is in `key_file`
    (a path from the data directory: the key and its secret, a line each) or in the
    environment, in `<key_env>_KEY` and `<key_env>_SECRET`; `markets` are all that are
    used at an exchange that tells of one at a time, which `binance` does.

    `fix`: orders go to `url`, `tls://` or, on loopback, `tcp://`, where we are
    `comp_id` and the venue is `venue_comp_id`; a key, if there is one, is user name and
    password. With `resets` both sides number their messages anew at each Logon. Behind
    `tls://` the venue's certificate must name the host, or `server_name`, under the CA
    in `ca_file`, or else one of the system's; ours, if it wants one, is in `cert_file`
    and `cert_key_file`.
    With `cancel_after_seconds` the exchange's own timer cancels once we are gone.
    """

    kind: Literal["paper", "ccxt", "fix"] = "paper"
    unexplained: Halting = "venue"
    faults: dict[str, FaultName] = msgspec.field(default_factory=dict[str, FaultName])
    exchange: Literal["kraken", "binance"] = "kraken"
    markets: tuple[str, ...] = ()
    url: str = ""
    key_file: str = ""
    key_env: str = ""
    timeout_ms: int = 4_000
    cancel_after_seconds: int = 0
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
        self._require_markets()
        certificate = (self.cert_file, self.cert_key_file)
        require_tls(self.url, (self.ca_file, self.server_name, *certificate))
        if bool(self.cert_file) is not bool(self.cert_key_file):
            raise ValueError("cert_file and cert_key_file: want both, or neither")
        if self.cancel_after_seconds and not (
            self.kind == "ccxt"
            and VENUE_TIMER_SECONDS_MIN
            <= self.cancel_after_seconds
            <= VENUE_TIMER_SECONDS_MAX
        ):
            raise ValueError(
                'cancel_after_seconds: for kind "ccxt", want '
                f"{VENUE_TIMER_SECONDS_MIN} to {VENUE_TIMER_SECONDS_MAX}"
            )
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

    def _require_markets(self) -> None:
        """Refuse markets where they are not asked for, and their absence elsewhere."""
        is_binance = self.kind == "ccxt" and self.exchange == "binance"
        if not is_binance:
            if self.markets:
                raise ValueError('markets are for exchange "binance"')
            return
        if not 1 <= len(set(self.markets)) == len(self.markets) <= MARKETS_ASKED_MAX:
            raise ValueError(f"markets: want 1 to {MARKETS_ASKED_MAX} different ones")
        for market in self.markets:
            if MARKET.fullmatch(market) is None:
                raise ValueError(f"markets: want names as BTC/EUR, got {market!r}")
        if self.cancel_after_seconds:
            raise ValueError("cancel_after_seconds: binance has no such timer for spot")


class DropCopySection(Section, frozen=True, kw_only=True):
    """How often the venues' own lists of executions are copied; 0 for when asked."""

    every_ms: int = 1_000

    def __post_init__(self) -> None:
        """Refuse an interval that lies before the one before."""
        if not 0 <= self.every_ms <= DROP_COPY_MILLIS_MAX:
            raise ValueError(f"every_ms: want 0 to {DROP_COPY_MILLIS_MAX}")
