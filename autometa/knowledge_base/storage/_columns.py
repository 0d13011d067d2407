"""Runs as Arrow tables: text as codes into a dictionary, so that millions of rows are small."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from autometa._common.arrays import Floats, Integers
from autometa.exceptions import KnowledgeBaseError
from autometa.knowledge_base._schema import RUN_DEFAULTS, RUN_NUMBERS, TASK_DEFAULTS, TASK_NUMBERS
from autometa.knowledge_base._setups import canonical_setup

RUN_TEXTS = tuple(n for n in RUN_DEFAULTS if n not in RUN_NUMBERS and n != "fold_scores")
TEXTS = tuple(
    dict.fromkeys([*RUN_TEXTS, *(name for name in TASK_DEFAULTS if name not in TASK_NUMBERS)])
)


def as_codes(array: Any) -> Any:
    """Return texts as a dictionary-encoded array: one integer a row."""
    import pyarrow as pa

    codes = array if pa.types.is_dictionary(array.type) else array.dictionary_encode()
    return codes.cast(pa.dictionary(pa.int32(), pa.string()))


def codes_of(column: Any) -> tuple[list[Any], Integers]:
    """Return the distinct values of a column of text, and each row's place among them."""
    import pyarrow as pa

    codes = column if pa.types.is_dictionary(column.type) else column.dictionary_encode()
    if isinstance(codes, pa.ChunkedArray):
        codes = codes.unify_dictionaries().combine_chunks()
    if isinstance(codes, pa.ChunkedArray):  # combine_chunks() of none
        return [], np.empty(0, dtype=np.int64)
    places = codes.indices.fill_null(-1).to_numpy(zero_copy_only=False)
    return codes.dictionary.to_pylist(), places.astype(np.int64)


def numbers_of(column: Any) -> Floats:
    """Return a column of numbers, NaN where null."""
    numbers: Floats = column.to_numpy().astype(np.float64, copy=False)
    return numbers


def lists_of(values: pd.Series[Any]) -> Any:
    """Return a column of lists of numbers as one Arrow array; null where there is none."""
    import pyarrow as pa

    lists = values if isinstance(values.dtype, pd.ArrowDtype) else values.astype(object)
    return one_array(pa.array(lists, pa.list_(pa.float64()), from_pandas=True))


def one_array(array: Any) -> Any:
    """Return an array in one piece; without a type of its own it becomes text."""
    import pyarrow as pa

    array = array.combine_chunks() if isinstance(array, pa.ChunkedArray) else array
    return array.cast(pa.string()) if pa.types.is_null(array.type) else array


def sorted_by_task(content: Any) -> Any:
    """Return the rows by task_id, in the order of its bytes; those of one task keep theirs."""
    names, codes = codes_of(content["task_id"])
    rank = np.empty(len(names), dtype=np.int64)
    rank[sorted(range(len(names)), key=names.__getitem__)] = np.arange(len(names))
    ranks = np.append(rank, -1)[codes]  # rows without a name, of code -1, come first
    if (np.diff(ranks) >= 0).all():
        return content
    return content.take(np.argsort(ranks, kind="stable"))


def normal_runs(
    content: Any,
    columns: Sequence[str] | None = None,
    defaults: Mapping[str, Any] = RUN_DEFAULTS,
) -> Any:
    """Return runs as read from any schema with the columns and types of today's.

    Parameters
    ----------
    content : pyarrow.Table
    columns : sequence of str, optional
        In this order; default: all of the schema, then those it does not know.
    defaults : mapping
        Values of columns that ``content`` lacks.
    """
    import pyarrow as pa

    if columns is None:
        unknown = [name for name in content.column_names if name not in RUN_DEFAULTS]
        columns = [*RUN_DEFAULTS, *unknown]
    return with_canonical_setups(
        pa.table({name: _normal(content, name, defaults) for name in columns})
    )


def _normal(content: Any, name: str, defaults: Mapping[str, Any]) -> Any:
    import pyarrow as pa

    is_held = name in content.column_names
    kind = content[name].type if is_held else pa.null()
    if name == "fold_scores":
        has_lists = pa.types.is_list(kind)
        lists = content[name] if has_lists else pa.nulls(len(content))
        return lists.cast(pa.list_(pa.float64()))
    if name in RUN_TEXTS:
        default = pa.scalar(defaults[name], pa.string())
        missing = pa.repeat(default, len(content)) if not is_held else content[name]
        return as_codes(missing.cast(pa.string()) if pa.types.is_null(missing.type) else missing)
    if name in RUN_NUMBERS:
        default = pa.scalar(defaults[name], pa.float64())
        numbers = content[name] if is_held else pa.repeat(default, len(content))
        return numbers.cast(pa.float64())
    return content[name]


def with_canonical_setups(content: Any) -> Any:
    """Return an Arrow table of runs with canonical configurations.

    Folders that an earlier version wrote hold ``1`` and ``1.0`` side by side. Text is
    looked at once for each distinct setup; a table that needs no change is returned as it is.
    """
    if not {"algorithm", "config"} <= set(content.column_names) or not len(content):
        return content
    (algorithms, a), (configs, c) = codes_of(content["algorithm"]), codes_of(content["config"])
    has_setup = (a >= 0) & (c >= 0)  # a row without a name or config is left out later
    pairs = np.where(has_setup, a * len(configs) + c, 0)
    distinct = np.unique(pairs[has_setup])
    names = [(algorithms[p // len(configs)], configs[p % len(configs)]) for p in distinct.tolist()]
    texts = [_readable(algorithm, config) for algorithm, config in names]
    if all(text == config for text, (_, config) in zip(texts, names, strict=True)):
        return content
    codes, values = pd.factorize(np.array(texts, dtype=object))
    places = codes[np.searchsorted(distinct, pairs)] if len(distinct) else pairs
    return _with_configs(content, np.where(has_setup, places, -1), values)


def readable_column(algorithms: pd.Series[Any], configs: pd.Series[Any]) -> pd.Series[Any]:
    """Return the canonical text of stored setups; what is no configuration stays as it is."""
    keys = list(zip(algorithms, configs, strict=True))
    readable = {key: _readable(*key) if isinstance(key[1], str) else key[1] for key in set(keys)}
    return pd.Series([readable[key] for key in keys], index=configs.index, dtype=configs.dtype)


def _readable(algorithm: str, config: str) -> str:
    """Return the canonical text; one that is no configuration stays, and is left out later."""
    try:
        return canonical_setup(algorithm, config)
    except KnowledgeBaseError:
        return config


def _with_configs(content: Any, codes: Any, values: Any) -> Any:
    import pyarrow as pa

    indices = pa.array(codes, pa.int32(), mask=codes < 0)
    column = as_codes(pa.DictionaryArray.from_arrays(indices, pa.array(list(values), pa.string())))
    return content.set_column(content.column_names.index("config"), "config", column)
