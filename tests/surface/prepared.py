"""A `kya` for pages that is there at once: one process has imported it, and forks.

A page runs a dozen commands, and each would spend most of its time on imports. What
runs is the same `main`, in a process of its own with its own arguments, folder,
variables and files; that `kya` starts from nothing, too, is tested elsewhere.
"""

import atexit
import gc
import json
import os
import selectors
import signal
import socket
import subprocess
import sys
from contextlib import suppress
from functools import cache
from io import TextIOWrapper
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from kya.cli.app import command_line, main
from tests.surface.blocks import ROOT

_REQUEST_BYTES_MAX: Final = 1 << 20
_WAITING_MAX: Final = 64
_STUB: Final = """\
#!{python} -IS
import array, json, os, signal, socket, sys
said = json.dumps([sys.argv, os.getcwd(), dict(os.environ)]).encode()
with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as way:
    way.connect("{address}")
    files = array.array("i", [0, 1, 2])
    way.sendmsg([said], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, files)])
    process = int(way.recv(16))
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, lambda number, _: os.kill(process, number))
    code = int(way.recv(16))
if code < 0:
    signal.signal(-code, signal.SIG_DFL)
    os.kill(os.getpid(), -code)
sys.exit(code)
"""


@cache
def folder_of_prepared() -> Path:
    """Return the folder of a `kya` that is prepared as long as this process runs."""
    held = TemporaryDirectory(prefix="kya-")
    folder = Path(held.name)
    address, stub = folder / "socket", folder / "kya"
    command = [sys.executable, "-m", __name__, str(address)]
    server = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE)
    atexit.register(held.cleanup)
    atexit.register(server.wait)
    atexit.register(server.terminate)
    if server.stdout is None or not server.stdout.readline():
        raise AssertionError("no kya could be prepared")
    stub.write_text(_STUB.format(python=sys.executable, address=address))
    stub.chmod(0o755)
    return folder


def _serve(address: str) -> None:
    """Fork for each command and tell its stub how it ended; returns in the command."""
    running: dict[int, socket.socket] = {}
    woken, waker = socket.socketpair()
    waker.settimeout(0)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.set_wakeup_fd(waker.fileno())
    listening = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    listening.bind(address)
    listening.listen(_WAITING_MAX)
    chosen = selectors.DefaultSelector()
    chosen.register(listening, selectors.EVENT_READ)
    chosen.register(woken, selectors.EVENT_READ)
    os.write(1, b"ready\n")
    while True:
        for key, _ in chosen.select():
            if key.fileobj is woken:
                woken.recv(_WAITING_MAX)
                _tell(running)
                continue
            stub, _ = listening.accept()
            process = os.fork()
            if process == 0:
                signal.set_wakeup_fd(-1)
                signal.signal(signal.SIGCHLD, signal.SIG_DFL)
                _become(stub)
                return
            running[process] = stub


def _tell(running: dict[int, socket.socket]) -> None:
    """Tell the stubs of all commands that have ended how they did."""
    while running:
        process, status = os.waitpid(-1, os.WNOHANG)
        if process == 0:
            return
        with running.pop(process) as stub, suppress(OSError):  # It may be gone.
            stub.send(str(os.waitstatus_to_exitcode(status)).encode())


def _become(stub: socket.socket) -> None:
    """Take over what the stub was started with."""
    said, files, _, _ = socket.recv_fds(stub, _REQUEST_BYTES_MAX, 3)
    arguments, folder, variables = json.loads(said)
    for number, file in enumerate(files):
        os.dup2(file, number)
        os.close(file)
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(variables)
    sys.argv = arguments
    sys.stdin = os.fdopen(0)
    sys.stdout, sys.stderr = _unbuffered(1), _unbuffered(2)
    stub.send(str(os.getpid()).encode())


def _unbuffered(number: int) -> TextIOWrapper:
    """Return what writes to a file at once."""
    return TextIOWrapper(os.fdopen(number, "wb", 0), "utf-8", write_through=True)


if __name__ == "__main__":
    command_line()
    gc.freeze()
    _serve(sys.argv[1])
    main()
