"""Order records from a package or a data directory to a file, in four formats."""

from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import BinaryIO

from kya.codec.order_records import OrderRecord, event_of
from kya.codec.package_layout import LOG
from kya.core.errors import InputError
from kya.evidence.reader import LogDirectory
from kya.evidence.record_text import csv, iso20022, json_lines
from kya.verify.package import opened

Read = Callable[[str], bytes]


class RecordFormat(Enum):
    """How records are written."""

    JSONL = "jsonl"
    CSV = "csv"
    PARQUET = "parquet"
    ISO20022 = "iso20022"


@dataclass(slots=True)
class Written:
    """What has gone out so far."""

    records: int = 0
    orders: int = 0

    def counting(self, records: Iterable[OrderRecord]) -> Iterator[OrderRecord]:
        """Yield the records and count them, and the orders that they begin."""
        for record in records:
            self.records += 1
            self.orders += event_of(record).is_first
            yield record


@contextmanager
def log_of_package(package: Path) -> Generator[Read, None, None]:
    """Give the reader of a package's log; a folder or a .tar.gz."""
    with opened(package) as found:
        found.require_shape()
        yield lambda path: found.read(LOG + path)


def log_of_directory(data: Path) -> Read:
    """Return the reader of a data directory's published log."""
    directory = data / "log"
    if not (directory / "checkpoint").is_file():
        raise InputError(f"{directory}: want the log directory of a gateway")
    return LogDirectory(directory)


def write_records(
    records: Iterable[OrderRecord], form: RecordFormat, out: BinaryIO
) -> Written:
    """Write all records to `out`; return how many there were."""
    written = Written()
    counted = written.counting(records)
    match form:
        case RecordFormat.JSONL:
            out.writelines(json_lines(counted))
        case RecordFormat.CSV:
            out.writelines(csv(counted))
        case RecordFormat.ISO20022:
            out.writelines(iso20022(counted))
        case RecordFormat.PARQUET:
            _write_parquet(counted, out)
    return written


def _write_parquet(records: Iterable[OrderRecord], out: BinaryIO) -> None:
    """Write through the library, which only this format needs."""
    try:
        from kya.adapters.records_parquet import write_parquet  # noqa: PLC0415
    except ModuleNotFoundError as error:
        raise InputError(
            "parquet: not installed here; want kya[parquet], or another --format"
        ) from error
    write_parquet(records, out)
