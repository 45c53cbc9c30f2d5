"""How the demonstration looks: one row for each thing that happened, as it happens."""

from collections import Counter
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from statistics import median_low
from typing import Final

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn
from rich.table import Table
from rich.text import Text

from kya.core.behaviour_score import WARN
from kya.core.instant import Instant
from kya.core.money import Money
from kya.demo.bot import BotLine
from kya.demo.flow import EUR

_WIDTH: Final = 100  # a line longer than this is not read
_WHO_CHARS: Final = 9
_STYLES: Final = {"allowed": "green", "denied": "red", "refused": "red"}


@dataclass(slots=True)
class Narration:
    """Rows on a console, and a bar below them."""

    console: Console
    progress: Progress
    _task: TaskID | None = None

    @classmethod
    def to(cls, console: Console) -> "Narration":
        """Return a narration whose bar vanishes at the end."""
        progress = Progress(
            TextColumn("{task.description}"),
            BarColumn(bar_width=40),
            MofNCompleteColumn(),
            TextColumn("orders"),
            console=console,
            transient=True,
        )
        return cls(console, progress)

    @property
    def width(self) -> int:
        """Columns to use."""
        return min(self.console.width, _WIDTH)

    def heading(self, text: str) -> None:
        """Show what comes next."""
        self.console.print()
        self.console.print(Text(text, style="bold"))

    def note(self, text: str, style: str = "") -> None:
        """Show a plain line."""
        self.console.print(Text(text, style=style))

    def show(self, table: Table) -> None:
        """Show a table."""
        self.console.print(table)

    @contextmanager
    def bar(self, total: int) -> Generator[None]:
        """Show a bar below the rows until the block ends."""
        with self.progress:
            self._task = self.progress.add_task("", total=total)
            yield

    def advance(self, at: str) -> None:
        """Count one more order on the bar, and show the virtual day."""
        if self._task is not None:
            self.progress.update(self._task, advance=1, description=at[:10])

    def row(self, at: Instant, who: str, what: str, style: str = "") -> None:
        """Show what somebody did at an instant."""
        head = f"{at.to_datetime():%a %d %b %H:%M:%S}  {who:<{_WHO_CHARS}}  "
        for line in Text(what, style).wrap(self.console, self.width - len(head)):
            line.rstrip()
            self.console.print(Text.assemble((head, "dim"), line))
            head = " " * len(head)

    def order(self, at: Instant, number: int, line: BotLine) -> None:
        """Show one order with its answer."""
        asked = f"#{number} {line.market} {line.side} {line.amount}"
        answered = line.explained.partition(" ")[2].partition(" ")[2]
        scored = "" if line.score is None else f" (score 0.{line.score:04})"
        self.row(at, "bot", f"{asked}: {answered}{scored}", _STYLES[line.outcome])


def summary(lines: Sequence[BotLine]) -> str:
    """Return what these orders come to, counted and measured from the bot's record."""
    if not lines:
        return "no orders"
    outcomes = Counter(line.outcome for line in lines)
    counted = ", ".join(f"{count} {outcome}" for outcome, count in outcomes.items())
    markets = Counter(line.market for line in lines)
    shares = ", ".join(
        f"{round(100 * count / len(lines))} % {market}"
        for market, count in sorted(markets.items())
    )
    hours = Counter(Instant.parse(line.at).to_datetime().hour for line in lines)
    busiest = " and ".join(str(hour) for hour in sorted(dict(hours.most_common(2))))
    sizes = [Money.parse(line.amount.partition(" ")[2], EUR) for line in lines]
    middle = Money(median_low(size.minor_units for size in sizes), EUR)
    return (
        f"{len(lines)} orders ({counted}), median {EUR} {middle},"
        f" {shares}, busiest hours {busiest}{_scores(lines)}"
    )


def _scores(lines: Sequence[BotLine]) -> str:
    """Return how unlike the bot's past the orders were, if they have scores."""
    scores = [line.score for line in lines if line.score is not None]
    if not scores:
        return ""
    warned = sum(score >= WARN for score in scores)
    return f", highest score 0.{max(scores):04}, {warned} warned of"
