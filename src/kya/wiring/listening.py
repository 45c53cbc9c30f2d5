"""Sockets that listen, and the URLs at which they are reached."""

import contextlib
import os
import socket
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from kya.core.errors import TransientError

BACKLOG: Final = 256
WILDCARD: Final = "0.0.0.0"  # noqa: S104  a name to recognise, nothing is bound here
LOOPBACK: Final = "127.0.0.1"
_GROUP_ONLY: Final = 0o117


@dataclass(frozen=True, slots=True, kw_only=True)
class Listening:
    """A socket that listens, and the URL at which this machine reaches it."""

    socket: socket.socket
    url: str
    path: Path | None = None

    def close(self) -> None:
        """Stop listening; a Unix socket's path is removed."""
        self.socket.close()
        if self.path is not None:
            self.path.unlink(missing_ok=True)


def listen_on(host: str, port: int, scheme: str) -> Listening:
    """Return a socket that listens on TCP; TransientError when the port is taken."""
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        listener.listen(BACKLOG)
    except OSError as error:
        listener.close()
        msg = f"{host}:{port}: cannot listen ({error.strerror})"
        raise TransientError(msg) from error
    at, number = listener.getsockname()[:2]
    reached = LOOPBACK if at == WILDCARD else at
    return Listening(socket=listener, url=f"{scheme}://{reached}:{number}")


def listen_at(path: Path) -> Listening:
    """Return a Unix socket that its owner and group may reach, and nobody else."""
    with contextlib.suppress(FileNotFoundError):
        if stat.S_ISSOCK(path.stat().st_mode):
            path.unlink()  # Of a gateway that was killed: this one holds the log.
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    before = os.umask(_GROUP_ONLY)
    try:
        listener.bind(str(path))
        listener.listen(BACKLOG)
    except OSError as error:
        listener.close()
        raise TransientError(f"{path}: cannot listen ({error.strerror})") from error
    finally:
        os.umask(before)
    return Listening(socket=listener, url=f"unix:{path}", path=path)
