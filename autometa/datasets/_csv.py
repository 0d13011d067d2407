"""CSV and TSV as they are published: read whole by Arrow, refused where rows are ragged.

Fields are read as text and converted by one rule (see `_values`). What was
decided on the way is a `CsvFormat`, from which a generated script reads alike.
"""

from __future__ import annotations

import warnings
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from itertools import pairwise
from pathlib import Path

import pandas as pd
import pyarrow as pa

from autometa.datasets import _values
from autometa.datasets._bytes import Text, check_size, read_text
from autometa.datasets._dialect import Dialect, find_dialect, looks_like_number
from autometa.datasets._marks import Marks, read_marks
from autometa.datasets._records import parse
from autometa.exceptions import DatasetError, DatasetWarning

MANY_ROWS = 10_000  # from here on, work on a column outlasts the start of a thread
N_NAMED = 5  # columns that a message lists


@dataclass(frozen=True, kw_only=True)
class CsvFormat:
    """How a file was read.

    Attributes
    ----------
    dialect : Dialect
    encoding : str
        As Python and pandas name it.
    compression : {"gzip", "bz2", "xz", "zip"} or None
    names : list of str
        Of all fields of a row, in order.
    left_out : list of str
        Of these, the ones that are no columns: row names, nothing.
    kinds : dict of str to str
        Of the columns that are not text: ``integer``, ``float``, ``boolean``.
    decimal_commas, thousands_commas : list of str
        Columns of numbers where a comma marks decimals (and points thousands), and
        where it marks thousands.
    padded : list of str
        Columns of text that stood between blanks.
    dates : list of str
        Columns of dates where words such as ``NA`` are missing.
    notes : list of str
        What is not as in a plain file.
    has_own_names : bool
        ``names`` are not just what the header says.
    """

    dialect: Dialect = field(default_factory=Dialect)
    encoding: str = "utf-8"
    compression: str | None = None
    names: list[str] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)
    kinds: dict[str, str] = field(default_factory=dict)
    decimal_commas: list[str] = field(default_factory=list)
    thousands_commas: list[str] = field(default_factory=list)
    padded: list[str] = field(default_factory=list)
    dates: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    has_own_names: bool = False

    @classmethod
    def usual(cls, path: Path, numeric: list[str]) -> CsvFormat:
        """Return the format of a plain file with columns of numbers, by its name."""
        return cls(
            dialect=Dialect(delimiter=default_delimiter(path)),
            encoding="utf-8-sig",
            compression={".gz": "gzip", ".bz2": "bz2", ".xz": "xz", ".zip": "zip"}.get(
                path.suffix.lower()
            ),
            kinds=dict.fromkeys(numeric, "float"),
        )


def default_delimiter(path: Path) -> str:
    """Return the delimiter that the name of a file promises."""
    return "\t" if ".tsv" in [suffix.lower() for suffix in path.suffixes] else ","


def read_csv(path: Path, encoding: str | None = None) -> pd.DataFrame:
    """Return the table in a CSV or TSV file.

    Parameters
    ----------
    path : Path
    encoding : str or None
        None reads it from the file (see `read_text`).

    Raises
    ------
    DatasetError
        If it is no text or too large, its rows have not as many fields as its
        header, or names repeat.

    Warns
    -----
    DatasetWarning
        Says in one sentence how a file was read that is not plain: delimiter,
        decimal commas, encoding, lines before the header, fields left out, words
        such as ``NA`` that are values of a text column.
    """
    frame, form = read_csv_with_format(path, encoding)
    if form.notes:
        summary = "; ".join(form.notes)
        warnings.warn(DatasetWarning(f"'{path.name}' was read so: {summary}."), stacklevel=4)
    return frame


def read_csv_with_format(path: Path, encoding: str | None = None) -> tuple[pd.DataFrame, CsvFormat]:
    """Return the table in a file and how it was read (see `read_csv`)."""
    text = read_text(path, encoding)
    usual = default_delimiter(path)
    dialect = find_dialect(text.data, usual)
    table, names, left_out, notes = parse(path, text.data, dialect)
    check_size(path, table.num_rows, table.num_columns)
    in_header = names
    names = clean_names(names, dialect)
    nameless = [place for place in _nameless(table, names) if place not in left_out]
    if 0 in nameless and table.column(0).null_count < table.num_rows:
        notes.append("the first column, which has no name and counts the rows, left out")
    left_out += nameless
    form = CsvFormat(
        dialect=dialect,
        encoding=text.encoding,
        compression=text.compression,
        names=_filled(names),
        left_out=[_filled(names)[place] for place in sorted(set(left_out))],
        notes=_describe(dialect, usual, text) + notes,
        has_own_names=_filled(names) != in_header,
    )
    _check_names(path, form)
    return _typed(table, form)


def clean_names(names: list[str], dialect: Dialect) -> list[str]:
    """Return the names of a header without what belongs to the way it is written."""
    if dialect.is_hash_header:
        names = [names[0].lstrip("#").strip(), *names[1:]]
    # ``age, job``: the delimiter is written with a blank. A single odd name is left as it is.
    if len(names) > 1 and all(name.startswith(" ") for name in names[1:]):
        names = [name.strip() for name in names]
    return names


def _filled(names: list[str]) -> list[str]:
    """Return names, those that are empty filled in as pandas does."""
    return [name or f"Unnamed: {place}" for place, name in enumerate(names)]


def _nameless(table: pa.Table, names: list[str]) -> list[int]:
    """Return columns without a name that hold nothing, or the numbers of the rows."""
    places = []
    for place, name in enumerate(names):
        column = table.column(place)
        if name:
            continue
        if column.null_count == len(column) or (place == 0 and _counts_rows(column)):
            places.append(place)
    return places


def _counts_rows(column: pa.ChunkedArray) -> bool:
    converted = _values.numbers(column)
    if converted is None or not pa.types.is_integer(converted.type) or converted.null_count:
        return False
    start = converted[0].as_py()
    return start in (0, 1) and converted.to_pylist() == list(range(start, start + len(converted)))


def _check_names(path: Path, form: CsvFormat) -> None:
    repeated = sorted(name for name, n in Counter(form.names).items() if n > 1)
    if repeated:
        wanted = "put a line of names first" if looks_like_number(repeated[0]) else "rename them"
        raise DatasetError(
            f"Column names must differ. Repeated in '{path}': {repeated[:N_NAMED]}; {wanted}.",
            columns=repeated,
        )
    if _seems_a_row(form.names):
        form.notes.append(
            f"its first line was taken as the header although it holds numbers "
            f"({some(form.names)}); if it is a row, put a line of names before it"
        )


def _seems_a_row(names: list[str]) -> bool:
    """Return whether a header may be a row of a file without one.

    Columns are called by years and places too, but these increase.
    """
    numbers = [float(name.replace(",", ".")) for name in names if looks_like_number(name)]
    is_increasing = all(a < b for a, b in pairwise(numbers))
    return len(numbers) == len(names) or (2 * len(numbers) >= len(names) and not is_increasing)


def _describe(dialect: Dialect, usual: str, text: Text) -> list[str]:
    notes = []
    if dialect.delimiter != usual:
        notes.append(f"delimiter {dialect.delimiter!r}")
    if text.encoding not in ("utf-8", "utf-8-sig"):
        notes.append(text.remark or f"encoding {text.encoding}")
    if dialect.n_skipped:
        notes.append(f"{dialect.n_skipped} line(s) before the header left out")
    if dialect.is_escaped:
        notes.append("backslashes before quotes left out")
    return notes


def _typed(table: pa.Table, form: CsvFormat) -> tuple[pd.DataFrame, CsvFormat]:
    """Convert columns of text to what they are."""
    left_out = set(form.left_out)
    texts = {
        name: table.column(place) for place, name in enumerate(form.names) if name not in left_out
    }
    converted = zip(texts, _all_numbers(list(texts.values())), strict=True)
    columns = {name: column for name, column in converted if column is not None}
    marks = read_marks(texts, columns, form.dialect.delimiter)
    columns |= marks.by_comma | marks.by_point
    padded, dates, words = [], [], {}
    for name, column in texts.items():
        if name in columns:
            continue
        plain, is_padded = _values.without_blanks(column)
        if is_padded:
            padded.append(name)
        as_boolean = _values.booleans(plain)
        columns[name] = plain if as_boolean is None else as_boolean
        kept = _values.level_words(plain) if as_boolean is None else []
        if kept and (as_dates := _values.dates(plain)) is not None:
            columns[name] = as_dates
            dates.append(name)
        elif kept:
            words[name] = kept
    form = replace(
        form,
        kinds={name: kind for name in texts if (kind := _kind(columns[name]))},
        decimal_commas=list(marks.by_comma),
        thousands_commas=list(marks.by_point),
        padded=padded,
        dates=dates,
        notes=form.notes + _describe_values(marks, padded, words),
    )
    return pa.table({name: columns[name] for name in texts}).to_pandas(), form


def _all_numbers(columns: list[pa.ChunkedArray]) -> list[pa.ChunkedArray | None]:
    if not columns or len(columns[0]) < MANY_ROWS:
        return [_values.numbers(column) for column in columns]
    with ThreadPoolExecutor(pa.cpu_count()) as threads:  # Arrow works outside of Python's lock
        return list(threads.map(_values.numbers, columns))


def _kind(column: pa.ChunkedArray) -> str | None:
    if pa.types.is_boolean(column.type):
        return "boolean"
    if pa.types.is_integer(column.type) and not column.null_count:
        return "integer"
    return None if pa.types.is_string(column.type) else "float"


def _describe_values(marks: Marks, padded: list[str], words: dict[str, list[str]]) -> list[str]:
    notes = []
    if padded:
        notes.append(f"blanks around the values of {some(padded)} left out")
    if marks.by_comma:
        notes.append(f"decimal commas in {some(list(marks.by_comma))}")
    if marks.by_point:
        notes.append(f"commas between thousands left out in {some(list(marks.by_point))}")
    if marks.unsure:
        notes.append(
            f"text in {some(marks.unsure)}, where commas may mark thousands or decimals: write the "
            "numbers without thousands and with points"
        )
    if words:
        examples = ", ".join(
            f"{kept[0]!r} in '{name}'" for name, kept in list(words.items())[:N_NAMED]
        )
        notes.append(f"kept as a value of text columns: {examples} (leave fields empty if missing)")
    return notes


def some(names: list[str]) -> str:
    """Return the first names as a list, and how many there are besides."""
    more = f" and {len(names) - N_NAMED} more" if len(names) > N_NAMED else ""
    return f"{names[:N_NAMED]}{more}"
