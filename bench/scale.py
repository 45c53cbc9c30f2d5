"""How much to measure."""

from enum import Enum


class Scale(Enum):
    """Moderate for every day; full for a proof, which takes many minutes."""

    MODERATE = "moderate"
    FULL = "full"
