"""Rows out of files: CSV, TSV, ARFF, Parquet, Feather, JSON and JSON lines, gzipped or not.

Text stays text, and each row keeps its line: an error can name it.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from autometa._limits import open_regular, parse_json
from autometa.datasets import read_csv_lines
from autometa.exceptions import DatasetError, KnowledgeBaseError
from autometa.importers._arff import read_arff, read_text

# Comments, then a declaration: no CSV begins so.
ARFF = re.compile(r"(?:\s*(?:%[^\n]*)?\n)*\s*@(?:relation|attribute)\s", re.IGNORECASE)
NESTED = ("metrics", "tags", "attributes", "user_attrs")


@dataclass(frozen=True, kw_only=True)
class Rows:
    """Rows of a file.

    Attributes
    ----------
    frame : DataFrame of object
        Cells as they stand: text in CSV, Python values elsewhere; None when empty.
    lines : list of int
        The line of each row: of the file where it has lines, else rows from 1.
    bad : dict of str to list of int
        Why lines could not be read, and which.
    note : str
        What was changed on the way.
    is_arff : bool
        Whether columns were declared as attributes: OpenML publishes runs so.
    """

    frame: pd.DataFrame
    lines: list[int]
    bad: dict[str, list[int]] = field(default_factory=dict)
    note: str = ""
    is_arff: bool = False


def read_rows(path: Path) -> Rows:
    """Return the rows of a file; its kind follows from its content.

    Raises
    ------
    KnowledgeBaseError
        If there is no such file, or it does not read as what it looks like.
    """
    if not path.is_file():
        raise KnowledgeBaseError(f"There is no file '{path}'. Give the path of one.")
    kind = kind_of(path)
    try:
        return _READERS[kind](path)
    except (ValueError, OSError, EOFError, csv.Error) as error:
        if isinstance(error, KnowledgeBaseError):
            raise
        reason = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
        raise KnowledgeBaseError(f"'{path}' does not read as {kind}: {reason}") from error


def kind_of(path: Path) -> str:
    """Return ``parquet``, ``feather``, ``json``, ``jsonl``, ``arff`` or ``csv``, by the content."""
    with open_regular(path) as file:
        head = file.read(8)
    if head[:4] == b"PAR1":
        return "parquet"
    if head[:6] == b"ARROW1":
        return "feather"
    text = read_text(path).lstrip()
    first = text[:1]
    if ARFF.match(text):
        return "arff"
    if first == "[":
        return "json"
    return "jsonl" if first == "{" else "csv"


def _read_csv(path: Path) -> Rows:
    try:
        content = read_csv_lines(path)
    except DatasetError as error:
        raise KnowledgeBaseError(str(error)) from error
    note = (
        f"{content.n_commas} numbers were written with a decimal comma." if content.n_commas else ""
    )
    frame = pd.DataFrame(content.rows, columns=_unique(content.names), dtype=object)
    why = f"not of the {len(content.names)} fields of the header"
    return Rows(
        frame=frame, lines=content.lines, bad={why: content.bad} if content.bad else {}, note=note
    )


def _read_arff(path: Path) -> Rows:
    content = read_arff(path)
    why = f"not of the {len(content.kinds)} declared attributes"
    note = ""
    if content.repeated:
        note = f"Attributes declared more than once have a number behind them: {content.repeated}."
    return Rows(
        frame=content.frame,
        lines=content.lines,
        bad={why: content.bad_lines} if content.bad_lines else {},
        note=note,
        is_arff=True,
    )


def _unique(names: list[str]) -> list[str]:
    """Keep repeated names apart by a tail that no name has."""
    seen: dict[str, int] = {}
    result = []
    for name in names:
        seen[name] = seen.get(name, 0) + 1
        result.append(name if seen[name] == 1 else f"{name}\0{seen[name]}")
    return result


def original_name(name: str) -> str:
    """Return the name a column has in its file, which others may share."""
    return name.partition("\0")[0]


def _read_jsonl(path: Path) -> Rows:
    records, lines, bad = [], [], []
    for number, line in enumerate(read_text(path).splitlines(), start=1):
        if not line.strip():
            continue
        try:
            record = parse_json(line)
        except ValueError:
            record = None
        if isinstance(record, dict):
            records.append(_flat(record))
            lines.append(number)
        else:
            bad.append(number)
    if not records:  # one object over several lines begins like JSON lines
        return _read_json(path)
    frame = pd.DataFrame(records, dtype=object)
    return Rows(
        frame=_without_nan(frame), lines=lines, bad={"not JSON objects": bad} if bad else {}
    )


def _read_json(path: Path) -> Rows:
    content = parse_json(read_text(path))
    if isinstance(content, dict):
        lists = [key for key, value in content.items() if isinstance(value, list)]
        if set(lists) == set(content) and len({len(content[key]) for key in lists}) == 1:
            content = pd.DataFrame(content).to_dict(orient="records")
        elif len(lists) == 1:
            content = content[lists[0]]
    if not isinstance(content, list):
        raise ValueError("it must be a list of objects, one a run")
    bad = [n for n, record in enumerate(content, start=1) if not isinstance(record, dict)]
    kept = [(n, r) for n, r in enumerate(content, start=1) if isinstance(r, dict)]
    frame = pd.DataFrame([_flat(record) for _, record in kept], dtype=object)
    why = "not objects"
    return Rows(
        frame=_without_nan(frame), lines=[n for n, _ in kept], bad={why: bad} if bad else {}
    )


def _flat(record: Mapping[str, Any]) -> dict[str, Any]:
    """Spread what is nested under names of groups: ``{"metrics": {"rmse": 1}}``."""
    flat: dict[str, Any] = {}
    for key, value in record.items():
        if key in NESTED and isinstance(value, Mapping):
            flat.update({f"{key}.{name}": item for name, item in value.items()})
        else:
            flat[key] = value
    return flat


def _read_parquet(path: Path) -> Rows:
    return frame_rows(pd.read_parquet(path))


def _read_feather(path: Path) -> Rows:
    return frame_rows(pd.read_feather(path))


def frame_rows(frame: pd.DataFrame) -> Rows:
    """Return the rows of a DataFrame; an index with a name is a column."""
    if any(name is not None for name in frame.index.names):
        frame = frame.reset_index()
    elif not isinstance(frame.index, pd.RangeIndex) and frame.index.dtype == object:
        frame = frame.reset_index(names="")
    columns = {}
    for name, column in zip(_unique([str(c) for c in frame.columns]), frame.items(), strict=True):
        columns[name] = column[1].astype(object).to_numpy()
    result = pd.DataFrame(columns, dtype=object)
    return Rows(frame=_without_nan(result), lines=list(range(1, len(frame) + 1)))


def _without_nan(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.where(frame.notna(), None)


_READERS: Mapping[str, Callable[[Path], Rows]] = {
    "csv": _read_csv,
    "arff": _read_arff,
    "jsonl": _read_jsonl,
    "json": _read_json,
    "parquet": _read_parquet,
    "feather": _read_feather,
}
