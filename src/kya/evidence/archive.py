"""A package as one file: the same folder gives the same bytes, whoever packs it."""

import gzip
from pathlib import Path

from kya.codec import ustar
from kya.codec.package_layout import ARCHIVE_FOLDER
from kya.core.errors import InputError
from kya.evidence.folder import files_below

_CHUNK = 1 << 20


def archive(directory: Path, out: Path) -> None:
    """Write `directory` as a .tar.gz: sorted, owner 0, time 0, one folder inside.

    InputError if `out` exists: evidence is never overwritten. Nothing appears on an
    error.
    """
    if out.exists():
        raise InputError(f"{out}: exists already; evidence is never overwritten")
    part = out.with_name(f".{out.name}.part")
    try:
        with (
            part.open("wb") as raw,
            # No file name, no time: neither is evidence, both would change the bytes.
            gzip.GzipFile("", "wb", compresslevel=6, fileobj=raw, mtime=0) as packed,
        ):
            for path in files_below(directory):
                _add(packed, directory / path, f"{ARCHIVE_FOLDER}/{path}")
            packed.write(ustar.END)
        part.rename(out)  # Commit point: from here on the archive exists.
    finally:
        part.unlink(missing_ok=True)


def _add(packed: gzip.GzipFile, file: Path, path: str) -> None:
    """Write header, content and padding of one file."""
    size = file.stat().st_size
    packed.write(ustar.header(path, size))
    with file.open("rb") as content:
        while chunk := content.read(_CHUNK):
            packed.write(chunk)
    packed.write(ustar.padding(size))
