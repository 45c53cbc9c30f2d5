"""Archives as bytes: the one ustar header that a file of a package can have.

Owner 0, mode 0644, time 0, regular files only (POSIX.1-2017, pax, "ustar Interchange
Format"). Links, devices, long-name extensions and second spellings do not exist here:
a header is read by rendering what was read and comparing.
"""

from typing import Final

from kya.codec.package_layout import is_plain
from kya.core.errors import MalformedError

BLOCK: Final = 512
END: Final = bytes(2 * BLOCK)
"""Two empty blocks end an archive."""

SIZE_MAX: Final = 8**11 - 1
_NAME_CHARS: Final = 100
_PREFIX_CHARS: Final = 155


def header(path: str, size: int) -> bytes:
    """Return the header block of a regular file; MalformedError if it has none."""
    if not is_plain(path) or not 0 <= size <= SIZE_MAX:
        msg = f"archive: {path[:80]!r} of {size} bytes does not fit a ustar header"
        raise MalformedError(msg)
    prefix, name = _split(path)
    block = bytearray(BLOCK)
    for start, field in (
        (0, name),
        (100, "0000644\0"),
        (108, "0000000\0"),
        (116, "0000000\0"),
        (124, f"{size:011o}\0"),
        (136, "00000000000\0"),
        (148, " " * 8),
        (156, "0"),
        (257, "ustar\x0000"),
        (345, prefix),
    ):
        block[start : start + len(field)] = field.encode("ascii")
    block[148:156] = f"{sum(block):06o}\0 ".encode("ascii")
    return bytes(block)


def parse_header(block: bytes) -> tuple[str, int]:
    """Return path and size of the file that follows; MalformedError otherwise."""
    try:
        name = block[:_NAME_CHARS].rstrip(b"\0").decode("ascii")
        prefix = block[345 : 345 + _PREFIX_CHARS].rstrip(b"\0").decode("ascii")
        size = int(block[124:135], 8)
    except ValueError as error:
        msg = "archive: want the header of a plain file"
        raise MalformedError(msg) from error
    path = f"{prefix}/{name}" if prefix else name
    if header(path, size) != block:
        kind = chr(block[156]) if block[156:157].isalnum() else "?"
        msg = (
            f"archive: {path[:80]!r} (type {kind!r}): want a regular file with owner 0,"
            " time 0 and mode 0644, as this product writes it; unpack other archives"
            " yourself and check the folder"
        )
        raise MalformedError(msg)
    return path, size


def padding(size: int) -> bytes:
    """Return the zeros that fill a file's last block."""
    return bytes(-size % BLOCK)


def _split(path: str) -> tuple[str, str]:
    """Return prefix and name: the name as long as it can be."""
    if len(path) <= _NAME_CHARS:
        return "", path
    at = path.find("/", len(path) - _NAME_CHARS - 1)
    if not 0 < at <= _PREFIX_CHARS or at == len(path) - 1:
        msg = f"archive: path {path[:80]!r} does not fit a ustar header"
        raise MalformedError(msg)
    return path[:at], path[at + 1 :]
