"""The system's own crash: a process that is killed between any two instructions."""

import os
import subprocess
import sys
from pathlib import Path
from random import Random

import pytest

from kya.adapters.store_files import directory_stores
from kya.core.errors import CorruptionError
from kya.sequencer.fsck import fsck
from kya.sequencer.replay import replay
from tests.sequencer import writer
from tests.sequencer.logs import LOG, all_entries

KILLS = 10
ROOT = Path(__file__).resolve().parents[2]


def tell_until_killed(folder: Path, lines: int) -> int:
    """Run the writer until it printed so many lines; return what it acknowledged."""
    acknowledged = 0
    with subprocess.Popen(
        [sys.executable, writer.__file__, str(folder)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    ) as process:
        assert process.stdout is not None
        for _ in range(lines):
            line = process.stdout.readline().strip()
            if line == "end":
                break
            acknowledged = int(line)
        process.kill()
        rest = process.stdout.read().split()
    return max([acknowledged, *(int(line) for line in rest if line != "end")])


@pytest.mark.serial
def test_nothing_acknowledged_is_lost_when_the_process_is_killed(
    tmp_path: Path,
) -> None:
    random = Random(9)
    acknowledged = 0
    for _ in range(KILLS):
        acknowledged = max(
            acknowledged, tell_until_killed(tmp_path, random.randrange(1, 5))
        )
        stores = directory_stores(tmp_path)
        stores.lease.acquire()
        replayed = replay(stores, LOG.key)
        assert replayed.folded.size >= acknowledged
        kept = [
            entry for record in stores.entries.records() for entry in record.entries
        ]
        assert kept == all_entries()[: len(kept)]
        assert all(verdict.holds for verdict in fsck(stores, LOG.key))
        stores.entries.close()
        stores.checkpoints.close()
        stores.lease.release()
    assert acknowledged > KILLS


def test_a_byte_that_changed_while_nobody_wrote_stops_the_start(tmp_path: Path) -> None:
    tell_until_killed(tmp_path, 99)
    (path,) = (tmp_path / "wal").glob("*.wal")
    raw = path.read_bytes()
    path.write_bytes(raw[:100] + bytes([raw[100] ^ 1]) + raw[101:])
    stores = directory_stores(tmp_path)
    with pytest.raises(CorruptionError, match="broken at byte"):
        replay(stores, LOG.key)
    stores.checkpoints.close()
