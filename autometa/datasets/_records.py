"""Records of a CSV text as a table of strings; ragged rows are refused by line."""

from __future__ import annotations

import io
import re
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as arrow_csv

from autometa.datasets._bytes import check_size
from autometa.datasets._dialect import QUOTED, Dialect, parted_by_blanks
from autometa.exceptions import DatasetError

MIB = 2**20
BLOCK = MIB  # Arrow's unit of work: 16 take twice as long
BLOCK_RECORDS = 500  # that a block holds at least: each makes a chunk of every column
MAX_BLOCK = 1024 * MIB
OTHER_KIND = re.compile(rb'\{\s*"|\[\s*[\[{]|<(!doctype|html|\?xml)', re.IGNORECASE)
N_SHOWN = 3  # ragged rows that a message names
Parsed = tuple[pa.Table, list[str], list[int], list[str]]


def parse(path: Path, data: bytes, dialect: Dialect) -> Parsed:
    """Return the table of strings, its names, the columns to leave out, and notes.

    A header with one name less than each row has fields is completed: by a
    nameless last field where that is always empty (a delimiter ends each row), by
    a first one where that differs in all rows (row names, as R writes them).

    Raises
    ------
    DatasetError
        If rows have more or fewer fields than the header, or a quote is not closed.
    """
    if dialect.delimiter == " ":
        data = parted_by_blanks(data.decode()).encode()
    start = end_of_lines(data, dialect.n_skipped)
    body = data[start:] if start else data  # a slice is a copy
    header = body[: end_of_lines(body, 1)]
    check_size(path, 1, header.count(dialect.delimiter.encode()) + 1)
    if OTHER_KIND.match(data[:MIB].lstrip()):
        raise DatasetError(
            f"'{path}' must be CSV. It begins as JSON or a page of the web: "
            f"{data[:MIB].lstrip()[:40].decode(errors='replace')!r}; export the table as CSV."
        )
    if dialect.is_spaced:
        return _parse_spaced(path, body, dialect)
    table, bad = _read(path, body, dialect)
    _check_quotes(path, data, table, dialect)
    names = [str(column[0].as_py() or "") for column in table.columns]
    width = len(names)
    if not bad:
        return _rows(path, table.slice(1)), names, [], []
    is_longer = table.num_rows == 1 and all(n == width + 1 for _, n in bad)
    if is_longer:
        table, _ = _read(path, body, dialect, [f"f{i}" for i in range(width + 1)])
        last, first = table.column(width), table.column(0)
        if last.null_count == len(last):
            return table, [*names, ""], [width], ["a delimiter at the end of each row left out"]
        if not first.null_count and pc.count_distinct(first).as_py() == len(first):
            note = "the first field of each row, which has no name, left out as row names"
            return table, ["", *names], [0], [note]
    raise DatasetError(_ragged(path, data, body, dialect, width))


def _rows(path: Path, table: pa.Table) -> pa.Table:
    if not table.num_rows:
        raise DatasetError(f"'{path}' holds no rows.")
    return table


def end_of_lines(data: bytes, n_lines: int) -> int:
    """Return where the first lines end."""
    start = 0
    for _ in range(n_lines):
        end = data.find(b"\n", start)
        end = end if end >= 0 else len(data) - 1
        old_end = data.find(b"\r", start, end)  # of Windows, or alone
        start = (old_end if old_end >= 0 else end) + 1
        if data[start - 1 : start + 1] == b"\r\n":
            start += 1
    return start


def _read(
    path: Path,
    body: bytes,
    dialect: Dialect,
    names: list[str] | None = None,
    *,
    use_threads: bool = True,
) -> tuple[pa.Table, list[tuple[str, int]]]:
    """Return the records as strings, and text and length of those of another length."""
    bad: list[tuple[str, int]] = []

    def note(row: Any) -> str:
        if row.text.strip():  # a line of blanks is no row
            bad.append((row.text, row.actual_columns))
        return "skip"

    parse_options = arrow_csv.ParseOptions(
        delimiter=dialect.delimiter,
        escape_char="\\" if dialect.is_escaped else False,
        newlines_in_values=b'"' in body,
        invalid_row_handler=note,
    )
    block = min(max(BLOCK, BLOCK_RECORDS * end_of_lines(body, 1)), MAX_BLOCK, len(body) + 1)
    while True:
        read_options = arrow_csv.ReadOptions(
            autogenerate_column_names=names is None,
            column_names=names,
            block_size=block,
            use_threads=use_threads,
        )
        try:
            columns = names or _columns(body, dialect.delimiter, parse_options)
            convert_options = arrow_csv.ConvertOptions(
                column_types=dict.fromkeys(columns, pa.string()),
                strings_can_be_null=True,
                null_values=[""],
                check_utf8=False,  # it was decoded
            )
            bad.clear()
            source = pa.BufferReader(body)
            return arrow_csv.read_csv(source, read_options, parse_options, convert_options), bad
        except pa.ArrowInvalid as error:
            if "Empty CSV" in str(error):
                raise DatasetError(f"'{path}' holds no rows.") from error
            if "straddling" not in str(error) or block >= min(len(body), MAX_BLOCK):
                raise
            block = min(8 * block, MAX_BLOCK)


def _columns(body: bytes, delimiter: str, parse_options: arrow_csv.ParseOptions) -> list[str]:
    """Return names for as many columns as the first record has fields."""
    end = end_of_lines(body, 1)
    if body[:end].strip() and b'"' not in body[:end]:
        return [f"f{place}" for place in range(body.count(delimiter.encode(), 0, end) + 1)]
    head = body[: MIB + end]
    for part in (head, body):
        read_options = arrow_csv.ReadOptions(
            autogenerate_column_names=True, block_size=min(len(part), MAX_BLOCK), use_threads=False
        )
        try:
            with arrow_csv.open_csv(pa.BufferReader(part), read_options, parse_options) as reader:
                names: list[str] = reader.schema.names
                return names
        except pa.ArrowInvalid:
            if part is body:
                raise
    raise AssertionError("unreachable")


def _check_quotes(path: Path, data: bytes, table: pa.Table, dialect: Dialect) -> None:
    """Refuse a file that ends inside of a quoted field: rows are swallowed by it."""
    if b'"' not in data or dialect.is_escaped or not table.num_rows or data.count(b'"') % 2 == 0:
        return
    last = table.column(table.num_columns - 1)[-1].as_py() or ""
    if "\n" in last.rstrip("\n"):
        opened = data.rfind(b'"' + last.encode())
        raise DatasetError(unclosed(path, _line_number(data, opened)))


def unclosed(path: Path, line: int) -> str:
    """Return what is said of a quote that is never closed."""
    return (
        f"'{path}' must close each quote it opens. One opened in line {line} is never "
        'closed; close it, or write a quote inside of a field as "".'
    )


def _ragged(path: Path, data: bytes, body: bytes, dialect: Dialect, width: int) -> str:
    """Name the first lines that have not as many fields as the header."""
    _, bad = _read(path, body, dialect, use_threads=False)  # in the order of the file
    place = len(data) - len(body)
    lines = []
    for text, n_fields in bad[:N_SHOWN]:
        start_of_row = data.find(text.encode(), place)
        place = start_of_row if start_of_row >= 0 else place
        lines.append(f"{n_fields} in line {_line_number(data, place)}")
        place += len(text.encode())
    return _ragged_message(path, dialect, width, lines, len(bad))


def _ragged_message(path: Path, dialect: Dialect, width: int, lines: list[str], n: int) -> str:
    more = f" ({n:,} lines in all)" if n > len(lines) else ""
    return (
        f"'{path}' must have {width} fields in each row, as its header has (delimiter "
        f"{dialect.delimiter!r}). Got {', '.join(lines)}{more}; mend these lines: a text with "
        f"{dialect.delimiter!r} inside stands in quotes."
    )


def _line_number(data: bytes, place: int) -> int:
    before = data[:place]
    return 1 + (before.count(b"\n") or before.count(b"\r"))


def _parse_spaced(path: Path, body: bytes, dialect: Dialect) -> Parsed:
    """Read ``1, "a, b"``, which Arrow does not, by pandas.

    pandas fills rows that are too short, so fields are counted before.
    """
    emptied = QUOTED.sub('""', body.decode()).replace("\r\n", "\n").split("\n")
    counts = [
        (number, line.count(dialect.delimiter) + 1)
        for number, line in enumerate(emptied, start=1 + dialect.n_skipped)
        if line.strip()
    ]
    width = counts[0][1] if counts else 0
    odd = [(number, n) for number, n in counts if n != width]
    if odd:
        lines = [f"{n} in line {number}" for number, n in odd[:N_SHOWN]]
        raise DatasetError(_ragged_message(path, dialect, width, lines, len(odd)))
    try:
        frame = pd.read_csv(
            io.BytesIO(body),
            sep=dialect.delimiter,
            header=None,
            dtype=str,
            keep_default_na=False,
            skipinitialspace=True,
            escapechar="\\" if dialect.is_escaped else None,
        )
    except (pd.errors.ParserError, pd.errors.EmptyDataError) as error:
        raise DatasetError(f"'{path}' does not read as CSV: {error}.") from error
    table = pa.table(
        {f"f{i}": pa.chunked_array([pa.array(frame[i], pa.string())]) for i in frame.columns}
    )
    blank = pa.scalar(None, pa.string())
    table = pa.table(
        {
            n: pc.if_else(pc.equal(c, ""), blank, c)
            for n, c in zip(table.column_names, table.columns, strict=True)
        }
    )
    names = [str(column[0].as_py() or "") for column in table.columns]
    return _rows(path, table.slice(1)), names, [], []
