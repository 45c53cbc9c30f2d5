"""The report: ten questions, each with the worst of its findings."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from kya.codec.perimeter import Perimeter, perimeter_of
from kya.verify.finding import (
    PACKAGE,
    SEVERITY,
    Finding,
    Findings,
    Verdict,
)

QUESTIONS: Final = {
    1: (
        "Does the certificate chain verify to the root that the regulator already"
        " holds?"
    ),
    2: "Does every order's signature verify under the right certificate?",
    3: (
        "Does the scope in the certificate equal the scope in the signed board"
        " resolution?"
    ),
    4: "Did any allowed order exceed the scope, including running daily totals?",
    5: (
        "Is every denial justified by the rules, and does re-running the rules give"
        " exactly the same decisions?"
    ),
    6: (
        "Was the baseline established from the observed orders, and locked before the"
        " first live order?"
    ),
    7: "Did each incident follow the procedure, with times from the log?",
    8: "Was the log ever rewritten, and has everyone seen the same log?",
    9: "Did anything reach the venue another way?",
    10: "Is an order missing (gap-free sequence and hash chain per agent)?",
}
"""The regulator's questions, in that order; HOLDS is always the good answer."""

PACKAGE_QUESTION: Final = "Is the package complete, and is nothing in it but its log?"

NOT_CHECKED: Final = (
    "whether the orders look like the agent's usual ones, unless a baseline is locked",
    "whether what people decided about an incident was right, or why it came to one",
    "whether everyone was shown this same log, unless your policy names witnesses",
    "whether the gateway's clock was right, but for what others' times bound",
    "whether a reference or fill price was the market's",
    "whether a copied list is the venue's (bring the venue's own with --executions)",
    "whether private keys were where the log says they are",
    "README.txt and what is in verify/, but for its SHA-256: these are conveniences",
)

EXIT_CODES: Final = {Verdict.HOLDS: 0, Verdict.FAILS: 1, Verdict.UNKNOWN: 3}

_NOT_REACHED: Final = "not examined: an earlier step could not go on"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One question, its verdict, and every finding behind it, the worst first."""

    question: int
    text: str
    verdict: Verdict
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """What was examined, in figures of the verifier's own.

    `known` of the entries were verified before and not examined in full again;
    `withheld` of them the package does not show.
    """

    package: str
    origin: str
    entries: int
    known: int
    withheld: int
    orders: int
    agents: tuple[str, ...]
    markets: tuple[str, ...]
    root_sha256: str

    def perimeter(self) -> Iterator[Perimeter]:
        """Yield what the verifier's own reviewed table says of each market, as spot."""
        return map(perimeter_of, self.markets)


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """The outcome of a verification. `package` is about the files themselves."""

    subject: Subject
    package: Answer
    answers: tuple[Answer, ...]
    not_checked: tuple[str, ...] = NOT_CHECKED

    @classmethod
    def of(cls, subject: Subject, findings: Findings) -> "Report":
        """Return the report of all findings."""
        return cls(
            subject=subject,
            package=_answer(PACKAGE, PACKAGE_QUESTION, findings),
            answers=tuple(
                _answer(number, text, findings) for number, text in QUESTIONS.items()
            ),
        )

    @property
    def verdict(self) -> Verdict:
        """The worst of all answers."""
        return _worst(answer.verdict for answer in (self.package, *self.answers))

    @property
    def exit_code(self) -> int:
        """0 when all hold, 1 when one fails, 3 when one cannot be told."""
        return EXIT_CODES[self.verdict]

    def answer(self, question: int) -> Answer:
        """Return the answer to one of the ten questions, 0 for the package."""
        return self.answers[question - 1] if question else self.package

    def to_json(self) -> bytes:
        """Return the report for programs; text in it may come from the package."""
        subject = self.subject
        document = {
            "_type": "kya/verification/v1",
            "answers": [_answer_fields(answer) for answer in self.answers],
            "exit_code": self.exit_code,
            "not_checked": list(self.not_checked),
            "package": _answer_fields(self.package),
            "perimeter": {
                each.market: list(each.sentences()) for each in subject.perimeter()
            },
            "subject": {
                "agents": list(subject.agents),
                "entries": subject.entries,
                "known": subject.known,
                "orders": subject.orders,
                "origin": subject.origin,
                "package": subject.package,
                "root_sha256": subject.root_sha256,
                "withheld": subject.withheld,
            },
            "verdict": self.verdict.value,
        }
        return json.dumps(document, indent=1, sort_keys=True).encode("ascii") + b"\n"


def _answer(number: int, text: str, findings: Findings) -> Answer:
    """Return one answer; a question without a finding is unknown."""
    found = [finding for finding in findings.kept if finding.question == number]
    for verdict, count in findings.omitted(number).items():
        found.append(
            _finding(number, verdict, f"and {count} more findings of this kind")
        )
    if not found:
        found.append(_finding(number, Verdict.UNKNOWN, _NOT_REACHED))
    found.sort(key=lambda finding: -SEVERITY[finding.verdict])
    return Answer(
        question=number, text=text, verdict=found[0].verdict, findings=tuple(found)
    )


def _finding(number: int, verdict: Verdict, sentence: str) -> Finding:
    return Finding(question=number, verdict=verdict, sentence=sentence)


def _worst(verdicts: Iterable[Verdict]) -> Verdict:
    return max(verdicts, key=SEVERITY.__getitem__)


def _answer_fields(answer: Answer) -> dict[str, object]:
    return {
        "findings": [
            {
                "sentence": finding.sentence,
                "verdict": finding.verdict.value,
                "where": finding.where,
            }
            for finding in answer.findings
        ],
        "question": answer.question,
        "text": answer.text,
        "verdict": answer.verdict.value,
    }
