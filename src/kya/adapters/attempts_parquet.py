"""Observed orders from a Parquet file, through Arrow's own library (`kya[parquet]`)."""
# Arrow's stubs leave parts of its overloads without a type.
# pyright: reportUnknownMemberType=false

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import pyarrow as pa
import pyarrow.parquet as pq

from kya.core.errors import InputError
from kya.core.instant import Instant

BATCH_ROWS: Final = 10_000
"""Rows in memory at once."""


def parquet_rows(path: Path) -> Iterator[dict[str, str | None]]:
    """Yield each row as text by column; InputError for what is no Parquet file."""
    try:
        with pq.ParquetFile(path) as file:
            for batch in file.iter_batches(BATCH_ROWS):
                for row in batch.to_pylist():
                    yield {str(name): _text(cell) for name, cell in row.items()}
    except pa.ArrowInvalid as error:
        raise InputError(f"{path}: want a Parquet file ({error})") from error


def _text(cell: object) -> str | None:
    """Return a cell as it would stand in a CSV file."""
    if isinstance(cell, datetime):
        aware = cell if cell.tzinfo else cell.replace(tzinfo=UTC)
        return str(Instant.from_datetime(aware))
    return None if cell is None else str(cell)
