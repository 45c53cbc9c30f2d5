"""The configuration's sections on people outside: witnesses, and time stamps."""

import msgspec

from kya.core import tokens
from kya.core.limits import (
    STAMP_AUTHORITIES_MAX,
    STAMP_SECONDS_MAX,
    WITNESS_MILLIS_MAX,
)


class _Section(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True
): ...


class WitnessesSection(_Section, frozen=True, kw_only=True):
    """The witnesses that cosign the log: those of a policy, each at its URL.

    `policy` is a path from the data directory; none if it is empty.
    """

    policy: str = ""
    every_ms: int = 1_000
    timeout_ms: int = 2_000

    def __post_init__(self) -> None:
        """Refuse to ask without a pause, or to wait for ever."""
        for name, millis in (
            ("every_ms", self.every_ms),
            ("timeout_ms", self.timeout_ms),
        ):
            if not 1 <= millis <= WITNESS_MILLIS_MAX:
                raise ValueError(f"{name}: want 1 to {WITNESS_MILLIS_MAX}")


class StampAuthoritySection(_Section, frozen=True, kw_only=True):
    """One authority that puts times on tree heads (RFC 3161).

    `root_file` is a path from the data directory to the root under which its answers
    must stand; `policy` is the identifier that they must name, if any.
    """

    url: str
    root_file: str
    policy: str = ""


class TimeStampsSection(_Section, frozen=True, kw_only=True):
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
