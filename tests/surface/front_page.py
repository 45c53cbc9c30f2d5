"""The excerpt of the demonstration on the front page, compared with a real run."""

from typing import Final

from tests.surface.blocks import FENCE, ROOT
from tests.surface.session import agrees

_BEGIN: Final = "<!-- demo:begin -->\n"
_END: Final = "<!-- demo:end -->\n"


def excerpt() -> tuple[str, ...]:
    """The lines that the front page shows, `…` where some are left out."""
    page = (ROOT / "README.md").read_text("utf-8")
    marked = page.partition(_BEGIN)[2].partition(_END)[0]
    ((_, text),) = FENCE.findall(marked)
    return tuple(text.splitlines())


def shows(printed: str) -> bool:
    """Tell whether a run of a hundred columns that printed this is the one shown."""
    return agrees(("…", *excerpt(), "…"), printed.splitlines())
