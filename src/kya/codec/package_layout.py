"""Where everything lies in an evidence package (spec/package.md).

Every part of a path is made of letters, digits, dot, dash and underscore, so that no
name can leave the package or mean another thing to another system.
"""

import re
from typing import Final

README: Final = "README.txt"
SUMS: Final = "SHA256SUMS"
POLICY: Final = "policy.txt"
REPORT_JSON: Final = "report.json"
REPORT_CSV: Final = "report.csv"
VERIFY_SH: Final = "verify/verify.sh"
VERIFY_HTML: Final = "verify/verify.html"
ROOT_PEM: Final = "trust/root.pem"
ISSUER_PEM: Final = "trust/issuer.pem"
ROOT_CRL_PEM: Final = "trust/root-crl.pem"
LOG: Final = "log/"
CHECKPOINT: Final = "log/checkpoint"
WITNESSED: Final = "witnessed"
STAMPS: Final = "stamps"
TEXTS: Final = "texts/"

ARCHIVE_FOLDER: Final = "evidence"
"""The one folder that an archive unpacks to, whatever the archive is called."""

CHECKPOINTS_MAX: Final = 1_024
"""Former checkpoints in one package; each costs its reader a signature and a root."""

STAMPED_MAX: Final = 512
"""Former checkpoints with time stamps in one package; they count among the others."""

PATH_CHARS_MAX: Final = 200
"""With the archive's folder this fits a tar header; an agent's name has 64."""

_STAMP: Final = re.compile(r"([1-9][0-9]{0,18})\.([A-Za-z0-9_-]+)\.tsr", re.ASCII)
_PART: Final = r"(?!\.{1,2}(?:/|\Z))[A-Za-z0-9._-]+"
_PATH: Final = re.compile(f"{_PART}(?:/{_PART})*", re.ASCII)


def certificate_path(role: str, name: str, serial: int) -> str:
    """Return the place of a certificate, its serial in upper-case hexadecimal."""
    return f"trust/{role}-{name}-{serial:X}.pem"


def crl_path(number: int) -> str:
    """Return the place of a revocation list."""
    return f"trust/crl-{number}.pem"


def mandate_path(digest: str) -> str:
    """Return the place of a mandate; the digest is the SHA-256 of its line."""
    return f"trust/mandate-{digest}.note"


def checkpoint_path(size: int) -> str:
    """Return the place of a former checkpoint."""
    return f"checkpoints/{size}.note"


def witnessed_path(size: int) -> str:
    """Return the place of a checkpoint that witnesses have cosigned."""
    return f"{WITNESSED}/{size}.note"


def stamp_path(size: int, authority: str) -> str:
    """Return the place of an authority's time stamp on a former checkpoint."""
    return f"{STAMPS}/{size}.{authority}.tsr"


def stamped_size(name: str) -> int | None:
    """Return the size in a time stamp's file name; None for another name."""
    match = _STAMP.fullmatch(name)
    return None if match is None else int(match[1])


def text_path(digest: str) -> str:
    """Return the place of a text that entries commit to."""
    return f"{TEXTS}{digest}.txt"


def order_path(agent: str, seq: int) -> str:
    """Return the place of an agent's order."""
    return f"orders/{agent}/{seq:09d}.note"


def proof_path(agent: str, seq: int) -> str:
    """Return the place of the proof that an order is in the log."""
    return f"orders/{agent}/{seq:09d}.tlog-proof"


def decision_path(agent: str, seq: int) -> str:
    """Return the place of the gateway's decision on an order."""
    return f"decisions/{agent}/{seq:09d}.note"


def is_plain(path: str) -> bool:
    """Tell whether the path is one that a package may hold."""
    return len(path) <= PATH_CHARS_MAX and _PATH.fullmatch(path) is not None


def place(path: str) -> tuple[str, ...]:
    """Return what files are sorted by: folder by folder, each by name."""
    return tuple(path.split("/"))


def sums_line(digest: str, path: str) -> bytes:
    """Return the line of SHA256SUMS that `sha256sum -c` reads."""
    return f"{digest}  {path}\n".encode("ascii")
