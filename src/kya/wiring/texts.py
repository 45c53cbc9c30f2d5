"""The texts that the log only commits to, each a file of the data directory.

<data>/texts/<digest>.txt   outside log/, which anybody may be given
"""

from dataclasses import dataclass
from pathlib import Path

from kya.adapters.durable_files import make_folder, replace_file, sync_folder
from kya.authority import acts
from kya.codec.committed_text import CommittedText
from kya.core import tokens
from kya.core.erasure import Ground, TextErased
from kya.core.errors import InputError
from kya.wiring.desk import Desk
from kya.wiring.people import People, signers_of

FOLDER = "texts"


@dataclass(frozen=True, slots=True)
class Texts:
    """Keeps texts, and destroys them."""

    data: Path

    def keep(self, text: CommittedText) -> None:
        """Make a text durable, before anything commits to it."""
        make_folder(self.data / FOLDER)
        replace_file(self._path(text.digest), text.content)

    def require(self, digest: str) -> None:
        """Raise InputError unless the text is here."""
        if not self._path(digest).is_file():
            raise InputError(f"text {digest}: not here")

    def destroy(self, digest: str) -> None:
        """Remove a text and its salt for good; InputError if it is not here."""
        self.require(digest)
        path = self._path(digest)
        path.unlink()
        # Commit point: after this sync no start brings it back. Copies are not ours.
        sync_folder(path.parent)

    def _path(self, digest: str) -> Path:
        """Return where a text is kept."""
        tokens.require(tokens.DIGEST, "digest", digest)
        return self.data / FOLDER / f"{digest}.txt"


def erase(desk: Desk, digest: str, ground: Ground, people: People) -> int:
    """Return the entry by which these people have a text destroyed."""
    signers = signers_of(desk, people)
    erased = TextErased(text=digest, ground=ground, at=desk.clock())
    return desk.remote.append(acts.erase(erased, *signers))
