"""A baseline in words: what each feature usually is, for people."""

from typing import Final, NamedTuple

from kya.core.behaviour_score import ORDINARY
from kya.core.features import AUX, DEVIATION, FEATURES, GAP, RECENT, SIZE, TIME_OF_DAY
from kya.core.learned_baseline import LearnedBaseline, NumberTable, WordTable

_BARS: Final = " ▁▂▃▄▅▆▇█"
_BAR_COLUMNS: Final = 48
_SEVERAL: Final = 8


class Reading(NamedTuple):
    """What is usual, by feature and market, each as one line of text."""

    lines: dict[str, str]

    def told(self, name: str) -> str:
        """Return what is said of a feature."""
        return self.lines.get(name, "unknown")

    def document(self) -> dict[str, str]:
        """Return it for programs."""
        return self.lines


def reading_of(baseline: LearnedBaseline) -> Reading:
    """Return a baseline in words."""
    lines: dict[str, str] = {}
    for index, (feature, table) in enumerate(
        zip(FEATURES, baseline.tables.pooled, strict=True)
    ):
        lines[feature.name] = _text(index, table)
    for market, own in sorted(baseline.tables.own.items()):
        for index, table in sorted(own.items()):
            lines[f"{FEATURES[index].name} in {market}"] = _text(index, table)
    lines["weekend"] = "new" if baseline.weekend else "as any day"
    return Reading(lines)


def difference(one: Reading, other: Reading) -> list[str]:
    """Return a line for each feature that two baselines tell differently."""
    names = [*one.lines, *(name for name in other.lines if name not in one.lines)]
    pairs = [(name, one.told(name), other.told(name)) for name in names]
    return [f"{name}: {a}  →  {b}" for name, a, b in pairs if a != b]


def curve(table: NumberTable, columns: int = _BAR_COLUMNS) -> str:
    """Return how usual the cells are as a row of blocks: the higher, the more."""
    cells = table.cells
    if not cells:
        return ""
    width = max(1, -(-len(cells) // columns))
    least = [min(cells[at : at + width]) for at in range(0, len(cells), width)]
    top = len(_BARS) - 1
    highest = max(1, *cells)
    return "".join(_BARS[top - top * bits // highest] for bits in least)


def _text(index: int, table: WordTable | NumberTable) -> str:
    """Return one feature in words."""
    if isinstance(table, WordTable):
        usual = sorted(word for word, bits in table.words.items() if bits < table.novel)
        more = f" and {len(usual) - _SEVERAL} more" if len(usual) > _SEVERAL else ""
        return ", ".join(usual[:_SEVERAL]) + more
    usual_cells = [
        cell for cell, bits in enumerate(table.cells, table.low) if bits <= ORDINARY
    ]
    if not usual_cells:
        return "never there" if not table.cells else "anything"
    low, high = unit_text(index, usual_cells[0]), unit_text(index, usual_cells[-1])
    return f"{low} to {high}  {curve(table)}"


def unit_text(index: int, cell: int) -> str:
    """Return the value that a cell begins at, with its unit."""
    match index:
        case _ if index == SIZE:
            return f"{2 ** (cell / 64):,.0f} minor units"
        case _ if index == AUX:
            return f"{2 ** (cell / 16):,.0f}"
        case _ if index == DEVIATION:
            sign = "-" if cell < 0 else ""
            return f"{sign}{(2 ** (abs(cell) / 8) - 1) / 10:.1f} bp"
        case _ if index == GAP:
            return f"{2 ** (cell / 8) / 1_000:,.1f} s"
        case _ if index == RECENT:
            return f"{2 ** (max(0, cell) / 8) - 1:.0f} orders"
        case _ if index == TIME_OF_DAY:
            return f"{cell // 12:02}:{cell % 12 * 5:02}"
        case _:
            return f"second {cell}"
