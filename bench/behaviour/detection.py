"""Single orders: strange ones among a bot's own, told by the score and by others."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from bench.behaviour.bots import Bot, cells_over, paces_over
from bench.behaviour.injected import Injected, inject
from bench.behaviour.libraries import LIBRARIES, Numbers, fitted
from bench.behaviour.measures import auroc, found_at
from kya.core.behaviour_score import CRITICAL, WARN, Score, Scorer, score
from kya.core.features import Pace

OURS = "KYA"
PART = 0.001


@dataclass(slots=True)
class Detection:
    """What was found: by detector, per bot; and by the score's own thresholds."""

    auroc: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    found: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    warned: list[float] = field(default_factory=list)
    normals: int = 0
    warnings: int = 0
    criticals: int = 0
    medians: list[float] = field(default_factory=list)
    by_label: dict[str, list[tuple[bool, bool]]] = field(
        default_factory=lambda: defaultdict(list)
    )


def detect(bots: list[Bot], *, with_libraries: bool = True) -> Detection:
    """Return how well the strange orders of all bots are found."""
    result = Detection()
    for number, bot in enumerate(bots):
        rng: Any = np.random.default_rng(7_000 + number)
        others = [each.test for each in bots if each is not bot]
        strange = inject(rng, bot.test, bot.style, others)
        paces = paces_over(bot.pace, bot.test)
        _ours(result, bot, paces, strange)
        if with_libraries:
            _theirs(result, bot, paces, strange)
    return result


def _ours(
    result: Detection, bot: Bot, paces: list[Pace], strange: list[Injected]
) -> None:
    """Add what the score finds."""
    scorer = Scorer.of(bot.baseline)
    normal = [score(scorer, p, a) for p, a in zip(paces, bot.test, strict=True)]
    found: list[Score] = []
    for slot, orders, label in strange:
        for pace, order in zip(paces_over(paces[slot], orders), orders, strict=True):
            scored = score(scorer, pace, order)
            found.append(scored)
            result.by_label[label].append(
                (scored.value >= WARN, scored.value >= CRITICAL)
            )
    warned = sum(1 for each in normal if each.value >= WARN)
    result.warned.append(warned / len(normal))
    result.normals += len(normal)
    result.warnings += warned
    result.criticals += sum(1 for each in normal if each.value >= CRITICAL)
    result.medians.append(float(np.median([each.value for each in normal])) / 10_000)
    _add(result, OURS, list(map(_rank, normal)), list(map(_rank, found)))


def _rank(found: Score) -> float:
    """Return the evidence; among equals the sum decides."""
    return found.evidence + found.excess / 1e9


def _theirs(
    result: Detection, bot: Bot, paces: list[Pace], strange: list[Injected]
) -> None:
    """Add what the libraries find in the same cells."""
    known = cells_over(Pace(), bot.observed)
    numbers = Numbers(known)
    rows = numbers.matrix(known)
    normal = numbers.matrix(cells_over(bot.pace, bot.test))
    odd = numbers.matrix([cells for each in _cells(paces, strange) for cells in each])
    for name in LIBRARIES:
        model = fitted(name, rows)
        # In one call for all, for some of them score an order by its neighbours there.
        scores = model.decision_function(np.vstack([normal, odd]))
        _add(result, name, scores[: len(normal)], scores[len(normal) :])


def _cells(paces: list[Pace], strange: list[Injected]) -> Iterator[list[Any]]:
    for slot, orders, _ in strange:
        yield cells_over(paces[slot], orders)


def _add(result: Detection, name: str, normal: Any, strange: Any) -> None:  # noqa: ANN401
    result.auroc[name].append(auroc(normal, strange))
    result.found[name].append(found_at(normal, strange, PART))
