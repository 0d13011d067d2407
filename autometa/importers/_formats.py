"""import_history(): one door for all formats, which tells them apart by content."""

from __future__ import annotations

import inspect
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pandas as pd

from autometa._limits import (
    MAX_TEXT_BYTES,
    PARSE_ERRORS,
    open_regular,
    parse_json,
    read_bounded,
)
from autometa._urls import hide_password
from autometa.exceptions import KnowledgeBaseError
from autometa.importers import _tune
from autometa.importers._arff import UTF16
from autometa.importers._columns import read_layout
from autometa.importers._exported import is_export
from autometa.importers._imported import Imported
from autometa.importers._matrix import folder_kinds, says_matrix
from autometa.importers._optuna_storage import SQLITE
from autometa.importers._prefix import with_prefix
from autometa.importers._reading import frame_rows, kind_of, read_rows
from autometa.importers._registry import FORMATS, plugin_importers
from autometa.importers._table import numeric_columns
from autometa.importers._tally import some
from autometa.importers._task_types import type_columns

LOOKED_FOR = (
    "an ASlib scenario (algorithm_runs.arff), a knowledge base (manifest.json), an Optuna storage "
    "(SQLite or journal), a file of TuneResult.save, a long table or a matrix (CSV, TSV, ARFF, "
    "Parquet, Feather, JSON lines)"
)


def formats() -> dict[str, Callable[..., Imported]]:
    """Return the function that reads each format: autometa's own, and those that others added."""
    added = {name: importer.read for name, importer in plugin_importers().items()}
    return {**FORMATS, **added}


def import_history(
    source: Any, format: str | None = None, *, task_prefix: str = "", **options: Any
) -> Imported:
    """Return a history from elsewhere as a knowledge base.

    Parameters
    ----------
    source : path, URL or object
        A folder (ASlib scenario, matrices, knowledge base), a file (long table,
        matrix, SQLite or journal of Optuna, saved `tune` result), a storage URL,
        or an object: DataFrame, Optuna study or storage, `TuneResult`.
    format : str, optional
        One of "aslib", "kb", "matrix", "optuna", "table", "tune", or the name of one
        that was registered; recognised by content when not given.
    task_prefix : str, default=""
        Put before each ``task_id``, so that tasks of several sources which go by
        the same number stay apart.
    **options
        Those of the format's own function, such as `read_table`.

    Raises
    ------
    KnowledgeBaseError
        If the format is not recognised, has no such option, or the source
        cannot be read as it.

    Examples
    --------
    >>> runs = pd.DataFrame({"dataset": ["iris"], "model": ["knn"], "accuracy": [0.9]})
    >>> imported = import_history(runs)
    >>> imported.knowledge_base, imported.dropped
    (KnowledgeBase(1 tasks, 1 setups, 1 runs), ())
    """
    if isinstance(source, str | os.PathLike):
        with _documented_errors(source):
            return _imported(source, format, task_prefix, options)
    return _imported(source, format, task_prefix, options)


@contextmanager
def _documented_errors(source: str | os.PathLike[str]) -> Iterator[None]:
    """Turn whatever a parser makes of somebody's file into an error that says which file."""
    try:
        yield
    except KnowledgeBaseError:
        raise
    except (OSError, *PARSE_ERRORS) as error:
        raise KnowledgeBaseError(
            f"'{hide_password(str(source))}' cannot be read as a history: "
            f"{type(error).__name__}: {error}"
        ) from error


def _imported(
    source: Any, format: str | None, task_prefix: str, options: Mapping[str, Any]
) -> Imported:
    format, readers = format or recognise(source), formats()
    if format not in readers:
        raise KnowledgeBaseError(
            f"'format' must be one of {', '.join(readers)}. Got {format!r}. "
            "OpenML has a command of its own: autometa kb import openml."
        )
    read = readers[format]
    taken = [name for name in inspect.signature(read).parameters if name != "source"]
    unknown = [name for name in options if name not in taken]
    if unknown:
        raise KnowledgeBaseError(
            f"The format '{format}' has no option {some(unknown)}. It has {some(taken) or 'none'}."
        )
    return with_prefix(read(source, **options), task_prefix)


def recognise(source: Any) -> str:
    """Return the name of the format of ``source``; see `import_history`.

    Raises
    ------
    KnowledgeBaseError
        If it is none; the message says what was looked for, and what found.
    """
    for name, importer in plugin_importers().items():
        if importer.recognise(source):
            return name
    if isinstance(source, pd.DataFrame):
        frame = frame_rows(source).frame
        has_names = frame.shape == source.shape and pd.api.types.is_string_dtype(source.index)
        return _kind_of_frame(frame.assign(**{"": source.index}) if has_names else frame)
    if isinstance(source, Mapping) and all(isinstance(v, pd.DataFrame) for v in source.values()):
        return "matrix"
    if _tune.is_live(source):
        return "tune"
    if not isinstance(source, str | os.PathLike):
        return _kind_of_object(source)
    text = str(source)
    if "://" in text:
        scheme = text.partition("://")[0].lower()
        if scheme in ("http", "https", "ftp", "s3"):
            raise KnowledgeBaseError(
                f"'{text}' lies elsewhere, and nothing is fetched here. Download it, and give "
                "the path."
            )
        return "optuna"
    path = Path(source)
    if path.is_dir():
        return _kind_of_folder(path)
    if not path.exists():
        raise KnowledgeBaseError(
            f"There is no file or folder '{path}'. Give a path, or a storage URL of Optuna."
        )
    return _kind_of_file(path)


def _kind_of_object(source: Any) -> str:
    import optuna

    several = list(source) if isinstance(source, list | tuple) else [source]
    if several and all(isinstance(s, optuna.Study | optuna.storages.BaseStorage) for s in several):
        return "optuna"
    raise KnowledgeBaseError(
        "A source must be a path, a URL, a DataFrame, an Optuna study or storage, or a TuneResult. "
        f"Got {type(source).__name__}."
    )


def _kind_of_folder(folder: Path) -> str:
    names = {path.name.lower() for path in folder.iterdir()}
    # What only one format has comes first: any folder may hold a file named like a matrix.
    if "algorithm_runs.arff" in names:
        return "aslib"
    if "manifest.json" in names and _is_knowledge_base(folder):
        return "kb"
    if is_export(folder):
        return "kb"
    if folder_kinds(folder)["scores"]:
        return "matrix"
    raise KnowledgeBaseError(
        f"The folder '{folder}' is of no known format. Looked for {LOOKED_FOR}. "
        f"Found {some(sorted(names)) or 'nothing'}."
    )


def _is_knowledge_base(folder: Path) -> bool:
    try:
        manifest = parse_json(read_bounded(folder / "manifest.json", MAX_TEXT_BYTES))
    except (OSError, ValueError):
        return any(folder.glob("runs-*.parquet"))
    return isinstance(manifest, dict) and "schema_version" in manifest


def _kind_of_file(path: Path) -> str:
    with open_regular(path) as file:
        head = file.read(4096)  # a page: marks of formats, and the first line of a journal
    if head.startswith(SQLITE):
        return "optuna"
    if _tune.is_saved(path):
        return "tune"
    if path.name.lower() in ("algorithm_runs.arff", "description.txt"):
        return "aslib"
    if path.name == "manifest.json":
        return "kb" if _is_knowledge_base(path.parent) else "table"
    if not head.strip():
        raise KnowledgeBaseError(f"'{path}' is empty. Looked for {LOOKED_FOR}.")
    is_text = kind_of(path) in ("csv", "arff", "json", "jsonl")
    if is_text and b"\0" in head and head[:2] not in UTF16:
        raise KnowledgeBaseError(
            f"'{path}' is of no known format. Looked for {LOOKED_FOR}. "
            f"It begins with the bytes {head[:8]!r}."
        )
    if kind_of(path) == "jsonl" and b'"op_code"' in head.partition(b"\n")[0]:
        return "optuna"
    return _kind_of_frame(read_rows(path).frame, path)


def _kind_of_frame(frame: pd.DataFrame, path: Path | None = None) -> str:
    """Tell a long table from a matrix: it has columns of scores, not of setups."""
    numeric = numeric_columns(frame)
    layout = read_layout(list(frame.columns), numeric, typed=type_columns(frame))
    if layout.measures or {"score", "loss"} & set(layout.roles):
        return "table"
    if {"algorithm", "config"} & set(layout.roles) or layout.parameters:
        return "table"
    label = "a DataFrame" if path is None else str(path)
    if len(numeric) >= 2 and len(numeric) >= frame.shape[1] - 1:
        if says_matrix(frame, path):
            return "matrix"
        raise KnowledgeBaseError(
            f"'{label}' is of no known format. Looked for {LOOKED_FOR}. Found a table of numbers "
            f"with the columns {some(frame.columns)}, which may be a data set as well as scores. "
            "If rows are tasks, columns setups and cells their scores, say so: format='matrix' "
            "(--format matrix); advice for a data set is 'autometa recommend'."
        )
    raise KnowledgeBaseError(
        f"'{label}' is of no known format. Looked for {LOOKED_FOR}. Found a table with the columns "
        f"{some(frame.columns)}: none of them is known for scores. Say which one it is: "
        "format='table', columns={'score': NAME}."
    )
