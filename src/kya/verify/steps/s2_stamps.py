"""Step 2, third part: when tree heads were there, by the clocks of others (RFC 3161).

A time stamp on a tree head bounds every entry below it from above, and so the clock of
the gateway that dated them.
"""

from typing import Final

from kya.codec.package_layout import (
    CHECKPOINTS_MAX,
    STAMPS,
    checkpoint_path,
    stamped_size,
)
from kya.core.errors import DistrustError, InputError
from kya.core.instant import Instant
from kya.pki.stamp_authorities import Authorities
from kya.verify.brought import Brought
from kya.verify.finding import Findings
from kya.verify.package import Package
from kya.verify.steps.s1_log import Pass

SKEW_SECONDS: Final = 60
"""How far an authority's clock may be behind the gateway's before it is a finding."""

STAMPS_MAX: Final = 8 * CHECKPOINTS_MAX
"""Time stamps in one package: those of eight authorities on every tree head."""


def examine_stamps(
    package: Package, found: Pass, brought: Brought, findings: Findings
) -> None:
    """Check every time stamp under the verifier's own roots, if it has brought any."""
    names = package.names(STAMPS)
    if len(names) > STAMPS_MAX:
        findings.fails(8, f"{STAMPS}/", f"want at most {STAMPS_MAX} files")
        return
    for name in names:
        if stamped_size(name) is None:
            findings.fails(8, f"{STAMPS}/{name}", "has a name that no time stamp has")
    stamped = [name for name in names if stamped_size(name) is not None]
    if brought.authorities is None:
        if stamped:
            count = len(stamped)
            findings.holds(8, f"not looked at: {count} time stamps (want --tsa)")
        return
    for name in stamped:
        at = _examined(package, found, name, brought.authorities, findings)
        if at is not None:
            found.stamps[name] = at
    times = found.stamps.values()
    if times:
        findings.holds(
            8,
            f"time stamps of your authorities: {len(times)}, from {min(times)} to"
            f" {max(times)}, none before the entries below it",
        )
    elif not stamped:
        findings.unknown(8, "no time stamp of your authorities")


def _examined(
    package: Package,
    found: Pass,
    name: str,
    authorities: Authorities,
    findings: Findings,
) -> Instant | None:
    """Return the time of a stamp; None, and a finding, if it does not count."""
    # The library is an extra, and whoever has brought authorities has it.
    from kya.pki.time_stamps import stamped_at  # noqa: PLC0415

    path, size = f"{STAMPS}/{name}", stamped_size(name) or 0
    try:
        note = package.read(checkpoint_path(size))
        at = stamped_at(package.read(path), note, authorities)
    except FileNotFoundError:
        findings.fails(8, path, f"{checkpoint_path(size)}, which it is on, is missing")
        return None
    except (InputError, DistrustError) as error:
        findings.fails(8, path, str(error))
        return None
    there = found.moments.get(size)
    if there is not None and at < there.plus(seconds=-SKEW_SECONDS):
        findings.fails(
            8,
            path,
            f"is of {at}; the last of the {size} entries is of {there}: back-dated",
        )
        return None
    return at
