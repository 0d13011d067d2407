"""Cleaner and encoders as ONNX operators, as `autometa.algorithms._few_rows` has them as functions.

A table is one matrix of doubles: numbers as they are, levels by their numbers, gaps NaN.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from sklearn.compose import ColumnTransformer
from sklearn.impute import SimpleImputer
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler

from autometa.algorithms import TableCleaner
from autometa.algorithms._encoding import NewGapImputer
from autometa.algorithms._few_rows import Levels, fills_of, tables_of
from autometa.algorithms._units import LARGEST
from autometa.exceptions import OutputError
from autometa.tuning.saved._onnx_graph import ML, Graph

REFUSED = {
    "datetime": "dates",
    "text": "free text",
    "presence": "nothing but whether there is a value",
}


def add_cleaner(graph: Graph, cleaner: TableCleaner) -> str:
    """Add the columns of a table as inputs; return the cleaned table as one matrix.

    Numbers are inputs of doubles, with NaN for a gap; categories inputs of strings, the text
    of a level, with the empty string for a gap.

    Raises
    ------
    OutputError
        If a column is of a kind that has no such form.
    """
    from onnx import TensorProto

    pieces = []
    for name, (source, _) in zip(cleaner.feature_names_out_, cleaner.pieces_, strict=True):
        kind = cleaner.kinds_[source]
        if kind in REFUSED:
            raise OutputError(
                f"ONNX takes numbers and categories. Column '{source}' holds {REFUSED[kind]}; "
                "leave it out, or save the model without '.onnx'."
            )
        if kind == "categorical":
            value = graph.input(source, TensorProto.STRING)
            pieces.append(_codes(graph, value, cleaner.levels_[source]))
        else:
            value = graph.input(source, TensorProto.DOUBLE)
            pieces.append(_number(graph, value, cleaner.units_.get(name)))
    return graph.add("Concat", *pieces, axis=1)


def _codes(graph: Graph, value: str, levels: list[str]) -> str:
    codes = graph.add(
        "LabelEncoder",
        value,
        domain=ML,
        keys_strings=levels,
        values_floats=[float(i) for i in range(len(levels))],
        default_float=float("nan"),
    )
    return graph.cast(codes, np.float64)


def _number(graph: Graph, value: str, unit: tuple[float, float] | None) -> str:
    gap, largest = graph.constant(np.nan), graph.constant(LARGEST)
    value = graph.add("Where", graph.add("IsInf", value), gap, value)
    if unit is not None:
        value = graph.add("Sub", value, graph.constant(unit[0]))
        value = graph.add("Div", value, graph.constant(unit[1]))
    # two comparisons: Clip need not keep NaN
    value = graph.add("Where", graph.add("Greater", value, largest), largest, value)
    lowest = graph.constant(-LARGEST)
    return graph.add("Where", graph.add("Less", value, lowest), lowest, value)


def add_encoder(
    graph: Graph,
    encoder: ColumnTransformer,
    value: str,
    names: Sequence[str],
    levels: Mapping[str, list[str]],
) -> str | None:
    """Add a fitted encoder; return its matrix, or None where a step has no such form."""
    places = {name: place for place, name in enumerate(names)}
    parts = []
    for _, transformer, columns in encoder.transformers_:
        chosen = [str(name) for name in columns]
        if not chosen or transformer == "drop":
            continue
        part = graph.columns(value, [places[name] for name in chosen])
        made = _add(graph, transformer, part, chosen, [levels.get(name) for name in chosen])
        if made is None:
            return None
        parts.append(made)
    return graph.add("Concat", *parts, axis=1) if parts else None


def has_gaps(encoder: ColumnTransformer) -> bool:
    """Tell whether numbers had gaps in `fit`, which are left to the model."""
    return any(
        not set(map(str, columns)) <= set(transformer.fills_)
        for _, transformer, columns in encoder.transformers_
        if isinstance(transformer, NewGapImputer) and len(columns)
    )


def _add(
    graph: Graph, transformer: Any, value: str, names: list[str], levels: list[Levels]
) -> str | None:
    if isinstance(transformer, Pipeline):
        made: str | None = value
        for _, step in transformer.steps:
            made = None if made is None else _add(graph, step, made, names, levels)
        return made
    if isinstance(transformer, NewGapImputer):
        return graph.where_missing(value, fills_of(transformer, names, levels))
    if isinstance(transformer, SimpleImputer):
        filled = np.asarray(transformer.statistics_, dtype="float64")
        return None if np.isnan(filled).any() else graph.where_missing(value, filled)
    if isinstance(transformer, StandardScaler):
        centred = graph.add("Sub", value, graph.constant(transformer.mean_))
        return graph.add("Div", centred, graph.constant(transformer.scale_))
    tables = tables_of(transformer, levels)
    return None if tables is None else _look_up(graph, value, tables)


def _look_up(graph: Graph, value: str, tables: list[tuple[int, Any]]) -> str:
    """Return the value that each table has for the level of its column; the last is a gap's."""
    columns = []
    for place, table in tables:
        codes = graph.where_missing(graph.columns(value, [place]), float(len(table) - 1))
        codes = graph.cast(codes, np.int64)
        columns.append(graph.add("Gather", graph.constant(table), codes, axis=0))
    return graph.add("Concat", *columns, axis=1)
