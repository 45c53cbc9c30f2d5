"""Show in the tutorial what its commands print now: `python -m tests.surface.refresh`.

Only what is shown and has changed is written; where lines are left out (`…`), a person
has to choose again, and is told so.
"""

import shutil
import sys
import tempfile
from pathlib import Path

from tests.surface.blocks import ROOT, TUTORIAL, Step, blocks, steps
from tests.surface.session import ANY_LINES, Session, agrees


def main() -> None:
    """Run the tutorial and write it anew."""
    page = TUTORIAL.read_text("utf-8")
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        shutil.copytree(ROOT / "examples", folder / "examples")
        with Session.begin(folder) as session:
            for block in blocks(TUTORIAL):
                if block.language == "console":
                    page = page.replace(block.text, _refreshed(block.text, session))
    TUTORIAL.write_text(page, "utf-8")


def _refreshed(text: str, session: Session) -> str:
    """The text of a console block with what its commands print now."""
    lines: list[str] = []
    for step in steps(text):
        lines += (f"$ {step.command}", *_shown(step, session.run(step.command)))
    return "".join(f"{line}\n" for line in lines)


def _shown(step: Step, printed: list[str]) -> tuple[str, ...]:
    """What to show below a command: as before where that still agrees."""
    if not step.shown or agrees(step.shown, printed):
        return step.shown
    if ANY_LINES in step.shown:
        sys.stderr.write(f"choose again what to show of: {step.command}\n")
        return step.shown
    return tuple(line.rstrip() for line in printed)


if __name__ == "__main__":
    main()
