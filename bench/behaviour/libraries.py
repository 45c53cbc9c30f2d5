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
    """Cells as numbers: a word is as far out as it is rare, in bits."""

    def __init__(self, known: Sequence[Cells]) -> None:
        self._size = len(known)
        self._counts: list[dict[Any, int]] = [{} for _ in FEATURES]
        for cells in known:
            for counts, cell in zip(self._counts, cells, strict=True):
                counts[cell] = counts.get(cell, 0) + 1

    def matrix(self, found: Sequence[Cells]) -> Matrix:
        """Return the cells of each order as a row of numbers."""
        return np.array([self._row(cells) for cells in found], dtype=float)

    def _row(self, cells: Cells) -> list[float]:
        pairs = zip(FEATURES, self._counts, cells, strict=True)
        return [
            float(-np.log2((counts.get(cell, 0) + 0.5) / (self._size + 1)))
            if feature.is_word
            else float(cell or 0)
            for feature, counts, cell in pairs
        ]


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
