"""Whoever keeps the machine's clock, asked how far it is from UTC.

Both tell what they believe. The kernel's word is what a daemon has told it: chronyd,
ntpd or timesyncd (adjtimex(2)); its bound grows while nobody disciplines the clock.
"""

import ctypes
import subprocess
from collections.abc import Mapping
from decimal import ROUND_CEILING, Decimal, DecimalException
from pathlib import Path
from typing import Final, Protocol

from kya.core.clock_comparison import Deviation, TimeKeeper
from kya.core.errors import MalformedError, TransientError

_MICROS: Final = 1_000_000
_NANOS_PER_MICRO: Final = 1_000
_SECONDS: Final = 5
_FIELDS: Final = 14


class AskedKeeper(Protocol):
    """Tells how far the clock is from UTC; asking blocks, for 5 s at most."""

    def ask(self) -> Deviation | None:
        """Return it, None while not synchronised; TransientError if nobody tells."""
        ...


class Chrony:
    """`chronyc tracking`, of the chronyd that runs on this machine."""

    def __init__(self, socket: Path | None = None) -> None:
        """Ask where chronyc looks by itself, or at this socket of a chronyd."""
        at = [] if socket is None else ["-h", str(socket)]
        self._command = ["chronyc", *at, "-c", "-n", "tracking"]

    def ask(self) -> Deviation | None:
        """Return what chronyd says."""
        try:
            done = subprocess.run(  # noqa: S603  our own words, and a path of ours
                self._command,
                capture_output=True,
                text=True,
                timeout=_SECONDS,
                check=False,
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            raise TransientError(f"chronyc: {error}") from error
        if done.returncode != 0:
            said = (done.stdout + done.stderr).strip()
            raise TransientError(f"chronyc: {said}")
        return tracked(done.stdout)


def tracked(report: str) -> Deviation | None:
    """Return what one line of `chronyc -c tracking` says of the clock.

    chrony gives the correction that is left, which is positive where the clock is
    behind; the bound is half the delay to its reference and all dispersion.
    """
    fields = report.strip().split(",")
    if len(fields) != _FIELDS:
        raise TransientError(f"chronyc: want {_FIELDS} fields, got {len(fields)}")
    if fields[-1] == "Not synchronised":
        return None
    try:
        behind, delay, dispersion = (Decimal(fields[n]) for n in (4, 10, 11))
        return Deviation(
            offset_micros=int((-behind * _MICROS).to_integral_value()),
            bound_micros=_micros_up(abs(delay) / 2 + dispersion),
        )
    except (DecimalException, MalformedError, ValueError, OverflowError) as error:
        raise TransientError(f"chronyc: no figures in {report.strip()!r}") from error


def _micros_up(seconds: Decimal) -> int:
    """Return the microseconds, a part of one counted whole."""
    return int((seconds * _MICROS).to_integral_value(ROUND_CEILING))


class _Timex(ctypes.Structure):
    """`struct timex` of Linux where a long has 64 bits."""

    _fields_ = [  # type: ignore[mutable-override]  # ctypes types it wider
        ("modes", ctypes.c_uint),
        ("offset", ctypes.c_long),
        ("freq", ctypes.c_long),
        ("maxerror", ctypes.c_long),
        ("esterror", ctypes.c_long),
        ("status", ctypes.c_int),
        ("rest", ctypes.c_char * 256),
    ]


_UNSYNCHRONISED: Final = 0x0040
_NANOSECONDS: Final = 0x2000


class Kernel:
    """The kernel's own account, which any daemon keeps for it; needs Linux."""

    def ask(self) -> Deviation | None:
        """Return what adjtimex(2) says."""
        timex = _Timex()
        try:
            adjtimex = ctypes.CDLL(None, use_errno=True).adjtimex
        except (OSError, AttributeError) as error:
            raise TransientError("kernel: no adjtimex here; want Linux") from error
        if adjtimex(ctypes.byref(timex)) < 0:
            raise TransientError(f"adjtimex: error {ctypes.get_errno()}")
        return disciplined(timex.offset, timex.maxerror, timex.status)


def disciplined(offset: int, most: int, status: int) -> Deviation | None:
    """Return what the kernel's figures say; `offset` is what is left to make up."""
    if status & _UNSYNCHRONISED:
        return None
    behind = offset // _NANOS_PER_MICRO if status & _NANOSECONDS else offset
    try:
        return Deviation(offset_micros=-behind, bound_micros=most)
    except MalformedError as error:
        raise TransientError(f"kernel: {error}") from error


KEEPERS: Final[Mapping[TimeKeeper, type[Chrony] | type[Kernel]]] = {
    TimeKeeper.CHRONY: Chrony,
    TimeKeeper.KERNEL: Kernel,
}
