"""Measures of detection, and how sure they are."""

from collections.abc import Sequence
from typing import Any

import numpy as np

RESAMPLES = 2_000


def auroc(normal: Sequence[float], strange: Sequence[float]) -> float:
    """Return the chance that a strange order scores above a normal one."""
    ordered = np.sort(np.asarray(normal))
    below = np.searchsorted(ordered, strange)
    up_to = np.searchsorted(ordered, strange, side="right")
    return float(((below + up_to) / 2 / len(ordered)).mean())


def found_at(normal: Sequence[float], strange: Sequence[float], part: float) -> float:
    """Return which part of the strange is above all but this part of the normal."""
    falling = np.sort(np.asarray(normal))[::-1]
    threshold = falling[int(len(falling) * part)]
    return float((np.asarray(strange) > threshold).mean())


def interval(values: Sequence[float]) -> tuple[float, float]:
    """Return where 95 % of resampled means over bots lie."""
    rng: Any = np.random.default_rng(1)
    sample = np.asarray(values)
    means = rng.choice(sample, size=(RESAMPLES, len(sample))).mean(axis=1)
    low, high = np.percentile(means, [2.5, 97.5])
    return float(low), float(high)
