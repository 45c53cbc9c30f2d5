"""Findings: what one step of the verification found, for one of the ten questions."""

from collections import Counter
from dataclasses import dataclass, field
from enum import Enum
from typing import Final

PACKAGE: Final = 0
"""Stands where a question's number would: the finding is about the package itself."""

FINDINGS_MAX: Final = 100
"""Findings kept of one verdict on one question; hostile packages make millions."""


class Verdict(Enum):
    """Three-valued truth. UNKNOWN is never shown as a tick."""

    HOLDS = "HOLDS"
    FAILS = "FAILS"
    UNKNOWN = "UNKNOWN"


SEVERITY: Final = {Verdict.HOLDS: 0, Verdict.UNKNOWN: 1, Verdict.FAILS: 2}


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One result: which question it answers, how, and the file or entry it is about."""

    question: int
    verdict: Verdict
    sentence: str
    where: str = ""


@dataclass(slots=True)
class Findings:
    """Collects findings; all of them count, the first hundred of a kind are kept."""

    kept: list[Finding] = field(default_factory=list[Finding])
    counts: Counter[tuple[int, Verdict]] = field(
        default_factory=Counter[tuple[int, Verdict]]
    )

    def holds(self, question: int, sentence: str) -> None:
        """Keep what a step has established."""
        self._keep(question, Verdict.HOLDS, sentence, "")

    def unknown(self, question: int, sentence: str, where: str = "") -> None:
        """Keep what a step could not tell, and why."""
        self._keep(question, Verdict.UNKNOWN, sentence, where)

    def fails(self, question: int, where: str, sentence: str) -> None:
        """Keep what does not hold; `where` names the file or entry."""
        self._keep(question, Verdict.FAILS, sentence, where)

    def copy(self) -> "Findings":
        """Return the same findings, to go back to."""
        return Findings(list(self.kept), Counter(self.counts))

    def go_back_to(self, former: "Findings") -> None:
        """Forget what was found since."""
        self.kept, self.counts = former.kept, former.counts

    def put_between(self, former: "Findings", others: "Findings") -> None:
        """Put what somebody else has found before whatever was found since."""
        since = Findings(
            self.kept[len(former.kept) :],
            Counter({kind: n - former.counts[kind] for kind, n in self.counts.items()}),
        )
        self.go_back_to(former)
        for found in (others, since):
            omitted = Counter(found.counts)
            for each in found.kept:
                self._keep(each.question, each.verdict, each.sentence, each.where)
                omitted[each.question, each.verdict] -= 1
            self.counts.update(omitted)

    def failed(self, question: int) -> bool:
        """Tell whether anything about this question does not hold."""
        return self.found(question, Verdict.FAILS)

    def found(self, question: int, verdict: Verdict) -> bool:
        """Tell whether any finding about this question has this verdict."""
        return self.counts[question, verdict] > 0

    def omitted(self, question: int) -> dict[Verdict, int]:
        """Return how many findings of each verdict were not kept."""
        counts = {verdict: self.counts[question, verdict] for verdict in Verdict}
        return {
            verdict: count - FINDINGS_MAX
            for verdict, count in counts.items()
            if count > FINDINGS_MAX
        }

    def _keep(self, question: int, verdict: Verdict, sentence: str, where: str) -> None:
        self.counts[question, verdict] += 1
        if self.counts[question, verdict] > FINDINGS_MAX:
            return
        self.kept.append(
            Finding(question=question, verdict=verdict, sentence=sentence, where=where)
        )
