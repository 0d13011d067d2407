"""CSV of which odd rows are counted rather than refused: the same rules, row by row.

A history of a hundred thousand runs is worth reading with three broken lines in it, a table
to learn from is not (see `_csv`). Delimiter, header, quotes and decimal marks are found by
the same code; only the rows are read one by one, for each must know its line.
"""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from autometa.datasets import _values
from autometa.datasets._bytes import read_text
from autometa.datasets._csv import clean_names, default_delimiter
from autometa.datasets._dialect import Dialect, find_dialect, parted_by_blanks
from autometa.datasets._marks import read_marks
from autometa.datasets._records import end_of_lines, unclosed
from autometa.exceptions import DatasetError

BY_COMMA = re.compile(r"[+-]?(?:\d{1,3}(?:\.\d{3})+|\d+),\d+(?:[eE][+-]?\d+)?")
MAX_FIELD = 1 << 30  # a configuration or a traceback may be long; csv's own limit is 128 KiB

Cells = list[str | None]


@dataclass(frozen=True, kw_only=True)
class CsvLines:
    """Rows of a CSV file as text.

    Attributes
    ----------
    names : list of str
        As the header says them; may repeat or be empty.
    rows : list of list
        Cells, None where blank; numbers with a point, whatever the file has.
    lines : list of int
        The line on which each row ends.
    bad : list of int
        Lines of rows that have not as many fields as the header.
    n_commas : int
        Numbers that were written with a decimal comma.
    """

    names: list[str]
    rows: list[Cells]
    lines: list[int]
    bad: list[int]
    n_commas: int


def read_csv_lines(path: Path) -> CsvLines:
    """Return the rows of a CSV or TSV file, each with its line.

    Raises
    ------
    DatasetError
        If it is no text, is empty, or a quote is not closed.
    """
    data = read_text(path).data
    if b"\0" in data:
        raise DatasetError(f"'{path}' must be text. It holds binary data.")
    dialect = find_dialect(data, default_delimiter(path))
    records, lines = _records(path, data, dialect)
    if not records:
        raise DatasetError(f"'{path}' is empty.")
    names = clean_names(records[0], dialect)
    names, kept = _with_row_names(names, records[1:])
    good = [len(row) == len(names) for row in kept]
    rows: list[Cells] = [
        [cell if cell.strip() else None for cell in row]
        for row, is_good in zip(kept, good, strict=True)
        if is_good
    ]
    return CsvLines(
        names=names,
        rows=rows,
        lines=[line for line, is_good in zip(lines[1:], good, strict=True) if is_good],
        bad=[line for line, is_good in zip(lines[1:], good, strict=True) if not is_good],
        n_commas=_with_points(rows, len(names), dialect.delimiter),
    )


def _records(path: Path, data: bytes, dialect: Dialect) -> tuple[list[list[str]], list[int]]:
    if dialect.delimiter == " ":
        data = parted_by_blanks(data.decode()).encode()
    body = data[end_of_lines(data, dialect.n_skipped) :].decode()
    csv.field_size_limit(MAX_FIELD)
    reader = csv.reader(
        io.StringIO(body, newline=""),
        delimiter=dialect.delimiter,
        skipinitialspace=dialect.is_spaced,
        escapechar="\\" if dialect.is_escaped else None,
    )
    records, lines = [], []
    for record in reader:
        if any(record):  # a line of nothing is no row
            records.append(record)
            lines.append(dialect.n_skipped + reader.line_num)
    is_odd = not dialect.is_escaped and body.count('"') % 2 == 1
    if is_odd and records and "\n" in records[-1][-1].rstrip("\n"):
        n_swallowed = records[-1][-1].rstrip("\n").count("\n")
        raise DatasetError(unclosed(path, lines[-1] - n_swallowed))
    return records, lines


def _with_row_names(names: list[str], rows: list[list[str]]) -> tuple[list[str], list[list[str]]]:
    """Return names and rows without a field that each row has and the header does not.

    It is the last where a delimiter ends each row, else the first: row names, as R
    writes them.
    """
    if not rows or any(len(row) != len(names) + 1 for row in rows):
        return names, rows
    if not any(row[-1].strip() for row in rows):
        return names, [row[:-1] for row in rows]
    is_first = len({row[0] for row in rows}) == len(rows)
    return names, [row[1:] for row in rows] if is_first else rows


def _with_points(rows: list[Cells], n_columns: int, delimiter: str) -> int:
    """Write numbers with a point, in place; return how many had a decimal comma.

    The file has one decimal mark, which its columns of numbers tell. It then holds for
    numbers among words too, such as a score beside 'failed'.
    """
    texts = {
        str(place): pa.chunked_array([pa.array([row[place] for row in rows], pa.string())])
        for place in range(n_columns)
    }
    columns = {name: _values.numbers(column) for name, column in texts.items()} if rows else {}
    numeric = {name: column for name, column in columns.items() if column is not None}
    marks = read_marks(texts, numeric, delimiter) if rows else None
    if marks is None or not (marks.by_comma or marks.by_point or delimiter == ";"):
        return 0
    n_commas = 0
    for row in rows:
        for place, cell in enumerate(row):
            if cell is None:
                continue
            if str(place) in marks.by_point:
                row[place] = cell.replace(",", "")
            elif not marks.by_point and BY_COMMA.fullmatch(cell.strip()):
                row[place] = cell.strip().replace(".", "").replace(",", ".")
                n_commas += 1
            elif str(place) in marks.by_comma:  # 2.500 beside 1,5 is no 2.5
                row[place] = cell.replace(".", "")
    return n_commas
