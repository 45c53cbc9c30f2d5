"""The PDF is for archives: what PDF/A-3b demands stands, and its absence is seen."""

import re

import pytest

from kya.wiring.report_files import pdf_of
from tests.report.archival import faults_in
from tests.report.reports import report_on
from tests.verify.packages import Handed


@pytest.fixture(scope="module")
def pdf(sound: Handed) -> bytes:
    return pdf_of(report_on(sound))


def test_a_report_is_an_archival_file(pdf: bytes) -> None:
    assert faults_in(pdf) == []


@pytest.mark.parametrize(
    ("what", "other", "fault"),
    [
        (rb"<pdfaid:part>3", b"<pdfaid:part>1", "6.6.2"),
        (rb"/OutputIntents", b"/OutputIntentz", "6.2.3"),
        (rb"/FontFile3 ", b"/FontFile9 ", "6.2.11.4"),
        (rb"/AFRelationship/\w+", None, "6.8: no relationship"),
        (rb"/AF\[", b"/AE[", "6.8: an embedded file that is associated"),
        (rb"%PDF-1.7", b"%PDF-2.0", "6.1.2"),
    ],
)
def test_what_is_missing_is_seen(
    pdf: bytes, what: bytes, other: bytes | None, fault: str
) -> None:
    def instead(match: re.Match[bytes]) -> bytes:
        return match[0][:-1] + b"x" if other is None else other

    changed, count = re.subn(what, instead, pdf)
    assert count
    assert any(found.startswith(fault) for found in faults_in(changed))
