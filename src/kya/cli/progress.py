"""A progress bar on stderr, for people only."""

from collections.abc import Callable, Generator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TaskID,
    TextColumn,
)


@contextmanager
def progress() -> Generator[Callable[[str, int, int], None]]:
    """Yield a function that takes what is done, how much of it, and out of how much."""
    bars: dict[str, TaskID] = {}
    console = Console(stderr=True)
    with Progress(
        TextColumn("{task.description:>12}"),
        BarColumn(),
        MofNCompleteColumn(),
        console=console,
        transient=True,
        disable=not console.is_terminal,
    ) as shown:

        def report(what: str, done: int, total: int) -> None:
            """Show how far one piece of work has come."""
            if what not in bars:
                bars[what] = shown.add_task(what, total=total)
            shown.update(bars[what], completed=done, total=total)

        yield report
