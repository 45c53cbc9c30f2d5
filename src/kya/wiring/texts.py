"""The texts that the log only commits to, each a file of the data directory.

<data>/texts/<digest>.txt   outside log/, which anybody may be given
"""

from dataclasses import dataclass
from pathlib import Path

from kya.adapters.durable_files import make_folder, replace_file, sync_folder
from kya.codec.committed_text import CommittedText
from kya.core import tokens
from kya.core.errors import InputError

FOLDER = "texts"


@dataclass(frozen=True, slots=True)
class Texts:
    """Keeps texts, and destroys them."""

    data: Path

    def keep(self, text: CommittedText) -> None:
        """Make a text durable, before anything commits to it."""
        make_folder(self.data / FOLDER)
        replace_file(self._path(text.digest), text.content)

    def destroy(self, digest: str) -> None:
        """Remove a text and its salt for good; InputError if it is not here."""
        path = self._path(digest)
        try:
            path.unlink()
        except FileNotFoundError as error:
            raise InputError(f"text {digest}: not here") from error
        # Commit point: after this sync no start brings it back. Copies are not ours.
        sync_folder(path.parent)

    def _path(self, digest: str) -> Path:
        """Return where a text is kept."""
        tokens.require(tokens.DIGEST, "digest", digest)
        return self.data / FOLDER / f"{digest}.txt"
