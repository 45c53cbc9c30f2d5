"""The files of a partial package: each is listed, and none is there but a part's."""

from kya.codec.package_layout import CHECKPOINT, LOG, POLICY, README, STAMPS, SUMS
from kya.codec.package_layout import WITNESSED as COSIGNED
from kya.codec.partial import ENTRIES, PARTIAL_JSON
from kya.core.errors import InputError
from kya.tlog.tile import Tile, belongs_to, parse_path
from kya.verify.finding import PACKAGE, Findings
from kya.verify.package import Package
from kya.verify.steps.s1_log import Pass
from kya.verify.sums import Sums, listed

_SINGLE = frozenset({README, POLICY, PARTIAL_JSON, CHECKPOINT})
_JUDGED = (ENTRIES, "checkpoints/", f"{COSIGNED}/", f"{STAMPS}/")
"""Folders whose files the steps before have looked at, one by one."""


def examine_partial_files(package: Package, found: Pass, findings: Findings) -> None:
    """Walk the package beside SHA256SUMS and name what no part has."""
    sums, count = Sums(listed(package, findings), findings), 0
    expected = found.reexecution.expected.digests
    for file in package.files():
        count += 1
        if file.path == SUMS:
            continue
        sums.meet(file)
        if not (file.path in _SINGLE or file.path.startswith(_JUDGED)):
            _examine_tile(file.path, found.head.size, findings)
        if file.path == POLICY and file.digest != expected.get(POLICY):
            findings.fails(PACKAGE, POLICY, "is not what the log gives")
    sums.end()
    if not findings.failed(PACKAGE):
        findings.holds(PACKAGE, f"{count} files of a part, each listed in {SUMS}")


def _examine_tile(path: str, size: int, findings: Findings) -> None:
    """Check that this is a file of hashes that the tree has."""
    try:
        file = parse_path(path.removeprefix(LOG)) if path.startswith(LOG) else None
    except InputError:
        file = None
    if not isinstance(file, Tile) or not belongs_to(file, size):
        findings.fails(PACKAGE, path, f"no part of a log of {size} has such a file")
