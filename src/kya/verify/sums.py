"""SHA256SUMS beside the files: neither may have what the other lacks."""

import re
from collections.abc import Iterator
from typing import Final

from kya.codec.package_layout import SUMS, place
from kya.core.errors import DistrustError
from kya.verify.finding import PACKAGE, Findings
from kya.verify.package import File, Package

_LINE_BYTES_MAX: Final = 300
_SUMS_LINE: Final = re.compile(rb"([0-9a-f]{64})  ([!-~]+)\n")


def listed(package: Package, findings: Findings) -> Iterator[tuple[str, str]]:
    """Yield digest and path of each line of SHA256SUMS."""
    try:
        for number, line in enumerate(package.lines(SUMS, _LINE_BYTES_MAX), start=1):
            match = _SUMS_LINE.fullmatch(line)
            if match is None:
                where = f"{SUMS} line {number}"
                findings.fails(PACKAGE, where, "want a SHA-256, two spaces and a path")
                return
            yield match[1].decode("ascii"), match[2].decode("ascii")
    except (FileNotFoundError, DistrustError) as error:
        missing = isinstance(error, FileNotFoundError)
        findings.fails(PACKAGE, SUMS, "missing" if missing else str(error))


def all_as_listed(package: Package) -> bool:
    """Tell whether SHA256SUMS and the files agree in everything."""
    findings = Findings()
    sums = Sums(listed(package, findings), findings)
    for file in package.files():
        if file.path != SUMS:
            sums.meet(file)
    sums.end()
    return not findings.kept


class Sums:
    """Merges the walk with the list: both rise, so neither is kept in memory."""

    def __init__(self, listed: Iterator[tuple[str, str]], findings: Findings) -> None:
        self._listed, self._findings = listed, findings
        self._next = next(listed, None)
        self._place = () if self._next is None else place(self._next[1])

    def meet(self, file: File) -> None:
        """Compare a file with its line; lines before it have no file."""
        if self._next is not None and self._next[1] != file.path:
            self._skip_to(place(file.path))
        if self._next is None or self._next[1] != file.path:
            self._findings.fails(PACKAGE, file.path, f"not listed in {SUMS}")
            return
        digest, _ = self._next
        if digest != file.digest.hex():
            self._findings.fails(
                PACKAGE, file.path, f"its SHA-256 is not that in {SUMS}"
            )
        self._advance()

    def _skip_to(self, here: tuple[str, ...]) -> None:
        """Report the lines before this place."""
        while self._next is not None and self._place < here:
            self._missing()

    def end(self) -> None:
        """Report the lines that are left."""
        while self._next is not None:
            self._missing()

    def _missing(self) -> None:
        if self._next is not None:
            path = self._next[1]
            self._findings.fails(PACKAGE, path, f"listed in {SUMS} but missing")
            self._advance()

    def _advance(self) -> None:
        """Take the next line, which must come after the former one."""
        former, self._next = self._place, next(self._listed, None)
        if self._next is None:
            return
        path = self._next[1]
        self._place = place(path)
        if self._place <= former:
            self._findings.fails(
                PACKAGE, SUMS, f"{path} is out of order or comes twice"
            )
