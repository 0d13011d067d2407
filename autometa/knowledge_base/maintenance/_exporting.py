"""Export: the tables of a knowledge base as files that others read."""

from __future__ import annotations

import csv
import json
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import pandas as pd

from autometa._limits import file_in
from autometa.exceptions import KnowledgeBaseError, ParameterError
from autometa.knowledge_base._schema import setup_id
from autometa.knowledge_base._tables import Tables
from autometa.knowledge_base.maintenance._aslib import write_aslib
from autometa.knowledge_base.maintenance._formulas import guard_text

PLAIN_SIGNS = " !#$&'()+,;=@[]^`{}~"  # what every file system takes in a name


@dataclass(frozen=True, kw_only=True)
class Exported:
    """What an export wrote.

    Attributes
    ----------
    files : tuple of str
        Their names.
    left_out : tuple of str
        What the format cannot hold, in sentences; empty when all is there.
    """

    files: tuple[str, ...]
    left_out: tuple[str, ...] = ()


def export(kb: Tables, path: str | os.PathLike[str], format: str) -> Exported:
    """Write the tables of a knowledge base to a new folder, for others to read.

    Parameters
    ----------
    kb : KnowledgeBase
    path : path
        The folder; it must not exist yet, or be empty. It is there whole or not
        at all.
    format : {"csv", "parquet", "frames", "matrix", "aslib"}
        * ``csv``: ``tasks.csv``, ``metafeatures.csv``, ``runs.csv``; fold scores
          are JSON text. A text that begins with ``=``, ``+``, ``-`` or ``@``, which
          spreadsheets run as a formula, has an apostrophe before it; reading takes
          it away again.
        * ``parquet``: the same tables, one plain Parquet file each.
        * ``frames``: the same tables as Feather files: what
          `KnowledgeBase.from_frames` takes, types included.
        * ``matrix``: ``setups.csv`` and, a metric, ``scores-METRIC.csv``: one row a
          task, one column a setup, on all rows; the mean where it was measured
          more than once.
        * ``aslib``: a scenario of the algorithm selection library, with folds that
          keep families together.

    Returns
    -------
    Exported
        The files, and what the format could not hold.

    Raises
    ------
    KnowledgeBaseError
        If the folder holds something, or cannot be written to.
    ParameterError
        If there is no such format.
    """
    if format not in FORMATS:
        raise ParameterError(
            f"The 'format' parameter of export must be one of {list(FORMATS)}. Got {format!r}."
        )
    with _new_folder(Path(path)) as folder:
        left_out = FORMATS[format](kb, folder)
        about = json.dumps(kb.provenance, indent=2, sort_keys=True, default=str)
        (folder / "provenance.json").write_text(about + "\n", encoding="utf-8")
        files = tuple(sorted(file.name for file in folder.iterdir()))
    return Exported(files=files, left_out=tuple(left_out))


@contextmanager
def _new_folder(path: Path) -> Iterator[Path]:
    """Give a folder to fill; it gets its name when it is full."""
    if path.exists() and (not path.is_dir() or any(path.iterdir())):
        raise KnowledgeBaseError(
            f"An export goes into a new or empty folder, and '{path}' is none. Name another."
        )
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        temporary.mkdir(parents=True)
    except OSError as error:  # also when it is there already: then it is somebody else's
        raise KnowledgeBaseError(f"Could not write '{path}': {error.strerror or error}.") from error
    try:
        yield temporary
        if path.exists():
            path.rmdir()
        temporary.rename(path)
    except OSError as error:
        raise KnowledgeBaseError(f"Could not write '{path}': {error.strerror or error}.") from error
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def _tables(kb: Tables) -> dict[str, pd.DataFrame]:
    return {
        "tasks": kb.tasks,
        "metafeatures": kb.metafeatures.reset_index(),
        "runs": kb.runs,
    }


def _write_csv(kb: Tables, folder: Path) -> list[str]:
    for name, frame in _tables(kb).items():
        if name == "runs":
            texts = [None if value is None else json.dumps(value) for value in _lists(frame)]
            frame = frame.assign(fold_scores=texts)
        _to_csv(frame, folder / f"{name}.csv")
    return []


def _to_csv(frame: pd.DataFrame, path: Path) -> None:
    """Write a table; a text that a spreadsheet would run as a formula gets an apostrophe."""
    texts = [name for name in frame if frame[name].dtype.kind not in "fiub"]
    frame = frame.assign(**{name: frame[name].map(guard_text) for name in texts})
    # a bare carriage return would end the line, and only quotes keep it in its cell
    cells = [str(text) for name in texts for text in frame[name].unique()] + list(map(str, frame))
    quoting = csv.QUOTE_ALL if any("\r" in text for text in cells) else csv.QUOTE_MINIMAL
    frame.columns = [guard_text(name) for name in frame.columns]
    frame.to_csv(path, index=False, encoding="utf-8", quoting=quoting)


def _lists(runs: pd.DataFrame) -> list[list[float] | None]:
    """Return fold scores as plain lists, None where there are none."""
    texts = []
    for value in runs["fold_scores"]:
        is_list = hasattr(value, "__len__")
        texts.append([float(score) for score in value] if is_list and len(value) else None)
    return texts


def _with_plain_lists(name: str, frame: pd.DataFrame) -> pd.DataFrame:
    return frame.assign(fold_scores=_lists(frame)) if name == "runs" else frame


def _write_parquet(kb: Tables, folder: Path) -> list[str]:
    for name, frame in _tables(kb).items():
        _with_plain_lists(name, frame).to_parquet(folder / f"{name}.parquet", index=False)
    return []


def _write_frames(kb: Tables, folder: Path) -> list[str]:
    for name, frame in _tables(kb).items():
        _with_plain_lists(name, frame).reset_index(drop=True).to_feather(folder / f"{name}.feather")
    return []


def _write_matrix(kb: Tables, folder: Path) -> list[str]:
    whole = kb.runs[kb.runs["fidelity"] == 1.0]
    left_out = []
    if len(whole) < len(kb.runs):
        left_out.append(f"{len(kb.runs) - len(whole)} runs on a part of the rows")
    failed = int(whole["score"].isna().sum())
    if failed:
        left_out.append(f"how {failed} runs without a score failed: their cells are empty")
    setups = whole[["algorithm", "config"]].drop_duplicates()
    pairs = zip(setups["algorithm"], setups["config"], strict=True)
    setups = setups.assign(setup_id=[setup_id(*pair) for pair in pairs])
    _to_csv(setups.sort_values("setup_id"), folder / "setups.csv")
    _to_csv(kb.tasks, folder / "tasks.csv")
    _to_csv(kb.metafeatures.reset_index(), folder / "metafeatures.csv")
    n_guarded = sum(guard_text(task) != task for task in kb.tasks["task_id"])
    if n_guarded:
        left_out.append(
            f"{n_guarded} task ids as they are: an apostrophe stands before those that "
            "spreadsheets would run as a formula"
        )
    scores = whole.merge(setups, on=["algorithm", "config"])
    for metric, part in scores.groupby("metric", observed=True):
        matrix = part.pivot_table(
            index="task_id", columns="setup_id", values="score", aggfunc="mean", dropna=False
        )
        name = quote(str(metric), safe=PLAIN_SIGNS)
        if name != metric:
            left_out.append(f"the name of the metric {metric!r}: its file says '{name}'")
        _to_csv(matrix.reset_index(), file_in(folder, f"scores-{name}.csv"))
    return left_out


FORMATS: dict[str, Callable[[Tables, Path], list[str]]] = {
    "csv": _write_csv,
    "parquet": _write_parquet,
    "frames": _write_frames,
    "matrix": _write_matrix,
    "aslib": write_aslib,
}
