"""An examination: the verifier's report, and the log that it was found on."""

from dataclasses import dataclass
from hashlib import sha256

from kya.verify.report import Report
from kya.verify.steps.s1_log import Pass
from kya.verify.steps.s4_report import derived


@dataclass(frozen=True, slots=True, kw_only=True)
class Examination:
    """What came of it; `found` is None of a package without a readable tree head.

    `sums` is SHA256SUMS as it was found, and empty where there is none.
    """

    report: Report
    found: Pass | None
    sums: bytes

    @property
    def package_digest(self) -> str:
        """SHA-256 of SHA256SUMS, which names every file; the same for any archive."""
        return sha256(self.sums).hexdigest() if self.sums else ""

    @property
    def report_json(self) -> bytes | None:
        """report.json as the log gives it; the package's own, if the package holds."""
        return None if self.found is None else derived(self.found)
