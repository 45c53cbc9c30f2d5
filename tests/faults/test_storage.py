"""Storage that fails for real: 503, the process ends, and a restart recovers."""

import json
import os
import resource
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.terminal import Up, founded_at, kya_process, starting, up
from tests.faults.oracles import judge
from tests.faults.traders import Address, Trader, enrolled, trading

AGENTS = ["agent-1", "agent-2", "agent-3"]
ROOM_BYTES = 60_000
pytestmark = pytest.mark.serial


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 4 MiB."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=4m", "none", str(disk)]
    if os.geteuid() != 0 or subprocess.run(mount, check=False).returncode != 0:
        pytest.skip("needs the right to mount a small file system")
    try:
        yield disk
    finally:
        subprocess.run(["umount", "--lazy", disk], check=True)


def _traders(running: Up) -> list[Trader]:
    address = Address(running.url)
    credentials = enrolled(running, AGENTS)
    return [Trader(name, credentials[name], address) for name in AGENTS]


def _trades_until_it_stops(running: Up, traders: list[Trader]) -> str:
    """Let the agents trade until the gateway gives up; return its last words."""
    address = traders[0].address
    with trading(traders, address):
        code, err = running.failed()
    assert code == 4
    assert "the log has stopped: " in err
    assert "Traceback" not in err
    for status, body in _refusals(traders):
        problem = json.loads(body)
        assert status == 503
        assert problem["type"] == "kya:problem/unavailable"
    return err


def _refusals(traders: list[Trader]) -> list[tuple[int, bytes]]:
    return [refusal for trader in traders for refusal in trader.refusals]


def _goes_on(data: Path, traders: list[Trader]) -> None:
    """Start the gateway again; every agent gets answers, and nothing was lost."""
    before = [len(trader.answers) for trader in traders]
    with up(data) as running:
        address = traders[0].address
        address.url = running.url
        address.is_over.clear()
        with trading(traders, address):
            while any(
                len(trader.answers) <= count + 3
                for trader, count in zip(traders, before, strict=True)
            ):
                assert running.process.poll() is None
                address.is_over.wait(0.01)
        assert running.stop() == 0
    judge(data, traders)


def test_a_full_disk_stops_the_gateway_and_a_restart_recovers(
    small_disk: Path,
) -> None:
    data, ballast = founded_at(small_disk / "data"), small_disk / "ballast"
    with up(data) as running:
        traders = _traders(running)
        free = shutil.disk_usage(small_disk).free
        ballast.write_bytes(bytes(free - ROOM_BYTES * 4))
        err = _trades_until_it_stops(running, traders)
    assert "No space left on device" in err
    ballast.unlink()
    _goes_on(data, traders)


def test_a_write_that_the_system_refuses_stops_the_gateway(tmp_path: Path) -> None:
    data = founded_at(tmp_path / "data")
    with up(data) as running:
        traders = _traders(running)
        limit = _log_bytes(data) + ROOM_BYTES
        _, hard = resource.prlimit(running.process.pid, resource.RLIMIT_FSIZE)
        resource.prlimit(running.process.pid, resource.RLIMIT_FSIZE, (limit, hard))
        err = _trades_until_it_stops(running, traders)
    assert "File too large" in err
    assert _refusals(traders) != []
    assert b"File too large" in _refusals(traders)[0][1]
    _goes_on(data, traders)


def test_a_checkpoint_that_cannot_be_shown_stops_the_gateway(tmp_path: Path) -> None:
    data = founded_at(tmp_path / "data")
    with up(data) as running:
        traders = _traders(running)
        running.kya("log", "fsck")
        shutil.move(data / "log/checkpoints", data / "log/aside")
        (data / "log/checkpoints").write_text("in the way")
        _trades_until_it_stops(running, traders)
    (data / "log/checkpoints").unlink()
    shutil.move(data / "log/aside", data / "log/checkpoints")
    _goes_on(data, traders)


@pytest.mark.parametrize("name", ["log", "gateway", "authority"])
def test_a_key_that_cannot_be_read_starts_nothing(tmp_path: Path, name: str) -> None:
    data = founded_at(tmp_path / "data")
    key = data / f"keys/{name}.pem"
    key.rename(data / "aside")
    key.symlink_to(key)
    if name == "authority":  # Needed to open a log, and never again by the gateway.
        with up(data) as running:
            assert running.stop() == 0
    else:
        refused = kya_process("up", "--data", data, "--port", "0")
        assert refused.code == 4
        assert f"{name}.pem: cannot be read" in refused.err
    key.unlink()
    (data / "aside").rename(key)
    with up(data) as running:
        assert running.stop() == 0


def test_a_broken_write_ahead_log_calls_for_a_person(tmp_path: Path) -> None:
    data = founded_at(tmp_path / "data")
    (path,) = (data / "wal").glob("*.wal")
    raw = bytearray(path.read_bytes())
    raw[len(raw) // 4] ^= 1
    path.write_bytes(raw)
    with starting(data) as process:
        _, err = process.communicate(timeout=60)
    assert process.returncode == 70
    assert err.startswith("kya: ")
    assert "Traceback" not in err


def _log_bytes(data: Path) -> int:
    """The size of the largest file of the write-ahead log."""
    return max(path.stat().st_size for path in (data / "wal").glob("*.wal"))
