"""Unpacks an archive of a package, and nothing else, without trusting a byte of it.

Not `tarfile`: it understands links, devices, sparse files and headers of any length. A
package's archive has one kind of member, in one spelling and one order
(kya.codec.ustar), so that no file can come twice, leave the folder or hide another.
"""

import gzip
import zlib
from pathlib import Path
from typing import Final

from kya.codec import ustar
from kya.codec.package_layout import ARCHIVE_FOLDER, place
from kya.core.errors import MalformedError

_CHUNK: Final = 1 << 20
_GZIP_HEADER: Final = bytes.fromhex("1f8b08000000000000ff")
"""No name, no time, no system: what no checksum covers is fixed (RFC 1952 §2.3)."""


def unpack(archive: Path, folder: Path, files_max: int, bytes_max: int) -> None:
    """Write the archive's files below the folder; MalformedError otherwise."""
    with archive.open("rb") as raw:
        if raw.read(len(_GZIP_HEADER)) != _GZIP_HEADER:
            raise MalformedError(
                f"{archive.name}: not an archive as this product writes it; unpack"
                " other archives yourself and check the folder"
            )
        raw.seek(0)
        try:
            with gzip.GzipFile(fileobj=raw, mode="rb") as unpacked:
                _unpack_all(unpacked, folder, files_max, bytes_max)
        except (EOFError, zlib.error, gzip.BadGzipFile) as error:
            raise MalformedError(f"{archive.name}: damaged: {error}") from error


def _unpack_all(
    source: gzip.GzipFile, folder: Path, files_max: int, bytes_max: int
) -> None:
    """Write member after member; they come in rising order, so none comes twice."""
    former: tuple[str, ...] = ()
    written = count = 0
    while (block := source.read(ustar.BLOCK)) and block.strip(b"\0"):
        path, size = ustar.parse_header(block)
        count, written = count + 1, written + size
        if count > files_max or written > bytes_max:
            raise MalformedError(
                f"archive: more than {files_max} files or {bytes_max} bytes"
            )
        folder_name, _, inner = path.partition("/")
        if folder_name != ARCHIVE_FOLDER or not inner or place(inner) <= former:
            raise MalformedError(f"archive: {path!r} is out of place or comes twice")
        former = place(inner)
        _write(source, folder / inner, size)
        if source.read(-size % ustar.BLOCK).strip(b"\0"):
            raise MalformedError(f"archive: {path!r} is followed by stray bytes")
    rest = block + source.read(2 * ustar.BLOCK)
    if rest != ustar.END:
        raise MalformedError("archive: want two empty blocks at its end, and no more")


def _write(source: gzip.GzipFile, target: Path, size: int) -> None:
    """Write one file from the next bytes of the archive."""
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with target.open("xb") as file:
            while size and (chunk := source.read(min(size, _CHUNK))):
                file.write(chunk)
                size -= len(chunk)
    except (FileExistsError, NotADirectoryError, IsADirectoryError) as error:
        raise MalformedError(f"archive: {target.name}: a file and a folder") from error
    if size:
        raise MalformedError(f"archive: {target.name}: ends before its end")
