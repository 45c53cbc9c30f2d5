"""Other detectors on the same thirteen features: words as rarity, numbers as cells."""

from collections.abc import Callable, Sequence
from typing import Any, Final

import numpy as np
from pyod.models.copod import COPOD
from pyod.models.ecod import ECOD
from pyod.models.hbos import HBOS
from pyod.models.iforest import IForest
from pyod.models.knn import KNN
from pyod.models.loda import LODA
from pyod.models.lof import LOF
from river.anomaly import HalfSpaceTrees

from kya.core.features import FEATURES, Cells

Matrix = Any
"""numpy's array; its stubs are not installed where the types are checked."""


class Numbers:
    """Cells as numbers, as well prepared as our own tables are.

    A word is as far out as it is rare, in bits, and where our tables are of the market,
    so is this. Sizes are told from their market's median. Every column is scaled to
    mean 0 and deviation 1, for distances add columns up.
    """

    def __init__(self, known: Sequence[Cells]) -> None:
        self._counts: dict[tuple[int, str, Any], int] = {}
        self._sizes: dict[tuple[int, str], int] = {}
        found: dict[tuple[int, str], list[float]] = {}
        for cells in known:
            for index, cell in enumerate(cells):
                market = self._market(index, cells)
                key, whole = (index, market, cell), (index, market)
                self._counts[key] = self._counts.get(key, 0) + 1
                self._sizes[whole] = self._sizes.get(whole, 0) + 1
                if isinstance(cell, int):
                    found.setdefault(whole, []).append(cell)
        self._medians = {key: float(np.median(each)) for key, each in found.items()}
        self._pooled = [
            float(
                np.mean([m for (n, _), m in self._medians.items() if n == index] or [0])
            )
            for index in range(len(FEATURES))
        ]
        rows = np.array([self._row(cells) for cells in known], dtype=float)
        self._mean = rows.mean(axis=0)
        spread = rows.std(axis=0)
        self._spread = np.where(spread > 0, spread, 1.0)

    def matrix(self, found: Sequence[Cells]) -> Matrix:
        """Return the cells of each order as a row of numbers."""
        rows = np.array([self._row(cells) for cells in found], dtype=float)
        return (rows - self._mean) / self._spread

    def _row(self, cells: Cells) -> list[float]:
        return [self._number(index, cells) for index in range(len(FEATURES))]

    def _number(self, index: int, cells: Cells) -> float:
        market, cell = self._market(index, cells), cells[index]
        if FEATURES[index].is_word:
            seen = self._counts.get((index, market, cell), 0)
            whole = self._sizes.get((index, market), 0)
            return float(-np.log2((seen + 0.5) / (whole + 1)))
        if not isinstance(cell, int):
            return 0.0
        if FEATURES[index].by_market:
            return cell - self._medians.get((index, market), self._pooled[index])
        return float(cell)

    @staticmethod
    def _market(index: int, cells: Cells) -> str:
        return cells.market if FEATURES[index].by_market else ""


class _Trees:
    """River's half-space trees, learned once, each order scored as it is."""

    def __init__(self) -> None:
        self._model: Any = HalfSpaceTrees(seed=1)
        self._low = self._span = np.zeros(0)

    def fit(self, rows: Matrix) -> None:
        """Learn the rows."""
        self._low = rows.min(axis=0)
        self._span = np.maximum(rows.max(axis=0) - self._low, 1e-9)
        for row in self._scaled(rows):
            self._model.learn_one(dict(enumerate(row)))

    def decision_function(self, rows: Matrix) -> Matrix:
        """Return a score for each row."""
        scaled = self._scaled(rows)
        return np.array([self._model.score_one(dict(enumerate(r))) for r in scaled])

    def _scaled(self, rows: Matrix) -> list[list[float]]:
        scaled = (rows - self._low) / self._span
        return [list(map(float, row)) for row in np.clip(scaled, 0, 1)]


LIBRARIES: Final[dict[str, Callable[[], Any]]] = {
    "KNN (PyOD)": KNN,
    "LOF (PyOD)": LOF,
    "HBOS (PyOD)": HBOS,
    "ECOD (PyOD)": ECOD,
    "COPOD (PyOD)": COPOD,
    "IForest (PyOD)": lambda: IForest(n_estimators=200, random_state=1),
    "LODA (PyOD)": LODA,
    "Half-space trees (River)": _Trees,
}


def fitted(name: str, rows: Matrix) -> Any:  # noqa: ANN401  a detector of any library
    """Return the detector, with everything but its features at its default."""
    np.random.seed(1)  # noqa: NPY002  what some of them draw from
    model = LIBRARIES[name]()
    model.fit(rows)
    return model
