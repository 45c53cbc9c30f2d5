"""Whoever keeps the clock, asked for real: chronyd if installed, and the kernel."""

import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from kya.adapters.time_keepers import Chrony, Kernel, disciplined, tracked
from kya.core.clock_comparison import Deviation
from kya.core.errors import TransientError

LINE = (
    "A29FC87B,162.159.200.123,4,1796063886.256045514,{behind},0.000012,0.00003,"
    "-5.1,0.01,0.2,{delay},{dispersion},64.2,{leap}\n"
)
UNSYNCHRONISED, NANOSECONDS = 0x0040, 0x2000


def line(behind: str, delay: str, dispersion: str, leap: str = "Normal") -> str:
    return LINE.format(behind=behind, delay=delay, dispersion=dispersion, leap=leap)


@pytest.mark.parametrize(
    ("behind", "delay", "dispersion", "offset", "bound"),
    [
        ("0.000120000", "0.000400000", "0.000140000", -120, 340),
        ("-0.000120499", "0.000000000", "0.000000001", 120, 1),
        ("0.000000000", "0.000000000", "0.000000000", 0, 0),
        ("-1.5", "-0.000001", "0", 1_500_000, 1),
    ],
)
def test_chronys_figures_are_read_exactly(
    behind: str, delay: str, dispersion: str, offset: int, bound: int
) -> None:
    said = tracked(line(behind, delay, dispersion))
    assert said == Deviation(offset_micros=offset, bound_micros=bound)


def test_a_chrony_that_is_not_synchronised_tells_nothing() -> None:
    assert tracked(line("0", "1", "1", "Not synchronised")) is None


@pytest.mark.parametrize(
    "report",
    [
        "",
        "506 Cannot talk to daemon\n",
        line("soon", "0", "0"),
        line("NaN", "0", "0"),
        line("Infinity", "0", "0"),
        line("86401", "0", "0"),
        line("0", "0", "-1"),
        line("0", "0", "0").replace(",64.2", ""),
    ],
)
def test_what_is_no_report_is_a_fault(report: str) -> None:
    with pytest.raises(TransientError, match="chronyc"):
        tracked(report)


def test_the_kernel_tells_what_is_left_to_make_up() -> None:
    said = disciplined(120_999, 340, NANOSECONDS)
    assert said == Deviation(offset_micros=-120, bound_micros=340)
    assert disciplined(-7, 5, 0) == Deviation(offset_micros=7, bound_micros=5)
    assert disciplined(1, 1, NANOSECONDS | UNSYNCHRONISED) is None
    with pytest.raises(TransientError, match="kernel"):
        disciplined(0, 86_400_000_001, 0)


def test_this_machines_kernel_answers() -> None:
    said = Kernel().ask()
    assert said is None or said.bound_micros > 0


@contextmanager
def chronyd(folder: Path, *lines: str) -> Iterator[Path]:
    """A chronyd that controls no clock and listens on a socket of the test's."""
    if shutil.which("chronyd") is None:
        pytest.skip("chronyd is not installed")
    folder.chmod(0o700)
    socket, config = folder / "c.sock", folder / "c.conf"
    usual = (f"bindcmdaddress {socket}", "cmdport 0", "port 0", f"pidfile {folder}/pid")
    config.write_text("\n".join([*usual, *lines]) + "\n")
    command = ["chronyd", "-x", "-d", "-U", "-u", "root", "-f", str(config)]
    with subprocess.Popen(command, stderr=subprocess.DEVNULL) as process:
        try:
            end = time.monotonic() + 10
            while not socket.exists():
                assert process.poll() is None, "chronyd has ended"
                assert time.monotonic() < end
                time.sleep(0.02)
            yield socket
        finally:
            process.terminate()


def test_a_real_chronyd_is_asked(tmp_path: Path) -> None:
    with chronyd(tmp_path, "local stratum 1") as socket:
        said = Chrony(socket).ask()
        assert said is not None
        assert said.micros_at_most < 1_000_000


def test_a_real_chronyd_without_a_source_is_not_synchronised(tmp_path: Path) -> None:
    with chronyd(tmp_path) as socket:
        assert Chrony(socket).ask() is None


def test_a_chronyd_that_is_not_there_is_a_fault(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(TransientError, match="chronyc"):
        Chrony(tmp_path / "none").ask()
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(TransientError, match="chronyc"):
        Chrony().ask()
