"""How a table lies in Parquet: types, order of rows and encodings; and back to a frame.

What each choice saves is measured in docs/storage.md.
"""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from autometa.knowledge_base._repeated import repeated
from autometa.knowledge_base._schema import NARROW, REPEATING, SCHEMA_VERSION
from autometa.knowledge_base.storage._columns import (
    TEXTS,
    as_codes,
    lists_of,
    one_array,
    sorted_by_task,
)
from autometa.knowledge_base.storage._files import digest
from autometa.knowledge_base.storage._types import INDEX_NAMES

ROWS_PER_GROUP = 1 << 15
COMPRESSION_LEVEL = 15
NOTE = b"autometa"  # key of our note in a Parquet footer


def to_arrow(table: str, frame: pd.DataFrame, narrow: bool = True) -> Any:
    """Return a frame as the Arrow table that is written.

    Runs are sorted by task, those of one task keep their order; repeats are
    dropped. With ``narrow``, details are in single precision.
    """
    import pyarrow as pa

    columns = {str(name): to_column(str(name), frame[name], narrow) for name in frame}
    if table == "metafeatures":
        index = to_column("task_id", frame.index.to_series(), narrow)
        columns = {"task_id": index, **columns}
    content = pa.table(columns)
    if table != "runs":
        return content
    if (is_repeated := repeated(content)).any():
        content = content.filter(~is_repeated)
    return sorted_by_task(content)


def to_column(name: str, values: pd.Series[Any], narrow: bool = False) -> Any:
    """Return a column of a frame as an Arrow array, text as codes."""
    import pyarrow as pa

    if name == "fold_scores":
        array = lists_of(values)
    else:
        array = one_array(pa.array(values, from_pandas=name in TEXTS))
    if name in TEXTS:
        return as_codes(array)
    return _narrowed(array) if narrow and name in NARROW else array


def _narrowed(array: Any) -> Any:
    """Return numbers in single precision, unless one is too large for it."""
    import pyarrow as pa

    is_list = pa.types.is_list(array.type)
    numbers = array.flatten() if is_list else array
    size = np.abs(numbers.to_numpy(zero_copy_only=False).astype(np.float64))
    if ((size > np.finfo(np.float32).max) & np.isfinite(size)).any():
        return array
    return array.cast(pa.list_(pa.float32()) if is_list else pa.float32())


def encode(table: str, content: Any) -> bytes:
    """Return an Arrow table as the bytes of a Parquet file that can be checked in parts.

    The footer holds the hash of each row group, so that one can be read and
    trusted without the others; the name of the file holds that of the footer.
    """
    import pyarrow.parquet as pq

    file = io.BytesIO()
    hashes: list[str] = []
    with pq.ParquetWriter(file, content.schema, **_options(content.schema)) as writer:
        for start in range(0, len(content), ROWS_PER_GROUP):
            begin = file.tell() or len(b"PAR1")
            writer.write_table(content.slice(start, ROWS_PER_GROUP), row_group_size=ROWS_PER_GROUP)
            with file.getbuffer() as written:
                hashes.append(digest(written[begin:]))
        note = {"schema": SCHEMA_VERSION, "table": table, "row_groups": hashes}
        writer.add_key_value_metadata({NOTE.decode(): json.dumps(note)})
    return file.getvalue()


def _options(schema: Any) -> dict[str, Any]:
    import pyarrow as pa

    coded = [field.name for field in schema if pa.types.is_dictionary(field.type)]
    numbers = {field.name for field in schema if pa.types.is_floating(field.type)}
    split = {name for name in numbers if name not in REPEATING}
    if "fold_scores" in schema.names:
        split.add("fold_scores.list.element")
    return {
        "compression": "zstd",
        "compression_level": COMPRESSION_LEVEL,
        "use_dictionary": coded or False,
        "column_encoding": dict.fromkeys(split, "BYTE_STREAM_SPLIT") or None,
        "write_statistics": ["task_id"],
        "write_page_checksum": True,
        "store_schema": False,
    }


def from_arrow(table: str, content: Any) -> pd.DataFrame:
    """Return what was read as a frame with the types that the schema promises.

    ``content`` is an Arrow table, or a dict of its columns which is emptied: then
    no column is in memory twice.
    """
    columns = (
        content
        if isinstance(content, dict)
        else dict(zip(content.column_names, content.columns, strict=True))
    )
    n_rows = len(next(iter(columns.values()))) if columns else 0
    if table == "runs":  # column by column: together they would be a second copy for a moment
        series = {name: _to_series(columns.pop(name)) for name in list(columns)}
        frame = pd.DataFrame(series, index=pd.RangeIndex(n_rows), copy=False)
    else:  # at once: meta-features have hundreds of columns, which take longer one by one
        frame = _to_frame(columns).copy()  # Arrow may give memory that must not be written to
    if table == "metafeatures":
        index = next(name for name in INDEX_NAMES if name in frame)
        frame = frame.set_index(index).rename_axis("task_id")
    return frame


def _to_series(column: Any) -> pd.Series[Any]:
    return _to_frame({"": column})[""]


def _to_frame(columns: Mapping[str, Any]) -> pd.DataFrame:
    import pyarrow as pa

    plain = pa.table({name: _plain(column) for name, column in columns.items()})
    frame: pd.DataFrame = plain.to_pandas(types_mapper=_list_type)
    return frame


def _plain(column: Any) -> Any:
    import pyarrow as pa

    column = column.cast(_plain_type(column.type))
    if pa.types.is_list(column.type) and column.null_count == len(column):
        return pa.nulls(len(column), pa.float64())
    return column


def _plain_type(kind: Any) -> Any:
    import pyarrow as pa

    if pa.types.is_dictionary(kind) or pa.types.is_large_string(kind):
        return pa.string()
    if pa.types.is_list(kind):
        return pa.list_(_plain_type(kind.value_type))
    return pa.float64() if pa.types.is_floating(kind) else kind


def _list_type(kind: Any) -> Any:
    """Leave lists (fold scores) as Arrow holds them: objects would be slow and large."""
    import pyarrow as pa

    return pd.ArrowDtype(kind) if pa.types.is_list(kind) else None
