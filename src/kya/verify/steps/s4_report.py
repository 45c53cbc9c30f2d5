"""Step 4: derive the report again; the package's must be the same, byte for byte."""

import json
from collections import Counter

from kya.codec.package_layout import REPORT_CSV, REPORT_JSON
from kya.codec.package_report import Frame, render_csv, render_json
from kya.pki.certificate import parse_certificate
from kya.verify.finding import PACKAGE, Findings
from kya.verify.steps.s1_log import Pass


def derive_report(found: Pass, findings: Findings) -> None:
    """Expect report.json and report.csv as the log gives them, and count once more."""
    again, text = found.reexecution, derived(found)
    if text is None:
        findings.unknown(
            PACKAGE, "not derived again: the log's history ends early", REPORT_JSON
        )
        return
    again.expected.put(REPORT_JSON, text)
    again.expected.put(REPORT_CSV, render_csv(again.tally))
    _compare_with_plain_counts(text, found, findings)


def derived(found: Pass) -> bytes | None:
    """Return report.json as the log gives it; None where its history ends early."""
    again = found.reexecution
    opened = again.state.opened
    if again.stopped or opened is None:
        return None
    frame = Frame(
        root_subject=parse_certificate(again.root).subject.rfc4514_string(),
        issuer_subject=parse_certificate(opened.issuer).subject.rfc4514_string(),
        tree_root=found.head.root.hex(),
    )
    return render_json(again.tally, frame)


def _compare_with_plain_counts(text: bytes, found: Pass, findings: Findings) -> None:
    """Compare attempts and outcomes with what the plain scan has counted."""
    report = json.loads(text)
    plain: Counter[tuple[str, str]] = Counter()
    for agent, part in report["agents"].items():
        for outcome, figure in part["figures"]["all"]["outcomes"].items():
            plain[agent, outcome] = figure["count"]
    wanted = report["agent"]
    counted = Counter(
        {
            key: count
            for key, count in found.scan.counted.items()
            if wanted in {None, key[0]}
        }
    )
    if +plain != +counted:
        findings.fails(PACKAGE, REPORT_JSON, "a plain count of the orders differs")
