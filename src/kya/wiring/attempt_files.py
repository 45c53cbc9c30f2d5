"""Observed orders from a file: CSV, or Parquet where its library is installed."""

import csv
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from kya.codec.attempts import REQUIRED, Row
from kya.core.errors import InputError

PARQUET: Final = ".parquet"


def rows_of(path: Path) -> Iterator[Row]:
    """Yield the rows of a file, by column; InputError if it cannot be read."""
    if path.suffix == PARQUET:
        yield from _parquet(path)
        return
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file, strict=True)
            _require_columns(path, reader.fieldnames or ())
            yield from reader
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise InputError(f"{path}: cannot be read as CSV in UTF-8 ({error})") from error


def _parquet(path: Path) -> Iterator[Row]:
    """Yield the rows of a Parquet file."""
    try:
        from kya.adapters.attempts_parquet import parquet_rows  # noqa: PLC0415  an extra
    except ImportError as error:
        raise InputError(f"{path}: want kya[parquet] to be installed") from error
    if not path.is_file():
        raise InputError(f"{path}: want a file")
    yield from parquet_rows(path)


def _require_columns(path: Path, names: Iterable[str]) -> None:
    """Raise unless there is something to call a market and a side by."""
    if not {"market", "side"} <= set(names):
        wanted = ", ".join(REQUIRED)
        raise InputError(f"{path}: want a first row that names columns: {wanted}, …")
