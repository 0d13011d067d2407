"""Parquet and Feather files, checked before a value of theirs is used.

A flipped bit in an offset of an Arrow array makes its conversion read foreign
memory, which ends the process: tables are validated in full first.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pyarrow as pa

from autometa.datasets._bytes import check_regular, check_size
from autometa.exceptions import DatasetError

MIB = 2**20
# Numbers of the file's own description; beyond these it is damaged or meant to harm.
THRIFT_STRING = 256 * MIB
THRIFT_ITEMS = 16 * MIB


def read_parquet(path: Path) -> pd.DataFrame:
    """Return the table in a Parquet file."""
    return _read(path, _load_parquet)


def read_feather(path: Path) -> pd.DataFrame:
    """Return the table in a Feather file, of version 2 (Arrow IPC)."""
    return _read(path, _load_feather)


def _read(path: Path, load: Callable[[Path], pa.Table]) -> pd.DataFrame:
    check_regular(path)
    try:
        table = load(path)
        table.validate(full=True)
        _check_names(path, table)
        return _to_pandas(table)
    except (pa.ArrowException, OSError, ValueError, MemoryError, OverflowError, KeyError) as error:
        if isinstance(error, DatasetError):
            raise
        reason = (str(error).strip().splitlines() or [type(error).__name__])[0].rstrip(".")
        raise DatasetError(
            f"'{path}' does not read as {path.suffix[1:]}: {reason[:200]}. Write it again."
        ) from error


def _load_parquet(path: Path) -> pa.Table:
    from pyarrow import parquet

    with parquet.ParquetFile(
        path,
        page_checksum_verification=True,
        thrift_string_size_limit=THRIFT_STRING,
        thrift_container_size_limit=THRIFT_ITEMS,
    ) as file:
        about = file.metadata
        check_size(path, about.num_rows, about.num_columns)
        return file.read()


def _load_feather(path: Path) -> pa.Table:
    with path.open("rb") as raw:
        if raw.read(4) == b"FEA1":
            raise DatasetError(
                f"'{path}' is Feather of version 1, which pandas no longer writes either. "
                "Write it again with to_feather."
            )
    with pa.OSFile(str(path)) as source, pa.ipc.open_file(source) as reader:
        check_size(path, 1, len(reader.schema))
        batches = []
        n_rows = 0
        for place in range(reader.num_record_batches):
            batches.append(reader.get_batch(place))
            n_rows += batches[-1].num_rows
            check_size(path, n_rows, len(reader.schema))
        return pa.Table.from_batches(batches, reader.schema)


def _check_names(path: Path, table: pa.Table) -> None:
    repeated = sorted(name for name, n in Counter(table.column_names).items() if n > 1)
    if repeated:
        raise DatasetError(
            f"Column names must differ. Repeated in '{path}': {repeated[:5]}; rename them.",
            columns=repeated,
        )


def _to_pandas(table: pa.Table) -> pd.DataFrame:
    """Convert a table; what pandas noted in it about the index is used where it is sound."""
    try:
        return table.to_pandas()
    except (pa.ArrowException, KeyError, TypeError, ValueError, AttributeError, IndexError):
        return table.replace_schema_metadata(None).to_pandas()
