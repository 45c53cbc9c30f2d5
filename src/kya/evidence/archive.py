"""A package as one file: the same folder gives the same bytes, whoever packs it."""

import gzip
from pathlib import Path

from kya.codec import ustar
from kya.codec.package_layout import ARCHIVE_FOLDER
from kya.evidence.folder import files_below
from kya.evidence.new_file import appearing_file

_CHUNK = 1 << 20


def archive(directory: Path, out: Path) -> None:
    """Write `directory` as a .tar.gz: sorted, owner 0, time 0, one folder inside.

    InputError if `out` exists: evidence is never overwritten. Nothing appears on an
    error.
    """
    with (
        appearing_file(out) as raw,
        # No file name, no time: neither is evidence, both would change the bytes.
        gzip.GzipFile("", "wb", compresslevel=6, fileobj=raw, mtime=0) as packed,
    ):
        for path in files_below(directory):
            _add(packed, directory / path, f"{ARCHIVE_FOLDER}/{path}")
        packed.write(ustar.END)


def _add(packed: gzip.GzipFile, file: Path, path: str) -> None:
    """Write header, content and padding of one file."""
    size = file.stat().st_size
    packed.write(ustar.header(path, size))
    with file.open("rb") as content:
        while chunk := content.read(_CHUNK):
            packed.write(chunk)
    packed.write(ustar.padding(size))
