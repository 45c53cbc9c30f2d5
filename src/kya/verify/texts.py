"""Texts that entries commit to: each shown one must be the one, none may be another."""

import re
from dataclasses import dataclass, field
from typing import Final

from kya.codec.committed_text import CommittedText, commitments_in
from kya.core.errors import DistrustError, InputError
from kya.verify.finding import PACKAGE, Findings
from kya.verify.package import File

_ERASED: Final = re.compile(
    rb'\{"_type":"kya/erasure/v1","at":"[^"]*","ground":"[a-z]*","text":"([0-9a-f]{64})"'
)
_PATH: Final = re.compile(r"texts/([0-9a-f]{64})\.txt", re.ASCII)


@dataclass(slots=True)
class Texts:
    """Collects the commitments of the log, and holds the package's texts against them.

    A text that is not shown may be withheld, or destroyed: an entry tells, or nobody.
    """

    named: set[str] = field(default_factory=set[str])
    shown: set[str] = field(default_factory=set[str])
    erased: set[str] = field(default_factory=set[str])

    def take(self, raw: bytes) -> None:
        """Take note of what an entry commits to."""
        self.named.update(commitments_in(raw))
        if match := _ERASED.match(raw):
            self.erased.add(match[1].decode("ascii"))

    def examine(self, file: File, findings: Findings) -> None:
        """Check that a file holds a text of the log."""
        match = _PATH.fullmatch(file.path)
        if match is None or match[1] not in self.named:
            findings.fails(PACKAGE, file.path, "no entry commits to such a text")
            return
        try:
            CommittedText.read(file.content, match[1])
        except (InputError, DistrustError) as error:
            findings.fails(PACKAGE, file.path, str(error))
        if match[1] in self.erased:
            findings.fails(PACKAGE, file.path, "was destroyed, an entry says")
        self.shown.add(match[1])

    def conclude(self, findings: Findings) -> None:
        """Say how many are not shown."""
        if destroyed := len(self.named & self.erased):
            findings.holds(PACKAGE, f"texts destroyed, as entries say: {destroyed}")
        if missing := len(self.named - self.shown - self.erased):
            findings.unknown(
                PACKAGE,
                f"texts that entries commit to and nobody shows: {missing} of"
                f" {len(self.named)}; withheld or destroyed",
            )
