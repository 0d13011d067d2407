"""Meta-features of a foreign history: as numbers, and under our names where they have some."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd

from autometa.exceptions import KnowledgeBaseError
from autometa.importers._tally import Tally, some
from metafeatures import list_metafeatures, translate

SOURCES = ("openml", "autosklearn", "pymfe")
MAX_LEVELS = 10  # one column each; a text of more is a name, not a kind
MIN_KNOWN = 5
BOOLEANS = {"true": 1.0, "false": 0.0, "yes": 1.0, "no": 0.0, "t": 1.0, "f": 0.0}
MISSING = ("", "?", "na", "nan", "none", "null")
ID_NAMES = ("task_id", "dataset_id", "instance_id", "dataset", "task", "instance", "data_id")


def prepare(
    features: pd.DataFrame,
    tally: Tally,
    translation: str | None = "auto",
    approximate: bool = False,
    levels: Mapping[str, tuple[str, ...]] | None = None,
) -> pd.DataFrame:
    """Return features as float64, one row a task.

    Parameters
    ----------
    features : DataFrame
        Index of task ids, which may repeat: repetitions are averaged. Text is
        read as numbers; what has few levels becomes one column a level.
    tally : Tally
    translation : {"auto", "openml", "openml-2017", "autosklearn", "pymfe"} or None
        Whose names these are; "auto" goes by the names, None leaves them.
    approximate : bool
        See `metafeatures.translate`.
    levels : mapping, optional
        The declared levels of nominal columns.
    """
    features = features.loc[:, ~features.columns.duplicated()]
    numbers = _numbers(features, tally, levels or {})
    numbers.index = numbers.index.astype(str)
    repeated = int(numbers.index.duplicated().sum())
    if repeated:
        numbers = numbers.groupby(level=0, sort=False).mean()
        tally.note(f"{repeated} repetitions of features were averaged.")
    source = _source_of(list(numbers.columns), tally) if translation == "auto" else translation
    if source is None:
        return _varying(numbers, tally)
    ours = translate(numbers, source, approximate=approximate)
    with_equal = set(_foreign_names(source.partition("-")[0]))
    theirs = numbers.drop(columns=[c for c in numbers if c in with_equal or c in ours])
    tally.note(
        f"{ours.shape[1]} meta-features were translated from {source}'s names; "
        f"{theirs.shape[1]} without an equal keep their own."
    )
    return _varying(pd.concat([ours, theirs], axis=1), tally)


def read_features(path: str | os.PathLike[str] | pd.DataFrame) -> pd.DataFrame:
    """Return a file of meta-features: one row a task, its id in the first column.

    A column named ``task_id``, ``dataset_id`` or the like is the id wherever it is.
    """
    from autometa.importers._reading import read_rows

    if isinstance(path, pd.DataFrame):
        frame = path.reset_index() if path.index.name in ID_NAMES else path
        if not any(str(column).lower() in ID_NAMES for column in frame.columns):
            return path
    else:
        frame = read_rows(Path(path)).frame
    if frame.shape[1] < 2:
        raise KnowledgeBaseError(
            f"'{path}' must hold meta-features: task ids and one column a meta-feature. "
            f"Got the columns {list(frame.columns)}."
        )
    named = {str(column).lower(): column for column in frame.columns}
    identifier = next((named[name] for name in ID_NAMES if name in named), frame.columns[0])
    frame = frame[frame[identifier].notna()]
    return frame.set_index(frame[identifier].astype(str)).drop(columns=identifier)


def _numbers(
    features: pd.DataFrame, tally: Tally, levels: Mapping[str, tuple[str, ...]]
) -> pd.DataFrame:
    columns: dict[str, pd.Series[float]] = {}
    text: list[str] = []
    encoded: list[str] = []
    for name in features.columns:
        column = features[name]
        column = column.mask(column.astype(str).str.strip().str.lower().isin(MISSING))
        number = pd.to_numeric(column, errors="coerce").astype("float64")
        if number.notna().sum() == column.notna().sum():
            columns[str(name)] = number
            continue
        texts = column.dropna().astype(str)
        if set(texts.str.lower()) <= set(BOOLEANS):
            columns[str(name)] = column.astype(str).str.lower().map(BOOLEANS).astype("float64")
        elif texts.nunique() <= MAX_LEVELS:
            encoded.append(str(name))
            for level in levels.get(str(name)) or sorted(texts.unique()):
                is_level = (column.astype(str) == level).astype("float64")
                columns[f"{name}={level}"] = is_level.where(column.notna())
        else:
            text.append(str(name))
    tally.drop("feature columns", len(text), f"no numbers and many levels: {some(text)}")
    if encoded:
        tally.note(f"Features with levels became one column a level: {some(encoded)}.")
    return pd.DataFrame(columns, index=features.index)


def _varying(numbers: pd.DataFrame, tally: Tally) -> pd.DataFrame:
    """Leave out columns that say nothing: empty ones, and foreign ones that never vary."""
    empty = [c for c in numbers if not numbers[c].notna().any()]
    tally.drop("feature columns", len(empty), f"empty: {some(empty)}")
    numbers = numbers.drop(columns=empty)
    if len(numbers) < 2:
        return numbers
    own = _own_names()
    constant = [c for c in numbers if c not in own and numbers[c].nunique(dropna=False) == 1]
    tally.drop("feature columns", len(constant), f"the same for all tasks: {some(constant)}")
    return numbers.drop(columns=constant)


def _source_of(names: list[str], tally: Tally) -> str | None:
    """Return whose names these are, or None when they are nobody's or our own."""
    counts = {source: len(_foreign_names(source) & set(names)) for source in SOURCES}
    first, second = sorted(counts, key=lambda source: -counts[source])[:2]
    enough = counts[first] >= min(MIN_KNOWN, max(2, np.ceil(len(names) / 2)))
    if not enough or len(_own_names() & set(names)) >= counts[first]:
        return None
    if counts[first] == counts[second]:
        tally.note(
            f"Features keep their names: they may be {first}'s or {second}'s. "
            "Say whose by 'translation'."
        )
        return None
    return first


def _own_names() -> set[str]:
    return set(list_metafeatures()["name"])


def _foreign_names(source: str) -> set[str]:
    catalogue = list_metafeatures()
    names = catalogue[source] if source in catalogue else pd.Series(dtype=str)
    return {str(name) for name in names.dropna() if str(name)}
