r"""The digests of what an agent is made of, as anybody can make them again.

A file's is its SHA-256. A folder's is the SHA-256 of one line for each file below it,
`<sha256>  <path from the folder>`, sorted by path: what this prints, hashed once more:

    cd FOLDER
    find . -type f -printf '%P\n' | LC_ALL=C sort | xargs -d '\n' sha256sum
"""

from hashlib import file_digest, sha256
from pathlib import Path
from typing import Final

from kya.core import tokens
from kya.core.errors import InputError, MalformedError
from kya.core.limits import RUNTIME_FILES_MAX

PREFIX: Final = "sha256:"


def component(text: str) -> str:
    """Return the digest that `sha256:…` says, or that of the file or folder named."""
    if not text.startswith(PREFIX):
        return digest_of(Path(text))
    digest = text.removeprefix(PREFIX)
    tokens.require(tokens.DIGEST, "sha256", digest)
    return digest


def digest_of(path: Path) -> str:
    """Return the digest of a file or of a folder; InputError if it cannot be read.

    Links are not followed: what they lead to could change unseen. InputError for one,
    as for anything else that is neither file nor folder.
    """
    try:
        if path.is_dir() and not path.is_symlink():
            return _of_folder(path)
        return _of_file(path)
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror})") from error


def _of_folder(folder: Path) -> str:
    """Return the digest of the folder's list of files."""
    paths = sorted(
        (
            found
            for found in folder.rglob("*")
            if found.is_symlink() or not found.is_dir()
        ),
        key=lambda found: bytes(found.relative_to(folder)),
    )
    if not 1 <= len(paths) <= RUNTIME_FILES_MAX:
        raise InputError(
            f"{folder}: want 1 to {RUNTIME_FILES_MAX} files, got {len(paths)}"
        )
    lines = sha256()
    for path in paths:
        name = bytes(path.relative_to(folder))
        if b"\n" in name or b"\\" in name:
            raise MalformedError(f"{path}: want names without line feed and backslash")
        lines.update(_of_file(path).encode("ascii") + b"  " + name + b"\n")
    return lines.hexdigest()


def _of_file(path: Path) -> str:
    """Return the SHA-256 of a plain file."""
    if path.is_symlink() or not path.is_file():
        path.lstat()  # That nothing is there at all is said by the system.
        raise InputError(f"{path}: want a plain file or a folder of such")
    with path.open("rb") as file:
        return file_digest(file, "sha256").hexdigest()
